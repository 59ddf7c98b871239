"""All attacks: by theme, and by name."""

from __future__ import annotations

from tests.journeys.cheats import (
    asked,
    delays,
    files,
    leaks,
    machine,
    notebooks,
    quality,
    readers,
    references,
    rights,
    runaways,
    verdicts,
    wire,
)
from tests.journeys.cheats.submission import Entries

THEMES: dict[str, Entries] = {
    "fake the verdict": verdicts.ATTACKS,
    "act when asked": asked.ATTACKS,
    "forge what is sent back": wire.ATTACKS,
    "meet a measure without the work": quality.ATTACKS,
    "find the answers": references.ATTACKS,
    "look out of the room": leaks.ATTACKS,
    "change the notebook": notebooks.ATTACKS,
    "hand in other files": files.ATTACKS,
    "wreck the machine": machine.ATTACKS,
    "never end, or end too soon": runaways.ATTACKS,
    "keep the grader busy": delays.ATTACKS,
    "take more rights": rights.ATTACKS,
    "harm who reads the results": readers.ATTACKS,
}

ATTACKS = Entries()
for theme, entries in THEMES.items():
    assert not ATTACKS.keys() & entries.keys(), f"a name twice, the second to {theme}"
    ATTACKS.update(entries)
