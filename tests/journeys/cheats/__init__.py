"""What a cheat would hand in, what an honest student would; the grader must tell them apart."""
