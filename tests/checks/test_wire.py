"""What comes from a room is read as plain numbers and short texts, or not at all."""

import io
import pickle
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks import wire
from checks.observe import Seen, Trouble

SEEN = [
    Seen({"value": np.arange(6.0).reshape(2, 3), "flag": np.array(1)}, "printed\nby me"),
    Seen({"f": np.asfortranarray(np.ones((2, 3), np.float32)), "b": np.array([True, False])}),
    Seen(Trouble("crashed", "ValueError: no", None, ("line 1 in f: a\tb", "line 2 in g: c"))),
    Seen(Trouble("bad return", "Ärger", "wrong_shape")),
    Seen({"none": np.zeros((0, 3)), "nan": np.array([np.nan, -np.inf, -0.0])}),
]


def same(one: Seen, other: Seen) -> bool:
    if isinstance(one.observation, Trouble):
        return one == other
    pairs = zip(one.observation.values(), other.observation.values(), strict=True)
    return (
        one.printed == other.printed
        and one.observation.keys() == other.observation.keys()
        and all(
            a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
            for a, b in pairs
        )
    )


def test_what_was_seen_arrives():
    received = wire.unpack(wire.pack(SEEN), len(SEEN))
    expected = [*SEEN]
    expected[2] = Seen(
        Trouble("crashed", "ValueError: no", None, ("line 1 in f: a b", "line 2 in g: c"))
    )
    for mine, theirs in zip(received, expected, strict=True):
        assert same(mine, theirs), (mine, theirs)
    received[0].observation["value"][0] = 5  # ours to change


def test_a_request_arrives():
    cases = [
        {"x": np.ones((2, 2), np.float32), "probe": np.array("law")},
        {"seed": np.array(5), "about": np.array(1.5)},
    ]
    asked = {"name": "functions:FunctionProbe", "make": True, "kwargs": {"tensors": ["x"]}}
    recipe, received, seconds = wire.unpack_request(wire.pack_request(asked, cases, 2.5))
    assert (recipe, seconds) == (asked, 2.5)
    for mine, theirs in zip(received, cases, strict=True):
        assert mine.keys() == theirs.keys()
        assert all(np.array_equal(mine[name], theirs[name]) for name in theirs)


def npy(array, **header):
    """A .npy file, with its header's entries replaced."""
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asarray(array), (1, 0), allow_pickle=True)
    data = file.getvalue()
    for old, new in header.values():
        data = data.replace(old, new)
    return data


