"""Libraries that lean on Redis hard, unchanged, with a worker in a process of its own: rq, celery, dramatiq, limits.

What belongs here: that real work gets through, with the features that rest on unusual commands (blocking moves,
scripts, sorted sets as schedules, pub/sub as remote control, transactions with WATCH).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from framewire.redis import ThreadServer, run_in_thread
from tests.against import jobs

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.filterwarnings("default")  # of others


@pytest.fixture
def server() -> Iterator[ThreadServer]:
    with run_in_thread() as server:
        yield server


@pytest.fixture
def url(server: ThreadServer, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(jobs, "URL", server.url)
    return server.url


@contextmanager
def worker(queue: str, url: str, *command: str) -> Iterator[subprocess.Popen[str]]:
    """A worker's process, ended with the block unless it ends by itself. What it said is shown if a test fails."""
    environment = {**os.environ, "JOBS_URL": url, "JOBS_QUEUE": queue, "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            print(process.communicate(timeout=20)[0])
        except subprocess.TimeoutExpired:
            process.kill()
            print(process.communicate()[0])
            raise


def test_rq(url: str) -> None:
    """Results, dependencies, failures, retries, a schedule, and progress that is looked at meanwhile."""
    rq = pytest.importorskip("rq")
    with redis.from_url(url) as client:
        queue = rq.Queue(connection=client)
        first = queue.enqueue(jobs.add, 2, 3)
        behind = queue.enqueue(jobs.add, 10, 20, depends_on=first)
        failing = queue.enqueue(jobs.fail, "on purpose")
        stubborn = queue.enqueue(jobs.fail_before, 3, "tries", retry=rq.Retry(max=5))
        front = queue.enqueue(jobs.add, 1, 1, at_front=True)
        assert queue.count == 4 and queue.deferred_job_registry.get_job_ids() == [behind.id]

        with worker("rq", url, "rq.cli", "worker", "--burst", "--url", url, "default") as process:
            assert process.wait(30) == 0

        assert [job.return_value(refresh=True) for job in (first, behind, stubborn, front)] == [5, 30, 3, 2]
        assert failing.get_status() == rq.job.JobStatus.FAILED
        assert "ValueError: on purpose" in failing.latest_result().exc_string
        assert queue.failed_job_registry.get_job_ids() == [failing.id]
        assert len(queue.finished_job_registry) == 4 and queue.count == 0
        assert not rq.Worker.all(connection=client)


def test_celery(url: str) -> None:
    """Results, groups, chains, chords, retries with a countdown, failures, remote control, and an end by request."""
    celery = pytest.importorskip("celery")
    app = jobs.celery_app()
    add, total = app.tasks["jobs.add"], app.tasks["jobs.total"]
    command = ("celery", "-A", "tests.against.jobs", "worker", "--pool", "solo", "--loglevel", "info")
    with worker("celery", url, *command, "--without-mingle") as process:
        waiting = {"timeout": 20, "interval": 0.01}
        assert add.delay(2, 3).get(**waiting) == 5
        assert celery.group(add.s(n, n) for n in range(10)).delay().get(**waiting) == [2 * n for n in range(10)]
        assert celery.chain(add.s(1, 2), add.s(10)).delay().get(**waiting) == 13
        assert celery.chord((add.s(n, 1) for n in range(5)), total.s()).delay().get(**waiting) == 15
        assert app.tasks["jobs.fail_before"].delay(3, "tries").get(**waiting) == 3
        with pytest.raises(ValueError, match="on purpose"):
            app.tasks["jobs.fail"].delay("on purpose").get(**waiting)
        assert [list(reply.values()) for reply in app.control.ping(timeout=2)] == [[{"ok": "pong"}]]
        assert "jobs.add" in next(iter(app.control.inspect(timeout=2).registered().values()))
        app.control.shutdown()
        assert process.wait(20) == 0
    app.close()


def test_dramatiq(url: str) -> None:
    """It keeps its queues by one large script; delays are sorted sets, results are lists that are waited for."""
    pytest.importorskip("dramatiq")
    actors = jobs.dramatiq_actors()
    with worker("dramatiq", url, "dramatiq", "tests.against.jobs", "--processes", "1", "--threads", "2"):
        sent = [actors["add"].send(n, 1) for n in range(20)]
        later = actors["add"].send_with_options(args=(1, 1), delay=50)
        assert [message.get_result(block=True, timeout=20_000) for message in sent] == list(range(1, 21))
        assert actors["fail_before"].send(3, "tries").get_result(block=True, timeout=20_000) == 3
        assert later.get_result(block=True, timeout=20_000) == 2


@pytest.mark.parametrize("strategy", ["FixedWindow", "MovingWindow", "SlidingWindowCounter"])
def test_limits(url: str, strategy: str) -> None:
    """Rate limits by scripts."""
    limits = pytest.importorskip("limits")
    storage = limits.storage.storage_from_string(url)
    limiter = getattr(limits.strategies, f"{strategy}RateLimiter")(storage)
    three = limits.parse("3/hour")
    assert storage.check()
    assert [limiter.hit(three, "user") for _ in range(5)] == [True, True, True, False, False]
    assert limiter.hit(three, "somebody else")
    window: Any = limiter.get_window_stats(three, "user")
    assert window.remaining == 0 and 0 < window.reset_time - time.time() <= 3600
    limiter.clear(three, "user")
    assert limiter.hit(three, "user")
