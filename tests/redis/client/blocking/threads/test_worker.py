"""The thread that calls handlers: until it is told to stop, or something ends it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from framewire.redis import BlockingClient
from framewire.redis.client.blocking.threads.worker import PubSubThread
from framewire.redis.client.errors import PubSubError
from framewire.redis.client.subscriptions.items import Gap
from tests.waiting import PATIENCE, until


@pytest.fixture
def client() -> Iterator[BlockingClient]:
    with BlockingClient.from_url("memory://") as made:
        yield made


def test_it_calls_handlers_until_it_is_stopped(client: BlockingClient) -> None:
    heard: list[Any] = []
    pubsub = client.pubsub()
    pubsub.subscribe(a=heard.append)
    thread = pubsub.run_in_thread(heard.append)
    assert not thread.daemon
    client.publish("a", 1)
    until(lambda: len(heard) == 1)
    client.execute("CLIENT", "KILL", "TYPE", "pubsub")
    until(lambda: len(heard) == 2)
    assert isinstance(heard[1], Gap)
    thread.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive() and pubsub.ended


def test_a_handler_may_stop_it(client: BlockingClient) -> None:
    threads: list[PubSubThread] = []
    pubsub = client.pubsub()
    pubsub.subscribe(a=lambda message: threads[0].stop())
    threads.append(pubsub.run_in_thread(print, daemon=True))
    client.publish("a", 1)
    threads[0].join(PATIENCE)
    assert not threads[0].is_alive()


def test_errors_go_to_their_handler_and_it_goes_on(client: BlockingClient) -> None:
    errors: list[Exception] = []
    heard: list[Any] = []

    def handle(message: Any) -> None:
        heard.append(message)
        if len(heard) == 1:
            raise ArithmeticError("a fault")

    pubsub = client.pubsub("no-handler").__enter__()
    pubsub.subscribe(a=handle)

    def note(error: Exception, of: Any, by: PubSubThread) -> None:
        assert of is pubsub and by is threading.current_thread()
        errors.append(error)

    thread = pubsub.run_in_thread(print, exception_handler=note)
    for channel in ("a", "no-handler", "a"):
        client.publish(channel, 1)
    until(lambda: len(heard) == 2)
    assert [type(error) for error in errors] == [ArithmeticError, PubSubError]
    thread.stop()
    thread.join(PATIENCE)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_without_one_an_error_ends_it(client: BlockingClient) -> None:
    pubsub = client.pubsub("no-handler").__enter__()
    thread = pubsub.run_in_thread(print)
    client.publish("no-handler", 1)
    thread.join(PATIENCE)
    assert not thread.is_alive() and pubsub.ended


def test_what_ends_the_listener_ends_it_too(client: BlockingClient) -> None:
    errors: list[Exception] = []
    first = threading.Event()

    def handle(message: Any) -> None:
        first.set()
        until(lambda: pubsub.ended)  # it reads too slowly

    pubsub = client.pubsub(max_queued=1, when_full="close")
    pubsub.subscribe(a=handle)
    thread = pubsub.run_in_thread(print, exception_handler=lambda error, *_: errors.append(error))
    client.publish("a", 1)
    assert first.wait(PATIENCE)
    with client.pubsub("end") as other:
        for channel in ("a", "a", "end"):
            client.publish(channel, 2)
        assert other.get_message(PATIENCE) is not None
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert ["too slowly" in str(error) for error in errors] == [True]
