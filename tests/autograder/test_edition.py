"""The student edition works, and holds no answer."""

import base64
import importlib
import json
import subprocess
import sys
import sysconfig

import nbformat
import pytest

from autograder.course import CourseError
from autograder.deciding import questions
from autograder.running import edition
from checks import bank, wire
from checks.catalogue import EXERCISES, find
from checks.judge import judge_received
from checks.recipes import recipe

SEED = 11
PACKAGES = sysconfig.get_path("purelib")
# In a process without site-packages' .pth files, so that the project itself is not to be found.
ALONE = """
import importlib, json, sys
sys.path[:0] = [sys.argv[1]]
sys.path.append(sys.argv[2])
told = json.load(sys.stdin)
"""
REFERENCES = """
from pathlib import Path
root, raised = Path(sys.argv[1]), {}
for file in sorted(root.rglob("*.py")):
    parts = file.relative_to(root).with_suffix("").parts
    importlib.import_module(".".join(p for p in parts if p != "__init__"))
for name in told:
    module, _, function = name.rpartition(".")
    try:
        getattr(sys.modules[module], function)(1, 2)
    except Exception as error:
        raised[name] = f"{type(error).__name__}: {error}"
ours = [n for n in sys.modules if n.split(".")[0] in ("checks", "gan_utils", "autograder")]
files = [sys.modules[name].__file__ for name in ours]
try:
    import autograder
except ImportError:
    autograder = None
print(json.dumps({"raised": raised, "files": files, "autograder": autograder is not None}))
"""
ANSWERS = """
import torch
from checks import answering, check

def leaky_relu(x, slope=0.01):
    return x.clamp(min=0) + slope * x.clamp(max=0)

def sample_noise(batch_size, dim):
    return torch.rand(batch_size, dim) - torch.rand(batch_size, dim)

def discriminator_loss(real_scores, fake_scores):
    from gan_utils.losses import minimax_d
    return minimax_d(real_scores, fake_scores)

check("vanilla_gan.leaky_relu", leaky_relu)
scope = globals()
for name, request in told.items():
    expression = name.rpartition(".")[2]
    print("answer", name, answering.answer(lambda: eval(expression, scope), request))
"""

