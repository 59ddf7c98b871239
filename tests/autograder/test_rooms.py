"""What a room lets a student's code do, and what is left of it afterwards."""

import base64
import contextlib
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.running.job import Asked, Job, Setting, packed, unpacked
from autograder.running.worker import Worker
from autograder.sandbox import host, rooms
from autograder.sandbox.inside import landlock
from tests.rooms_needed import needs_rooms

pytestmark = needs_rooms
ECHO = """
import base64
def answer(evaluate, request):
    return base64.b64encode(repr(evaluate()).encode()).decode()
"""
QUICK = ("grading_room.kernel", "checks.answering")  # no torch: these rooms open in no time


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    """An edition that answers every question with the value itself."""
    folder = tmp_path_factory.mktemp("edition") / "edition"
    (folder / "checks").mkdir(parents=True)
    (folder / "checks" / "__init__.py").touch()
    (folder / "checks" / "answering.py").write_text(ECHO)
    host.furnish(folder)
    return packed(folder)


@pytest.fixture(scope="module")
def worker():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rooms, "PRELOADED", QUICK)
        worker = Worker()
        yield worker
        worker.close()


@pytest.fixture
def run(worker, edition):
    """run(*cells, files=folder, cold=False, **limits): a graded cell that asks for x comes last."""

    def run(*sources, files=b"", cold=False, sandboxed=True, **limits):
        limits = {"cell_seconds": 20, "seconds": 60} | limits
        cells = [new_code_cell(source) for source in sources]
        last = new_code_cell("'asked'")
        last.metadata["nbgrader"] = {"grade_id": "check_x"}
        notebook = nbformat.writes(new_notebook(cells=[*cells, last]))
        asked = [Asked("check_x", "check_x:x", "x", "", 5)]
        setting = Setting(edition, "echo", asked, 1, limits, sandboxed=sandboxed, cold=cold)
        return worker.run(Job("anna", "01_tiny", "digest", notebook, files), setting)

    return run


def printed(run):
    return "".join(out.get("text", "") for cell in run.notebook.cells for out in cell.outputs)


def test_cells_run_and_the_question_is_answered(run):
    result = run("x = 6 * 7\nprint('hello')")
    assert printed(result) == "hello\n"
    assert result.answers == {"check_x:x": b"42"}
    assert not result.troubles and not result.notes


def test_a_cold_room_does_the_same(run):
    assert run("x = 6 * 7", cold=True).answers == {"check_x:x": b"42"}


def test_where_a_fork_may_not_enter_a_room_it_starts_cold_by_itself(worker, edition, caplog):
    with tempfile.TemporaryDirectory() as folder:
        unpacked(edition, Path(folder))
        with (Path(folder) / "grading_room" / "join.py").open("a") as join:
            join.write("\n\ndef join(pid): raise PermissionError(1, 'setns is forbidden here')\n")
        forbidden = packed(Path(folder))
    limits = {"cell_seconds": 20, "seconds": 60}
    notebook = nbformat.writes(new_notebook(cells=[new_code_cell("x = 6 * 7")]))
    setting = Setting(forbidden, "forbidden", [], 1, limits)
    result = worker.run(Job("anna", "01_tiny", "digest", notebook, b""), setting)
    assert not result.troubles and not result.notes
    assert result.notebook.cells[0].execution_count == 1
    assert "setns is forbidden here" in caplog.text


def test_the_warm_process_of_an_edition_that_nobody_uses_is_ended(run, worker):
    run("x = 1")
    (rooms,) = worker._rooms.values()
    notebook = nbformat.writes(new_notebook(cells=[new_code_cell("x = 1")]))
    other = Setting(packed(rooms.edition), "another", [], 1, {})
    worker.run(Job("anna", "01_tiny", "digest", notebook, b""), other)
    assert list(worker._rooms) == ["another"]
    assert rooms.warm.process.poll() is not None


def test_without_a_sandbox_it_runs_all_the_same(run):
    assert run("x = 6 * 7", sandboxed=False).answers == {"check_x:x": b"42"}


def test_an_error_in_a_cell_does_not_stop_the_next(run):
    result = run("x = 1\nx / 0", "x = 2")
    assert result.notebook.cells[0].outputs[0].ename == "ZeroDivisionError"
    assert result.answers == {"check_x:x": b"2"}


