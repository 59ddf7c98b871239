"""Release and grading of the course: `python -m autograder --help`.

This grading runs students' code *unprotected*, with the rights of whoever starts it. Until the
sandbox lands, grade only code that you would run yourself.
"""
