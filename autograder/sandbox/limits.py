"""What a submission may use, as settings of nbgrader_config.py (`c.Limits.memory_mb = 2048`)."""

from __future__ import annotations

from traitlets import Float, Integer
from traitlets.config import Configurable

MB = 1 << 20


class Limits(Configurable):
    """The limits of one submission. Generous: they are for runaways, not for honest work."""

    cell_seconds = Float(300, help="Wall-clock time of one cell.").tag(config=True)
    seconds = Float(900, help="Wall-clock time of the whole notebook, questions included.").tag(
        config=True
    )
    answer_seconds = Float(60, help="Wall-clock time of one question, all its cases together.").tag(
        config=True
    )
    patience_seconds = Float(
        30, help="How late a kernel's message may be on a busy machine before it counts as lost."
    ).tag(config=True)
    memory_mb = Integer(
        4096, help="Memory of one process beyond what the kernel starts with, and of all together."
    ).tag(config=True)
    processes = Integer(200, help="Processes and threads.").tag(config=True)
    disk_mb = Integer(256, help="Size of each of the folders /home/student, /tmp, /dev/shm.").tag(
        config=True
    )
    output_kb = Integer(256, help="Text kept of what one cell prints.").tag(config=True)
    output_mb = Integer(
        64, help="Output of all kinds at which the notebook is stopped as a runaway."
    ).tag(config=True)
    message_mb = Integer(
        64, help="Largest single message from the kernel; larger ones are dropped."
    ).tag(config=True)

    def for_kernel(self) -> dict[str, int]:
        """The limits that the system enforces on every process of the room, by RLIMIT_ name."""
        return {
            "AS": self.memory_mb * MB,
            "CORE": 0,
            "CPU": int(4 * self.seconds) + 60,
            "FSIZE": self.disk_mb * MB,
            "MSGQUEUE": 0,
            "NOFILE": 1024,
            "NPROC": self.processes,
        }