def test_files_beside_the_notebook_are_there_and_shadow_nothing(run, tmp_path):
    (tmp_path / "helpers.py").write_text("value = 5")
    (tmp_path / "colorsys.py").write_text("raise SystemExit('shadowed')")
    result = run("import helpers, colorsys\nx = helpers.value", files=packed(tmp_path))
    assert result.answers == {"check_x:x": b"5"}


# Each expression is False in a room.
FORBIDDEN = {
    "sees the grader's own files": "os.path.exists({here!r})",
    "sees other processes": "len([n for n in os.listdir('/proc') if n.isdigit()]) > 8",
    "is root": "os.getuid() == 0",
    "has a network": "any(n != 'lo' for _, n in socket.if_nameindex())",
    "reaches a service of this machine": "not socket.socket().connect_ex(('127.0.0.1', {port}))",
    "writes to the system": "any(os.access(p, os.W_OK) for p in ('/', '/usr', '/etc', '/dev'))",
    "knows the grader's environment": "'GRADERS_SECRET' in os.environ",
    "has capabilities": "int(open('/proc/self/status').read().split('CapEff:')[1][:18], 16) > 0",
    "writes where only Landlock forbids it": "{landlocked} and writes('/proc/self/comm')",
    "makes a user namespace": "not ctypes.CDLL(None).unshare(0x10000000)",
    "mounts": "not ctypes.CDLL(None).mount(b'x', b'/tmp', b'tmpfs', 0, 0)",
    "has open files of others": "any(os.readlink(f'/proc/self/fd/{{n}}').startswith('/home') "
    "for n in os.listdir('/proc/self/fd') if os.path.lexists(f'/proc/self/fd/{{n}}'))",
}


WRITES = """
def writes(path):
    try:
        return bool(open(path, "w").write("x"))
    except OSError:
        return False
"""


@pytest.fixture(scope="module")
def service():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_what_a_room_forbids(run, service, monkeypatch):
    told = {"here": __file__, "port": service, "landlocked": landlock.version() > 0}
    expressions = [text.format(**told) for text in FORBIDDEN.values()]
    result = run("import ctypes, os, socket", WRITES, f"x = [{', '.join(expressions)}]")
    told = result.answers["check_x:x"].decode()
    assert told == repr([False] * len(FORBIDDEN)), dict(zip(FORBIDDEN, eval(told), strict=True))


def test_an_endless_print_is_stopped_and_the_grader_stays_small(run, worker):
    assert not run("x = 1").troubles
    largest, done = [0], threading.Event()

    def watch():
        runners = psutil.Process(worker._runners.process.pid)
        while not done.wait(0.05):
            for child in [runners, *runners.children()]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    largest[0] = max(largest[0], child.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        result = run("while True: print('x' * 10_000)", "x = 5", cell_seconds=400, seconds=400)
    finally:
        done.set()
        watcher.join()
    assert result.notes == ["Cell number 1 printed more than is kept of it."]
    assert "Look for a print in a loop that never ends" in str(result.notebook.cells[0].outputs)
    assert 200_000 < len(printed(result)) < 500_000
    assert result.answers == {"check_x:x": b"5"}, "it cost more than its own cell"
    assert 0 < largest[0] < 500 * 2**20


@pytest.mark.parametrize(
    "source",
    [
        "print('x' * 10**8)",
        "from IPython.display import display\nwhile True: display({'text/plain': 'x'}, raw=True)",
        "import zmq\nk = get_ipython().kernel\nn = []\nfor _ in range(10**5): n = [n]\n"
        "k.session.send(k.iopub_socket, 'stream', {'name': 'stdout', 'text': n})",
        "import os\nwhile True:\n    for n in range(3, 60):\n        try:\n"
        "            os.write(n, b'x' * 10**6)\n        except OSError: pass",
    ],
    ids=["one huge print", "endless displays", "deep JSON", "raw bytes on every socket"],
)
def test_a_flood_costs_its_own_notebook_only(run, source):
    flood = run(source, "x = 1", cell_seconds=5, seconds=15)
    assert "check_x:x" in flood.troubles or flood.answers == {"check_x:x": b"1"}
    assert run("x = 2").answers == {"check_x:x": b"2"}


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import os; os._exit(0)", "kernel died"),
        ("import os; os.kill(os.getpid(), 9)", "kernel died"),
        ("import ctypes; ctypes.string_at(0)", "kernel died"),
        ("import os; os.execv('/bin/true', ['true'])", "kernel died"),
    ],
)
def test_a_dead_kernel_is_told_and_earlier_outputs_stay(run, source, says):
    result = run("print('before')\nx = 1", source)
    assert says in result.troubles["check_x:x"]
    assert printed(result) == "before\n"
    assert "ended early" in result.notes[0]


