"""Attacks that never end, say too much, or end too soon."""

from __future__ import annotations

from tests.journeys.cheats.submission import FIRST, Entries, Submission

ATTACKS = Entries()
attack, later = ATTACKS.add, ATTACKS.add_later


# ---- output

later(
    "endless-print",
    "prints without end",
    "while True:\n    print('x' * 1000)",
    earns=FIRST,
    slow=True,
)
later("gigantic-output", "prints 300 megabytes at once", "print('x' * 300_000_000)", earns=FIRST)
later("gigantic-value", "a value whose text has 300 megabytes", "'x' * 300_000_000", earns=FIRST)
later(
    "many-displays",
    "shows things without end",
    "from IPython.display import display\nwhile True:\n    display(1)",
    earns=FIRST,
    slow=True,
)
later(
    "gigantic-error",
    "raises an error with a text of 100 megabytes",
    "raise ValueError('x' * 100_000_000)",
    earns=FIRST,
)
later(
    "deep-display",
    "shows JSON so deep that who reads it runs out of stack",
    """
    from IPython.display import publish_display_data
    deep = {}
    for _ in range(800):
        deep = {"a": deep}
    publish_display_data({"application/json": deep, "text/plain": "x"}, {"deep": deep})
    """,
    earns=FIRST,
)
later(
    "malformed-messages",
    "sends its frontend messages of the wrong form",
    """
    kernel = get_ipython().kernel
    parent = kernel.get_parent()
    for kind, content in (
        ("stream", {"name": 7, "text": None}),
        ("stream", {}),
        ("display_data", {"data": [1], "metadata": "x"}),
        ("display_data", {"data": {"image/png": 7, "text/html": {"a": 1}}, "metadata": {}}),
        ("execute_result", {"data": {"text/plain": ["5"]}, "metadata": {}, "execution_count": "x"}),
        ("update_display_data", {"data": {}, "metadata": {}, "transient": {}}),
        ("clear_output", {}),
        ("error", {"ename": 1, "evalue": None, "traceback": "x"}),
        ("status", {"execution_state": "starting"}),
        ("comm_open", {"comm_id": 1, "data": []}),
        ("comm_msg", {}),
        ("evil", {"a": 1}),
        ("../../evil", {}),
    ):
        kernel.session.send(kernel.iopub_socket, kind, content, parent=parent)
    """,
    earns=FIRST,
    dangerous=False,
)
later(
    "raw-frames",
    "writes into every socket and pipe that its process holds",
    """
    import os, socket, stat
    for fd in range(3, 1024):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode) or stat.S_ISFIFO(os.fstat(fd).st_mode):
                os.set_blocking(fd, False)
                os.write(fd, b"\\x02" + b"\\xff" * 8 + os.urandom(100_000))
        except OSError:
            pass
    """,
    may_lose=True,
    slow=True,
)
later(
    "raw-streams",
    "writes past the kernel into the grader's own log, and terminal escapes with it",
    """
    import os
    for fd in (1, 2):
        try:
            os.write(fd, b"\\x1b]0;owned\\x07\\x1b[2J" + b"CANARY " * 2_000_000)
        except OSError:
            pass
    """,
    earns=FIRST,
)
later(
    "comms",
    "opens widgets by the thousand",
    """
    from comm import create_comm
    for _ in range(20_000):
        create_comm(target_name="jupyter.widget", data={"state": {"x": "x" * 1000}})
    """,
    earns=FIRST,
)

later(
    "many-errors",
    "shows errors of a megabyte each",
    """
    kernel = get_ipython().kernel
    error = {"ename": "E", "evalue": "x" * 400_000, "traceback": ["y" * 500_000]}
    for _ in range(60):
        kernel.session.send(kernel.iopub_socket, "error", error, parent=kernel.get_parent())
    """,
    earns=FIRST,
)
later(
    "unknown-messages",
    "sends without end what no frontend knows, and so none may count",
    """
    kernel = get_ipython().kernel
    while True:
        kernel.session.send(kernel.iopub_socket, "evil", {"x": "x" * 1_000_000},
                            parent=kernel.get_parent())
    """,
    may_lose=True,
    slow=True,
)
later(
    "hidden-buffers",
    "sends megabytes beside messages that are small",
    """
    kernel = get_ipython().kernel
    while True:
        kernel.session.send(kernel.iopub_socket, "display_data", {"data": {}, "metadata": {}},
                            parent=kernel.get_parent(), metadata={"x": "x" * 1_000_000},
                            buffers=[bytes(10_000_000)])
    """,
    may_lose=True,
    slow=True,
)
later(
    "questions-without-end",
    "asks its frontend for input, without end",
    """
    kernel = get_ipython().kernel
    for _ in range(100_000):
        kernel.session.send(kernel.stdin_socket, "input_request", {"prompt": "x" * 1000},
                            parent=kernel.get_parent())
    """,
    may_lose=True,
    slow=True,
)

# ---- time

later("sleeps", "sleeps for a week", "import time\ntime.sleep(600_000)", earns=FIRST, slow=True)
later(
    "waits-for-input",
    "waits for somebody to type",
    "import getpass\nname = input()\ngetpass.getpass()",
    earns=FIRST,
    dangerous=False,
)
later(
    "debugger",
    "stops in the debugger",
    "import pdb\npdb.set_trace()\nbreakpoint()",
    earns=FIRST,
    dangerous=False,
)
later(
    "holds-the-interpreter",
    "a call that lets no other thread run, and no signal in",
    "import re\nre.match(r'(a+)+$', 'a' * 60 + 'b')",
    earns=FIRST,
    slow=True,
)
later(
    "endless-objects",
    "objects that make a new one when they go",
    """
    class Phoenix:
        def __del__(self):
            Phoenix()
    Phoenix()
    """,
    earns=FIRST,
    slow=True,
)


@attack("works just under the limit in every cell, so that all together take for ever", slow=True)
def slow_everywhere(s: Submission) -> None:
    for name in ("leaky_relu", "sample_noise", "discriminator", "generator", "optimizers") * 3:
        s.before(f"check_{name}", "import time\nfor _ in range(40):\n    time.sleep(0.1)")


@attack("takes for ever only when it is asked", slow=True)
def slow_answers(s: Submission) -> None:
    for name in ("leaky_relu", "discriminator_loss", "generator_loss", "sample_noise"):
        s.body(
            name, "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
        )


# ---- crashes

later("segfault", "reads where no memory is", "import ctypes\nctypes.string_at(0)", earns=FIRST)
later(
    "recursion",
    "runs out of stack",
    "import sys\nsys.setrecursionlimit(10**9)\ndef deeper(): deeper()\nclass A:\n"
    "    def __repr__(self): return repr([self])\nrepr(A())",
    earns=FIRST,
)
later(
    "core-dump",
    "leaves a core dump",
    "import os, resource\ntry:\n    resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))\n"
    "except ValueError:\n    pass\nos.abort()",
    earns=FIRST,
)
later(
    "closes-everything", "closes all its files", "import os\nos.closerange(0, 4096)", may_lose=True
)
later("exits", "exits politely", "exit()\nquit()", earns=FIRST, dangerous=False)
later(
    "resets",
    "forgets everything",
    "get_ipython().run_line_magic('reset', '-f')",
    earns=FIRST,
    dangerous=False,
)