def bundle(*entries, compression=zipfile.ZIP_STORED, says=b"\0"):
    """An answer to one case, of given (name, bytes) entries."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        if says is not None:
            archive.writestr("00.says.npy", npy(np.frombuffer(says[:-1], np.uint8)))
        for name, data in entries:
            archive.writestr(name, data)
    return file.getvalue()


ONE = npy(np.ones(3))
SHAPED = b"'shape': (3,)"
HOSTILE = {
    "nothing": b"",
    "no archive": b"hello",
    "half an archive": bundle(("00.value.npy", ONE))[:-30],
    "a pickle": pickle.dumps([1, 2]),
    "an object array": bundle(("00.value.npy", npy(np.array([{}], object)))),
    "a structured array": bundle(("00.value.npy", npy(np.zeros(2, [("a", "f8")])))),
    "complex numbers": bundle(("00.value.npy", npy(np.ones(2, complex)))),
    "text for numbers": bundle(("00.value.npy", npy(np.array("right")))),
    "dates": bundle(("00.value.npy", npy(np.array("2020-01-01", "M8[D]")))),
    "long doubles": bundle(("00.value.npy", npy(np.ones(2, np.longdouble)))),
    "the other byte order": bundle(("00.value.npy", npy(np.ones(2, ">f8")))),
    "a header that lies": bundle(
        ("00.value.npy", npy(np.ones(3), shape=(SHAPED, b"'shape': (9999999999,)")))
    ),
    "a shape too large": bundle(
        ("00.value.npy", npy(np.ones(3), shape=(SHAPED, b"'shape': (999999,)")))
    ),
    "numbers left over": bundle(
        ("00.value.npy", npy(np.ones(3), shape=(SHAPED, b"'shape': (2,)")))
    ),
    "a negative side": bundle(("00.value.npy", npy(np.ones(3), shape=(SHAPED, b"'shape': (-3,)")))),
    "no numbers in a huge shape": bundle(
        ("00.value.npy", npy(np.ones(0), shape=(b"(0,)", b"(0,999999999,999999999,9999)")))
    ),
    "too many dimensions": bundle(("00.value.npy", npy(np.ones([1] * 9)))),
    "code in a header": bundle(
        ("00.value.npy", npy(np.ones(3), shape=(SHAPED, b"'shape': exit()")))
    ),
    "a header without end": bundle(("00.value.npy", ONE[:8] + b"\xff\xff" + ONE[10:])),
    "an empty entry": bundle(("00.value.npy", b"")),
    "a path for a name": bundle(("../../00.value.npy", ONE)),
    "another name": bundle(("00.VALUE.npy", ONE)),
    "a case too many": bundle(("01.value.npy", ONE)),
    "no text": bundle(("00.value.npy", ONE), says=None),
    "compressed": bundle(("00.value.npy", npy(np.zeros(9))), compression=zipfile.ZIP_DEFLATED),
    "an unknown trouble": bundle(says=b"\0right\0\0you are\0"),
    "half a trouble": bundle(says=b"\0crashed\0"),
    "too many entries": bundle(*((f"00.a{i}.npy", ONE) for i in range(40))),
    "too large": bundle(("00.value.npy", npy(np.zeros(600_000)))),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_anything_else_is_refused_with_a_reason(data):
    with pytest.raises(wire.Unreadable, match=r"^(it|an|case|its|what) "):
        wire.unpack(data, 1)


def test_an_entry_that_is_there_twice_is_refused():
    with pytest.warns(UserWarning, match="Duplicate"):
        data = bundle(("00.value.npy", ONE), ("00.value.npy", ONE))
    with pytest.raises(wire.Unreadable, match="twice"):
        wire.unpack(data, 1)


def test_entries_that_share_their_bytes_are_refused():
    """A zip bomb without compression: a directory that names one large entry many times."""
    data = bundle(("00.aa.npy", npy(np.zeros(1000))), says=None)
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    directory, tail = data[start:end], data[end:]
    names = [f"00.a{chr(97 + i)}.npy".encode() for i in range(20)]
    copies = b"".join(directory.replace(b"00.aa.npy", name) for name in names)
    counts = struct.pack("<HHI", len(names), len(names), len(copies))
    bomb = data[:start] + copies + tail[:8] + counts + tail[16:]
    with pytest.raises(wire.Unreadable, match="overlap"):
        wire.unpack(bomb, 1)


def test_texts_are_short_and_harmless():
    evil = "\x1b[31m\x00red\x07‮ turned\ud800 <b>\n" + "x" * 10_000
    trouble = Trouble("crashed", evil, "no name; at all", (evil,) * 50)
    (seen,) = wire.unpack(wire.pack([Seen(trouble, evil)]), 1)
    got = seen.observation
    for text in (seen.printed, got.text, *got.trace):
        assert len(text) <= 2_000 and not set("\x1b\x00\x07‮\ud800") & set(text)
    assert got.text.startswith("[31mred turned? <b>\n") and got.diagnosis is None
    assert len(got.trace) <= 6 and not any("\n" in line for line in got.trace)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_damaged_bytes_are_read_or_refused(data):
    packed = bytearray(wire.pack(SEEN))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(packed) - 1))
        packed[at] = data.draw(st.integers(0, 255))
    try:
        seen = wire.unpack(bytes(packed), len(SEEN))
    except wire.Unreadable:
        return
    assert len(seen) == len(SEEN)
