"""Submissions run, untrusted and in parallel; what comes of it are plain files.

`schedule.py` hands submissions to workers, here or on other machines; a `worker.py` starts an
expendable process for each; `runner.py` is that process, and `interview.py` runs the notebook in
its room and asks the questions. `edition.py` is what a room holds of this course.
"""
