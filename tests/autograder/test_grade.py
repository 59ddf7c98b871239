"""The way of a submission through grading, with rooms replaced by this process: see test_rooms."""

import time

import nbformat
import pytest

from autograder.classroom import make_class
from autograder.cli import main
from autograder.course import Course, CourseError
from autograder.grade import Assignment, Options, grade, misplaced, submissions
from autograder.records import Records, Run
from autograder.running.schedule import Crew
from autograder.sandbox.host import SandboxError
from checks import answering
from tests.autograder.marked import SHORT, make_course

RIGHT = "def leaky_relu(x, slope=0.01):\n    return torch.where(x > 0, x, slope * x)"
WRONG = "def leaky_relu(x, slope=0.01):\n    return torch.where(x > 0, x, 2 * slope * x)"
LOSS = (
    "def loss(real, fake):\n"
    "    softplus = torch.nn.functional.softplus\n"
    "    return softplus(-real).mean() + softplus(fake).mean()"
)


class Here(Crew):
    """Runs the tests' own notebooks in this process; counts what it ran."""

    def __init__(self, trouble: Exception | None = None) -> None:
        super().__init__(None, 1)
        object.__setattr__(self, "ran", [])
        object.__setattr__(self, "trouble", trouble)

    def run(self, jobs):
        for item in jobs:
            if item is None:
                yield None
                continue
            job, setting = item
            self.ran.append((job.student, setting.seed))
            yield job, self.trouble or self._run(job, setting)

    def _run(self, job, setting):
        nb = nbformat.reads(job.notebook, as_version=4)
        names: dict = {"check": lambda *_: None}
        exec("import torch", names)
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = []
                exec(cell.source, names)
        run = Run(job.student, job.assignment, job.digest, setting.seed, nb)
        for one in setting.questions:
            packed = answering.answer(lambda one=one: eval(one.expression, names), one.request)
            run.answers[one.key] = __import__("base64").b64decode(packed)
        return run


@pytest.fixture(scope="session")
def registered(tmp_path_factory, project_root):
    """A gradebook that knows the notebook, to copy, since making one takes seconds; its release."""
    course = make_course(tmp_path_factory.mktemp("registered") / "course", project_root)
    release = Assignment(course, SHORT, Options()).release
    return course.root / "gradebook.db", release


@pytest.fixture
def course(tmp_path, project_root, registered) -> Course:
    course = make_course(tmp_path / "a course (1)", project_root)  # a path that needs escaping
    (course.root / "gradebook.db").write_bytes(registered[0].read_bytes())
    return course


@pytest.fixture
def submit(course, registered):
    """submit("ann", leaky_relu=source, loss=source): a submission with those cells."""
    release = registered[1]

    def submit(student, **sources):
        nb = nbformat.reads(nbformat.writes(release), as_version=4)
        for cell in nb.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = ({"leaky_relu": RIGHT, "loss": LOSS} | sources).get(grade_id, cell.source)
        path = course.notebook("submitted", student, SHORT)
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(nb, path)
        return path

    return submit


def graded(course, *students, crew=None, **options):
    """The Outcomes, by student."""
    assignment = Assignment(course, SHORT, Options(**options))
    found = list(grade(assignment, students, crew or Here()))
    return {outcome.student: outcome for outcome in found}


def test_right_and_wrong_with_verdicts_and_feedback(submit, course):
    submit("ann")
    submit("bob", leaky_relu=WRONG)
    both = graded(course, "ann", "bob")
    assert [both[name].auto_points for name in ("ann", "bob")] == [17, 12]
    verdict = both["bob"].exercises[0]
    assert (verdict.exercise, verdict.verdict) == ("vanilla_gan.leaky_relu", "wrong")
    page = (course.root / both["bob"].feedback).read_text()
    assert "wrong" in page.lower() and "0 of 5 points" in page
    assert str(both["bob"].seed) not in page


def test_nothing_is_run_again_unless_it_changed(submit, course):
    submit("ann")
    first = graded(course, "ann")["ann"]
    crew = Here()
    again = graded(course, "ann", crew=crew)["ann"]
    assert again.state == "unchanged" and crew.ran == []
    submit("ann", leaky_relu=WRONG)
    changed = graded(course, "ann", crew=crew)["ann"]
    assert changed.state == "graded" and changed.auto_points == 12
    assert [name for name, _ in crew.ran] == ["ann"]
    assert changed.seed != first.seed


def test_a_regrade_asks_the_same_questions_again(submit, course):
    submit("ann", leaky_relu=WRONG)
    first = graded(course, "ann")["ann"]
    crew = Here()
    again = graded(course, "ann", crew=crew, regrade=True)["ann"]
    assert crew.ran == [("ann", first.seed)]
    assert again.exercises == first.exercises
    assert graded(course, "ann", regrade=True, seed=5)["ann"].seed == 5


def test_what_was_run_but_not_decided_is_not_run_again(submit, course):
    submit("ann")
    submit("bob")
    graded(course, "ann", "bob", seed=9)
    for student in ("ann", "bob"):
        Records(course).outcome_file(student, SHORT).unlink()  # killed before it was written
    crew = Here()
    both = graded(course, "ann", "bob", crew=crew, seed=9)
    assert crew.ran == [] and {one.state for one in both.values()} == {"graded"}


def test_a_gradebook_that_was_lost_is_filled_again_without_running_anything(submit, course):
    submit("ann")
    first = graded(course, "ann")["ann"]
    (course.root / "gradebook.db").unlink()
    crew = Here()
    again = graded(course, "ann", crew=crew)["ann"]
    assert crew.ran == []
    assert (again.state, again.points, again.seed) == ("graded", first.points, first.seed)


