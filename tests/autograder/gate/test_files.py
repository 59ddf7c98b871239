"""Which files of a submission pass the gate: nothing is followed, waited for or shadowed."""

import os
import shutil
import socket

import nbformat
import pytest

from autograder.gate import SubmissionError, files, gate
from autograder.gate.timestamp import cleaned
from tests.autograder.gate.conftest import NOTEBOOK, put
from tests.tiny_course import TINY


@pytest.fixture
def handed_in(folder, nb):
    """ann's folder with an honest notebook in it."""
    nbformat.write(nb, folder / NOTEBOOK)
    return folder


def test_a_students_own_files_stay_and_nothing_is_said(handed_in, pass_gate, kept):
    own = ["helpers.py", "data/points.csv", "my pictures/Übung 1 (2).png", "a/b/c/random.py"]
    put(handed_in, *own, ".ipynb_checkpoints/x-checkpoint.ipynb", ".DS_Store", "__MACOSX/._x")
    assert pass_gate().notes == []
    assert kept().keys() == {NOTEBOOK, *own}


def test_the_same_files_give_the_same_bytes_and_others_another_digest(
    handed_in, pass_gate, kept, course
):
    put(handed_in, "helpers.py")
    first, bytes_of_first = pass_gate(), kept()
    os.utime(handed_in / "helpers.py", (1, 1))
    assert pass_gate() == first
    assert kept() == bytes_of_first
    put(handed_in, "helpers.py", data=b"y")
    assert pass_gate().digest != first.digest
    (handed_in / "helpers.py").rename(handed_in / "helpers2.py")
    put(handed_in, "helpers2.py")
    assert pass_gate().digest != first.digest
    assert not list((course.root / "gated/ann").glob(".*"))  # nothing half done is left


@pytest.mark.parametrize(
    "path",
    [
        "torch.py",
        "Torch.PY",
        "numpy/__init__.py",
        "checks/engine.py",
        "gan_utils/losses.py",
        "random.py",
        "json/x.csv",
        "sitecustomize.py",
        "lib/usercustomize.py",
        "conftest.py",
        "helpers.pyc",
        "helpers.cpython-311-x86_64-linux-gnu.so",
        "fast.so.1",
        "__pycache__/helpers.pyc",
        "paths.pth",
        "evil-1.0.dist-info/entry_points.txt",
        "evil.egg-info/entry_points.txt",
        ".ipython/profile_default/startup/a.py",
        ".jupyter/custom.js",
        ".config/x",
        ".bashrc",
        "ipython_config.py",
        "ipython_kernel_config.json",
        "jupyter_server_config.d/x.json",
        "nbgrader_config.py",
        "matplotlibrc",
        "-rf",
        "a\nb.csv",
        "a\x1b[31m.csv",
        "nul.txt",
        "COM1",
        "a*.csv",
        "back\\slash.csv",
        "end.",
        "\u202egnp.py",
        os.fsdecode(b"not-\xff-utf8.csv"),
        "1/2/3/4/5/6/7/deep.csv",
        f"{'long' * 50}.csv",
        "another.ipynb",
        "folder/third.ipynb",
    ],
)
def test_what_would_shadow_configure_or_confuse_is_left_out_with_a_note(
    handed_in, pass_gate, kept, path
):
    put(handed_in, path, "helpers.py")
    notes = pass_gate().notes
    assert len(notes) == 1, notes
    assert "left out: " in notes[0]
    assert notes[0].isprintable()
    assert kept().keys() == {NOTEBOOK, "helpers.py"}


def test_no_link_is_followed(handed_in, pass_gate, kept, tmp_path):
    secret = tmp_path / "secret"
    put(secret, "answers.py")
    (handed_in / "a.py").symlink_to(secret / "answers.py")
    (handed_in / "b").symlink_to(secret)
    (handed_in / "c").symlink_to(handed_in)
    (handed_in / "d.csv").symlink_to("nowhere")
    assert pass_gate().notes == ["files a.py, b, c, d.csv were left out: links are not followed"]
    assert kept().keys() == {NOTEBOOK}


@pytest.mark.parametrize("what", ["student", "assignment", "notebook"])
def test_a_submission_that_is_itself_a_link_is_refused(
    what, handed_in, pass_gate, tmp_path, course
):
    linked = {
        "student": handed_in.parent,
        "assignment": handed_in,
        "notebook": handed_in / NOTEBOOK,
    }[what]
    linked.rename(tmp_path / "elsewhere")
    linked.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SubmissionError, match="links are not followed"):
        pass_gate()
    assert not (course.root / "gated/ann/tiny").exists()


