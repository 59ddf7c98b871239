"""Run a notebook in a room and put the questions to it. Knows no answer, and judges nothing.

This runs in a process of its own, which may die of what the kernel sends it: it has a ceiling on
memory and an alarm clock, and it serves one submission only.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from queue import Empty
from typing import Any

import nbformat
import psutil
import zmq
import zmq.asyncio
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode

from autograder import sandbox
from autograder.running.job import Asked
from autograder.running.streams import joined
from autograder.sandbox.host import SandboxError
from autograder.sandbox.limits import MB, Limits

ROOM_NAME = "gan-course-room"
ROOM = KernelSpec.from_resource_dir(str(Path(sandbox.__file__).parent / "kernels" / ROOM_NAME))
AT_DESK = "(This cell runs at your desk only, not at grading.)"
ANSWER = re.compile(r"'([A-Za-z0-9+/=]*)'")
OUTPUTS = {"stream", "display_data", "execute_result", "error", "update_display_data"}
HANDLED = OUTPUTS | {"status", "clear_output", "execute_input"}
LARGEST_ANSWER = 24 * MB  # characters of base64; right answers stay far below
MOST_OUTPUTS = 500  # of one cell
WATCH = 0.5  # seconds between two looks at the room's memory and the clock
GRACE = 2.0  # seconds beyond the limit on the whole before the room is torn down from beside


class Stopped(Exception):  # noqa: N818
    """The run ends here; the message says why, for the student."""


class Interview(NotebookClient):
    """nbclient's client, with a cap on what it takes in, and questions after the graded cells.

    answers and troubles fill up by Question.key; notes are for the student and the lecturer.
    """

    def __init__(
        self,
        notebook: NotebookNode,
        manager: AsyncKernelManager,
        limits: Limits,
        questions: Sequence[Asked],
        skipped: frozenset[int] = frozenset(),
    ) -> None:
        super().__init__(
            notebook,
            km=manager,
            allow_errors=True,
            error_on_timeout={"ename": "Timeout", "evalue": "", "traceback": []},
            interrupt_on_timeout=True,
            iopub_timeout=limits.patience_seconds,
            record_timing=False,
            skip_cells_with_tag="",
            startup_timeout=4 * limits.patience_seconds,
            timeout_func=lambda _: min(limits.cell_seconds, max(1.0, self.end - time.monotonic())),
        )
        self.limits, self.questions, self.skipped = limits, questions, skipped
        self.answers: dict[str, str] = {}
        self.troubles: dict[str, str] = {}
        self.notes: list[str] = []
        self.killed = ""  # why we killed the room, if we did
        self.taken = 0  # characters of output in all
        self.kept: dict[int, int] = {}  # and of those kept, by cell
        self.heard_end = False  # of the cell that runs: has the kernel said that it is idle again?
        self.end = time.monotonic() + limits.seconds

    async def run(self) -> None:
        """Run every cell and ask every question, as far as it goes, and close the room.

        Never raises for anything that a student did.
        """
        why, over = "no cell asks for it", threading.Event()
        # Not a task: a kernel that sends without a pause can keep the event loop from all others.
        watch = threading.Thread(target=self._watch, args=(over,), daemon=True)
        watch.start()
        try:
            async with asyncio.timeout(self.limits.seconds):
                await self._run_cells()
        except Stopped as stop:
            why = str(stop)
        except TimeoutError:
            why = self._too_long()
        except DeadKernelError:  # also what nbclient makes of being cancelled
            late = time.monotonic() >= self.end
            why = self._too_long() if late else self._reason_of_death()
        except zmq.Again:
            most = self.limits.message_mb
            why = f"the kernel's connection broke; it sent a message of more than {most} MB"
        except Exception as error:  # whatever a kernel may send: this run is over, no other is
            why = f"the kernel sent what cannot be read ({type(error).__name__})"
        finally:
            over.set()
            await self._tear_down()
        missing = [one.key for one in self.questions if not self._is_settled(one)]
        if missing:
            self.notes.append(f"The run ended early: {why}. Exercises after that earn nothing.")
        for key in missing:
            self.troubles[key] = f"There is no answer: {why}."

    async def open(self, **where: Any) -> None:  # noqa: ANN401
        """Start the kernel; where: cwd and env of one that runs in no room.

        Raises SandboxError if that fails: no student's code has run yet.
        """
        try:
            await self.async_start_new_kernel(**where)
            await self.async_start_new_kernel_client()
        except Exception as error:
            said = self._failure() or f"{type(error).__name__}: {error}"
            raise SandboxError(f"A room could not be opened: {said}") from error
        self.end = time.monotonic() + self.limits.seconds

    def _is_settled(self, question: Asked) -> bool:
        return question.key in self.answers or question.key in self.troubles

    def _too_long(self) -> str:
        return f"the notebook took longer than {self.limits.seconds:g} seconds in all"

    def _reason_of_death(self) -> str:
        return self.killed or self._failure() or "the kernel died (exit, a crash, or a limit)"

    def _failure(self) -> str:
        """What the process in the room's doorway had to say, if anything."""
        provisioner = self.km.provisioner if self.km else None
        return getattr(provisioner and provisioner.process, "failure", "")

    async def _tear_down(self) -> None:
        """Leave nothing of the room behind, however the run ended."""
        room = self.km.provisioner.process if self.km and self.km.provisioner else None
        if self.km is not None:
            self.km.shutdown_wait_time = 0.1
            await self._async_cleanup_kernel()
        if room is not None:
            room.kill()

    async def _run_cells(self) -> None:
        for index, cell in enumerate(self.nb.cells):
            if cell.cell_type != "code":
                continue
            if index in self.skipped:
                cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=AT_DESK)]
                continue
            started, self.heard_end = time.monotonic(), False
            await self.async_execute_cell(cell, index, self.code_cells_executed + 1)
            cell.outputs = joined(cell.outputs)
            if not self.heard_end and self.iopub_timeout > 1 and cell.source.strip():
                # A message that was too large took the whole channel with it. Answers come on
                # another one; waiting for outputs, cell after cell, would only eat up the time.
                self.notes.append(f"The outputs of cell number {index + 1} and after were lost.")
                self.iopub_timeout = 1
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if time.monotonic() - started >= self.limits.cell_seconds:
                await self._after_timeout(cell, grade_id or f"number {index + 1}")
            for question in self.questions:
                if question.grade_id == grade_id:
                    await self._ask(question)

    async def _after_timeout(self, cell: NotebookNode, name: str) -> None:
        """Say that a cell was stopped; Stopped if the kernel did not react to that."""
        limit = f"{self.limits.cell_seconds:g} seconds"
        self.notes.append(f"The cell {name} ran longer than {limit} and was stopped.")
        if await self._reply("None", {}, 10) is None:
            raise Stopped(f"the cell {name} ran longer than {limit} and could not be stopped")

    async def _ask(self, question: Asked) -> None:
        """Put one question; the answer is kept as it comes, unread."""
        expression = (
            "__import__('checks.answering').answering.answer("
            f"lambda: ({question.expression}), {question.request!r})"
        )
        limit = min(question.seconds, self.limits.answer_seconds) + self.limits.patience_seconds
        limit = min(limit, max(1.0, self.end - time.monotonic()))
        reply = await self._reply("None", {"answer": expression}, limit)
        if reply is None:
            raise Stopped(f"{question.key.partition(':')[2]} gave no answer within {limit:.0f} s")
        told = reply.get("user_expressions", {}).get("answer", {})
        found = ANSWER.fullmatch(str(told.get("data", {}).get("text/plain", "")))
        if found and not found[1]:
            self.troubles[question.key] = "There is no answer: the question could not be put."
        elif found and len(found[1]) > LARGEST_ANSWER:
            self.troubles[question.key] = "There is no answer: what came is far too large."
        elif found:
            self.answers[question.key] = found[1]
        else:
            self.troubles[question.key] = (
                "There is no answer: the grader's question was not answered in its own form. Does "
                "your notebook change IPython, the package checks, or Python's built-in functions?"
            )

    async def _reply(
        self, code: str, expressions: dict[str, str], seconds: float
    ) -> dict[str, Any] | None:
        """The content of the reply to a silent request, None if none comes in time.

        Raises DeadKernelError.
        """
        message = self.kc.execute(
            code, silent=True, store_history=False, user_expressions=expressions
        )
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                reply = await self.kc.get_shell_msg(timeout=min(left, 1.0))
            except (TimeoutError, Empty):
                await self._async_check_alive()
                continue
            if reply["parent_header"].get("msg_id") == message:
                return reply["content"]
        return None

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Take in one message, within the limits on output.

        Too much of it is dropped; far too much kills the room.
        """
        kind = msg["msg_type"]
        size = _size(msg["content"])
        beside = _size(msg.get("metadata")) + sum(len(one) for one in msg.get("buffers", ()))
        copies = 1
        if kind == "update_display_data":  # it is put in place of all displays of its id
            shown = self._display_id_map.get(_display_id(msg["content"]), {})
            copies = max(1, sum(len(outputs) for outputs in shown.values()))
        self.taken += copies * size + beside + 100
        if self.taken > self.limits.output_mb * MB:
            self.killed = f"it sent more than {self.limits.output_mb} MB of output"
            self._kill(self.km.provisioner.process)
            raise Stopped(self.killed)
        if kind not in HANDLED:
            return None  # widgets and the like: nothing that a page could show
        if kind == "status" and msg["content"].get("execution_state") == "idle":
            self.heard_end = True
        if kind == "stream" and isinstance(msg["content"].get("text"), str):
            left = max(0, self._room(kind) - self.kept.get(cell_index, 0))
            if size > left > 0:  # its beginning is kept
                first = msg["content"] | {"text": msg["content"]["text"][: max(0, left - 100)]}
                super().process_message(msg | {"content": first}, cell, cell_index)
        if kind in OUTPUTS and not self._keeps(cell, cell_index, size, kind):
            return None
        return super().process_message(msg, cell, cell_index)

    def _room(self, kind: str) -> int:
        """How many characters of such outputs are kept of a cell."""
        return self.limits.output_kb * 1024 if kind == "stream" else 4 * MB

    def _keeps(self, cell: NotebookNode, index: int, size: int, kind: str) -> bool:
        """Whether an output is still within what is kept of its cell. Errors always are, cut."""
        before, room = self.kept.get(index, 0), self._room(kind)
        fits = before + size <= room and len(cell.outputs) < MOST_OUTPUTS
        if fits:
            self.kept[index] = before + size
        elif before < 1 << 40:
            self.kept[index] = 1 << 40  # nothing more after this
            self.notes.append(f"Cell number {index + 1} printed more than is kept of it.")
            more = "\n[... more was printed than is kept of it]\n"
            cell.outputs.append(nbformat.v4.new_output("stream", name="stdout", text=more))
        return fits or (kind == "error" and size < MB)

    def _watch(self, over: threading.Event) -> None:
        """Tear the room down when its time is up, or its processes together outgrow their memory.

        Runs in a thread of its own until `over` is set.
        """
        room, most = self.km.provisioner.process, 2 * self.limits.memory_mb * MB
        while not over.wait(WATCH):
            if time.monotonic() >= self.end + GRACE:
                self.killed = self._too_long()
            elif room is None or room_memory(room.pid) <= most:
                continue
            elif room_memory(room.pid, exactly=True) > most:
                self.killed = f"it took more than {most // MB} MB of memory"
            else:
                continue
            self._kill(room)
            return

    def _kill(self, room: Any) -> None:  # noqa: ANN401 - a Room, or without a sandbox a process
        with contextlib.suppress(OSError):  # it has just ended
            room.kill()


def room_memory(supervisor: int, *, exactly: bool = False) -> int:
    """Bytes of memory that the processes of a room hold: too many, unless exactly.

    What forked processes still share is counted once for each, unless exactly, which takes longer.
    """
    total = 0
    for process in _inside(supervisor):
        with contextlib.suppress(psutil.Error):  # it has just ended
            memory = process.memory_info()
            total += process.memory_full_info().pss if exactly else memory.rss - memory.shared
    return total


def _inside(supervisor: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return psutil.Process(supervisor).children(recursive=True)
    return []


def _display_id(content: dict[str, Any]) -> str:
    """The id of the display that a message is about; "" for none."""
    transient = content.get("transient")
    return str(transient.get("display_id", "")) if isinstance(transient, dict) else ""


def _size(content: Any, depth: int = 0) -> int:  # noqa: ANN401 - JSON
    """The number of characters in a message, keys and all."""
    if depth > 20:
        raise Stopped("it sent output nested more than 20 deep")
    if isinstance(content, str):
        return len(content)
    if isinstance(content, dict):
        return sum(len(str(k)) + _size(v, depth + 1) for k, v in content.items())
    if isinstance(content, list):
        return sum(_size(value, depth + 1) for value in content)
    return 8


class RoomKernelManager(AsyncKernelManager):
    """A manager whose kernels run in rooms, and whose clients use its own sockets' settings."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The spec that names the provisioner of rooms, read once."""
        return ROOM if self.kernel_name == ROOM_NAME else super().kernel_spec

    def client(self, **kwargs: Any) -> Any:  # noqa: ANN401 - as its base class says
        """A client that takes no larger messages than the manager does."""
        return super().client(context=self.context, **kwargs)


def manager(limits: Limits, *, sandboxed: bool = True) -> RoomKernelManager:
    """A kernel manager that takes no message larger than the limit; for an ordinary kernel if not
    sandboxed.
    """
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.MAXMSGSIZE, limits.message_mb * MB)
    context.setsockopt(zmq.SNDTIMEO, 5_000)  # ms: a kernel cut off for too large a message is gone
    return RoomKernelManager(kernel_name=ROOM_NAME if sandboxed else "python3", context=context)
