"""Deciding: what lands in the gradebook, in the notebook and in the feedback, from plain files."""

import json
import shutil
import sqlite3
from dataclasses import replace

import nbformat
import pytest
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import OperationalError

from autograder.database import trouble
from autograder.deciding import decide as deciding
from autograder.deciding.decide import decide, read_marks, write_feedback
from autograder.deciding.marking import REFUSAL
from autograder.release import generated
from checks.judge import Report
from tests.autograder.marked import ANSWERS, SHORT, Class, make_course

KEYS = {
    "check_leaky_relu": "check_leaky_relu:vanilla_gan.leaky_relu",
    "check_loss": "check_loss:vanilla_gan.discriminator_loss",
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, project_root):
    """A registered course to copy, since making one takes seconds, and its release."""
    course = make_course(tmp_path_factory.mktemp("prepared") / "course", project_root)
    with generated(course, SHORT, record=True) as folder:
        return course, nbformat.read(folder / f"{SHORT}.ipynb", as_version=4)


@pytest.fixture
def room(prepared, tmp_path) -> Class:
    course, release = prepared
    root = tmp_path / "a course [1]"  # a name that patterns would misread
    shutil.copytree(course.root, root)
    return Class(course.at(root), release)


@pytest.fixture
def grade(room):
    """`grade("ann", ...)`: hand in, decide; gives the Outcome."""

    def grade(student, *args, **cells):
        run = room.hand_in(student, *args, **cells)
        return decide(room.course, run, room.gated(student))

    return grade


def wrong(*inputs):
    return 0.0


def marks(room, student="ann") -> dict[str, tuple]:
    """(auto_score, manual_score, needs_manual_grade) of every cell."""
    with room.course.gradebook() as gradebook:
        submission = gradebook.find_submission_notebook(SHORT, SHORT, student)
        return {
            grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
            for grade in submission.grades
        }


