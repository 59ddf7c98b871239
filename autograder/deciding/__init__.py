"""What a run brought is judged, serially and trusted: nothing of a student's is executed here."""
