"""What runs on the untrusted side of grading; copied into the student edition as `grading_room`.

It imports nothing of the course, and knows nothing that a student may not know.
"""
