"""The fault proxy before real servers: what it takes for replies, and clients of others' making that go through it."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from framewire.kits import ThreadFaultProxy, fault_proxy_in_thread
from framewire.redis import ThreadServer
from framewire.tap.faults.framing import ReplyFraming
from framewire.tap.faults.pairing import Paired, Pairing
from tests.peers import RedisServer
from tests.properties import examples
from tests.serving import command
from tests.waiting import PATIENCE

pytestmark = pytest.mark.peer

LAST = b"ECHO the-end"
REQUESTS = [
    "SUBSCRIBE a", "SUBSCRIBE a b", "PSUBSCRIBE p* q*", "SSUBSCRIBE s", "UNSUBSCRIBE", "UNSUBSCRIBE a", "UNSUBSCRIBE z",
    "PUNSUBSCRIBE", "PUNSUBSCRIBE q*", "SUNSUBSCRIBE", "PUBLISH a x", "PUBLISH pq x", "SPUBLISH s x", "SUBSCRIBE",
    "MULTI", "EXEC", "DISCARD", "GET k", "SET k v", "LRANGE l 0 -1", "NOSUCH", "PING", "MONITOR", "RESET", "HELLO 3",
    "HELLO 2", "CLIENT REPLY OFF", "CLIENT REPLY ON", "CLIENT REPLY SKIP", "CLIENT REPLY", "CLIENT ID",
]  # fmt: skip


def in_a_transaction(requests: Sequence[str]) -> bool:
    """Whether something between MULTI and EXEC changes what EXEC's own reply is made of, on real servers too.

    Messages and confirmations come between its elements, and behind CLIENT REPLY OFF the rest of them never comes.
    """
    inside = False
    for text in requests:
        inside = (inside or text == "MULTI") and text not in ("EXEC", "DISCARD", "RESET")
        if inside and any(word in text for word in ("SUB", "PUB", "MONITOR", "HELLO", "REPLY")):
            return True
    return False


def answers(where: tuple[str, int], requests: Sequence[bytes]) -> list[tuple[bytes, Paired]]:
    """All frames that the server says to these, each with what it is taken for. The last request must be answered."""
    pairing, framing, frames = Pairing(), ReplyFraming(), list[tuple[bytes, Paired]]()
    with socket.create_connection(where, PATIENCE) as client:
        for request in requests:
            pairing.asked(request.split())
        client.sendall(b"".join(command(*request.split()) for request in requests))
        while not frames or frames[-1][0] != b"$7\r\nthe-end\r\n":
            for frame in framing.feed(client.recv(65536)):
                frames.append((frame.data, pairing.answered(frame.data)))
            assert not framing.broken
    assert pairing.waiting == 0
    return frames


def check_pairs(where: tuple[str, int], texts: Sequence[str]) -> None:
    """Each request is followed by an ECHO of its number: it must be what answers that, unless it is refused."""
    numbered = [
        request for number, text in enumerate(texts) for request in (text.encode(), b"ECHO number-%d" % number)
    ]
    frames = answers(where, [*numbered, b"RESET", LAST])
    for frame, paired in frames:
        if frame.startswith(b"$") and b"\r\nnumber-" in frame:
            assert paired.kind == "reply"
            assert paired.request is not None
            assert paired.request[1] in frame
        elif paired.kind == "reply" and paired.request is not None and paired.request[0] == b"ECHO":
            assert frame[:1] in b"-+" or b"the-end" in frame, frame  # refused, or queued
    assert frames[-1][1] == Paired("reply", LAST.split())


conversations = st.lists(st.sampled_from(REQUESTS), max_size=10).filter(lambda texts: not in_a_transaction(texts))


@examples(150)
@given(conversations)
def test_echoes_are_paired_with_their_requests(peer: RedisServer, texts: list[str]) -> None:
    check_pairs((peer.host, peer.port), texts)


@examples(150)
@given(conversations)
def test_echoes_are_paired_on_ours(our_server: ThreadServer, texts: list[str]) -> None:
    check_pairs((our_server.host, our_server.port), texts)


# -- redis-py, through it ---------------------------------------------------------------------------------------------


def proxied(peer: RedisServer, program: str) -> ThreadFaultProxy:
    return fault_proxy_in_thread(f"redis://{peer.host}:{peer.port}/0", program)


@pytest.mark.parametrize("protocol", [2, 3])
def test_one_reply_is_another_one(peer: RedisServer, protocol: int) -> None:
    program = r'reply 2 to GET user:*: replace with "-TRYAGAIN later\r\n"'
    with proxied(peer, program) as proxy, redis.from_url(proxy.url, protocol=protocol) as client:
        client.set("user:1", "x")
        assert client.get("post:1") is None
        assert client.get("user:1") == b"x"
        with pytest.raises(redis.ResponseError, match="later"):
            client.get("user:2")
        assert client.get("user:1") == b"x"
        assert [entry.what.partition(" to ")[2] for entry in proxy.log] == ["GET user:2"]


@pytest.mark.parametrize("protocol", [2, 3])
def test_a_reply_is_cut_inside_its_bulk_and_the_write_is_done(peer: RedisServer, protocol: int) -> None:
    program = "reply 1 to GETSET: cut inside"
    with proxied(peer, program) as proxy, redis.from_url(proxy.url, protocol=protocol, retry=None) as client:
        client.set("k", "x" * 1000)
        with pytest.raises(redis.ConnectionError):
            client.getset("k", "y")
        assert client.get("k") == b"y"
        assert proxy.counts["cut"] == 1


@pytest.mark.parametrize("protocol", [2, 3])
def test_a_request_that_is_dropped_is_a_timeout(peer: RedisServer, protocol: int) -> None:
    program = "request 1 of SET lost: drop"
    options = {"protocol": protocol, "socket_timeout": 0.2, "retry": None}
    with proxied(peer, program) as proxy, redis.from_url(proxy.url, **options) as client:
        with pytest.raises(redis.TimeoutError):
            client.set("lost", "x")
        assert client.get("lost") is None


@pytest.mark.parametrize("protocol", [2, 3])
def test_a_message_is_told_from_a_reply(peer: RedisServer, protocol: int) -> None:
    with proxied(peer, "push 2: drop") as proxy, redis.from_url(proxy.url, protocol=protocol) as client:
        with client.pubsub(ignore_subscribe_messages=True) as channel:
            channel.subscribe("news")
            assert channel.get_message(timeout=PATIENCE) is None
            for text in ("one", "two", "three"):
                client.publish("news", text)
            got = [channel.get_message(timeout=PATIENCE) for _ in range(2)]
        assert [message["data"] for message in got] == [b"one", b"three"]
        assert [str(entry) for entry in proxy.log] == ["connection 1, push 2: drop"]
