"""What passes between a grader and a room: questions in, observations out, as plain arrays.

Both are npz files; observations are an uncompressed one, with a text beside the arrays of each
case. Who reads observations gets them from a stranger, so every length, name and type is looked at
before anything is made from it, and nothing is unpickled.
"""

from __future__ import annotations

import io
import json
import math
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence

import numpy as np

from checks.observe import KEPT_OUTPUT, TROUBLES, Arrays, Seen, Trouble
from checks.recipes import Recipe

LIMIT = 4 << 20  # bytes of one exercise's observations; an honest one takes an eighth
MOST_ENTRIES = 32  # of one case
MOST_SIDES = 8  # of an array: its dimensions
MOST_TEXT, MOST_NAME, MOST_TRACE = 1_000, 60, 6  # characters of a Trouble; lines of its trace
TYPES = {
    np.dtype(kind).str: np.dtype(kind)
    for kind in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8")
}
MAGIC = b"\x93NUMPY\x01\x00"
LONGEST_HEADER = 256
HEADER = re.compile(
    rb"\{'descr': '([<|][a-z]\d)', 'fortran_order': (False|True), "
    rb"'shape': \(((?:\d{1,9}, ?)*\d{0,9})\), \} *\n"
)
ENTRY = re.compile(r"(\d\d)\.([a-z]\w{0,39})\.npy", re.ASCII)
CONTROLLING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # also what turns the writing round
SAYS = "says"  # the entry with a case's text: what was printed, and the Trouble, between NULs


class Unreadable(Exception):  # noqa: N818
    """Bytes that are no observations; its text completes "what came back cannot be read: ..."."""


def pack(seen: Sequence[Seen]) -> bytes:
    """What was seen of each case, for `unpack`."""
    entries: Arrays = {}
    for number, one in enumerate(seen):
        texts = [one.printed]
        if isinstance(one.observation, Trouble):
            trouble = one.observation
            texts += [trouble.kind, trouble.diagnosis or "", trouble.text, *trouble.trace]
        else:
            entries |= {f"{number:02d}.{name}": v for name, v in one.observation.items()}
        said = "\0".join(text.replace("\0", "") for text in texts).encode("utf-8", "replace")
        entries[f"{number:02d}.{SAYS}"] = np.frombuffer(said, np.uint8)
    return _npz(entries)


def unpack(data: bytes, cases: int, limit: int = LIMIT) -> list[Seen]:
    """What was seen of each of so many cases, from bytes that a stranger may have made.

    Arrays hold real numbers or flags, in any shape; texts are short and hold no control characters
    but line breaks. Raises Unreadable for anything else.
    """
    if not data:
        raise Unreadable("it is empty")
    if len(data) > limit:
        raise Unreadable(f"it has {len(data):,} bytes, and {limit:,} are allowed")
    fields: list[Arrays] = [{} for _ in range(cases)]
    try:
        for number, name, array in _entries(data, cases * MOST_ENTRIES):
            if number >= cases:
                raise Unreadable(f"it answers case {number + 1}, where only {cases} were put")
            fields[number][name] = array
    except Unreadable:
        raise
    except Exception as error:  # zipfile has no one error for all that can be wrong
        raise Unreadable(f"it is not of the form asked for ({type(error).__name__})") from error
    return [_seen(number, arrays) for number, arrays in enumerate(fields)]


def pack_request(recipe: Recipe, cases: Sequence[Arrays], seconds: float) -> bytes:
    """A question for `unpack_request`: a probe's recipe, the inputs, the time limit of a case."""
    about = {"recipe": recipe, "cases": len(cases), "seconds": seconds}
    entries = {
        f"{number:02d}.{name}": value
        for number, inputs in enumerate(cases)
        for name, value in inputs.items()
    }
    return _npz(entries | {"about": np.array(json.dumps(about))})


def unpack_request(data: bytes) -> tuple[Recipe, list[Arrays], float]:
    """The recipe, the cases' inputs and the seconds that `pack_request` was given."""
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        entries = dict(archive)
    about = json.loads(str(entries.pop("about")))
    cases: list[Arrays] = [{} for _ in range(about["cases"])]
    for key, value in entries.items():
        number, _, name = key.partition(".")
        cases[int(number)][name] = value
    return about["recipe"], cases, about["seconds"]


def _npz(entries: Arrays) -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **entries)
    return file.getvalue()


def _entries(data: bytes, most: int) -> Iterator[tuple[int, str, np.ndarray]]:
    """(case, name, array) of every entry of an uncompressed npz file, each looked at first."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
        if len(infos) > most or len({info.filename for info in infos}) < len(infos):
            raise Unreadable("it has too many entries, or some twice")
        if any(
            info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size
            for info in infos
        ):
            raise Unreadable("its entries are compressed")
        if sum(info.file_size for info in infos) > len(data):
            raise Unreadable("its entries overlap")
        for info in infos:
            named = ENTRY.fullmatch(info.filename)
            if named is None:
                raise Unreadable("an entry has another name than those asked for")
            yield int(named[1]), named[2], _array(archive.read(info))


def _array(data: bytes) -> np.ndarray:
    """The array in a .npy file of version 1.0 that holds plain numbers, all of them."""
    size = int.from_bytes(data[8:10], "little")
    header = HEADER.fullmatch(data[10 : 10 + size]) if size <= LONGEST_HEADER else None
    kind = TYPES.get(header[1].decode()) if header else None
    if header is None or kind is None or not data.startswith(MAGIC):
        raise Unreadable("an array is not of plain numbers")
    shape = tuple(int(side) for side in re.findall(rb"\d+", header[3]))
    numbers = data[10 + size :]
    if len(shape) > MOST_SIDES or math.prod(shape) * kind.itemsize != len(numbers):
        raise Unreadable("an array has another length than its shape says")
    flags = kind.kind == "b"  # a flag may come as any byte; only 0 and 1 are safe to hold as one
    order = "F" if header[2] == b"True" else "C"
    array = np.ndarray(shape, np.uint8 if flags else kind, numbers, order=order)
    return array != 0 if flags else array.copy()


def _seen(number: int, arrays: Arrays) -> Seen:
    """One case from its entries. Raises Unreadable if there is no text, or a strange Trouble."""
    said = arrays.pop(SAYS, None)
    if said is None or said.dtype != np.uint8:
        raise Unreadable(f"case {number + 1} has no answer")
    printed, *trouble = said.tobytes().decode("utf-8", "replace").split("\0", 3 + MOST_TRACE)
    printed = harmless(printed, KEPT_OUTPUT)
    if not trouble:
        return Seen(arrays, printed)
    if len(trouble) < 3 or trouble[0] not in TROUBLES:
        raise Unreadable(f"what went wrong in case {number + 1} is not told as it should be")
    kind, diagnosis, text, *trace = trouble
    name = diagnosis if re.fullmatch(r"[A-Za-z]\w*", diagnosis[:MOST_NAME], re.ASCII) else None
    lines = tuple(harmless(line, MOST_TEXT).replace("\n", " ") for line in trace[:MOST_TRACE])
    return Seen(Trouble(kind, harmless(text, MOST_TEXT), name and name[:MOST_NAME], lines), printed)


def harmless(text: str, most: int) -> str:
    """The first characters of a stranger's text, less those that control what shows it."""
    kept = text[:most].replace("\t", " ")
    return "".join(c for c in kept if c == "\n" or unicodedata.category(c) not in CONTROLLING)
