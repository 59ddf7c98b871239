"""Who runs the jobs: this machine's cores, or Dask's workers on many machines; one code."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from autograder.course import CourseError
from autograder.records import Run
from autograder.running.job import Job, Setting
from autograder.running.worker import close_here, prepare_here, run_here

_END = object()  # of the jobs
AHEAD = 2  # jobs prepared for each that can run, so that nobody waits and little is held in memory


@dataclass(frozen=True)
class Crew:
    """Something that runs jobs, so many at a time.

    share: makes of a Setting what is sent with every job, so that it travels only once
    prepare: has the crew start what a Setting needs, without waiting for it
    """

    executor: Executor
    size: int
    share: Callable[[Setting], Any] = lambda setting: setting
    prepare: Callable[[Setting], Any] = lambda setting: None

    def run(
        self, jobs: Iterable[tuple[Job, Setting] | None]
    ) -> Iterator[tuple[Job, Run | Exception] | None]:
        """Each job with its Run, or with what went wrong, in the order in which they end.

        For None among the jobs it gives None back at once.
        """
        shared: dict[int, Any] = {}
        waiting: dict[Future, Job] = {}
        source = iter(jobs)
        try:
            while True:
                while len(waiting) < AHEAD * self.size:
                    item = next(source, _END)
                    if item is _END:
                        break
                    if item is None:
                        yield None
                        continue
                    job, setting = item
                    if setting.seed not in shared:
                        shared[setting.seed] = self.share(setting)
                    future = self.executor.submit(run_here, job, shared[setting.seed])
                    waiting[future] = job
                if not waiting:
                    return
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield waiting.pop(future), _outcome(future)
        finally:
            for future in waiting:
                future.cancel()


def _outcome(future: Future) -> Run | Exception:
    error = future.exception()
    if error is None:
        return future.result()
    if not isinstance(error, Exception):
        raise error
    return error


@contextmanager
def local_crew(workers: int | None) -> Iterator[Crew]:
    """This machine: one job at a time for each core, or so many as `workers` says."""
    size = workers or len(os.sched_getaffinity(0))
    executor = ThreadPoolExecutor(size, thread_name_prefix="submission")
    try:
        yield Crew(executor, size, prepare=lambda setting: executor.submit(prepare_here, setting))
    finally:
        close_here()  # ends whatever still runs, so that nothing is waited for
        executor.shutdown(cancel_futures=True)


@contextmanager
def dask_crew(address: str) -> Iterator[Crew]:
    """The workers of a Dask scheduler; they may come and go meanwhile.

    Raises CourseError if Dask is not installed or the scheduler cannot be reached.
    """
    try:
        from distributed import Client
    except ImportError:
        raise CourseError(
            'Grading on several machines needs Dask: pip install "gan-course[scale]".'
        ) from None
    try:
        client = Client(address, timeout="20s", name="autograder")
    except (OSError, ValueError, TimeoutError) as error:
        raise CourseError(
            f"The scheduler {address} cannot be reached ({type(error).__name__}). Start one with "
            "`dask scheduler`, and on each machine `dask worker ADDRESS`."
        ) from error
    with contextlib.closing(client):
        size = sum(client.nthreads().values())
        if not size:
            raise CourseError(
                f"The scheduler {address} has no workers. Start some: `dask worker {address}`."
            )
        executor = client.get_executor(pure=False, retries=2)
        yield Crew(executor, size, lambda setting: client.scatter(setting, hash=False))
