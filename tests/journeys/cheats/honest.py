"""Honest submissions, tidy and untidy: what they solved they must get, to the point."""

from __future__ import annotations

import codecs
import json
from copy import deepcopy

from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.journeys.cheats.submission import NOTEBOOK, POINTS, Entries, Submission

HONEST = Entries()
honest = HONEST.add

ALL = tuple(POINTS)
# Training on the ring takes seconds: most leave it out, so that the class is graded in minutes.
MOST = tuple(name for name in POINTS if name != "ring_generator")


def _most(tries: str, **what: object):
    return honest(tries, earns=MOST, refused=False, **what)


@honest("everything right", earns=ALL, refused=False)
def perfect(s: Submission) -> None:
    s.solve_all()


@honest("the release as it came", refused=False)
def blank(s: Submission) -> None:
    pass


@_most("warnings, logging, stderr and a progress bar in every answer")
def noisy(s: Submission) -> None:
    s.solve(*MOST)
    s.start("""
        import functools, logging, sys, warnings
        from tqdm import tqdm
        def noisy(function):
            @functools.wraps(function)
            def call(*args, **named):
                warnings.warn(f"a warning from {function.__name__}")
                logging.warning("a log line")
                print("a print on stderr", file=sys.stderr)
                for _ in tqdm(range(3), desc="a bar"):
                    print("a print")
                return function(*args, **named)
            return call
    """)
    for name in MOST:
        s.after(name, f"{name} = noisy({name})")


@_most("five megabytes of prints in a cell, a little in every answer")
def verbose(s: Submission) -> None:
    s.solve(*MOST)
    s.start("for i in range(50_000):\n    print(i, 'x' * 95)")
    s.after("leaky_relu", "print(leaky_relu(torch.randn(50, 50)))")


@_most("cells that take their time")
def slow(s: Submission) -> None:
    s.solve(*MOST)
    s.start("import time\ntime.sleep(4)")


@_most("answers written as classes, partials, lambdas and decorated functions")
def unusual(s: Submission) -> None:
    s.solve(*MOST)
    s.after("leaky_relu", "import functools\nleaky_relu = functools.partial(leaky_relu)")
    s.put(
        "discriminator",
        """
        class discriminator(nn.Module):
            def __init__(self):
                super().__init__()
                self.a, self.b, self.c = nn.Linear(784, 256), nn.Linear(256, 256), nn.Linear(256, 1)
            def forward(self, x):
                x = nn.functional.leaky_relu(self.a(x.flatten(1)), 0.01)
                return self.c(nn.functional.leaky_relu(self.b(x), 0.01))
        """,
    )
    s.put(
        "generator_loss",
        "generator_loss = lambda fake_scores: nn.functional.softplus(-fake_scores).mean()",
    )
    s.put(
        "discriminator_loss",
        """
        class Loss:
            def __call__(self, real_scores, fake_scores):
                softplus = nn.functional.softplus
                return softplus(-real_scores).mean() + softplus(fake_scores).mean()
        discriminator_loss = Loss()
        """,
    )


@_most("magics, shell commands, plots, extra cells")
def magics(s: Submission) -> None:
    s.solve(*MOST)
    s.start("%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2, 3]);")
    s.start("!ls -la\n!echo hello")
    s.start("%%time\nx = torch.randn(10)")
    s.start("%timeit -n 1 -r 1 torch.randn(10)")
    s.start("%load_ext autoreload\n%autoreload 2\n%precision 3\n%who")
    s.cell("leaky_relu").source = "%%time\n" + s.cell("leaky_relu").source


@_most("seeds, global settings and deleted variables; warnings are errors")
def global_state(s: Submission) -> None:
    s.solve(*MOST)
    s.start("""
        import random, warnings, numpy as np
        warnings.simplefilter("error")
        torch.manual_seed(1); random.seed(1); np.random.seed(1)
        torch.set_printoptions(precision=2)
        torch.use_deterministic_algorithms(True)
        torch.set_num_threads(1)
        a = 1
        del a
    """)


@_most("float64 as the default type, and gradients switched off")
def other_defaults(s: Submission) -> None:
    s.solve(*MOST)
    s.before(
        "check_leaky_relu", "torch.set_grad_enabled(False)\ntorch.set_default_dtype(torch.float64)"
    )


@_most("helpers in a file beside the notebook, and data")
def helpers_beside(s: Submission) -> None:
    s.solve(*MOST)
    s.file(
        "my_helpers.py", "def leaky(x, slope):\n    return x.clamp(min=0) + slope * x.clamp(max=0)"
    )
    s.file("data/notes.csv", "a,b\n1,2")
    s.file("photo.png", b"\x89PNG\r\n\x1a\n")
    s.put(
        "leaky_relu",
        "from my_helpers import leaky\ndef leaky_relu(x, slope=0.01):\n    return leaky(x, slope)\n"
        "assert open('data/notes.csv').read()",
    )