def test_no_command_asks_what_an_earlier_one_has_asked(submit, course):
    """Else a student could print the questions, read them in the feedback, and hand in a table."""
    submit("ann")
    submit("bob")
    assignment = Assignment(course, SHORT, Options())
    first = next(outcome for outcome in grade(assignment, ["ann", "bob"], Here()))  # killed here
    rest = graded(course, "ann", "bob")
    assert rest["ann"].state == "unchanged"
    assert rest["bob"].seed != first.seed
    submit("cid")
    assert graded(course, "cid")["cid"].seed not in (first.seed, rest["bob"].seed)


def test_what_was_run_and_not_decided_keeps_its_questions(submit, course):
    submit("ann")
    assignment, crew = Assignment(course, SHORT, Options()), Here()
    first = graded(course, "ann")["ann"]
    assignment.records.outcome_file("ann", SHORT).unlink()  # killed between the two steps
    assert graded(course, "ann", crew=crew)["ann"].seed == first.seed
    assert crew.ran == []


def test_the_secret_is_readable_by_the_lecturer_alone(submit, course):
    submit("ann")
    list(grade(Assignment(course, SHORT, Options()), ["ann"], Here()))
    assert (course.root / "grading").stat().st_mode & 0o077 == 0


def test_a_page_that_takes_too_long_costs_the_page_only(submit, course, monkeypatch):
    submit("ann")
    submit("bob")

    def endless(course, assignment, student):
        end = time.monotonic() + 60
        while student == "ann" and time.monotonic() < end:
            pass
        return f"{student}.html"

    monkeypatch.setattr("autograder.grade.write_feedback", endless)
    monkeypatch.setattr("autograder.grade.FEEDBACK_SECONDS", 0.5)
    both = graded(course, "ann", "bob")
    assert {one.state for one in both.values()} == {"graded"}
    assert both["ann"].points == both["bob"].points > 0
    assert both["ann"].feedback is None and "took longer" in both["ann"].reason
    assert both["bob"].feedback == "bob.html"


def test_a_very_long_name_of_a_folder_is_refused_and_stops_nobody(submit, course):
    submit("b" * 250)
    submit("bob")
    both = graded(course, "b" * 250, "bob")
    assert both["bob"].state == "graded"
    assert both["b" * 250].state == "failed"
    assert "cannot be the name of a student's folder" in both["b" * 250].reason


def test_a_refused_submission_is_a_sentence_and_stops_nobody(submit, course):
    submit("ann").write_text("{")
    submit("bob")
    both = graded(course, "ann", "bob")
    assert both["ann"].state == "failed" and both["ann"].points is None
    assert f"{SHORT}.ipynb" in both["ann"].reason
    assert both["bob"].auto_points == 17


def test_a_room_that_does_not_open_leaves_it_for_the_next_time(submit, course):
    submit("ann")
    outcome = graded(course, "ann", crew=Here(SandboxError("no room")))["ann"]
    assert (outcome.state, outcome.reason, outcome.points) == ("not decided", "no room", None)
    assert graded(course, "ann")["ann"].auto_points == 17


def test_when_no_room_ever_opens_grading_gives_up(submit, course):
    names = [f"student{n}" for n in range(5)]
    for name in names:
        submit(name)
    crew = Here(SandboxError("no room"))
    with pytest.raises(CourseError, match="no room"):
        graded(course, *names, crew=crew)
    assert len(crew.ran) == 3


def test_a_disk_that_refuses_stops_grading_with_a_sentence(submit, course, monkeypatch):
    submit("ann")

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Records, "save_run", refuse)
    with pytest.raises(CourseError, match=r"No space left on device.*goes on"):
        graded(course, "ann")
    monkeypatch.undo()
    assert graded(course, "ann")["ann"].auto_points == 17


def test_students_are_chosen_by_name(submit, course):
    submit("ann")
    submit("bob")
    assert submissions(course, [SHORT], ["bob"]) == [("bob", SHORT)]
    with pytest.raises(CourseError, match="holds nothing from cid"):
        submissions(course, [SHORT], ["cid"])


def test_what_lies_elsewhere_is_named(submit, course):
    submit("ann")
    (course.root / "submitted" / "loose.ipynb").write_text("{}")
    assert misplaced(course) == ["submitted/loose.ipynb"]


def test_a_check_that_asks_nothing_cannot_be_graded(course):
    path = course.notebook("source", "", SHORT)
    nb = nbformat.read(path, as_version=4)
    for cell in nb.cells:
        cell.source = cell.source.replace('check("vanilla_gan.leaky_relu", leaky_relu)', "assert 1")
    nbformat.write(nb, path)
    with pytest.raises(CourseError, match=r"check_leaky_relu.*from outside"):
        Assignment(course, SHORT, Options())


def test_a_report_that_could_not_be_written_is_refused_before_grading(submit, course, capsys):
    submit("ann")
    arguments = ["--course", str(course.root), "grade", "--json", "no/such/folder/r.json"]
    assert main(arguments) == 2
    assert "is no folder" in capsys.readouterr().err
    assert not course.folder("autograded").exists()


def test_changed_cells_under_graded_submissions_are_refused(submit, course):
    submit("ann")
    graded(course, "ann")
    path = course.notebook("source", "", SHORT)
    nb = nbformat.read(path, as_version=4)
    nb.cells = [cell for cell in nb.cells if cell.source.count("discriminator_loss") == 0]
    nbformat.write(nb, path)
    with pytest.raises(CourseError, match="Cannot add or remove cells"):
        Assignment(course, SHORT, Options())


def test_a_slip_that_no_longer_fits_is_noticed(course, tmp_path):
    with pytest.raises(CourseError, match="slip for leaky_relu is out of date"):
        make_class(course, tmp_path / "demo", {SHORT: {"leaky_relu": ("7 * x", "8 * x")}})
