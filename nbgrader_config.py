"""nbgrader's settings for this course: read by formgrader, Validate and `autograder/` alike."""

import os
import sysconfig

from nbgrader import preprocessors as nb

from autograder.deciding.marking import DecidedNotebook, PutBack, SaveMarks, TakeOutputs
from autograder.expected import ExpectedPictures
from autograder.feedback.exporter import FeedbackExporter, ReadMarks
from autograder.feedback.html import clean_html, markdown2html
from autograder.preprocessors import HideMarkSchemes, StampSources, TidyMetadata

c = get_config()  # given to this file by whoever loads it

# nbgrader starts `alembic` by its bare name, even where no virtual environment is activated.
scripts = sysconfig.get_path("scripts")
if scripts not in os.environ["PATH"].split(os.pathsep):
    os.environ["PATH"] = scripts + os.pathsep + os.environ["PATH"]

# One assignment folder per notebook: solutions/03_vanilla_gan/03_vanilla_gan.ipynb.
c.CourseDirectory.course_id = "gan-course"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
# nbgrader's way of handing files about on a shared machine; here only so that it need not complain.
c.Exchange.root = "build/exchange"
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "feedback",
]

# Generating notebooks/: the same bytes from the same source, whoever generates them.
c.GenerateAssignment.preprocessors = [
    TidyMetadata,
    ExpectedPictures,
    nb.LockCells,
    nb.ClearSolutions,
    nb.ClearOutput,
    nb.CheckCellMetadata,
    nb.ComputeChecksums,
    nb.SaveCells,
    nb.ClearHiddenTests,
    nb.ClearMarkScheme,
    nb.ComputeChecksums,  # again: the two steps above change cells
    nb.CheckCellMetadata,
    StampSources,
]

# Markers see the mark scheme (grading puts it back into the copy they mark); students do not.
c.GenerateFeedback.preprocessors = [ReadMarks, HideMarkSchemes]
c.GenerateFeedback.exporter_class = FeedbackExporter

# Grading, on what the gate let through: no step runs anything, and points come from a decision (see
# autograder/deciding/), not from outputs. Where there is none, the exporter refuses.
c.Autograde.exporter_class = DecidedNotebook
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [
    PutBack,
    TakeOutputs,
    nb.LimitOutput,
    SaveMarks,
    nb.AssignLatePenalties,
]

# Validate, at the student's desk. In the smoke profile all cells together take about a minute on a
# free machine; a busy one may be several times slower. What a cell printed may arrive half a minute
# late. No tag lets a graded cell go unrun.
c.Execute.timeout = 300
c.Execute.iopub_timeout = 30
c.Execute.skip_cells_with_tag = ""
# nbgrader takes anything on stderr (a warning, a progress bar) for a failed cell. Validate runs no
# step of ours after the cells, so the kernel itself sends its stderr as ordinary output.
c.Execute.extra_arguments = [
    "--HistoryManager.hist_file=:memory:",
    "--IPKernelApp.log_level=40",
    "--IPKernelApp.exec_lines=__import__('sys').stderr.name = 'stdout'",
]

# What a student wrote must not run in the lecturer's browser: formgrader's pages too.
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {"clean_html": clean_html, "markdown2html": markdown2html}
