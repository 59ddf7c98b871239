"""A made-up class of five, so that grading can be seen at work before anybody has submitted.

Its students are made from the solution notebooks: one perfect, one half done, one who handed in the
release as it came, one with a slip in every exercise, and one whose right answers make noise.
"""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from autograder.course import CONFIG_NAME, Course, CourseError
from autograder.deciding.written import BLANKS
from autograder.release import generated

Slips = Mapping[str, tuple[str, str]]

# Per notebook, for each cell to complete: a piece of its solution, and what it is mistaken for.
SLIPS: dict[str, Slips] = {
    "01_nn_basics": {
        "layer": ("x @ weight + bias", "x @ weight - bias"),
        "layer_with_ones": ("[x, ones]", "[ones, x]"),
        "carry_bias": ("carried[n_in, n_out] = 1", "carried[:, n_out] = 1"),
        "sigmoid": ("(x >= 0, 1, small)", "(x < 0, 1, small)"),
        "cross_entropy": (".mean()", ".sum()"),
        "leaky_relu_backward": ("(x > 0, upstream", "(upstream > 0, upstream"),
        "numerical_gradient": ("/ (2 * h)", "/ h"),
        "backward": ("    d_scores /= len(x)\n", ""),
        "count_parameters": ("n_in * n_out + n_out", "n_in * n_out"),
        "momentum_step": ("+ gradient", "+ (1 - momentum) * gradient"),
        "rmsprop_step": ("np.sqrt(square) + eps", "square + eps"),
        "adam_step": ("mean / (1 - beta1**step)", "mean"),
        "train_on_moons": ("range(1, steps + 1)", "range(1, 2)"),
        "autograd_backward": ("F.cross_entropy(scores,", "F.cross_entropy(scores.softmax(1),"),
        "batch_norm": ("if training:", "if True:"),
        "layer_norm": ("dim=-1", "dim=0"),
    },
    "02_cnn_captcha": {
        "conv2d_loops": ("* kernel", "* kernel[::-1, ::-1]"),
        "output_size": ("2 * padding", "padding"),
        "patches": ("i * stride, j * stride", "i, j"),
        "conv2d": (" + bias[:, None]", ""),
        "conv2d_weight_gradient": (".sum(0)", ".mean(0)"),
        "conv2d_input_gradient": ("+= stamp", "= stamp"),
        "conv_transpose2d": ("- 2 * padding", "+ 2 * padding"),
        "max_pool": (".amax(", ".mean("),
        "max_pool_backward": ("+= winner", "= winner"),
        "cut_cells": (
            "torch.stack(images.split(20, dim=3), dim=1).flatten(0, 1)",
            "images.reshape(-1, 1, 20, 20)",
        ),
        "recogniser": ("nn.Linear(500, 32),", "nn.Linear(500, 32),\n        nn.Softmax(dim=1),"),
        "confusion_matrix": ("labels * classes + predictions", "predictions * classes + labels"),
        "suspicious_labels": (" & (sureness > 0.9)", ""),
    },
    "03_vanilla_gan": {
        "leaky_relu": ("x > 0", "x < 0"),
        "sample_noise": ("2 * torch.rand", "torch.rand"),  # in [-1, 0)
        "discriminator": ("nn.Linear(256, 1),", "nn.Linear(256, 1), nn.Sigmoid(),"),
        "generator": ("nn.Tanh()", "nn.Sigmoid()"),
        "discriminator_loss": ("on_real + on_fake", "on_real - on_fake"),
        "generator_loss": ("torch.ones_like", "torch.zeros_like"),
        "optimizers": ("(0.5, 0.999)", "(0.9, 0.999)"),
        "discriminator_step": ("    optimizer.zero_grad()\n", ""),
        "generator_step": ("    optimizer.zero_grad()\n", ""),
        "train_on_ring": ("trange(steps,", "trange(1,"),
    },
}

# What only the author's notebook holds: the lines around a solution, and the whole mark scheme.
AUTHORS_MARKS = re.compile(
    r"=== BEGIN MARK SCHEME ===.*?=== END MARK SCHEME ===|^\*Mark scheme\.\*[^\n]*"
    r"|^[^\n]*(?:BEGIN|END) SOLUTION[^\n]*\n?",
    re.DOTALL | re.MULTILINE,
)

