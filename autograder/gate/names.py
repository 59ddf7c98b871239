"""Which files of a submission stay out of the room, by their names alone."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import PurePosixPath

LONGEST_PATH = 200

SILENTLY = ""  # the reason for what every machine leaves behind, and nobody misses
HIDDEN = "hidden files are not taken"
UNSAFE = "such names are trouble on some machine: use letters, digits and . _ - only"
COMPILED = "compiled code and installed packages are not taken"
STARTS = "Python runs what is in such files (save weights as .pt)"
CONFIGURES = "such a file changes how Python or Jupyter starts"
SHADOWS = "a module of that name exists already and would be hidden: rename it, and its import"
TOO_LONG = f"a path may have {LONGEST_PATH} characters"

LITTER = {".ipynb_checkpoints", ".ds_store", "__macosx", "thumbs.db", "desktop.ini"}
BINARIES = re.compile(
    r"__pycache__|site-packages|.*\.(py[cod]|so(\.\d+)*|dll|dylib|egg|egg-link|whl)"
    r"|.*\.(egg|dist)-info"
)
SETTINGS = re.compile(
    r"(sitecustomize|usercustomize|conftest)(\.py)?|pyvenv\.cfg|matplotlibrc"
    r"|(ipython|ipykernel|jupyter|nbgrader|nbconvert|traitlets)\w*config\w*(\.d|\.py|\.json)?"
)
# Of DOS and its heirs: devices, whatever the suffix.
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def unfit(name: str) -> str | None:
    """Why a file or folder of this name is left out wherever it lies; None if it may stay."""
    folded = name.casefold()
    if folded in LITTER:
        return SILENTLY
    if is_unsafe(name) or RESERVED.fullmatch(folded):
        return UNSAFE
    if BINARIES.fullmatch(folded):
        return COMPILED
    if folded.endswith((".pth", "._pth")):
        return STARTS
    if SETTINGS.fullmatch(folded):
        return CONFIGURES
    if name.startswith("."):
        return HIDDEN
    return None


def misleads(path: str) -> str | None:
    """Why a file at this path, beside the notebook, is left out; None if it may stay."""
    if len(path) > LONGEST_PATH:
        return TOO_LONG
    parts = PurePosixPath(path).parts
    top = parts[0].casefold()
    module = top.removesuffix(".py") if len(parts) == 1 else top
    is_importable = len(parts) > 1 or top.endswith(".py")
    return SHADOWS if is_importable and module in importable() else None


@cache
def importable() -> frozenset[str]:
    """The names of all modules that a notebook may import, in lower case."""
    ours = {"autograder", "checks", "gan_utils"}
    names = sys.stdlib_module_names | packages_distributions().keys() | ours
    return frozenset(name.casefold() for name in names)


def is_unsafe(name: str) -> bool:
    """Whether a name could be taken for something else: an option, a pattern, another path."""
    return (
        name.startswith(("-", " "))
        or name.endswith((".", " "))
        or any(letter in '/\\<>:"|?*\u2028\u2029' for letter in name)
        # control and format characters, undefined ones, and bytes that are no UTF-8
        or any(unicodedata.category(letter)[0] == "C" for letter in name)
    )
