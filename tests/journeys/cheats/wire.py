"""Attacks on the answers: what a student's process sends back when the grader asks it a question.

Whoever runs in that process can send any bytes. They are read by a process that decides.
"""

from __future__ import annotations

from tests.journeys.cheats.snippets import FORGE
from tests.journeys.cheats.submission import Entries, Submission

ATTACKS = Entries()
attack = ATTACKS.add


def _forged(tries: str, name: str, *code: str, **what: object) -> None:
    """An attack that answers every question by `make(request, reply)`, given as source."""

    @attack(tries, name=f"answer-{name}", **what)
    def forged(s: Submission) -> None:
        s.bluff()
        s.start(FORGE, *code, "forge(make)")


_forged("answers nothing", "empty", "make = lambda request, reply: b''")
_forged("answers noise", "garbage", "import os\nmake = lambda request, reply: os.urandom(10_000)")
_forged("gives the question back", "echo", "make = lambda request, reply: request")
for label, tries, change in (
    ("zeros", "zeros of the right shapes", "np.zeros_like"),
    ("ones", "ones, so that every flag says yes", "np.ones_like"),
    ("nan", "NaN: no comparison with it is ever true", "lambda a: np.full(a.shape, np.nan)"),
    ("inf", "infinities", "lambda a: np.full(a.shape, np.inf)"),
    ("minus-inf", "negative infinities", "lambda a: np.full(a.shape, -np.inf)"),
    ("huge", "the largest numbers there are", "lambda a: np.full(a.shape, 1.7e308)"),
    ("empty-arrays", "empty arrays: the maximum of nothing is small", "lambda a: np.zeros(0)"),
    ("scalars", "scalars where arrays belong, to be broadcast", "lambda a: np.array(0.0)"),
    ("longer", "arrays that are longer than asked for", "lambda a: np.zeros((7, *a.shape))"),
    ("whole", "whole numbers where real ones belong", "lambda a: a.astype(np.int8)"),
    ("flags", "flags where numbers belong", "lambda a: np.ones(a.shape, bool)"),
    ("complex", "complex numbers", "lambda a: a.astype(complex)"),
    ("texts", "texts where numbers belong", "lambda a: np.full(a.shape, 'right')"),
    ("dates", "dates where numbers belong", "lambda a: np.zeros(a.shape, 'M8[s]')"),
    ("halves", "numbers of half precision", "lambda a: a.astype(np.float16)"),
):
    _forged(f"answers {tries}", label, f"make = lambda _, reply: changed(reply, {change})")
_forged(
    "answers with the question's own inputs",
    "inputs",
    """
    def make(request, reply):
        given = [g for g in arrays_of(request).values() if g.dtype.kind == "f"] or [np.zeros(3)]
        turn = iter(range(10**6))
        return changed(reply, lambda array: next(
            (g for g in given if g.shape == array.shape), given[next(turn) % len(given)]))
    """,
)
_forged(
    "leaves fields out and adds some: expected, reference, points, verdict",
    "other-fields",
    """
    def make(request, reply):
        found = arrays_of(reply)
        kept = {k: v for i, (k, v) in enumerate(found.items()) if i % 2 or k.endswith("says")}
        return npz(kept | {f"00.{k}": np.ones(3) for k in ("expected", "points", "verdict")})
    """,
)
_forged(
    "object arrays, whose pickles run code in whoever loads them",
    "pickled-arrays",
    """
    class Evil:
        def __reduce__(self):
            return (open, ("/tmp/CANARY", "w"))
    def make(request, reply):
        names = list(arrays_of(reply)) or ["0"]
        return npz({name: np.array([Evil()], dtype=object) for name in names})
    """,
    dangerous=True,
)
_forged(
    "a bare pickle that runs code in whoever loads it",
    "bare-pickle",
    """
    class Evil:
        def __reduce__(self):
            return (open, ("/tmp/CANARY", "w"))
    import pickle
    make = lambda request, reply: pickle.dumps(Evil())
    """,
    dangerous=True,
)
_forged(
    "structured and nested types",
    "structured",
    """
    kind = np.dtype([("a", "f8", (3,)), ("b", [("c", "U9")])])
    make = lambda request, reply: npz({k: np.zeros(4, kind) for k in arrays_of(reply) or ["0"]})
    """,
)

# A hand-made npz: headers that lie.
HEADERS = """
import struct, zipfile
def npy(shape, descr="<f8", data=b"\\0" * 8, header=None):
    text = header or "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (descr, shape)
    text = text.ljust(117) + "\\n"
    return b"\\x93NUMPY\\x01\\x00" + struct.pack("<H", len(text)) + text.encode("latin1") + data
def zipped(files, method=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()
def every(reply, data):
    return [(name + ".npy", data) for name in arrays_of(reply) or ["0"]]
"""
for label, shape, descr in (
    ("huge-shape", "(10**6, 10**6)", "<f8"),
    ("overflowing-shape", "(2**63, 2**63)", "<f8"),
    ("negative-shape", "(-1,)", "<f8"),
    ("many-sides", "(1,) * 5000", "<f8"),
    ("huge-items", "(1,)", "|V2147483647"),
    ("wide-text", "(1,)", "<U500000000"),
):
    _forged(
        f"an array whose header claims the shape {shape} and the type {descr}",
        label,
        HEADERS,
        f"make = lambda request, reply: zipped(every(reply, npy({shape}, {descr!r})))",
    )