NOISE = """
import functools as _functools, logging as _logging, sys as _sys, warnings as _warnings
from tqdm import tqdm as _tqdm


def _noisy(function, calls=[]):
    @_functools.wraps(function)
    def call(*args, **kwargs):
        if len(calls) < 20:
            calls.append(1)
            _warnings.warn(f"noise: a warning from {function.__name__}, call {len(calls)}")
            _logging.warning("noise: a log line")
            print("noise: a print")
            print("noise: a print on stderr", file=_sys.stderr)
            for _ in _tqdm(range(3), desc="noise: a bar"):
                pass
        return function(*args, **kwargs)

    return call


"""


def make_class(course: Course, root: Path, slips: Mapping[str, Slips] = SLIPS) -> Course:
    """A course of its own in `root` (emptied first): the same notebooks, and five submissions each.

    Its gradebook, feedback and all else lie in `root` too, away from a real class's.
    Raises CourseError if a slip's piece is not in the solution it belongs to.
    """
    assignments = course.assignments()
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    shutil.copy(course.root / CONFIG_NAME, root)
    demo = course.at(root)
    for assignment in assignments:
        source = course.notebook("source", "", assignment)
        shutil.copytree(source.parent, demo.folder("source", "", assignment))
        with generated(course, assignment) as release:
            blank = nbformat.read(release / source.name, as_version=4)
        answers = _answers(nbformat.read(source, as_version=4))
        for student, nb in _students(blank, answers, slips.get(assignment, {})).items():
            path = demo.notebook("submitted", student, assignment)
            path.parent.mkdir(parents=True)
            nbformat.write(nb, path)
    return demo


def _students(
    blank: NotebookNode, answers: dict[str, str], slips: Slips
) -> dict[str, NotebookNode]:
    """The five students' notebooks, by student."""
    code = [key for key in answers if key in _code_exercises(blank)]
    half = set(code[: (len(code) + 1) // 2])
    noisy = {key: _noisy(text) if key in code else text for key, text in answers.items()}

    def slip(key: str) -> str | None:
        if key not in slips:
            return None
        right, wrong = slips[key]
        if right not in answers[key]:
            raise CourseError(
                f"The slip for {key} is out of date: its solution no longer holds {right!r}."
            )
        return answers[key].replace(right, wrong)

    return {
        "blank": blank,
        "half_done": _answered(blank, lambda key: answers[key] if key in half else None),
        "noisy": _written(_answered(blank, lambda key: noisy[key])),
        "perfect": _written(_answered(blank, lambda key: answers[key])),
        "wrong": _answered(blank, slip),
    }


def _answers(solution: NotebookNode) -> dict[str, str]:
    """The source of every cell to complete, as a student would write it, by the cell's id."""
    return {
        cell.metadata.nbgrader["grade_id"]: AUTHORS_MARKS.sub("", cell.source).rstrip()
        for cell in solution.cells
        if is_solution(cell)
    }


def _code_exercises(nb: NotebookNode) -> set[str]:
    return {
        cell.metadata.nbgrader["grade_id"]
        for cell in nb.cells
        if is_solution(cell) and cell.cell_type == "code" and not is_grade(cell)
    }


def _answered(blank: NotebookNode, answer: Callable[[str], str | None]) -> NotebookNode:
    """A copy of `blank` where each cell to complete holds `answer(id)`, or its stub for None."""
    nb = nbformat.from_dict(blank)
    nb = nbformat.reads(nbformat.writes(nb), as_version=4)
    for cell in nb.cells:
        if is_solution(cell):
            cell.source = answer(cell.metadata.nbgrader["grade_id"]) or cell.source
    return nb


def _written(nb: NotebookNode) -> NotebookNode:
    """The notebook with something under each written question, for a marker; changed in place."""
    for cell in nb.cells:
        if cell.cell_type == "markdown" and cell.source.strip() in BLANKS:
            cell.source = "An answer in the student's own words."
    return nb


def _noisy(source: str) -> str:
    """`source` with each of its top-level functions wrapped to make noise when called."""
    names = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    wrapped = "".join(f"{name} = _noisy({name})\n" for name in names)
    return f"{NOISE.strip()}\n\n\n{source}\n\n{wrapped}"
