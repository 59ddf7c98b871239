"""What all tests share."""

import os
from pathlib import Path

import pytest

# Before anything imports matplotlib or asks for the profile: no window, and no long runs.
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("GAN_PROFILE", "smoke")


@pytest.fixture(scope="session")
def project_root() -> Path:
    return Path(__file__).resolve().parent.parent
