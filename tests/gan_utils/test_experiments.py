"""The experiments from the command line: one report on standard output, errors in words."""

import json
import subprocess
import sys

import numpy as np
import pytest

from gan_utils.data import rendered_cells, save_cells
from gan_utils.experiments import EXPERIMENTS, Experiment
from gan_utils.experiments.__main__ import main

QUICK = {
    "CNN": ["--cells", "200", "--epochs", "1"],
    "LABELS": ["--cells", "300", "--hand", "100", "--visits", "300"],
    "MODES": ["--steps", "20"],
    "GAN-MLP": ["--steps", "3"],
}


@pytest.fixture
def cells_file(tmp_path):
    path = tmp_path / "cells.npz"
    save_cells(path, rendered_cells(120, seed=5))
    return path


@pytest.fixture(autouse=True)
def little_to_read(monkeypatch):
    """A test set of hundreds instead of thousands, and digits in place of MNIST."""
    from gan_utils.data import rendered_digits
    from gan_utils.experiments import captchas, vanilla_gan

    monkeypatch.setattr(captchas, "TEST_CELLS", 200)
    monkeypatch.setattr(vanilla_gan, "load_mnist", lambda: rendered_digits(500))


def test_list_names_every_system(capsys):
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(EXPERIMENTS)
    assert {"CNN", "LABELS", "MODES", "GAN-MLP"} <= set(EXPERIMENTS)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_runs_and_reports_one_line(name, capsys):
    assert main(["run", name, "--json", *QUICK[name]]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    report = json.loads(out)
    assert report["id"] == name and report["seconds"] >= 0 and len(report) > 4


def test_what_an_experiment_says_on_the_way_is_no_part_of_the_report(monkeypatch, capsys):
    def run(options):
        print("halfway")
        return {"found": 7}

    noisy = Experiment("NOISY", "an experiment that talks", run, lambda parser: None)
    monkeypatch.setitem(EXPERIMENTS, "NOISY", noisy)
    assert main(["run", "NOISY", "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"id": "NOISY", "found": 7} and "halfway" in captured.err


def test_a_report_to_be_read(capsys):
    assert main(["run", "MODES", "--steps", "5"]) == 0
    assert "\nsteps    5\n" in capsys.readouterr().out


def test_cnn_on_files(cells_file, capsys):
    arguments = ["--test", str(cells_file), "--epochs", "2", "--json"]
    assert main(["run", "CNN", "--cells", "400", *arguments]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["tested_on"] == "cells.npz" and report["test_cells"] == 120
    assert report["train_cells"] == 400 and report["parameters"] == 142_102
    assert report["accuracy"] == pytest.approx(1 - report["errors"] / 120)

    assert main(["run", "CNN", "--data", str(cells_file), "--epochs", "1", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["train_cells"] == 90 and report["test_cells"] == 30  # a quarter is held out


def test_the_same_seed_gives_the_same_report(capsys):
    reports = []
    for seed in "001":
        main(["run", "CNN", "--json", "--seed", seed, *QUICK["CNN"]])
        reports.append(json.loads(capsys.readouterr().out)["loss"])
    assert reports[0] == reports[1] != reports[2]


def test_the_picture_of_an_experiment(tmp_path, capsys):
    picture = tmp_path / "samples.png"
    assert main(["run", "GAN-MLP", "--steps", "2", "--picture", str(picture)]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["run", "CNN", "--data", "absent.npz"], "There is no file absent.npz"),
        (["run", "CNN", "--test", "absent.npz"], "There is no file absent.npz"),
        (["run", "LABELS", "--cells", "100", "--hand", "100"], "leaves nothing of 100 cells"),
        (["run", "GAN-MLP", "--steps", "1", "--picture", "absent/some.png"], "absent"),
    ],
)
def test_what_cannot_be_meant_is_told_in_words(arguments, reason, capsys):
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and reason in captured.err and "Traceback" not in captured.err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["run"],
        ["run", "NOTHING"],
        ["run", "CNN", "--cells", "0"],
        ["run", "CNN", "--seed", "x"],
    ],
)
def test_wrong_calls(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2 and "error:" in capsys.readouterr().err


def test_labels_outside_the_alphabet(tmp_path, capsys):
    images = np.zeros((4, 20, 20), np.uint8)
    np.savez(tmp_path / "cells.npz", images=images, labels=np.array([1, 2, 40, 3]))
    assert main(["run", "CNN", "--test", str(tmp_path / "cells.npz")]) == 2
    assert "outside the alphabet, the first at index 2: 40" in capsys.readouterr().err


def test_as_a_program_of_its_own(cells_file):
    """Nothing but the line of JSON on standard output, whatever is said on the way."""
    command = [sys.executable, "-m", "gan_utils.experiments", "run", "CNN", "--json"]
    arguments = ["--cells", "100", "--epochs", "1", "--test", str(cells_file)]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["test_cells"] == 120 and done.stdout.count("\n") == 1
