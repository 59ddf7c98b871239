"""Attacks that leave the room: to other processes, other files, the network, other students.

The test puts bait about: a secret in the grader's environment, listening sockets. An attack that
reaches any of it prints a mark, or the bait itself notices.
"""

from __future__ import annotations

from tests.journeys.cheats.snippets import LEAKED, SEARCH
from tests.journeys.cheats.submission import Entries, Submission

ATTACKS = Entries()
attack = ATTACKS.add


@attack("writes full marks into the gradebook")
def gradebook_written(s: Submission) -> None:
    s.start(
        SEARCH,
        LEAKED,
        """
        import sqlite3
        for path in search(r"gradebook.*\\.db$|outcomes/.*\\.json$", 8):
            if "/nbgrader/tests/" in path:
                continue  # nbgrader's own, for its own tests
            leaked("the gradebook at", path)
            try:
                with sqlite3.connect(path) as database:
                    database.execute("update grade set auto_score = 99, manual_score = 99")
            except Exception:
                pass
        """,
    )


@attack("leaves a process behind that writes the gradebook when the grader is done", dangerous=True)
def gradebook_later(s: Submission) -> None:
    code = """
import glob, sqlite3, time
for _ in range(600):
    time.sleep(1)
    for path in glob.glob("/tmp/**/gradebook.db", recursive=True):
        with sqlite3.connect(path) as database:
            database.execute("update grade set auto_score = 99")
"""
    s.start(
        f"code = {code!r}",
        """
        import subprocess, sys
        subprocess.Popen([sys.executable, "-c", code, "CANARY"], start_new_session=True)
        """,
    )


@attack("reads the environment, command lines and memory of every process it can see")
def other_processes(s: Submission) -> None:
    s.start(
        LEAKED,
        """
        import glob, os
        mine = os.getpid()
        for folder in glob.glob("/proc/[0-9]*"):
            pid = int(folder.split("/")[2])
            for part in ("environ", "cmdline"):
                try:
                    data = open(f"{folder}/{part}", "rb").read()
                except OSError:
                    continue
                if b"BAIT_SECRET" in data and (part == "environ" or pid != mine):
                    leaked("the grader's secret in", pid, part)
                if part == "cmdline" and b"autograder" in data:
                    leaked("the grader's command line", data)
        if "BAIT_SECRET" in os.environ:
            leaked("the grader's secret in my own environment")
        """,
    )


@attack("reads the memory of its parents for solutions and for the secret seed")
def parents_memory(s: Submission) -> None:
    s.start(
        LEAKED,
        """
        import ctypes, os, re
        marks = [b"BEGIN SOLU" + b"TION", b"BEGIN MARK" + b" SCHEME"]
        own = {int(thread) for thread in os.listdir("/proc/self/task")}
        for pid in {1, os.getppid(), *range(2, 40)} - own:
            try:
                maps = open(f"/proc/{pid}/maps").read()
                with open(f"/proc/{pid}/mem", "rb") as memory:
                    for low, high in re.findall(r"(\\w+)-(\\w+) rw", maps):
                        memory.seek(int(low, 16))
                        data = memory.read(min(int(high, 16) - int(low, 16), 2**24))
                        if any(mark in data for mark in marks):
                            leaked("a solution in the memory of", pid)
            except (OSError, ValueError, OverflowError):
                pass
            if ctypes.CDLL(None).ptrace(16, pid, 0, 0) == 0:
                leaked("attached to", pid)
                ctypes.CDLL(None).ptrace(17, pid, 0, 0)
        """,
    )


@attack("leaves the room through /proc/*/root, /proc/*/cwd and file descriptors left open")
def open_doors(s: Submission) -> None:
    s.start(
        LEAKED,
        """
        import glob, os, stat
        WANTED = ("solutions", "gradebook.db", "submitted", "nbgrader_config.py", "id_rsa")
        doors = glob.glob("/proc/*/root") + glob.glob("/proc/*/cwd")
        for door in [*doors, "/..", "/proc/1/root/..", ".."]:
            try:
                found = set(os.listdir(door)) & set(WANTED)
            except OSError:
                continue
            if found:
                leaked("through", door, found)
        for fd in range(4096):
            try:
                mode = os.fstat(fd).st_mode
            except OSError:
                continue
            where = os.readlink(f"/proc/self/fd/{fd}")
            if stat.S_ISDIR(mode) and set(os.listdir(fd)) & set(WANTED):
                leaked("through descriptor", fd, where)
            if stat.S_ISREG(mode) and ("submitted" in where or "gradebook" in where):
                leaked("a file left open", where)
        """,
    )


@attack("reads keys, passwords and the runtime files of Jupyter")
def keys_and_passwords(s: Submission) -> None:
    s.start(
        LEAKED,
        """
        import glob, os
        for pattern in ("/etc/shadow", "/root/.ssh/*", "/home/*/.ssh/*", "/root/.bash_history",
                        "/root/.netrc", "/root/.pgpass", "/root/.config/*/*",
                        "/root/.local/share/jupyter/runtime/*", "/home/*/.netrc", "/run/secrets/*"):
            for path in glob.glob(pattern):
                try:
                    if open(path).read(1):
                        leaked("read", path)
                except (OSError, UnicodeDecodeError):
                    pass
        """,
    )