@_most("its own checks, one of them named check, and files written while it runs")
def own_checks(s: Submission) -> None:
    s.solve(*MOST)
    s.after(
        "leaky_relu",
        """
        def check(name, answer):
            print(name, answer)
        assert leaky_relu(torch.tensor(-1.0)) == -0.01
        with open("log.txt", "w") as file:
            file.write("it works")
        """,
    )


@_most("a cell that fails between the exercises, and one that is interrupted by an assert")
def errors_between(s: Submission) -> None:
    s.solve(*MOST)
    s.before("sample_noise", "1 / 0")
    s.before("generator", "assert False, 'I wonder why'")
    s.before("optimizers", "this is no Python")
    s.before("generator_step", "undefined_name")


@honest(
    "three right, the others not attempted",
    earns=("leaky_relu", "sample_noise", "discriminator_loss"),
    refused=False,
)
def three_of_ten(s: Submission) -> None:
    s.solve("leaky_relu", "sample_noise", "discriminator_loss")


@honest(
    "a syntax error in one answer",
    earns=tuple(name for name in MOST if name != "generator"),
    refused=False,
)
def syntax_error(s: Submission) -> None:
    s.solve(*MOST)
    s.put("generator", "def generator(latent_dim=96:\n    return nn.Sequential(")


@honest(
    "half points: noise that ignores what it is asked for, a loss in float32 only",
    earns=("leaky_relu",),
    partly={"sample_noise": 5.0},
    refused=False,
)
def partly_right(s: Submission) -> None:
    s.solve("leaky_relu")
    s.body("sample_noise", "return 2 * torch.rand(batch_size, dim) - 1")


@_most("a graded cell deleted by accident")
def cell_deleted(s: Submission) -> None:
    s.solve(*MOST)
    s.nb.cells.remove(s.cell("check_generator_loss"))


@_most("a cell copied by accident, answer and check")
def cell_copied(s: Submission) -> None:
    s.solve(*MOST)
    for grade_id in ("generator_loss", "check_generator_loss"):
        at = s.place(grade_id)
        s.nb.cells.insert(at + 1, deepcopy(s.nb.cells[at]))


@honest(
    "an exercise's cell deleted by accident",
    earns=tuple(name for name in MOST if name != "optimizers"),
    refused=False,
)
def answer_deleted(s: Submission) -> None:
    s.solve(*MOST)
    s.nb.cells.remove(s.cell("optimizers"))


@_most("cells split and added: the answer stands in a cell of its own")
def answer_elsewhere(s: Submission) -> None:
    s.solve(*MOST)
    answer = s.cell("generator_loss").source
    s.put("generator_loss", "# see below")
    s.before("check_generator_loss", answer)


@_most("written answers in many scripts, with formulas and tables")
def many_scripts(s: Submission) -> None:
    s.solve(*MOST)
    text = "Ответ: потеря равна $2\\log 2$. 判别器 🎲 عربي é ﬁ\u00a0\u200b\n\n"
    text += "| a | b |\n|---|---|\n| $x$ | 1 |"
    for cell in s.nb.cells:
        if cell.source == "*Write your answer here.*":
            cell.source = text
    s.nb.cells.append(
        new_markdown_cell("<b>bold</b> and <details><summary>more</summary>x</details>")
    )


@_most("the notebook under the name that a browser gave it")
def renamed(s: Submission) -> None:
    s.solve(*MOST)
    s.raw(s.text().encode(), f"{NOTEBOOK} (1).ipynb")


@_most("saved by an older Jupyter: format 4.4, without cell ids")
def older_format(s: Submission) -> None:
    s.solve(*MOST)
    book = json.loads(s.text())
    book["nbformat_minor"] = 4
    for cell in book["cells"]:
        del cell["id"]
    s.raw(json.dumps(book).encode())


@_most("a file with a mark at its start, line ends of Windows, and no last one")
def windows_file(s: Submission) -> None:
    s.solve(*MOST)
    book = json.loads(s.text())
    for cell in book["cells"]:
        text = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        cell["source"] = text.replace("\n", "\r\n")
    text = json.dumps(book, indent=1).replace("\n", "\r\n")
    s.raw(codecs.BOM_UTF8 + text.encode())


@_most("executed outputs, execution counts and metadata of tools are left in")
def worked_in(s: Submission) -> None:
    s.solve(*MOST)
    s.nb.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    s.nb.metadata["vscode"] = {"interpreter": {"hash": "x"}}
    for number, cell in enumerate(s.nb.cells):
        cell.metadata["collapsed"] = True
        cell.metadata["tags"] = ["my-tag"]
        if cell.cell_type == "code":
            cell.execution_count = 100 - number


@_most("a name with accents, blanks and an apostrophe", student="María José O'Brien")
def accents(s: Submission) -> None:
    s.solve(*MOST)


@_most("hundreds of cells of trials and notes")
def many_trials(s: Submission) -> None:
    s.solve(*MOST)
    for number in range(150):
        s.nb.cells.append(new_code_cell(f"trial_{number} = {number}"))
        s.nb.cells.append(new_markdown_cell(f"Trial {number} did not work."))
