"""What dialogue in step cannot show: monitors, clients without replies, pauses, clients that are closed or woken.

What belongs here: raw sockets at both servers. Times and addresses are replaced before their replies are compared.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from itertools import count

import pytest

from framewire.redis import ThreadServer
from tests.peers import VALKEY, RedisServer
from tests.serving import command

pytestmark = pytest.mark.peer


class Raw:
    """One connection; `hear(end)` is all that comes until a reply that ends so."""

    def __init__(self, address: tuple[str, int], protocol: int = 2) -> None:
        self._socket = socket.create_connection(address, 10)
        self._numbers = count()
        if protocol == 3:
            self.ask("HELLO 3")

    def close(self) -> None:
        self._socket.close()

    def say(self, *requests: str) -> None:
        self._socket.sendall(b"".join(command(*map(str.encode, request.split(" "))) for request in requests))

    def hear(self, end: bytes) -> bytes:
        data = b""
        while not data.endswith(end):
            received = self._socket.recv(65536)
            if not received:
                return data + b"(closed)"
            data += received
        return data

    def ask(self, *requests: str) -> bytes:
        """All that comes until these requests are answered."""
        mark = b"mark-%d" % next(self._numbers)
        self.say(*requests, f"ECHO {mark.decode()}")
        return self.hear(b"$%d\r\n%s\r\n" % (len(mark), mark))

    def id(self) -> int:
        return int(self.ask("CLIENT ID").split(b"\r\n")[0][1:])


def stable(data: bytes) -> bytes:
    data = re.sub(rb"\+[0-9]{9,}\.[0-9]{6} \[([0-9]+) [0-9.]+:[0-9]+\]", rb"+TIME [\1 ADDRESS]", data)
    return re.sub(rb"mark-[0-9]+", b"mark", data)


@pytest.fixture(params=[2, 3])
def addresses(request: pytest.FixtureRequest, peer: RedisServer, ours: ThreadServer) -> Iterator[list[Raw]]:
    """Of each server, three connections: ours are the first three."""
    servers = [(ours.host, ours.port), (peer.host, peer.port)]
    clients = [Raw(address, request.param) for address in servers for _ in range(3)]
    for client in clients[::3]:
        client.ask("FLUSHALL")
    yield clients
    for client in clients:
        client.close()


def both(clients: list[Raw]) -> list[list[Raw]]:
    return [clients[:3], clients[3:]]


def test_monitors_see_the_same(addresses: list[Raw]) -> None:
    seen = []
    for client, monitor, _ in both(addresses):
        monitor.say("MONITOR")
        monitor.hear(b"+OK\r\n")
        client.ask(
            "SET a 1", "get a", "nonsense", "GET", "MULTI", "SET a 2", "GET a", "EXEC", "CONFIG GET save", "SELECT 3",
            "AUTH default pw", 'SET q "\x01\t\\é', "LPUSH s x", "INCR s", "BLPOP s 1", "SUBSCRIBE c", "RESET",
            "PUBLISH c m", "SLOWLOG LEN", "COMMAND COUNT", "CLIENT SETNAME me", "OBJECT HELP",
            "HELLO 2 AUTH default pw SETNAME x",
        )  # fmt: skip
        client.say("ECHO end")
        seen.append(stable(monitor.hear(b'"ECHO" "end"\r\n')).split(b"\r\n"))
    assert seen[0] == seen[1]
    assert len(seen[0]) > 20


MONITORS_THEMSELVES = [
    ["PING", "ECHO x", "SELECT 3", "SELECT 0"],
    ["MULTI", "PING", "GET a", "EXEC"],
    ["GET a", "SET a 1", "PUBLISH c m", "INCR", "nonsense", "CLIENT SETNAME", "OBJECT ENCODING a"],
    ["SUBSCRIBE c", "UNSUBSCRIBE c"],
    ["MONITOR", "PING"],
    ["CLIENT REPLY OFF", "PING", "CLIENT REPLY SKIP", "CLIENT REPLY ON", "PING"],
    ["CLIENT REPLY SKIP", "PING", "PING"],
]


@pytest.mark.parametrize("requests", MONITORS_THEMSELVES, ids=lambda requests: ", ".join(requests))
def test_monitors_see_what_they_do_themselves(addresses: list[Raw], requests: list[str]) -> None:
    """Each of their commands behind its reply; and keys are not for them."""
    heard = []
    for _, monitor, _ in both(addresses):
        monitor.say("MONITOR")
        monitor.hear(b"+OK\r\n")
        monitor.say(*requests, "ECHO end")
        heard.append(stable(monitor.hear(b'"ECHO" "end"\r\n')))
    assert heard[0] == heard[1]


def test_monitors_see_a_message_before_what_published_it(addresses: list[Raw]) -> None:
    heard = []
    for client, monitor, _ in both(addresses):
        monitor.say("MONITOR", "SUBSCRIBE c")
        monitor.hear(b'"SUBSCRIBE" "c"\r\n')
        client.say("PUBLISH c m", "ECHO end")
        heard.append(stable(monitor.hear(b'"ECHO" "end"\r\n')))
    assert heard[0] == heard[1]


def test_a_monitor_that_leaves_hears_nothing_of_it(addresses: list[Raw]) -> None:
    for _, monitor, _ in both(addresses):
        monitor.say("MONITOR")
        monitor.hear(b"+OK\r\n")
        monitor.say("RESET")
        monitor.hear(b"+RESET\r\n")
        assert not monitor.ask("GET a").startswith(b"-")
        monitor.say("MONITOR", "QUIT")
        assert monitor.hear(b"never") == b"+OK\r\n+OK\r\n(closed)"


REPLY_REQUESTS = [
    ["CLIENT REPLY OFF", "PING", "nonsense", "GET", "SET a 1", "CLIENT REPLY SKIP", "PING", "CLIENT REPLY ON", "GET a"],
    ["CLIENT REPLY SKIP", "PING", "PING", "CLIENT REPLY SKIP", "CLIENT REPLY SKIP", "GET a", "GET b"],
    ["CLIENT REPLY SKIP", "CLIENT REPLY ON", "PING"],
    ["CLIENT REPLY OFF", "SUBSCRIBE c", "PUBLISH c m", "UNSUBSCRIBE c", "CLIENT REPLY ON", "PING"],
    ["CLIENT REPLY SKIP", "SUBSCRIBE c", "UNSUBSCRIBE"],
    ["CLIENT REPLY OFF", "MULTI", "SET a 1", "EXEC", "CLIENT REPLY ON", "GET a"],
    ["RPUSH l x", "CLIENT REPLY SKIP", "BLPOP l 1", "PING"],
    ["CLIENT REPLY SKIP", "BLPOP nothing 0.01", "PING"],
    ["CLIENT REPLY OFF", "BLPOP nothing 0.01", "CLIENT REPLY ON"],
]


@pytest.mark.parametrize("requests", REPLY_REQUESTS, ids=lambda requests: ", ".join(requests))
def test_without_replies(addresses: list[Raw], requests: list[str]) -> None:
    own, real = (stable(client.ask(*requests)) for client, *_ in both(addresses))
    assert own == real


# Inside of a transaction, those whose replies stay whole: of an array under way Redis leaves out items, without a word.
REPLY_REQUESTS_IN_EXEC = [
    ["CLIENT REPLY OFF", "MULTI", "PING", "CLIENT REPLY ON", "GET a", "EXEC", "PING"],
    ["CLIENT REPLY OFF", "MULTI", "CLIENT REPLY ON", "EXEC", "PING"],
    ["CLIENT REPLY OFF", "MULTI", "CLIENT REPLY SKIP", "PING", "EXEC", "PING", "CLIENT REPLY ON"],
    ["CLIENT REPLY OFF", "MULTI", "SUBSCRIBE c", "UNSUBSCRIBE c", "CLIENT REPLY ON", "EXEC"],
    ["MULTI", "CLIENT REPLY ON", "GET a", "EXEC", "PING"],
]


@pytest.mark.parametrize("requests", REPLY_REQUESTS_IN_EXEC, ids=lambda requests: ", ".join(requests))
def test_without_replies_in_a_transaction(addresses: list[Raw], peer: RedisServer, requests: list[str]) -> None:
    own, real = (client for client, *_ in both(addresses))
    if peer.name == VALKEY:
        assert b"not allowed inside a transaction" in real.ask("MULTI", "CLIENT REPLY ON", "DISCARD")
    else:
        assert stable(own.ask(*requests)) == stable(real.ask(*requests))


def test_a_pause_of_writes_ends(addresses: list[Raw]) -> None:
    heard = []
    for client, other, third in both(addresses):
        client.ask("CLIENT PAUSE 100000 WRITE")
        other.say("SET a 1", "GET a")
        third.say("PUBLISH c m")
        replies = [client.ask("GET a", "PING")]
        replies.append(re.sub(rb".*blocked_clients:([0-9]+).*", rb"\1", client.ask("INFO clients"), flags=re.DOTALL))
        client.ask("CLIENT UNPAUSE")
        replies += [other.ask("GET a"), third.ask("PING"), client.ask("GET a")]
        heard.append([stable(reply) for reply in replies])
    assert heard[0] == heard[1]


def test_a_pause_of_all_ends_by_itself(addresses: list[Raw]) -> None:
    for client, other, _ in both(addresses):
        client.ask("SET a 1")
        client.ask("CLIENT PAUSE 100000 WRITE", "CLIENT UNPAUSE")
        client.say("CLIENT PAUSE 60")
        client.hear(b"+OK\r\n")
        assert other.ask("GET a").startswith(b"$1\r\n1\r\n")


def test_sleeping_lets_everybody_wait(addresses: list[Raw]) -> None:
    for client, other, _ in both(addresses):
        client.say("DEBUG SLEEP 0.05", "PING")
        assert other.ask("PING").startswith(b"+PONG")
        assert client.hear(b"+PONG\r\n") == b"+OK\r\n+PONG\r\n"


@pytest.mark.parametrize("reason", ["", " TIMEOUT", " ERROR"])
def test_blocked_clients_are_woken(addresses: list[Raw], reason: str) -> None:
    heard = []
    for client, other, _ in both(addresses):
        number = other.id()
        other.say("BLPOP nothing 0")
        while b"flags=b" not in client.ask(f"CLIENT LIST ID {number}"):
            pass
        replies = [client.ask(f"CLIENT UNBLOCK {number}{reason}"), client.ask(f"CLIENT UNBLOCK {number}{reason}")]
        heard.append([stable(reply) for reply in [*replies, other.ask("PING")]])
    assert heard[0] == heard[1]


def test_clients_are_closed(addresses: list[Raw]) -> None:
    heard = []
    for client, other, third in both(addresses):
        other.say("BLPOP nothing 0")
        killed = [client.ask(f"CLIENT KILL ID {third.id()}"), client.ask("CLIENT KILL SKIPME yes TYPE normal")[:1]]
        client.say("CLIENT KILL SKIPME no USER default")
        heard.append([*map(stable, killed), client.hear(b"never"), other.hear(b"never"), third.hear(b"never")])
    assert heard[0] == heard[1]
