"""RESULTS.md: one section for each benchmark, replaced when that benchmark runs again."""

from __future__ import annotations

import platform
import re
from collections.abc import Sequence
from pathlib import Path

import torch

TITLE = "# Results\n\nMeasured, not promised. Each section is written by the program it names.\n"
FEATURES = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")  # those that decide a step's speed


def machine() -> str:
    """The machine in a phrase, without its name: processor, threads, torch."""
    if torch.cuda.is_available():
        return f"{torch.cuda.get_device_name()}, torch {torch.__version__}"
    features = ", ".join(_cpu_features()) or platform.machine()
    threads = torch.get_num_threads()
    return f"CPU ({features}), {threads} threads, torch {torch.__version__.split('+')[0]}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def write_section(path: Path, name: str, text: str) -> None:
    """Put text under the heading `## name`, in place of what stood there, else at the end."""
    page = path.read_text(encoding="utf-8") if path.exists() else TITLE
    section = f"## {name}\n\n{text.strip()}\n"
    there = re.compile(rf"^## {re.escape(name)}\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
    if there.search(page):
        page = there.sub(lambda _: f"{section}\n", page, count=1)
    else:
        page = f"{page.rstrip()}\n\n{section}"
    path.write_text(f"{page.rstrip()}\n", encoding="utf-8")


def _cpu_features() -> list[str]:
    """Which of FEATURES the processor has, where the system tells."""
    info = Path("/proc/cpuinfo")
    words = set(info.read_text(encoding="utf-8").split()) if info.exists() else set()
    return [feature for feature in FEATURES if feature in words]