def mark_by_hand(room, name, points, student="ann"):
    """What formgrader does when a marker types a number."""
    with room.course.gradebook() as gradebook:
        grade = gradebook.find_grade(name, SHORT, SHORT, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()


def autograded(room, student="ann"):
    return nbformat.read(room.course.notebook("autograded", student, SHORT), as_version=4)


def outputs(nb, cell_id) -> str:
    return json.dumps([cell.get("outputs") for cell in nb.cells if cell.id == cell_id])


def test_right_and_wrong_answers_get_their_points(room, grade):
    outcome = grade("ann", {"check_loss": wrong}, why="Because.")
    assert (outcome.state, outcome.reason) == ("graded", "")
    assert [(one.exercise, one.verdict, one.points) for one in outcome.exercises] == [
        ("vanilla_gan.leaky_relu", "right", 5),
        ("vanilla_gan.discriminator_loss", "wrong", 0),
    ]
    assert marks(room)["check_leaky_relu"] == (5, None, False)
    assert marks(room)["check_loss"] == (0, None, False)
    assert (outcome.auto_points, outcome.max_auto_points) == (5, 17)
    assert (outcome.points, outcome.max_points, outcome.points_to_grade_by_hand) == (5, 26, 3)
    assert outcome.cells["check_leaky_relu"] == {"points": 5, "max_points": 5}


def test_points_of_any_size_land_exactly_in_the_gradebook(room, grade, monkeypatch):
    def judge(exercise, bank, data):
        return Report(exercise.name, "right", points[exercise.name], exercise.points, None, "so so")

    monkeypatch.setattr(deciding, "judge_received", judge)
    for some in ((1 / 3, 11.7), (0, 1e-9), (5, 12)):
        points = dict(zip(ANSWERS.values(), some, strict=True))
        outcome = grade("ann")
        assert (marks(room)["check_leaky_relu"][0], marks(room)["check_loss"][0]) == some
        assert outcome.auto_points == pytest.approx(sum(some))


def test_what_a_student_printed_into_a_check_is_replaced(room, grade):
    grade("ann", {"check_loss": wrong})
    nb = autograded(room)
    assert "printed in leaky-relu" in outputs(nb, "leaky-relu")
    assert "printed" not in outputs(nb, "check-leaky-relu")
    assert "right, 5 of 5 points" in outputs(nb, "check-leaky-relu")
    assert "not right yet" in outputs(nb, "check-loss")


def test_forged_results_and_errors_count_for_nothing(room):
    run = room.hand_in("ann", {"check_loss": wrong})
    forged = nbformat.v4.new_output("execute_result", data={"text/plain": "12"})
    broken = nbformat.v4.new_output("error", ename="E", evalue="", traceback=["E"])
    cells = {cell.id: cell for cell in run.notebook.cells}
    cells["check-loss"].outputs = [forged]
    cells["check-leaky-relu"].outputs = [broken]
    assert decide(room.course, run, room.gated("ann")).auto_points == 5


def test_no_answer_costs_that_exercise_only_and_says_why(room):
    run = room.hand_in("ann")
    run.troubles[KEYS["check_loss"]] = "There is no answer: the kernel died."
    del run.answers[KEYS["check_leaky_relu"]]
    outcome = decide(room.course, run, room.gated("ann"))
    assert [one.verdict for one in outcome.exercises] == ["no answer", "no answer"]
    assert outcome.exercises[1].message == "There is no answer: the kernel died."
    assert outcome.auto_points == 0

    run = room.hand_in("bob")
    run.answers[KEYS["check_loss"]] = b"PK\x03\x04 this is no answer"
    outcome = decide(room.course, run, room.gated("bob"))
    assert [one.points for one in outcome.exercises] == [5, 0]


def test_an_error_in_judging_costs_that_exercise_only(room, grade, monkeypatch):
    judge = deciding.judge_received

    def raising(exercise, bank, data):
        if exercise.name == "vanilla_gan.leaky_relu":
            raise MemoryError
        return judge(exercise, bank, data)

    monkeypatch.setattr(deciding, "judge_received", raising)
    outcome = grade("ann")
    assert [(one.verdict, one.points) for one in outcome.exercises] == [
        ("no answer", 0),
        ("right", 12),
    ]


def test_deciding_twice_changes_nothing(room):
    run = room.hand_in("ann", {"check_loss": wrong}, why="Because.")
    first = decide(room.course, run, room.gated("ann"))
    before, notebook = _dump(room), autograded(room)
    second = decide(room.course, run, room.gated("ann"))
    assert replace(first, seconds=0) == replace(second, seconds=0)
    assert _dump(room) == before
    assert autograded(room) == notebook


def _dump(room) -> list[str]:
    with sqlite3.connect(room.course.root / "gradebook.db") as connection:
        return list(connection.iterdump())


def test_a_second_submission_replaces_the_first(room, grade):
    grade("ann")
    outcome = grade("ann", {"check_leaky_relu": wrong})
    assert outcome.auto_points == 12
    with room.course.gradebook() as gradebook:
        assert len(gradebook.assignment_submissions(SHORT)) == 1


def test_points_follow_the_gradebooks_list_and_not_the_notebooks_cells(room, grade):
    outcome = grade("ann", check_loss=None, why=None, question=None)
    assert outcome.cells == {
        "check_leaky_relu": {"points": 5, "max_points": 5},
        "check_loss": {"points": 12, "max_points": 12},
        "question": {"points": 0, "max_points": 6},
        "why": {"points": 0, "max_points": 3},
    }
    assert outcome.points_to_grade_by_hand == 0
    assert grade("bob", answer="Because.").points == 17


def test_a_gradebook_of_another_version_gives_no_points(room):
    with room.course.gradebook() as gradebook:
        gradebook.update_or_create_grade_cell("check_loss", SHORT, SHORT, max_score=10)
    run = room.hand_in("ann")
    outcome = decide(room.course, run, room.gated("ann"))
    assert outcome.state == "failed"
    assert "the gradebook and the source notebook differ in check_loss" in outcome.reason
    assert outcome.points is None


def test_an_unanswered_question_is_nothing_at_once(room, grade):
    outcome = grade("ann")
    assert marks(room)["why"] == marks(room)["question"] == (0, None, False)
    assert outcome.points_to_grade_by_hand == 0
    assert grade("bob", answer="  \n").points_to_grade_by_hand == 0


@pytest.mark.parametrize("cells", [{"why": "Because."}, {"answer": "Because."}, {"further": "So!"}])
def test_an_answered_question_waits_for_a_marker(grade, room, cells):
    outcome = grade("ann", **cells)
    name, points = ("why", 3) if "why" in cells else ("question", 6)
    assert outcome.points_to_grade_by_hand == points
    assert marks(room)[name] == (None, None, True)


@pytest.mark.parametrize(("cell", "name"), [("why", "why"), ("answer", "question")])
def test_a_mark_stays_until_the_written_answer_changes(room, grade, cell, name):
    grade("ann", **{cell: "Because."})
    mark_by_hand(room, name, 2)
    outcome = grade("ann", {"check_loss": wrong}, **{cell: "Because."})
    assert marks(room)[name] == (None, 2, False)
    assert (outcome.points, outcome.points_to_grade_by_hand) == (7, 0)

    changed = grade("ann", **{cell: "Because of the loss."})
    assert marks(room)[name] == (None, 2, True)
    assert changed.points_to_grade_by_hand > 0
    assert grade("ann", **{cell: "Because of the loss."}).points_to_grade_by_hand > 0
    mark_by_hand(room, name, 3)
    assert grade("ann", **{cell: "Because of the loss."}).points_to_grade_by_hand == 0


def test_a_mark_for_an_answer_that_was_taken_back_is_looked_at_again(room, grade):
    grade("ann", answer="Because.")
    mark_by_hand(room, "question", 6)
    grade("ann")
    assert marks(room)["question"] == (0, 6, True)


def test_a_mark_given_against_the_verdict_stays_until_the_verdict_changes(room, grade):
    grade("ann", {"check_loss": wrong})
    mark_by_hand(room, "check_loss", 4)
    assert grade("ann", {"check_loss": wrong}).points == 9
    assert marks(room)["check_loss"] == (0, 4, False)
    grade("ann")
    assert marks(room)["check_loss"] == (12, 4, True)


def test_late_submissions_are_penalised_as_nbgrader_does(room, grade):
    room.course.config.LateSubmissionPlugin.penalty_method = "zero"
    with room.course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(SHORT, duedate="2025-01-31 12:00:00 UTC")
    assert grade("ann", timestamp="2025-01-31 11:59:00 UTC").late_penalty == 0
    late = grade("bob", timestamp="2025-01-31 12:01:00 UTC")
    assert (late.points, late.late_penalty) == (17, 17)


def test_the_seed_is_kept_for_a_regrade_and_never_shown(room):
    run = replace(room.hand_in("ann"), digest="0123abcd", notes=["a cell was put back"])
    outcome = decide(room.course, run, room.gated("ann"))
    assert (outcome.seed, outcome.digest) == (run.seed, "0123abcd")
    kept = autograded(room).metadata["gan_course"]
    assert (kept["seed"], kept["digest"]) == (run.seed, "0123abcd")
    page = (room.course.root / write_feedback(room.course, SHORT, "ann")).read_text()
    assert str(run.seed) not in page
    assert "0123abcd" not in page
    assert "a cell was put back" in page


def test_feedback_shows_marks_given_by_hand_since(room, grade):
    outcome = grade("ann", answer="Because.")
    mark_by_hand(room, "question", 4)
    read_marks(room.course, outcome)
    assert (outcome.points, outcome.points_to_grade_by_hand) == (21, 0)
    page = (room.course.root / write_feedback(room.course, SHORT, "ann")).read_text()
    assert "4/6" in page
    assert "6 for a reason" not in page


def test_a_run_of_something_else_is_refused_and_nothing_is_lost(room, grade):
    grade("ann")
    before, notebook = _dump(room), autograded(room)
    run = room.hand_in("ann")
    room.hand_in("ann", leaky_relu="another text")
    outcome = decide(room.course, run, room.gated("ann"))
    assert outcome.state == "failed"
    assert "what was run is not what was handed in" in outcome.reason
    log = room.course.root / "build" / "grade" / f"ann-{SHORT}.log"
    assert str(log.relative_to(room.course.root)) in outcome.reason
    assert "Traceback" in log.read_text()
    assert (_dump(room), autograded(room)) == (before, notebook)


@pytest.mark.parametrize("student", ["*", "[ab]", "(?P<x>", "o'hara", "Ünal 李", "%s"])
def test_a_name_is_nothing_but_a_name(room, grade, student):
    grade("ab")
    before = autograded(room, "ab")
    assert grade(student, {"check_loss": wrong}).auto_points == 5
    assert write_feedback(room.course, SHORT, student) == f"feedback/{student}/{SHORT}/{SHORT}.html"
    assert autograded(room, "ab") == before
    assert not room.course.folder("feedback", "ab").exists()


def test_nbgraders_own_autograde_is_refused_and_nothing_is_lost(room, grade, tmp_path):
    grade("ann", {"check_loss": wrong})
    plain = room.course.root.rename(tmp_path / "course")  # nbgrader takes the other for a pattern
    room = Class(room.course.at(plain), room.release)
    submitted = room.course.notebook("submitted", "ann", SHORT)
    submitted.parent.mkdir(parents=True)
    shutil.copy(room.gated("ann") / f"{SHORT}.ipynb", submitted)
    before, notebook = _dump(room), autograded(room)
    directory = CourseDirectory(config=room.course.config)
    result = NbGraderAPI(directory, config=room.course.config).autograde(SHORT, "ann")
    assert not result["success"]
    assert REFUSAL in result["error"]
    assert (_dump(room), autograded(room)) == (before, notebook)


def test_a_gradebook_that_is_in_use_leaves_the_submission_for_later(room, grade, monkeypatch):
    monkeypatch.setattr("sqlite3.connect", _impatient(sqlite3.connect))
    run = room.hand_in("ann")
    with sqlite3.connect(room.course.root / "gradebook.db") as other:
        other.execute("BEGIN EXCLUSIVE")
        outcome = decide(room.course, run, room.gated("ann"))
        other.rollback()
    assert outcome.state == "not decided"
    assert "gradebook.db is in use by another program" in outcome.reason
    assert "Traceback" not in outcome.reason
    assert decide(room.course, run, room.gated("ann")).state == "graded"


def _impatient(connect):
    return lambda *args, **options: connect(*args, **options | {"timeout": 0.1})


def test_a_gradebook_that_may_not_be_written_leaves_the_submission_for_later(room, grade):
    run = room.hand_in("ann")
    url = f"sqlite:///file:{room.course.root / 'gradebook.db'}?mode=ro&uri=true"
    outcome = decide(room.course.with_gradebook(url), run, room.gated("ann"))
    assert outcome.state == "not decided"
    assert "gradebook.db cannot be written. Make the file and its folder writable" in outcome.reason


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("database is locked", "in use by another program"),
        ("database or disk is full", "the disk is full"),
        ("disk I/O error", "the disk is full or failing"),
        ("unable to open database file", "cannot be opened"),
        ("file is not a database", "is damaged"),
        ("no such column: grade.x", "nbgrader db upgrade"),
        ("something never seen before", "cannot be used"),
    ],
)
def test_what_a_database_says_is_put_into_words(said, told):
    error = OperationalError("SELECT 1", {}, sqlite3.OperationalError(said))
    sentence = trouble(error, "sqlite:////course/gradebook.db")
    assert sentence.startswith("The gradebook gradebook.db ")
    assert told in sentence
    assert said in sentence
    assert "SELECT" not in sentence
    assert trouble(ValueError(said), "sqlite://") == ""


def test_a_folder_that_cannot_be_written_leaves_the_submission_for_later(room, grade):
    run = room.hand_in("ann")
    in_the_way = room.course.folder("autograded")
    in_the_way.write_text("a file, not a folder")
    outcome = decide(room.course, run, room.gated("ann"))
    assert outcome.state == "not decided"
    assert "The grader cannot read or write" in outcome.reason
    in_the_way.unlink()
    assert decide(room.course, run, room.gated("ann")).state == "graded"
