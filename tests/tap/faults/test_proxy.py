"""The proxy between sockets: each fault as client and server meet it, on both loops."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from framewire._listening import listen_at
from framewire.codecs.resp import pack_command
from framewire.redis.server.network.server import Server
from framewire.tap.faults.actions import Drop
from framewire.tap.faults.proxy import FaultProxy
from framewire.tap.faults.rule import Frames, Rule
from tests.tap.faults.counting import Client, StillTime, counting, through
from tests.waiting import until_in_loop

Run = Callable[[Awaitable[None]], None]

PING = b"PING\r\n"


def test_bytes_pass_unchanged(run: Run) -> None:
    async def main() -> None:
        async with through("") as (server, proxy), Client(proxy) as client:
            client.send(PING * 3)
            assert await client.receive(12) == b":1\r\n:2\r\n:3\r\n"
            assert proxy.seen == Counter(request=3, reply=3)
            assert proxy.log == []
            assert [link.number for link in proxy.connections] == [1]
        assert server.ends == ["end"]

    run(main())


def test_much_passes_both_ways_at_once(run: Run) -> None:
    size = 5_000_000

    async def main() -> None:
        async with through("reply 9: drop") as (server, proxy), Client(proxy) as client:
            for _ in range(3):
                client.send(pack_command("BIG", size, b"y" * size))
            reply = b"$%d\r\n%b\r\n" % (size, b"x" * size)
            for _ in range(3):
                assert await client.receive(len(reply)) == reply
            assert [len(request[2]) for request in server.requests] == [size] * 3

    run(main())


def test_one_direction_may_end_before_the_other(run: Run) -> None:
    async def main() -> None:
        async with through("") as (_, proxy), Client(proxy) as client:
            client.send(PING * 2)
            client.writer.write_eof()
            assert await client.rest() == b":1\r\n:2\r\n"
            await until_in_loop(lambda: not proxy.connections)

    run(main())


def test_a_server_that_closes(run: Run) -> None:
    async def main() -> None:
        async with through("") as (server, proxy), Client(proxy) as client:
            client.send(b"END\r\n")
            assert await client.rest() == b"$3\r\nbye\r\n"
            client.writer.close()
            await until_in_loop(lambda: not proxy.connections)
            assert server.ends == ["end"]

    run(main())


# -- time -------------------------------------------------------------------------------------------------------------


def test_replies_that_are_late_keep_their_order_and_do_not_add_up(run: Run) -> None:
    time = StillTime()

    async def main() -> None:
        late = through("reply 2-: delay 1s", sleep=time.sleep, clock=time.clock)
        async with late as (_, proxy), Client(proxy) as client:
            client.send(PING * 4)
            assert await client.receive(4) == b":1\r\n"
            await until_in_loop(lambda: proxy.seen["reply"] == 4 and time.asked)
            time.advance(1)
            assert await client.receive(12) == b":2\r\n:3\r\n:4\r\n"
            assert time.asked == [1]

    run(main())


def test_time_passes_by_itself_unless_it_is_given(run: Run) -> None:
    async def main() -> None:
        program = "reply: delay 1-2ms\nrequest: slice 1 byte every 1ms"
        async with through(program) as (_, proxy), Client(proxy) as client:
            client.send(PING)
            assert await client.receive(4) == b":1\r\n"
            assert proxy.counts == Counter(delay=1, slice=1)

    run(main())


def test_what_a_rule_stalls_is_resumed(run: Run) -> None:
    async def main() -> None:
        async with through("every 2nd reply: stall") as (_, proxy), Client(proxy) as client:
            for n in range(1, 50, 2):
                client.send(PING * 2)
                await proxy.happened("stall", (n + 1) // 2)
                proxy.resume()
                assert await client.receive(len(b":%d\r\n:%d\r\n" % (n, n + 1))) == b":%d\r\n:%d\r\n" % (n, n + 1)

    run(main())


@pytest.mark.parametrize(("direction", "served"), [("requests", 0), ("replies", 1), (None, 0)])
def test_a_direction_is_stalled_by_hand(run: Run, direction: str | None, served: int) -> None:
    async def main() -> None:
        async with through("") as (server, proxy), Client(proxy) as client:
            await until_in_loop(lambda: proxy.connections)
            proxy.stall(direction)  # type: ignore[arg-type]
            [link] = proxy.connections
            assert (link.is_stalled("requests"), link.is_stalled("replies")) == (served == 0, direction != "requests")
            client.send(PING)
            await until_in_loop(lambda: proxy.seen == Counter(request=1, reply=served) - Counter(reply=1 - served))
            assert len(server.requests) == served
            proxy.resume()
            assert await client.receive(4) == b":1\r\n"

    run(main())


def test_a_connection_may_be_late_or_stalled_from_the_first_byte(run: Run) -> None:
    time = StillTime()

    async def main() -> None:
        program = "connection 1: delay 3s\nconnection 2: stall"
        async with through(program, sleep=time.sleep, clock=time.clock) as (_, proxy):
            async with Client(proxy) as first, Client(proxy) as second:
                first.send(PING)
                second.send(PING)
                await until_in_loop(lambda: time.asked == [3] and proxy.seen["request"] == 1)
                assert [link.number for link in proxy.connections] == [2]
                time.advance(3)
                assert await first.receive(4) == b":1\r\n"
                proxy.resume()
                assert await second.receive(4) == b":2\r\n"

    run(main())


# -- the end ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rule", "expected", "end"), [
    ("reply 2: cut", b":1\r\n", "end"),
    ("reply 2: cut after 3 bytes", b":1\r\n:2\r", "end"),
    ("reply 2: cut behind", b":1\r\n:2\r\n", "end"),
    ("byte 5 of replies: cut", b":1\r\n:", "end"),
    ("reply 1: cut with reset", "reset", "lost"),
])  # fmt: skip
def test_a_cut_is_met_on_both_sides(run: Run, rule: str, expected: bytes | str, end: str) -> None:
    async def main() -> None:
        async with through(rule) as (server, proxy), Client(proxy) as client:
            client.send(PING * 2)
            assert await client.rest() == expected
            assert not proxy.connections
            client.writer.close()
            await until_in_loop(lambda: server.ends == [end])

    run(main())


def test_what_was_sent_before_a_reset_arrives(run: Run) -> None:
    async def main() -> None:
        async with through("reply 2: cut after 3 bytes with reset") as (_, proxy), Client(proxy) as client:
            client.send(PING * 2)
            assert await client.receive(7) == b":1\r\n:2\r"
            assert await client.rest() == "reset"

    run(main())


def test_a_client_that_goes_on_sending_still_reads_what_came_before_the_cut(run: Run) -> None:
    async def main() -> None:
        async with through("reply 3: cut after 1 byte") as (_, proxy), Client(proxy) as client:
            client.send(PING * 3)
            await proxy.happened("cut")
            for _ in range(10):
                client.send(PING * 1000)
                await asyncio.sleep(0)
            assert await client.rest() == b":1\r\n:2\r\n:"

    run(main())


def test_a_request_is_cut_short(run: Run) -> None:
    async def main() -> None:
        async with through("request 2: cut after 3 bytes") as (server, proxy), Client(proxy) as client:
            client.send(PING)
            assert await client.receive(4) == b":1\r\n"
            client.send(PING)
            assert await client.rest() == b""
            await until_in_loop(lambda: server.ends == ["inside"])
            assert server.requests == [[b"PING"]]

    run(main())


@pytest.mark.parametrize(("reset", "expected", "end"), [(False, b"", "end"), (True, "reset", "lost")])
def test_all_are_cut_by_hand(run: Run, reset: bool, expected: bytes | str, end: str) -> None:
    async def main() -> None:
        async with through("") as (server, proxy), Client(proxy) as first, Client(proxy) as second:
            await until_in_loop(lambda: len(proxy.connections) == 2)
            proxy.cut(reset=reset)
            assert [await first.rest(), await second.rest()] == [expected] * 2
            await until_in_loop(lambda: server.ends == [end] * 2)
            async with Client(proxy) as third:
                third.send(PING)
                assert await third.receive(4) == b":1\r\n"

    run(main())


def test_a_client_that_is_lost_is_lost_to_the_server(run: Run) -> None:
    async def main() -> None:
        async with through("") as (server, proxy), Client(proxy) as client:
            client.send(PING)
            assert await client.receive(4) == b":1\r\n"
            client.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.writer.transport.abort()
            await until_in_loop(lambda: server.ends == ["lost"])
            await until_in_loop(lambda: not proxy.connections)

    run(main())


def test_closing_leaves_nobody_behind(run: Run) -> None:
    async def main() -> None:
        before = asyncio.all_tasks()
        program = "connection 1: delay 1000s\nconnection 2: stall\nreply 1 on connection 3: cut"
        async with through(program) as (_, proxy):
            clients = [Client(proxy) for _ in range(4)]
            for client in clients:
                await client.__aenter__()
                client.send(PING)
            assert await clients[2].rest() == b""  # and it does not close
            assert await clients[3].receive(4)
        for client in clients:
            await client.__aexit__()
        await until_in_loop(lambda: asyncio.all_tasks() == before)

    run(main())


# -- who may connect --------------------------------------------------------------------------------------------------


async def met_by(proxy: FaultProxy) -> bytes | str:
    """What somebody meets who connects; a reset may come before connecting is over."""
    try:
        async with Client(proxy) as client:
            return await client.rest()
    except ConnectionResetError:
        return "reset"


def test_who_is_refused(run: Run) -> None:
    async def main() -> None:
        async with through("connection 2: refuse") as (_, proxy), Client(proxy) as first:
            first.send(PING)
            assert await first.receive(4) == b":1\r\n"
            assert await met_by(proxy) == "reset"
            proxy.refuse()
            assert await met_by(proxy) == "reset"
            proxy.refuse(False)
            async with Client(proxy) as fourth:
                fourth.send(PING)
                assert await fourth.receive(4) == b":2\r\n"
            assert [(entry.connection, entry.done) for entry in proxy.log] == [(2, "refuse"), (3, "refuse")]

    run(main())


def test_a_server_goes_down_and_comes_up(run: Run) -> None:
    async def main() -> None:
        async with through("") as (_, proxy), Client(proxy) as client:
            await until_in_loop(lambda: proxy.connections)
            port = proxy.port
            await proxy.down()
            await proxy.down()
            assert await client.rest() == "reset"
            with pytest.raises(ConnectionRefusedError):
                await Client(proxy).__aenter__()
            await proxy.up()
            await proxy.up()
            assert proxy.port == port
            async with Client(proxy) as again:
                again.send(PING)
                assert await again.receive(4) == b":1\r\n"

    run(main())


def test_a_server_that_cannot_be_reached(run: Run) -> None:
    async def main() -> None:
        with listen_at(socket.AF_INET, ("127.0.0.1", 0), 1) as taken:
            port = taken.getsockname()[1]
        async with FaultProxy(f"redis://127.0.0.1:{port}/0") as proxy:
            assert await met_by(proxy) == "reset"
            [entry] = proxy.log
            assert entry.done.startswith("the server cannot be reached: ")

    run(main())


def test_an_address_that_is_taken() -> None:
    async def main() -> None:
        async with through("") as (server, proxy):
            with pytest.raises(OSError, match="in use"):
                await FaultProxy(server.url, port=proxy.port).start()

    asyncio.run(main())


def test_a_server_at_a_unix_socket(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with counting(str(tmp_path / "s")) as server, FaultProxy(server.url, "reply 2: cut with reset") as proxy:
            async with Client(proxy) as client:
                client.send(PING)
                assert await client.receive(4) == b":1\r\n"
                client.send(PING)
                assert await client.rest() == "reset"
            await until_in_loop(lambda: server.ends)

    run(main())


# -- programs, chance and frames --------------------------------------------------------------------------------------


def test_rules_are_added_and_taken_away() -> None:
    async def main() -> None:
        async with through("") as (_, proxy), Client(proxy) as client:
            proxy.add("reply 1: replace with '+no\\r\\n'")
            proxy.add(Rule(Frames("reply", range(2, 3)), Drop()))
            client.send(PING * 3)
            assert await client.receive(9) == b"+no\r\n:3\r\n"
            assert [str(rule) for rule in proxy.rules] == ["reply 1: replace with '+no\\r\\n'", "reply 2: drop"]
            proxy.clear()
            client.send(PING)
            assert await client.receive(4) == b":4\r\n"
            with pytest.raises(ValueError, match="no action 'explode'"):
                proxy.add("reply: explode")

    asyncio.run(main())


def test_a_seed_is_drawn_and_repeats_a_run() -> None:
    program = "reply with probability 0.3: drop\nreply with probability 0.3: duplicate"

    async def main(seed: int | None) -> tuple[int, list[str], bytes]:
        async with through(program, seed=seed) as (_, proxy), Client(proxy) as client:
            client.send(PING * 100 + b"END\r\n")
            rest = await client.rest()
            assert isinstance(rest, bytes)
            return proxy.seed, [str(entry) for entry in proxy.log], rest

    first = asyncio.run(main(None))
    assert len(first[1]) > 30
    assert asyncio.run(main(first[0])) == first
    assert asyncio.run(main(first[0] + 1))[1:] != first[1:]


def test_other_protocols_are_bytes(run: Run) -> None:
    async def main() -> None:
        program = "byte 2 of replies: cut\nreply 1: drop"
        async with through(program, protocol="bytes") as (_, proxy), Client(proxy) as client:
            client.send(PING)
            assert await client.rest() == b":1"
            assert proxy.seen == Counter()

    run(main())


def test_what_makes_no_sense() -> None:
    with pytest.raises(ValueError, match="protocol is 'resp' or 'bytes', not 'http'"):
        FaultProxy("redis://h", protocol="http")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="to redis://, tcp:// or unix://"):
        FaultProxy("rediss://h")
    with pytest.raises(ValueError, match="no colon"):
        FaultProxy("redis://h", "drop it")


def test_a_url_goes_through_the_proxy() -> None:
    async def main() -> None:
        async with FaultProxy("redis://me:secret@127.0.0.1:1/2") as proxy:
            assert proxy.url == f"redis://me:secret@127.0.0.1:{proxy.port}/2"

    asyncio.run(main())


def test_mini_redis_behind_it_tells_replies_from_messages(run: Run) -> None:
    async def main() -> None:
        program = "reply to SUBSCRIBE: pass\npush 1: duplicate\nreply to PUBLISH news: replace with ':9\\r\\n'"
        async with Server(port=0) as server, FaultProxy(server.url, program) as proxy, Client(proxy) as client:
            client.send(b"HELLO 3\r\nSUBSCRIBE news\r\nPUBLISH news x\r\nPING\r\n")
            message = b">3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$1\r\nx\r\n"
            data = await client.reader.readuntil(b"+PONG\r\n")
            assert data.count(message) == 2
            assert b":9\r\n" in data
            assert [str(entry) for entry in proxy.log if entry.done != "duplicate"] == [
                "connection 1, reply 2 to SUBSCRIBE news: pass",
                r"connection 1, reply 3 to PUBLISH news: replace with ':9\r\n'",
            ]

    run(main())
