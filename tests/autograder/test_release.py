"""The students' notebooks: generated, the same every time, and never over somebody's work."""

import nbformat
import pytest

from autograder.cli import main
from autograder.course import Course, CourseError
from autograder.release import generated, release
from tests.tiny_course import TINY, tiny_solution


def test_release_holds_no_solution_no_output_and_no_trace_of_a_run(course):
    assert release(course, TINY) == [course.notebook("release", "", TINY)]
    nb = nbformat.read(course.notebook("release", "", TINY), as_version=4)
    text = nbformat.writes(nb)
    assert "2 * x" not in text
    assert "So it is" not in text
    assert "MARK SCHEME" not in text
    assert "3.11.99" not in text
    assert "raise NotImplementedError()" in text
    assert all(not cell.get("outputs") and not cell.get("execution_count") for cell in nb.cells)
    checks = [cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("locked")]
    assert [cell.metadata["editable"] for cell in checks] == [False] * 3
    assert all(cell.metadata.nbgrader["checksum"] for cell in checks)


def test_same_source_same_bytes_and_nothing_rewritten(course):
    release(course, TINY)
    path = course.notebook("release", "", TINY)
    with generated(course, TINY) as folder:
        assert (folder / path.name).read_bytes() == path.read_bytes()
    assert release(course, TINY) == []


def test_a_run_of_the_source_elsewhere_changes_no_byte_of_the_release(course):
    release(course, TINY)
    nb = tiny_solution()
    nb.metadata["language_info"]["version"] = "3.12.1"
    nb.cells[1].metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00Z"}
    nb.cells[1].execution_count = 7
    nbformat.write(nb, course.notebook("source", "", TINY))
    assert release(course, TINY) == []


def test_release_makes_no_gradebook(course):
    release(course, TINY)
    assert not (course.root / "gradebook.db").exists()


def test_release_does_not_overwrite_answers_unless_forced(course):
    release(course, TINY)
    path = course.notebook("release", "", TINY)
    nb = nbformat.read(path, as_version=4)
    nb.cells[1].source = "def double(x):\n    return x + x"
    nbformat.write(nb, path)
    with pytest.raises(CourseError, match=r"somebody's answers \(double\)"):
        release(course, TINY)
    assert "x + x" in path.read_text()
    assert release(course, TINY, force=True) == [path]
    assert "x + x" not in path.read_text()


def test_a_source_that_cannot_be_released_says_why(course):
    nb = tiny_solution()
    nb.cells[1].source = nb.cells[1].source.replace("### END SOLUTION", "")
    nbformat.write(nb, course.notebook("source", "", TINY))
    with pytest.raises(CourseError, match=r"cannot be released: .*no end solution"):
        release(course, TINY)


def test_misuse_gets_a_sentence(course, tmp_path, capsys):
    assert main(["--course", str(course.root), "release", "02_nothing"]) == 2
    assert "no assignment '02_nothing'. The course has: 01_tiny." in capsys.readouterr().err
    assert main(["--course", str(tmp_path), "release"]) == 2
    assert "is not the course's folder" in capsys.readouterr().err


def test_a_course_without_notebooks_says_so(course):
    course.notebook("source", "", TINY).unlink()
    with pytest.raises(CourseError, match="nothing to work on"):
        Course.open(course.root).assignments()


def test_release_does_not_overwrite_prose_either(course):
    release(course, TINY)
    path = course.notebook("release", "", TINY)
    nb = nbformat.read(path, as_version=4)
    nb.cells[0].source += "\n\nMy own notes."
    nbformat.write(nb, path)
    with pytest.raises(CourseError, match="somebody's answers"):
        release(course, TINY)
    assert "My own notes." in path.read_text()


def test_opening_a_notebook_in_jupyterlab_is_no_change(course):
    release(course, TINY)
    path = course.notebook("release", "", TINY)
    nb = nbformat.read(path, as_version=4)
    nb.metadata["language_info"] = {"name": "python", "version": "3.12.1", "mimetype": "x"}
    nbformat.write(nb, path)
    assert release(course, TINY) == []


def test_a_released_file_that_is_no_notebook_is_named(course):
    release(course, TINY)
    path = course.notebook("release", "", TINY)
    path.write_text("{")
    with pytest.raises(CourseError, match="not a notebook that can be read"):
        release(course, TINY)
