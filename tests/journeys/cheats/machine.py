"""Attacks on the machine: its processes, its memory, its disk. Nothing may outlive the grading.

All of them would harm whoever runs them without a room: they are dangerous.
"""

from __future__ import annotations

from tests.journeys.cheats.submission import FIRST, Entries

ATTACKS = Entries()
attack, later = ATTACKS.add, ATTACKS.add_later


# ---- processes and threads

later(
    "fork-bomb",
    "starts processes that start processes",
    """
    import os
    try:
        while True:
            os.fork()
    except OSError:
        while True:
            pass
    """,
    may_lose=True,
    slow=True,
)
later(
    "thread-bomb",
    "starts threads until it may not",
    """
    import threading, time
    while True:
        threading.Thread(target=time.sleep, args=(1000,)).start()
    """,
    earns=FIRST,
)
later(
    "kill-everything",
    "ends every process it may",
    "import os, signal\nos.kill(-1, signal.SIGKILL)\nfor pid in range(1, 40000):\n"
    "    try:\n        os.kill(pid, 9)\n    except OSError:\n        pass",
    earns=FIRST,
)
later(
    "kill-its-group",
    "ends its process group, in case the grader is in it",
    """
    import os, signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.kill(0, signal.SIGTERM)
    os.kill(0, signal.SIGKILL)
    """,
    earns=FIRST,
)
later("leaves-at-once", "ends its process without a word", "import os\nos._exit(0)", earns=FIRST)
later(
    "stops-itself",
    "stops its own process",
    "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    earns=FIRST,
    slow=True,
)
later(
    "becomes-another",
    "becomes another program",
    "import os\nos.execv('/bin/sleep', ['CANARY', '1000'])",
    earns=FIRST,
    slow=True,
)
later(
    "ignores-signals",
    "cannot be interrupted",
    """
    import signal
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        pass
    """,
    earns=FIRST,
    slow=True,
)
later(
    "swallows-interrupts",
    "catches every interrupt and goes on",
    """
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
    """,
    earns=FIRST,
    slow=True,
)
later(
    "daemon",
    "leaves a process behind, twice forked and in its own session",
    """
    import os, time
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execv("/bin/sh", ["CANARY", "-c", "while :; do sleep 1; done # CANARY"])
        os._exit(0)
    """,
    earns=FIRST,
)
later(
    "nohup",
    "leaves a shell behind that nobody can hang up",
    """
    import subprocess
    subprocess.Popen("nohup setsid sh -c 'while :; do sleep 1; done # CANARY' &", shell=True)
    """,
    earns=FIRST,
)
later(
    "threads-remain",
    "threads that never end, and an exit that hangs",
    """
    import atexit, threading, time
    for _ in range(5):
        threading.Thread(target=time.sleep, args=(10**6,), daemon=False).start()
    atexit.register(lambda: time.sleep(10**6))
    """,
    earns=FIRST,
)
later(
    "torch-threads",
    "asks torch for thousands of threads",
    """
    for count in (64, 1000):
        torch.set_num_threads(count)
        (torch.rand(2000, 2000) @ torch.rand(2000, 2000)).sum()
    """,
    earns=FIRST,
    dangerous=False,
)

# ---- memory

later(
    "memory",
    "takes all memory",
    "held = []\nwhile True:\n    held.append(bytearray(10**8))",
    earns=FIRST,
)
later(
    "memory-in-one-go",
    "asks for more memory than there is",
    "x = torch.ones(10**11)",
    earns=FIRST,
)
later(
    "memory-shared",
    "takes shared memory, which some limits do not count",
    """
    import mmap
    held = []
    for _ in range(400):
        held.append(mmap.mmap(-1, 10**8))
        held[-1].write(bytes(10**8))
    """,
    earns=FIRST,
)
later(
    "memory-files",
    "fills the folders that are memory",
    """
    import os
    for folder in ("/dev/shm", "/tmp", "/run", "/var/tmp", os.getcwd(), os.path.expanduser("~")):
        try:
            with open(os.path.join(folder, "CANARY"), "wb") as file:
                for _ in range(200):
                    file.write(bytes(10**8))
        except OSError as error:
            print(error)
    """,
    earns=FIRST,
)
later(
    "memory-of-children",
    "takes memory in many processes, each below the limit",
    """
    import os, time
    for _ in range(40):
        if os.fork() == 0:
            held = bytearray(10**9)
            for i in range(0, 10**9, 4096):
                held[i] = 1
            time.sleep(20)
            os._exit(0)
    time.sleep(8)
    """,
    may_lose=True,
    slow=True,
)
later(
    "memfd",
    "files that have no name",
    "import os\nfds = [os.memfd_create('CANARY') for _ in range(50)]\nfor fd in fds:\n"
    "    for _ in range(100):\n        os.write(fd, bytes(10**7))",
    earns=FIRST,
)

# ---- disk

later(
    "disk",
    "fills the disk from its own folder",
    "with open('CANARY.bin', 'wb') as file:\n    while True:\n        file.write(bytes(10**7))",
    earns=FIRST,
)
later(
    "many-small-files",
    "makes files until no more can be made",
    "import itertools\nfor i in itertools.count():\n    open(f'CANARY-{i}', 'w').close()",
    earns=FIRST,
    slow=True,
)
later(
    "sparse-file",
    "a file that claims a petabyte",
    "with open('CANARY.bin', 'wb') as file:\n    file.truncate(2**50)",
    earns=FIRST,
)
later(
    "deep-folders",
    "folders so deep that who removes them runs out of stack",
    "import os\nfor _ in range(20_000):\n    os.mkdir('d')\n    os.chdir('d')",
    may_lose=True,
)
later(
    "folders-that-stay",
    "folders and files that cannot be read or removed",
    """
    import os
    os.makedirs("locked/inner")
    open("locked/inner/CANARY", "w").close()
    os.chmod("locked/inner", 0)
    os.chmod("locked", 0)
    os.chmod(".", 0)
    """,
    earns=FIRST,
)
later(
    "links-in-its-folder",
    "links from its own folder to everything, for whoever copies or removes it",
    """
    import os
    for name, target in (("a", "/"), ("b", "/etc/passwd"), ("c", ".."), ("d", "d")):
        os.symlink(target, name)
    try:
        os.remove("03_vanilla_gan.ipynb")
        os.symlink("/etc/passwd", "03_vanilla_gan.ipynb")
    except OSError:
        pass
    """,
    earns=FIRST,
)
later(
    "removes-everything",
    "removes every file it may",
    """
    import os, shutil
    for name in sorted(os.listdir("/")):
        shutil.rmtree("/" + name, ignore_errors=True)
    shutil.rmtree(os.getcwd(), ignore_errors=True)
    """,
    earns=FIRST,
    slow=True,
)
later(
    "leaves-leftovers",
    "leaves files for the next student's process to run",
    """
    import builtins, os, site, sys
    builtins.gan_cheat_was_here = True
    home = os.path.expanduser("~")
    for folder in {"/tmp", "/var/tmp", "/dev/shm", "/run", "/etc/cron.d", "/usr/local/bin",
                   "/var/spool/cron/crontabs", os.getcwd(), home, site.getusersitepackages(),
                   home + "/.ipython/profile_default/startup", home + "/.config/systemd/user",
                   *site.getsitepackages(), *sys.path}:
        for name in ("CANARY.py", "CANARY.pth", "sitecustomize_CANARY.py"):
            try:
                os.makedirs(folder, exist_ok=True)
                with open(os.path.join(folder, name), "w") as file:
                    file.write("import builtins")
            except OSError:
                pass
    """,
    earns=FIRST,
)
