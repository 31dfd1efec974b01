"""How much may wait for one client: hard and soft limits, classes, strangers."""

from __future__ import annotations

import pytest

from framewire.redis.server.config.output_limits import OutputLimit
from framewire.redis.server.network.limits import OutputGuard
from tests.redis.server.network.test_pump import PING, Piped
from tests.serving import command

# Each row: hard, soft and seconds; then what waits at which second; and when, if ever, the client is closed.
ROWS = [
    ((0, 0, 0), [(1 << 40, 0), (1 << 40, 900)], None),
    ((100, 0, 0), [(100, 0), (101, 1)], 1),
    ((0, 10, 5), [(11, 0), (11, 5), (11, 6)], 6),
    ((0, 10, 5), [(11, 0), (10, 4), (11, 6), (11, 11), (11, 12)], 12),
    ((100, 10, 60), [(11, 0), (101, 1)], 1),
    ((0, 10, 0), [(11, 0), (11, 1)], 1),
]


@pytest.mark.parametrize(("limit", "waits", "closed"), ROWS)
def test_when_it_is_exceeded(limit: tuple[int, int, int], waits: list[tuple[int, int]], closed: int | None) -> None:
    guard = OutputGuard()
    exceeded = [now for waiting, now in waits if guard.exceeded(OutputLimit(*limit), waiting, now * 1000)]
    assert exceeded == ([] if closed is None else [closed])


async def test_a_soft_limit_is_looked_at_while_nothing_happens() -> None:
    piped = Piped(client_output_buffer_limit="pubsub 0 1000 5")
    piped.receive(command(b"SUBSCRIBE", b"c"))
    piped.server.state.pubsub.publish(b"c", b"x" * 2000)
    piped.pipe.waiting = 2000
    piped.pump.flush_pushes()
    piped.pass_time(4_000)
    assert not piped.pipe.aborted
    piped.pass_time(2_000)
    assert piped.pipe.aborted


async def test_a_soft_limit_counts_for_replies_too() -> None:
    piped = Piped(client_output_buffer_limit="normal 0 1000000 5")
    piped.pump.pause_writing()
    piped.pipe.waiting = 2_000_000
    piped.receive(PING)
    for _ in range(3):
        assert not piped.pipe.aborted
        piped.pass_time(3_000)
    assert piped.pipe.aborted


async def test_a_soft_limit_is_forgotten_when_the_client_has_read() -> None:
    piped = Piped(client_output_buffer_limit="pubsub 0 1000 5")
    piped.receive(command(b"SUBSCRIBE", b"c"))
    piped.server.state.pubsub.publish(b"c", b"x" * 2000)
    piped.pump.flush_pushes()
    for _ in range(3):
        piped.pass_time(4_000)
    assert not piped.pipe.aborted


async def test_a_stranger_may_leave_one_kilobyte_of_replies_unread() -> None:
    piped = Piped(requirepass="secret")
    piped.pipe.waiting = 1024
    piped.receive(PING)
    assert not piped.pipe.aborted
    piped.pipe.waiting = 1025
    piped.receive(PING)
    assert piped.pipe.aborted


async def test_who_has_authenticated_may_leave_more() -> None:
    piped = Piped(requirepass="secret")
    piped.receive(command(b"AUTH", b"secret"))
    piped.pipe.waiting = 100_000
    piped.receive(PING)
    assert not piped.pipe.aborted


async def test_a_stranger_that_pipelines_and_never_reads_pins_little() -> None:
    piped = Piped(requirepass="secret")
    piped.pump.pause_writing()
    for _ in range(40):
        if piped.pipe.aborted:
            break
        piped.receive(PING * 4000)
        piped.pipe.waiting = len(piped.pipe.sent)
    assert piped.pipe.aborted
    assert len(piped.pump._inbound.rest) + piped.pipe.waiting < 2 * 1024 * 1024


async def test_what_waits_is_shown() -> None:
    piped = Piped()
    piped.receive(command(b"BLPOP", b"l", b"0") + PING[:-3])
    usage = piped.pump.usage()
    assert 0 < usage.query < len(PING)
    assert usage.query_free >= 0
    piped.pipe.waiting = 77
    piped.receive(PING[-3:] + command(b"SET", b"k", b"v"))
    assert piped.pump.usage().output == 77
    (line,) = str(piped.client_list()).splitlines()
    fields = dict(field.split("=", 1) for field in line.split(" "))
    assert fields["omem"] == "77" and fields["oll"] == "1"
    assert int(fields["qbuf"]) + int(fields["argv-mem"]) > 0
    assert int(fields["tot-mem"]) >= 77 + int(fields["qbuf"])
