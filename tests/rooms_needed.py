"""A mark for tests that grade in rooms: skipped where bubblewrap is absent, but never in CI."""

import os
import shutil

import pytest

needs_rooms = pytest.mark.skipif(
    shutil.which("bwrap") is None and not os.environ.get("CI"),
    reason="bubblewrap is not installed: sudo apt-get install bubblewrap",
)