def test_a_slow_cell_is_interrupted_and_the_next_one_runs(run):
    result = run("import time\ntime.sleep(100)", "x = 3", cell_seconds=2)
    assert result.answers == {"check_x:x": b"3"}
    assert "longer than 2 seconds" in result.notes[0]


def test_who_ignores_interrupts_meets_the_limit_on_the_whole(run):
    deaf = "import signal\nsignal.signal(2, signal.SIG_IGN)\nsignal.signal = None\nwhile True: pass"
    result = run(deaf, "x = 3", cell_seconds=1, seconds=6)
    assert "check_x:x" in result.troubles
    assert "longer than" in result.notes[-1]


def test_a_process_has_so_much_memory_and_no_more(run):
    result = run("y = bytearray(3 * 10**9)", "x = 4", memory_mb=1000)
    assert result.notebook.cells[0].outputs[0].ename == "MemoryError"
    assert result.answers == {"check_x:x": b"4"}


def test_many_processes_together_have_no_more_than_twice_that(run):
    source = """
import os, time
children = []
for _ in range(8):
    children.append(os.fork())
    if children[-1] == 0:
        try:
            y = bytearray(b"1") * 400_000_000
            time.sleep(100)
        finally:
            os._exit(1)
time.sleep(5)
x = sum(os.waitpid(child, os.WNOHANG) == (0, 0) for child in children)
"""
    result = run(source, memory_mb=800)
    assert "check_x:x" in result.troubles or int(result.answers["check_x:x"]) <= 5


def test_a_fork_bomb_ends_with_its_room(run):
    started = time.monotonic()
    run("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", seconds=8)
    assert time.monotonic() - started < 200
    assert run("x = 5").answers == {"check_x:x": b"5"}


@pytest.mark.parametrize("folder", ["/tmp", "/home/student", "/dev/shm"])
def test_disks_are_small(run, folder):
    fill = (
        f"x = 0\ntry:\n    for n in range(100):\n        file = open(f'{folder}/{{n}}', 'wb')\n"
        "        file.write(b'0' * 10**6)\n        file.close()\n        x += 1\n"
        "except OSError: pass"
    )
    assert 0 < int(run(fill, disk_mb=10).answers["check_x:x"]) <= 10


def test_nothing_is_left_behind(run, worker):
    assert run(
        "import os, time\nopen('/tmp/left', 'w').write('x')\n"
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(1000)\n"
        "    os._exit(0)\nx = 1"
    ).answers == {"check_x:x": b"1"}
    (rooms,) = worker._rooms.values()
    warm = psutil.Process(rooms.warm.process.pid)
    warm = next((p for p in warm.children(recursive=True) if "warm" in " ".join(p.cmdline())), warm)
    end = time.monotonic() + 10
    while (left := warm.children(recursive=True)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not left
    assert run("import os\nx = os.path.exists('/tmp/left')").answers == {"check_x:x": b"False"}
    assert not list(worker._folder.glob("job-*"))


def test_a_forged_answer_is_passed_on_unread_and_nonsense_is_told(run):
    forged = "import checks.answering\nchecks.answering.answer = lambda *_: {}\nx = 1"
    assert run(forged.format("'QUJD'")).answers == {"check_x:x": b"ABC"}
    for nonsense in ("42", "'<b>no base64</b>'", "None", "'QUJD' * 10**7"):
        result = run(forged.format(nonsense))
        assert result.answers == {} and "check_x:x" in result.troubles


def test_a_room_that_cannot_be_opened_is_no_student_s_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(rooms, "PRELOADED", ("no.such.module",))
    (tmp_path / "edition").mkdir()
    host.furnish(tmp_path / "edition")
    worker = Worker()
    setting = Setting(packed(tmp_path / "edition"), "broken", [], 1, {})
    try:
        with pytest.raises(host.SandboxError, match="No module named 'no'"):
            worker.run(Job("anna", "01_tiny", "d", nbformat.writes(new_notebook()), b""), setting)
    finally:
        worker.close()


def test_the_answer_is_base64_of_what_was_sent(run):
    assert run("x = b'\\x00'").answers == {"check_x:x": b"b'\\x00'"}
    assert base64.b64encode(b"ABC") == b"QUJD"