def test_a_lecturers_own_link_to_the_folder_of_submissions_is_fine(
    handed_in, pass_gate, tmp_path, course
):
    submitted = course.folder("submitted")
    submitted.rename(tmp_path / "elsewhere")
    submitted.symlink_to(tmp_path / "elsewhere")
    assert pass_gate().notes == []


def test_pipes_sockets_and_devices_are_never_opened(handed_in, pass_gate, kept, monkeypatch):
    monkeypatch.chdir(handed_in)  # a socket's path must be short
    os.mkfifo("pipe.csv")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("socket.csv")
    expected = "files pipe.csv, socket.csv were left out: only plain files are taken"
    try:
        assert pass_gate().notes == [expected]
    finally:
        listener.close()
    (handed_in / NOTEBOOK).unlink()
    os.mkfifo(NOTEBOOK)
    with pytest.raises(SubmissionError, match="only plain files"):
        pass_gate()


@pytest.mark.parametrize("becomes", ["link", "pipe", "gone", "linked folder"])
def test_a_file_that_changes_after_the_look_is_not_taken(
    becomes, handed_in, pass_gate, kept, monkeypatch, tmp_path
):
    put(tmp_path, "secret/points.csv", data=b"secret")
    put(handed_in, "data/points.csv")
    look = files.listing

    def listing(folder):
        found = look(folder)
        (handed_in / "data/points.csv").unlink()
        if becomes == "link":
            (handed_in / "data/points.csv").symlink_to(tmp_path / "secret/points.csv")
        elif becomes == "pipe":
            os.mkfifo(handed_in / "data/points.csv")
        elif becomes == "linked folder":
            (handed_in / "data").rmdir()
            (handed_in / "data").symlink_to(tmp_path / "secret")
        return found

    monkeypatch.setattr("autograder.gate.listing", listing)
    opened, opens = [], os.open
    monkeypatch.setattr(
        os, "open", lambda name, *args, **more: opened.append(name) or opens(name, *args, **more)
    )
    (note,) = pass_gate().notes
    assert "data/points.csv was left out" in note
    assert "points.csv" not in opened  # what a pipe or a device does when opened, nobody knows
    assert kept().keys() == {NOTEBOOK}


def test_limits_on_files(handed_in, pass_gate, kept, monkeypatch):
    put(handed_in, "large.csv", data=bytes(10_000_001))
    put(handed_in, "archive.zip", data=b"PK\x03\x04")  # never unpacked
    put(handed_in, *(f"data/{number}.csv" for number in range(205)))
    notes = pass_gate().notes
    assert "file large.csv was left out: such a file may have 10 MB" in notes
    assert any("were left out: no more than 200 files are taken" in note for note in notes)
    assert len(kept()) == 201
    assert "archive.zip" in kept()


def test_limits_on_the_whole(handed_in, pass_gate, kept):
    for number in range(6):
        put(handed_in, f"{number}.bin", data=bytes(9_900_000))
    put(handed_in, "small.csv")
    (note,) = pass_gate().notes
    assert note == "file 5.bin was left out: all files together may have 50 MB"
    assert "small.csv" in kept()


def test_a_sparse_file_of_a_terabyte_is_not_read(handed_in, pass_gate):
    with (handed_in / "sparse.bin").open("wb") as file:
        file.truncate(10**12)
    assert pass_gate().notes == ["file sparse.bin was left out: such a file may have 10 MB"]
    (handed_in / NOTEBOOK).unlink()
    (handed_in / "sparse.bin").rename(handed_in / NOTEBOOK)
    with pytest.raises(SubmissionError, match="has 1000000 MB, and 20 are read: clear its outputs"):
        pass_gate()


def test_crowds(handed_in, pass_gate, kept, monkeypatch):
    monkeypatch.setattr(files, "MOST_ENTRIES", 20)
    put(handed_in, *(f"crowd/{number}" for number in range(30)), "few/points.csv")
    (note,) = pass_gate().notes
    assert "crowd was left out" in note
    assert kept().keys() == {NOTEBOOK, "few/points.csv"}
    put(handed_in, *(f"{number}.csv" for number in range(30)))
    with pytest.raises(SubmissionError, match="the folder was not taken"):
        pass_gate()


def test_another_name_is_taken_if_it_is_the_only_notebook(handed_in, pass_gate, kept, nb):
    for name in (f"{TINY} (1).ipynb", "anna_01.ipynb", f"{TINY.upper()}.IPYNB"):
        (handed_in / NOTEBOOK).rename(handed_in / name)
        assert pass_gate().notes == [f"{name} was taken for {NOTEBOOK}"]
        assert kept().keys() == {NOTEBOOK}
        (handed_in / name).rename(handed_in / NOTEBOOK)


