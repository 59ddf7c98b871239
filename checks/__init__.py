"""What a right answer is, and which mistake a wrong one makes.

In a notebook: `check("vanilla_gan.leaky_relu", leaky_relu)`.
On the command line: `python -m checks list` and `python -m checks try`.
"""

from __future__ import annotations

from typing import Any

import gan_utils  # noqa: F401 - before torch: it says how torch's threads wait

__all__ = ["CheckFailed", "check"]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Import on demand, so that the command line answers a misuse without waiting for torch."""
    if name in __all__:
        from checks import api

        return getattr(api, name)
    raise AttributeError(f"module 'checks' has no attribute {name!r}")
