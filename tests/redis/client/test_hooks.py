"""What hooks are told: names, texts without secrets, beginnings and ends; and that of both clients."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.errors import ConnectionError, DataError, ResponseError, SharedLinkError
from framewire.redis.client.hooks import Begun, Hooks
from framewire.redis.client.options import Options
from framewire.redis.server.network.thread import ThreadServer, run_in_thread
from tests.waiting import until, until_in_loop

OPTIONS = Options(db=3)


@pytest.mark.parametrize(("requests", "batch", "name", "commands"), [
    ([(b"GET", "k")], False, "GET", ["GET"]), ([(b"CLIENT", b"LIST")], False, "CLIENT LIST", ["CLIENT LIST"]),
    ([(b"NO.SUCH", 1)], False, "NO.SUCH", ["NO.SUCH"]),
    ([(b"GET", "k")], True, "PIPELINE GET", ["GET"]),
    ([(b"GET", "k"), (b"GET", "l")], True, "PIPELINE GET", ["GET", "GET"]),
    ([(b"GET", "k"), (b"SET", "l", 1)], True, "PIPELINE", ["GET", "SET"]),
    ([(b"MULTI",), (b"SET", "k", 1), (b"EXEC",)], True, "MULTI SET", ["SET"]),
    ([(b"MULTI",), (b"SET", "k", 1), (b"GET", "k"), (b"EXEC",)], True, "MULTI", ["SET", "GET"]),
])  # fmt: skip
def test_what_a_call_is_called(requests: Any, batch: bool, name: str, commands: list[str]) -> None:
    call = Begun(OPTIONS, requests, batch)
    assert (call.name, call.commands) == (name, commands)


@pytest.mark.parametrize(("request_", "text", "full"), [
    ((b"SET", "k", 1), "SET ? ?", "SET k 1"), ((b"PING",), "PING", "PING"),
    ((b"AUTH", "user", "sesam"), "AUTH ? ?", None), ((b"HELLO", 3, b"AUTH", "u", "sesam"), "HELLO ? ? ? ?", None),
    ((b"CONFIG", b"SET", "requirepass", "sesam"), "CONFIG SET ? ? ?", None),
    ((b"SET", "k", b"\xff" * 10_000), "SET ? ?", None),
])  # fmt: skip
def test_texts_have_no_secrets_and_are_short(request_: Any, text: str, full: str | None) -> None:
    call = Begun(OPTIONS, [request_], False)
    assert call.text == text
    assert "sesam" not in call.full_text and len(call.full_text) < 1000
    assert full is None or call.full_text == full


class Told:
    """A hook that writes down what it is told."""

    def __init__(self, log: list[Any] | None = None, name: str = "") -> None:
        self.log: list[Any] = [] if log is None else log
        self._name = name

    def begins(self, call: Begun) -> str:
        self.log.append(f"{self._name}{call.name} begins")
        return call.name

    def ends(self, call: Begun, token: str, error: BaseException | None) -> None:
        assert token == call.name
        self.log.append(f"{self._name}{call.name} ends" + ("" if error is None else f": {type(error).__name__}"))


class ToldOfLinks(Told):
    def opened(self, options: Options, seconds: float) -> None:
        assert 0 < seconds < 60
        self.log.append(f"opened {options.db}")

    def closed(self, options: Options, error: Exception) -> None:
        self.log.append(f"closed {options.db}: {error}")


class Raising(Told):
    def begins(self, call: Begun) -> str:
        raise LookupError(call.name)


def test_the_last_is_told_of_the_end_first() -> None:
    log: list[Any] = []
    hooks = Hooks([Told(log, "1 "), Told(log, "2 ")], OPTIONS)
    hooks.end(hooks.begin([(b"GET", "k")], False), OSError())
    assert log == ["1 GET begins", "2 GET begins", "2 GET ends: OSError", "1 GET ends: OSError"]


def test_where_one_raises_those_before_it_are_told_of_the_end() -> None:
    log: list[Any] = []
    with pytest.raises(LookupError, match="GET"):
        Hooks([Told(log), Raising(), Told(log, "never ")], OPTIONS).begin([(b"GET", "k")], False)
    assert log == ["GET begins", "GET ends: LookupError"]


# -- of clients -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadServer]:
    with run_in_thread() as server:
        yield server


EXPECTED = [
    "opened 0", "SET begins", "SET ends", "LPUSH begins", "LPUSH ends: ResponseError", "PIPELINE GET begins",
    "PIPELINE GET ends", "MULTI GET begins", "MULTI GET ends", "opened 0", "BLPOP begins", "BLPOP ends", "PING begins",
    "PING ends", "PIPELINE PING begins", "PIPELINE PING ends",
]  # fmt: skip


async def test_of_every_call(server: ThreadServer) -> None:
    hook = ToldOfLinks()
    async with Client.from_url(server.url, hooks=[hook]) as client:
        set_ = client.set("k", 1)
        assert hook.log.pop() == "SET begins"
        await set_
        hook.log.insert(1, "SET begins")
        await until_in_loop(lambda: hook.log[-1] == "SET ends")
        with pytest.raises(ResponseError):
            await client.lpush("k", 1)
        async with client.pipeline() as pipeline:
            pipeline.get("k")
        async with client.transaction() as transaction:
            transaction.get("k")
        assert await client.blpop("none", 0.001) is None
        async with client.dedicated() as own:
            await own.ping()
            async with own.pipeline() as pipeline:
                pipeline.ping()
        await until_in_loop(lambda: hook.log[-1] == "PIPELINE PING ends")
        assert hook.log == EXPECTED
    assert hook.log[len(EXPECTED):] == ["closed 0: the link was closed", "closed 0: the client was closed"]


def test_of_every_call_of_threads(server: ThreadServer) -> None:
    hook = ToldOfLinks()
    with BlockingClient.from_url(server.url, hooks=[hook]) as client:
        client.set("k", 1)
        with pytest.raises(ResponseError):
            client.lpush("k", 1)
        with client.pipeline() as pipeline:
            pipeline.get("k")
        with client.transaction() as transaction:
            transaction.get("k")
        assert client.blpop("none", 0.001) is None
        with client.dedicated() as own:
            own.ping()
            with own.pipeline() as pipeline:
                pipeline.ping()
        assert sorted(hook.log) == sorted(EXPECTED)  # a link is made within the first call
        assert hook.log[:2] in (EXPECTED[:2], EXPECTED[1::-1])
    assert sorted(hook.log[len(EXPECTED):]) == ["closed 0: the client was closed", "closed 0: the link was closed"]


async def test_of_a_cancelled_call_and_a_lost_link(server: ThreadServer) -> None:
    hook = ToldOfLinks()
    async with Client.from_url(server.url, hooks=[hook]) as client, Client.from_url(server.url) as other:
        await client.ping()
        waiting = asyncio.ensure_future(client.blpop("none"))
        await until_in_loop(lambda: "BLPOP begins" in hook.log)
        waiting.cancel()
        await until_in_loop(lambda: "BLPOP ends: CancelledError" in hook.log)
        await other.client_kill_filter(_id=await client.client_id())
        await until_in_loop(lambda: any("closed the connection" in line for line in hook.log))


async def test_what_is_not_sent_is_an_end_too(server: ThreadServer) -> None:
    hook = Told()
    async with Client.from_url(server.url, hooks=[hook]) as client:
        with pytest.raises(DataError):
            await client.set("k", object())  # type: ignore[arg-type]
        assert hook.log[:1] == ["SET begins"] and hook.log[1].startswith("SET ends: ")
        with pytest.raises(SharedLinkError):
            await client.execute("SELECT", 1)
        assert len(hook.log) == 2  # nobody has called
    refused = Client.from_url(server.url, hooks=[Raising()])
    with pytest.raises(LookupError):
        await refused.ping()
    await refused.aclose()


async def test_siblings_have_the_same_hooks(server: ThreadServer) -> None:
    hook = ToldOfLinks()
    async with Client.from_url(server.url, hooks=[hook]) as client:
        await client.db(2).ping()
        assert "opened 2" in hook.log and "PING begins" in hook.log


def test_a_client_without_hooks_is_not_slowed_down(server: ThreadServer) -> None:
    """Its calls are the exchange's and the link's own: nothing stands between."""

    async def main() -> None:
        async with Client.from_url(server.url) as client:
            await client.ping()
            assert client._route.server._link is not None
            assert client._call == client._route.server._link.exchange.call

    asyncio.run(main())
    with BlockingClient.from_url(server.url) as blocking:
        assert blocking._call == blocking._route.server.call


def test_a_link_that_cannot_be_made_was_not_opened() -> None:
    hook = ToldOfLinks()
    with BlockingClient("127.0.0.1", 1, hooks=[hook], socket_timeout=0.2) as client, pytest.raises(ConnectionError):
        client.ping()
    until(lambda: hook.log == ["PING begins", "PING ends: ConnectionError"])


def test_a_call_is_shown_without_its_arguments() -> None:
    assert "sesam" not in repr(Begun(OPTIONS, [(b"AUTH", b"sesam")], False))


class Failing(Told):
    """It fails wherever there is nobody to be told of that."""

    def ends(self, call: Begun, token: str, error: BaseException | None) -> None:
        raise LookupError("ends")

    def opened(self, options: Options, seconds: float) -> None:
        raise LookupError("opened")

    def closed(self, options: Options, error: Exception) -> None:
        raise LookupError("closed")


async def test_a_hook_that_fails_leaves_nobody_waiting(server: ThreadServer, caplog: pytest.LogCaptureFixture) -> None:
    told = Told()
    async with Client.from_url(server.url, hooks=[told, Failing()]) as client:
        assert await client.ping()
        call = client.blpop("nothing", timeout=0)
        shared = client.get("k")
        await client.aclose()
        for waiting in (call, shared):
            with pytest.raises(ConnectionError):
                await waiting
    with BlockingClient.from_url(server.url, hooks=[told, Failing()]) as blocking:
        assert blocking.ping()
    assert told.log.count("PING ends") == 2
    failed = [str(record.exc_info[1]) for record in caplog.records if record.exc_info]
    assert {"ends", "opened", "closed"} == {text.strip("'") for text in failed}