@attack("calls home: every port of this machine, the network, names")
def network(s: Submission) -> None:
    s.start(
        LEAKED,
        """
        import errno, socket
        for port in range(1, 65536):
            with socket.socket() as probe:
                probe.settimeout(0.1)
                code = probe.connect_ex(("127.0.0.1", port))
                if code == 0 and probe.recv(8) == b"gan-bait":
                    leaked("reached port", port)
            if code in (errno.ENETUNREACH, errno.EACCES, errno.EPERM):
                break
        for kind, address in (("inet", ("1.1.1.1", 53)), ("inet6", ("2606:4700::1111", 443))):
            family = socket.AF_INET if kind == "inet" else socket.AF_INET6
            try:
                with socket.socket(family) as probe:
                    probe.settimeout(1)
                    probe.connect(address)
                    leaked("reached", address)
            except OSError:
                pass
        for name in ("example.org", "localhost.localdomain"):
            try:
                leaked("resolved", socket.gethostbyname(name)) if "." in name[:8] else None
            except OSError:
                pass
        """,
    )


@attack("datagrams, raw and netlink sockets: another way out")
def network_otherwise(s: Submission) -> None:
    s.start(
        LEAKED,
        """
        import os, socket
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(("8.8.8.8", 53))
                leaked("a route out", probe.getsockname())
            except OSError:
                pass
        for kind in ("SOCK_RAW",):
            try:
                socket.socket(socket.AF_PACKET, getattr(socket, kind), socket.ntohs(3))
                found = [n for n in os.listdir("/sys/class/net") if n != "lo"]
                leaked("a raw socket with", found) if found else None
            except (OSError, AttributeError):
                pass
        interfaces = [name for _, name in socket.if_nameindex() if name != "lo"]
        if interfaces:
            leaked("interfaces", interfaces)
        """,
    )


@attack("sockets of the host: abstract ones, docker, the agent of ssh, the bus, PostgreSQL")
def host_sockets(s: Submission) -> None:
    s.start(
        LEAKED,
        """
        import glob, socket
        names = ["\\0gan-bait"]
        for pattern in ("/run/docker.sock", "/var/run/docker.sock", "/run/dbus/*socket*",
                        "/run/user/*/bus", "/run/systemd/*", "/tmp/ssh-*/*", "/tmp/.X11-unix/*",
                        "/run/postgresql/.s.PGSQL*", "/tmp/.s.PGSQL*", "/tmp/**/.s.PGSQL*"):
            names += glob.glob(pattern, recursive=True)
        for name in names:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                try:
                    with socket.socket(socket.AF_UNIX, kind) as probe:
                        probe.settimeout(0.5)
                        probe.connect(name)
                        leaked("reached socket", repr(name))
                except (OSError, ValueError):
                    pass
        """,
    )


@attack("looks for what an earlier student left behind")
def leftovers_of_others(s: Submission) -> None:
    s.start(
        LEAKED,
        """
        import glob, os
        home = os.path.expanduser("~")
        for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run", os.getcwd(), home):
            for path in glob.glob(folder + "/**/*", recursive=True) + glob.glob(folder + "/.*"):
                if "gan-che" + "at" in path and "CANARY" not in path:
                    leaked("what another left", path)
        import builtins
        if hasattr(builtins, "gan_cheat_was_here"):
            leaked("a kernel that served another")
        """,
    )


@attack("drives its own kernel as if it were the grader, with the key it finds there")
def own_frontend(s: Submission) -> None:
    s.start(
        """
        import threading, time
        def drive():
            import zmq
            from jupyter_client import BlockingKernelClient
            from ipykernel.connect import get_connection_file
            client = BlockingKernelClient(connection_file=get_connection_file())
            client.load_connection_file()
            client.start_channels()
            code = "check = lambda *args: None\\n5"
            for _ in range(20):
                client.execute(code, store_history=True)
                time.sleep(0.1)
            client.input("y")
            client.shutdown()
        threading.Thread(target=drive, daemon=True).start()
        time.sleep(3)
        """
    )


def _left_for_another(name: str) -> None:
    @attack("passes notes to other students by the kernel's own memory: IPC and keys", name=name)
    def left(s: Submission) -> None:
        s.start(
            LEAKED,
            """
            import ctypes
            libc = ctypes.CDLL(None, use_errno=True)
            shared = libc.shmget(0x67616E, 4096, 0o666)
            if shared >= 0:
                leaked("another's shared memory")
            libc.shmget(0x67616E, 4096, 0o1666)
            add_key, request_key, user, session = 248, 249, -4, -5  # on x86-64
            if libc.syscall(request_key, b"user", b"gan-cheat-note", None, user) >= 0:
                leaked("another's key")
            libc.syscall(add_key, b"user", b"gan-cheat-note", b"note", 4, user)
            """,
        )


_left_for_another("note-written")
_left_for_another("note-read")
