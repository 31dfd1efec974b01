"""Work for job queues to do in tests: plain functions, and the same as tasks of celery and dramatiq.

What belongs here: what a worker, which is a process of its own, imports. `JOBS_URL` says where the server is, and
`JOBS_QUEUE` whose worker it is.
"""

from __future__ import annotations

import os
from typing import Any

import redis

URL = os.environ.get("JOBS_URL", "redis://127.0.0.1:1/0")
QUEUE = os.environ.get("JOBS_QUEUE", "")


def add(x: int, y: int) -> int:
    return x + y


def total(numbers: list[int]) -> int:
    return sum(numbers)


def fail(reason: str) -> None:
    raise ValueError(reason)


def fail_before(success: int, key: str) -> int:
    """Fails until it is tried for the `success`-th time."""
    with redis.from_url(URL) as client:
        tried = int(client.incr(key))
    if tried < success:
        raise RuntimeError(f"tried {tried} times")
    return tried


def celery_app() -> Any:
    """A Celery application whose broker and results are on the server."""
    from celery import Celery

    app = Celery("jobs", broker=URL, backend=URL)
    app.conf.update(
        broker_connection_retry_on_startup=False, worker_hijack_root_logger=False, result_expires=60,
        worker_cancel_long_running_tasks_on_connection_loss=True,
    )  # fmt: skip
    for function in (add, total, fail):
        app.task(name=f"jobs.{function.__name__}")(function)

    @app.task(name="jobs.fail_before", bind=True, max_retries=5)
    def retried(task: Any, success: int, key: str) -> int:
        try:
            return fail_before(success, key)
        except RuntimeError as error:
            raise task.retry(exc=error, countdown=0.01) from error

    return app


def dramatiq_actors() -> dict[str, Any]:
    """Actors of dramatiq by name; importing this module with `JOBS_QUEUE=dramatiq` makes its worker find them."""
    import dramatiq
    from dramatiq.brokers.redis import RedisBroker
    from dramatiq.results import Results
    from dramatiq.results.backends import RedisBackend

    broker = RedisBroker(url=URL)
    broker.add_middleware(Results(backend=RedisBackend(url=URL), store_results=True))
    dramatiq.set_broker(broker)
    retries = {"max_retries": 5, "min_backoff": 10, "max_backoff": 10}
    return {function.__name__: dramatiq.actor(function, **retries) for function in (add, fail_before)}


if QUEUE == "celery":
    app = celery_app()
elif QUEUE == "dramatiq":
    actors = dramatiq_actors()