def test_one_folder_too_deep(handed_in, pass_gate, kept):
    put(handed_in, "notes.txt")
    put(handed_in, f"{TINY}/helpers.py", f"{TINY}/torch.py", f"{TINY}/old.ipynb")
    (handed_in / NOTEBOOK).rename(handed_in / TINY / NOTEBOOK)
    notes = pass_gate().notes
    assert f"{TINY}/{NOTEBOOK} was taken for {NOTEBOOK}" in notes
    assert any(f"{TINY}/torch.py was left out" in note for note in notes)
    assert any("notes.txt was left out: it lies outside" in note for note in notes)
    assert kept().keys() == {NOTEBOOK, "helpers.py"}  # beside the notebook, as it was


def test_several_notebooks_or_none(handed_in, pass_gate, course):
    (handed_in / NOTEBOOK).rename(handed_in / "a.ipynb")
    shutil.copy(handed_in / "a.ipynb", handed_in / "b.ipynb")
    with pytest.raises(SubmissionError, match=r"2 other notebooks: a.ipynb, b.ipynb\. Which one"):
        pass_gate()
    (handed_in / "a.ipynb").unlink()
    (handed_in / "b.ipynb").rename(handed_in / "b.txt")
    with pytest.raises(SubmissionError, match=f"no {NOTEBOOK} in .*: it holds b.txt"):
        pass_gate()
    (handed_in / "b.txt").unlink()
    with pytest.raises(SubmissionError, match="it holds nothing"):
        pass_gate()
    handed_in.rmdir()
    with pytest.raises(SubmissionError, match="is no folder that can be opened"):
        pass_gate()


def test_another_assignments_notebook_is_refused(handed_in, pass_gate, nb):
    for cell in nb.cells:
        cell.source, cell.id, cell.metadata = f"# {cell.id}", f"{cell.id}-2", {}
    nbformat.write(nb, handed_in / "02_other.ipynb")
    (handed_in / NOTEBOOK).unlink()
    with pytest.raises(SubmissionError, match=r"02_other.ipynb is there, but has few of its cells"):
        pass_gate()


def test_a_refusal_leaves_the_last_good_copy(handed_in, pass_gate, kept):
    pass_gate()
    before = kept()
    put(handed_in, NOTEBOOK, data=b"no notebook")
    with pytest.raises(SubmissionError):
        pass_gate()
    assert kept() == before


@pytest.mark.parametrize("student", ["../bob", "..", "a\nb", "-rf", "a*", ".hidden", "b/c"])
def test_names_of_students_that_are_none(student, course, release, tmp_path):
    with pytest.raises(SubmissionError, match="cannot be the name of a student's folder"):
        gate(course, student, TINY, release, tmp_path / "target")


@pytest.mark.parametrize(
    "text",
    [
        "2024-11-22 10:30:00.123456 Europe/Berlin",
        "2024-11-22 10:30:00.123456 UTC",
        "2024-11-22 10:30:00 +0000",
        "2024-11-22T10:30:00+01:00",
        "2024-11-22T10:30:00Z",
        "2024-11-22 10:30",
        "\ufeff2024-11-22 10:30:00.123456 UTC\r\n",
    ],
)
def test_a_timestamp_that_nbgrader_reads_is_kept(handed_in, pass_gate, kept, course, text):
    put(handed_in, "timestamp.txt", data=text.encode())
    assert pass_gate().notes == []
    assert kept()["timestamp.txt"].decode() == text.strip("\ufeff\r\n")
    when = course.directory.get_existing_timestamp(str(course.root / "gated/ann/tiny"))
    assert (when.year, when.month, when.day, when.minute) == (2024, 11, 22, 30)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "10",  # dateutil would add today's month and year
        "2024-11-22",
        "1999-12-31 10:00:00 UTC",
        "2101-01-02 10:00:00 UTC",
        "0001-01-01T00:00:00+23:59",
        "2024-13-22 10:00:00 UTC",
        "2024-11-22 10:00:00 /etc/passwd",
        "2024-11-22 10:00:00 ../../etc/passwd",
        "2024-11-22 10:00:00 +99999999999999999999",
        "2024-11-22 10:00:00 UTC\nand more",
        "x" * 2000,
    ],
)
def test_a_timestamp_that_is_none_is_left_out(handed_in, pass_gate, kept, text):
    put(handed_in, "timestamp.txt", data=text.encode())
    (note,) = pass_gate().notes
    assert "timestamp.txt was left out" in note
    assert "timestamp.txt" not in kept()


def test_a_timestamp_in_another_encoding_is_left_out():
    assert cleaned("2024-11-22 10:30:00 UTC".encode("utf-16")) is None