_forged(
    "a header that is code, and one that is nested a thousand times",
    "header-code",
    HEADERS,
    """
    evil = "{'descr': __import__('os').system('touch /tmp/CANARY'), 'shape': ()}"
    deep = "{'descr': '<f8', 'fortran_order': False, 'shape': " + "(" * 5000 + ")" * 5000 + "}"
    def make(request, reply):
        files = every(reply, npy((), header=evil)), every(reply, npy((), header=deep))
        return zipped(files[len(request) % 2])
    """,
    dangerous=True,
)
_forged(
    "a zip bomb: a gigabyte of zeros in a megabyte",
    "zip-bomb",
    HEADERS,
    """
    bomb = zipped([("0.npy", npy((2**24,), data=bytes(2**27)))], zipfile.ZIP_DEFLATED)
    make = lambda request, reply: zipped(every(reply, npy((2**23,), data=bytes(2**26))),
                                         zipfile.ZIP_DEFLATED) if arrays_of(reply) else bomb
    """,
)
_forged(
    "a hundred thousand entries, and each name twice",
    "many-entries",
    HEADERS,
    """
    import warnings; warnings.simplefilter("ignore")
    make = lambda request, reply: zipped(every(reply, npy(())) * 2 + [
        (f"{i}.npy", b"") for i in range(20_000)])
    """,
)
_forged(
    "entries named like paths: ../../gradebook.db, /etc/passwd, NUL and newline",
    "path-names",
    HEADERS,
    """
    names = ["../../gradebook.db", "/tmp/CANARY", "a\\nb.npy", "~/CANARY", "C:/x", "." * 300]
    make = lambda request, reply: zipped([(n, npy(())) for n in names] + every(reply, npy(())))
    """,
)
_forged(
    "sizes in the zip's directory that lie, an encrypted flag, overlapping entries",
    "lying-zip",
    HEADERS,
    """
    import struct
    def make(request, reply):
        data = bytearray(zipped(every(reply, npy((4,), data=bytes(32)))))
        at = data.find(b"PK\\x01\\x02")
        while at >= 0:
            data[at + 8:at + 10] = struct.pack("<H", 1)
            data[at + 20:at + 28] = struct.pack("<II", 2**31, 2**31)
            data[at + 42:at + 46] = struct.pack("<I", 0)
            at = data.find(b"PK\\x01\\x02", at + 4)
        return bytes(data)
    """,
)
_forged(
    "a hundred megabytes of answer",
    "gigantic",
    "make = lambda request, reply: bytes(100_000_000)",
)
_forged(
    "as many megabytes of answer as one message may hold",
    "large",
    "make = lambda request, reply: bytes(11_000_000)",
)
_forged(
    "what went wrong, told in scripts, terminal escapes, right-to-left marks and broken letters",
    "hostile-text",
    r"""
    hostile = "\x1b]0;owned\x07\x1b[2J<script>alert(1)</script>\u202e</pre>" + "right " * 500
    said = [hostile, "crashed", "<b>name</b>", hostile, *[hostile] * 20]
    text = "\0".join(said).encode() + b"\xff\xed\xa0\x80"
    def make(request, reply):
        says = [name for name in arrays_of(reply) if name.endswith("says")]
        return npz({name: np.frombuffer(text, np.uint8) for name in says})
    """,
)
_forged(
    "troubles that nobody knows, and no trouble at all",
    "other-troubles",
    r"""
    def make(request, reply):
        kinds = [b"\0right\0\0", b"\0right", b"", b"\0" * 9, b"\0crashed", b"5 of 5 points"]
        says = [name for name in arrays_of(reply) if name.endswith("says")]
        return npz({name: np.frombuffer(kinds[(len(request) + i) % 6], np.uint8)
                    for i, name in enumerate(says)})
    """,
)
_forged(
    "verdicts in place of observations",
    "verdicts",
    """
    import json
    right = {"verdict": "right", "points": 12, "max_points": 12, "kind": "right", "message": "ok"}
    make = lambda request, reply: json.dumps(right).encode()
    """,
)
_forged(
    "what is no text at all: bytes, a number, None, an object with a hostile repr",
    "no-text",
    """
    class Hostile(str):
        def __repr__(self): return "'" + "A" * 50_000_000 + "'"
        def __len__(self): return 1
        def encode(self, *a): return b"\\x00"
    kinds = [7, None, ["UEsFBg=="], Hostile("UEsFBg=="), 10**5000, "\\x00" * 10, "=" * 1001, {}]
    make = lambda request, reply: kinds[sum(request) % 8]
    """,
)
_forged(
    "raises where it should answer, with an error that cannot be shown",
    "raises",
    """
    class Hostile(BaseException):
        def __str__(self): raise Hostile()
        __repr__ = __str__
    def make(request, reply):
        raise Hostile()
    """,
)
_forged(
    "ends the process instead of answering",
    "dies",
    "import os\ndef make(request, reply):\n    os._exit(0)",
)
_forged(
    "never answers",
    "never",
    "import time\ndef make(request, reply):\n    while True:\n        time.sleep(9)",
    slow=True,
)
_forged(
    "answers, and prints a hundred megabytes beside it",
    "noisy",
    "make = lambda request, reply: print('5 of 5 points\\n' * 10_000_000) or reply",
    slow=True,
)
