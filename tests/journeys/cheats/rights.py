"""Attacks that take rights which a student's process must not have."""

from __future__ import annotations

from tests.journeys.cheats.snippets import LEAKED
from tests.journeys.cheats.submission import Entries, Submission

ATTACKS = Entries()
attack = ATTACKS.add


@attack("raises its own limits", dangerous=True)
def limits_raised(s: Submission) -> None:
    s.start(
        LEAKED,
        """
        import resource
        for name in [n for n in dir(resource) if n.startswith("RLIMIT_")]:
            number = getattr(resource, name)
            soft, hard = resource.getrlimit(number)
            for wanted in (-1, hard * 2):
                try:
                    resource.setrlimit(number, (wanted, wanted))
                except (OSError, ValueError, OverflowError):
                    continue
                if hard not in (-1, wanted):
                    leaked("raised", name)
        """,
    )


@attack("mounts, makes namespaces, changes roots", dangerous=True)
def mounts(s: Submission) -> None:
    s.start(
        LEAKED,
        """
        import ctypes, os, subprocess
        libc = ctypes.CDLL(None, use_errno=True)
        for flag, name in ((0x10000000, "user"), (0x00020000, "mount"), (0x40000000, "network")):
            if os.fork() == 0:
                code = libc.unshare(flag)
                if code == 0 and name == "user":
                    code = libc.mount(b"none", b"/mnt", b"tmpfs", 0, None)
                os._exit(0 if code == 0 else 1)
            if os.waitstatus_to_exitcode(os.wait()[1]) == 0:
                leaked("made a namespace and mounted:", name)
        for line in ("mount --bind / /mnt", "chroot / true", "unshare -r true", "sudo -n true",
                     "su -c true", "nsenter -t 1 -m true"):
            done = subprocess.run(line, shell=True, capture_output=True, stdin=subprocess.DEVNULL)
            if done.returncode == 0 and "chroot" not in line:
                leaked("allowed:", line)
        """,
    )


@attack("changes the system: kernel settings, the clock, the host's name, devices", dangerous=True)
def system_settings(s: Submission) -> None:
    s.start(
        LEAKED,
        """
        import os, time
        for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/dev/mem",
                     "/proc/sysrq-trigger", "/sys/fs/cgroup/cgroup.procs", "/sys/power/state",
                     "/dev/kmsg", "/etc/passwd", "/etc/ld.so.preload", "/usr/bin/CANARY"):
            try:
                os.close(os.open(path, os.O_WRONLY | (os.O_CREAT if "CANARY" in path else 0)))
                leaked("can write", path)
            except OSError:
                pass
        try:
            time.clock_settime(time.CLOCK_REALTIME, time.time())
            leaked("set the clock")
        except OSError:
            pass
        devices = set(os.listdir("/dev")) & {"sda", "sda1", "vda", "vda1", "nvme0n1", "kvm", "mem"}
        if devices:
            leaked("devices", devices)
        """,
    )


@attack("types into the grader's terminal", dangerous=True)
def terminal_typed(s: Submission) -> None:
    s.start(
        LEAKED,
        """
        import fcntl, glob, os, termios
        for path in ["/dev/tty", "/dev/console", *glob.glob("/dev/pts/[0-9]*")]:
            try:
                fd = os.open(path, os.O_RDWR)
            except OSError:
                continue
            try:
                for letter in "touch /tmp/CANARY\\n":
                    fcntl.ioctl(fd, termios.TIOCSTI, letter.encode())
                leaked("typed into", path)
            except OSError:
                pass
        """,
    )


@attack("is root, or may become it", dangerous=True)
def privileges(s: Submission) -> None:
    s.start(
        LEAKED,
        """
        import os
        status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
        if int(status["CapEff"], 16):
            leaked("capabilities", status["CapEff"])
        if status["NoNewPrivs"].strip() != "1":
            leaked("may gain privileges by running a setuid program")
        try:
            os.setuid(0)
            os.chown("/etc/hostname", 0, 0)
            leaked("acts as root")
        except OSError:
            pass
        """,
    )
