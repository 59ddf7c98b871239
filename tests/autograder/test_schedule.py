"""Jobs are run so many at a time, and none is forgotten."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograder.records import Run
from autograder.running import schedule
from autograder.running.job import Job, Setting

SETTING = Setting(b"", "digest", [], 1, {})


def job(name):
    return Job(name, "01_tiny", "digest", "", b"")


@pytest.fixture
def crew(monkeypatch):
    """A crew of two that runs nothing, and remembers how many it ran at a time."""
    running, most, lock = [], [0], threading.Lock()

    def run(job, setting):
        with lock:
            running.append(job)
            most[0] = max(most[0], len(running))
        if job.student == "broken":
            running.remove(job)
            raise ValueError("broken")
        running.remove(job)
        return Run(job.student, job.assignment, job.digest, setting.seed, None)

    monkeypatch.setattr(schedule, "run_here", run)
    with ThreadPoolExecutor(2) as executor:
        crew = schedule.Crew(executor, 2)
        object.__setattr__(crew, "most", most)
        yield crew


def test_every_job_comes_back_once_however_many_need_no_run(crew):
    items = [None] * 9 + [(job("ann"), SETTING)] + [None] * 9 + [(job("bob"), SETTING), None]
    results = list(crew.run(items))
    assert results.count(None) == 19
    assert sorted(one.student for one, _ in filter(None, results)) == ["ann", "bob"]


def test_what_needs_no_run_is_told_at_once(crew):
    results = crew.run(iter([None, (job("ann"), SETTING)]))
    assert next(results) is None


def test_a_failure_is_that_job_s_alone(crew):
    names = ["ann", "broken", "bob"]
    found = {one.student: run for one, run in crew.run([(job(n), SETTING) for n in names])}
    assert isinstance(found["broken"], ValueError)
    assert isinstance(found["ann"], Run) and isinstance(found["bob"], Run)


def test_jobs_are_made_as_they_are_needed_and_no_sooner(crew):
    made = []

    def source():
        for number in range(20):
            made.append(number)
            yield job(str(number)), SETTING

    results = crew.run(source())
    next(results)
    assert len(made) <= 2 * schedule.AHEAD + 1
    assert len(list(results)) == 19
    assert crew.most[0] <= 2


def test_a_setting_is_shared_once(crew):
    sent = []
    shared = schedule.Crew(crew.executor, 2, share=lambda setting: sent.append(1) or setting)
    assert len(list(shared.run([(job(str(n)), SETTING) for n in range(5)]))) == 5
    assert sent == [1]
