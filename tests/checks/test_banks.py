"""Every known answer is judged as it should be: on the stored cases, and on cases never seen."""

import io
import re
import zipfile

import nbformat
import numpy as np
import pytest
import torch

from checks import bank, build
from checks.catalogue import COURSE, EXERCISES
from checks.judge import CRASHED, RIGHT, WRONG, judge, judge_measured
from checks.observe import Seen, ask

SEED = 20_250  # of cases that no one tuned the banks to
# A machine's own arithmetic may round otherwise than the one that built the files.
ELSEWHERE = 1e-4
pytestmark = pytest.mark.filterwarnings("ignore")  # the answers' own, as for a student


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module", params=COURSE, ids=lambda e: e.name)
def exercise(request):
    return request.param


@pytest.fixture(scope="module", params=["stored", "fresh"])
def cases(request, exercise):
    return bank.stored(exercise) if request.param == "stored" else bank.build(exercise, SEED)


def report_on(exercise, cases, answer):
    inputs = [case.inputs for case in cases.cases]
    return judge(exercise, cases, ask(exercise.probe, answer, inputs, exercise.seconds))


def test_the_reference_earns_all_points(exercise, cases):
    report = report_on(exercise, cases, exercise.reference)
    assert (report.verdict, report.points) == (RIGHT, exercise.points), report.message


def test_every_variant_earns_all_points(exercise, cases):
    assert len(exercise.variants) >= 5
    for name, answer in exercise.variants.items():
        report = report_on(exercise, cases, answer)
        assert (report.verdict, report.points) == (RIGHT, exercise.points), f"{name}: {report}"


def test_every_known_wrong_answer_is_named(exercise, cases):
    assert len(exercise.mistakes) >= 8
    for j, (known, i) in enumerate(bank.named(exercise)):
        # judged from the bank's own observations, which were made by the same probe
        report = judge_measured(exercise, cases, [Seen(one) for one in cases.known[j]])
        told = f"{known.name}[{i}]: {report.verdict}, {report.points} points, {report.diagnosis}"
        assert 0 <= report.points < exercise.points, told
        assert report.diagnosis == known.name, told
        assert known.says.split("\n")[0][:40] in report.message, told
        assert report.verdict in ((WRONG, CRASHED) if known.is_mistake else (RIGHT,)), told
        assert known.is_mistake or report.points > 0, told


def test_a_mistake_run_now_is_what_the_bank_says(exercise):
    cases = bank.stored(exercise)
    names = [known.name for known, _ in bank.named(exercise)]
    known = exercise.known[names[0]]
    report = report_on(exercise, cases, known.answers[0])
    assert (report.verdict in (WRONG, CRASHED), report.diagnosis) == (True, known.name)


def test_stored_cases_are_those_of_the_builder(exercise, tmp_path):
    stored = bank.path(exercise)
    fresh = build.write(exercise, tmp_path)
    if fresh.read_bytes() == stored.read_bytes():
        return
    with np.load(stored, allow_pickle=False) as a, np.load(fresh, allow_pickle=False) as b:
        assert list(a) == list(b)
        for key in a:
            if ".input." in key or a[key].dtype.kind == "U":
                assert np.array_equal(a[key], b[key]), key
            elif ".known" not in key:
                np.testing.assert_allclose(a[key], b[key], rtol=ELSEWHERE, atol=1e-6, err_msg=key)


@pytest.mark.parametrize("name", ["leaky_relu", "discriminator_step"])
def test_a_second_build_repeats_bit_for_bit(name, tmp_path):
    exercise = EXERCISES[f"vanilla_gan.{name}"]
    first = build.write(exercise, tmp_path / "a")
    assert build.write(exercise, tmp_path / "b").read_bytes() == first.read_bytes()


def test_stored_files_hold_no_pickles(exercise):
    with zipfile.ZipFile(bank.path(exercise)) as archive:
        for member in archive.namelist():
            with archive.open(member) as file:
                array = np.lib.format.read_array(io.BytesIO(file.read()), allow_pickle=False)
            assert array.dtype.kind in "biufU", member


def test_pack_and_unpack_are_inverse(exercise):
    cases = bank.stored(exercise)
    again = bank.unpack(bank.pack(cases), exercise)
    assert [case.title for case in again.cases] == [case.title for case in cases.cases]
    for one, other in zip(again.known, cases.known, strict=True):
        for mine, theirs in zip(one, other, strict=True):
            if isinstance(mine, dict):
                assert all(np.array_equal(mine[k], theirs[k], equal_nan=True) for k in theirs)
            else:
                assert mine.key == theirs.key


def test_every_section_named_is_one_of_the_notebook(exercise, project_root):
    (notebook,) = project_root.glob(f"solutions/*_{exercise.name.partition('.')[0]}/*.ipynb")
    cells = nbformat.read(notebook, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    sections = set(re.findall(r"^#+ (.+)$", text, re.MULTILINE))
    assert {exercise.see, *(k.see for k in exercise.known.values() if k.see)} <= sections