CELLS = """
import traceback
failed, scope = {}, {"__name__": "__main__"}
for cell, source in told["cells"]:
    try:
        exec(compile(source, cell, "exec"), scope)
    except Exception:
        failed[cell] = traceback.format_exc()
for expression in told["expressions"]:
    assert callable(eval(expression, scope)), expression
print("\\n" + json.dumps(failed))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target = tmp_path_factory.mktemp("edition") / "edition"
    edition.build("03_vanilla_gan", EXERCISES, target)
    return target


def alone(folder, code, told):
    """What a Python prints that has nothing of the course but the edition."""
    done = subprocess.run(
        [sys.executable, "-B", "-I", "-S", "-c", ALONE + code, str(folder), PACKAGES],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def references():
    return sorted({name for e in EXERCISES.values() for name in e.references})


@pytest.mark.parametrize("name", references())
def test_every_reference_exists(name):
    module, _, function = name.rpartition(".")
    assert callable(getattr(importlib.import_module(module), function))


def test_every_exercise_says_what_gives_it_away():
    assert all(exercise.references for exercise in EXERCISES.values())


def test_there_is_nothing_but_what_a_room_needs(folder):
    there = {path.relative_to(folder / "checks").parts[0] for path in folder.glob("checks/**/*.py")}
    assert there == {"__init__.py", *edition.ASKED}
    assert not [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".py"]


@pytest.mark.parametrize(
    "answer",
    [
        "softplus",
        "torch.where(x > 0",
        "2 * unit - 1",
        "nn.Linear(784, 256)",
        "nn.Linear(1024, 784)",
        "0.999",
        "optimizer.step()\n    return value",
        "smooth_ring",
        "carried[n_in, n_out]",
        "d_scores /= len(x)",
        "gaps[1] < gaps[0]",
        "2 * LEVELS - 1",
    ],
)
def test_no_answer_is_written_anywhere(folder, project_root, answer):
    def holders(*roots):
        files = [file for root in roots for file in root.rglob("*.py")]
        return [file for file in files if answer in file.read_text()]

    assert holders(project_root / "gan_utils", project_root / "checks"), "nothing to look for"
    assert not holders(folder)


def test_every_module_imports_and_every_reference_raises(folder):
    found = json.loads(alone(folder, REFERENCES, references()))
    assert found["raised"].keys() == set(references())
    for name, said in found["raised"].items():
        assert said.startswith(f"PlainError: {name} gives away the answer to "), said
    assert found["files"] and all(file.startswith(str(folder)) for file in found["files"])
    assert not found["autograder"]


def test_questions_are_answered_in_it_and_judged_outside(folder):
    names = ("leaky_relu", "sample_noise", "discriminator_loss", "generator_loss")
    exercises = {name: find(f"vanilla_gan.{name}") for name in names}
    banks = {name: bank.build(exercise, SEED) for name, exercise in exercises.items()}
    requests = {}
    for name, exercise in exercises.items():
        inputs = [case.inputs for case in banks[name].cases]
        data = wire.pack_request(recipe(exercise.probe), inputs, exercise.seconds)
        requests[exercise.name] = base64.b64encode(data).decode()
    lines = alone(folder, ANSWERS, requests).splitlines()
    assert lines[0] == "vanilla_gan.leaky_relu: asked by the grader."
    reports = {}
    for name, line in zip(names, lines[1:], strict=True):
        data = base64.b64decode(line.split()[2])
        reports[name] = judge_received(exercises[name], banks[name], data)
    verdicts = {name: (report.verdict, report.points) for name, report in reports.items()}
    assert verdicts == {
        "leaky_relu": ("right", 5),
        "sample_noise": ("wrong", 0),
        "discriminator_loss": ("crashed", 0),
        "generator_loss": ("crashed", 0),
    }
    assert "gives away the answer" in reports["discriminator_loss"].message
    assert "name 'generator_loss' is not defined" in reports["generator_loss"].message


@pytest.mark.parametrize("name", ["01_nn_basics", "02_cnn_captcha", "03_vanilla_gan"])
def test_a_notebook_runs_in_its_own_without_the_cells_for_the_desk(name, project_root, tmp_path):
    """No other cell needs what is taken away, and no graded one what a cell for the desk makes."""
    nb = nbformat.read(project_root / "solutions" / name / f"{name}.ipynb", as_version=4)
    exercises = [one for found in questions.exercises_of(nb).values() for one, _ in found]
    folder = tmp_path / "edition"
    edition.build(name, exercises, folder)
    cells = [
        # two steps of training are enough to see that it runs
        (cell.id, cell.source.replace("steps: int = 2_000", "steps: int = 2"))
        for cell in nb.cells
        if cell.cell_type == "code" and "desk" not in cell.metadata.get("tags", [])
    ]
    asked = questions.exercises_of(nb).values()
    expressions = [expression for found in asked for _, expression in found]
    printed = alone(folder, CELLS, {"cells": cells, "expressions": expressions})
    assert json.loads(printed.splitlines()[-1]) == {}


def test_only_what_the_assignment_asks_is_taken_away(tmp_path, project_root):
    edition.build("small", ["vanilla_gan.leaky_relu"], tmp_path)
    copy, own = tmp_path / "gan_utils", project_root / "gan_utils"
    assert (copy / "losses.py").read_bytes() == (own / "losses.py").read_bytes()
    assert "gives away" in (copy / "layers.py").read_text()


def test_the_same_sources_give_the_same_edition(folder, tmp_path):
    edition.build("03_vanilla_gan", reversed(EXERCISES), tmp_path / "again")
    assert edition.digest(tmp_path / "again") == edition.digest(folder)
    (tmp_path / "again" / "gan_utils" / "errors.py").write_text("")
    assert edition.digest(tmp_path / "again") != edition.digest(folder)


def test_a_reference_that_is_not_there_stops_the_lecturer(tmp_path, monkeypatch):
    exercise = find("vanilla_gan.leaky_relu")
    for name in ("gan_utils.layers.gone", "gan_utils.nowhere.leaky_relu"):
        monkeypatch.setattr(exercise, "references", (name,))
        with pytest.raises(CourseError, match=r"reference.*gan_utils"):
            edition.build("small", [exercise.name], tmp_path)
