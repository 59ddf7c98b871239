"""Release and grading of the course: `python -m autograder --help`.

The process that decides never runs a student's code, and the process that runs it never sees an
answer. A submission's way: `gate/` (what was handed in, made regular) -> `running/` (its notebook,
in a room of `sandbox/`) -> `deciding/` (verdicts, points, gradebook) -> `feedback/` and `desk/`
(what the student and the lecturer read). `grade.py` is the order of it.
"""
