"""In a notebook our errors are their sentence, and no stack trace."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from gan_utils.data import DataError
from gan_utils.training import CheckpointError


@pytest.mark.parametrize("error", [DataError, CheckpointError])
def test_a_notebook_shows_the_sentence_alone(error, capsys):
    shell = InteractiveShell.instance()
    try:
        shell.run_cell(
            f"from {error.__module__} import {error.__name__}\n"
            f"raise {error.__name__}('the file is truncated')"
        )
    finally:
        InteractiveShell.clear_instance()
    said = capsys.readouterr().out
    assert "the file is truncated" in said and "Traceback" not in said and "---->" not in said
