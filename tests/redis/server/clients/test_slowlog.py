"""The slow log: who is timed, what is kept, how it is shown."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.redaction import quoted, shortened, without_secrets
from framewire.redis.server.commands.binding import HANDLERS
from framewire.redis.server.running import timing
from framewire.redis.server.running.lookup import PLAIN
from tests.redis.server.scripted import NOON, Clients


class Stopwatch:
    """A clock that goes on by `step` nanoseconds with every look."""

    def __init__(self, step: int) -> None:
        self.now, self.step = 0, step

    def __call__(self) -> int:
        self.now += self.step
        return self.now


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is timed on the short path takes 20 ms."""
    monkeypatch.setattr(timing, "perf_counter_ns", Stopwatch(20_000_000))


def entries(**parameters: Any) -> list[Any]:
    client = Clients(**parameters).new()
    client("CLIENT SETNAME me")
    client("SLOWLOG RESET")
    for request in ("SET k v", "GET k", "KEYS *", "DEL k"):
        client(request)
    found: list[Any] = client("SLOWLOG GET -1")
    return found


def test_what_can_be_slow_is_timed(slow: None) -> None:
    shown = [entry for entry in entries() if entry[3] != [b"SLOWLOG", b"RESET"]]
    assert [entry[3] for entry in shown] == [[b"DEL", b"k"], [b"KEYS", b"*"]]
    number, when, microseconds, _, address, name = shown[0]
    assert (when, microseconds, address, name) == (NOON // 1000, 20_000, b"127.0.0.1:50000", b"me")
    assert number > shown[1][0]


def test_a_higher_threshold_keeps_less(slow: None) -> None:
    assert entries(slowlog_log_slower_than=20_001) == []


def test_a_negative_threshold_keeps_nothing(slow: None) -> None:
    assert entries(slowlog_log_slower_than=-1) == []


def test_a_low_threshold_times_everything() -> None:
    assert [entry[3][0] for entry in entries(slowlog_log_slower_than=0)] == [
        b"DEL", b"KEYS", b"GET", b"SET", b"SLOWLOG",
    ]  # fmt: skip


def test_the_commands_of_a_transaction_are_kept_and_exec_is_not() -> None:
    client = Clients(slowlog_log_slower_than=0).new()
    for request in ("MULTI", "GET k", "EXEC"):
        client(request)
    assert [entry[3][0] for entry in client("SLOWLOG GET")] == [b"GET", b"MULTI"]


BLOCKED: list[tuple[str, list[str]]] = [
    ("BLPOP l 0", ["RPUSH l 1"]),
    ("BLMOVE l m LEFT LEFT 0", ["SET m x", "RPUSH l 1"]),  # an error
    ("BZPOPMIN z 0", ["ZADD z 1 a"]),
    ("XREAD BLOCK 0 STREAMS s $", ["XADD s 1-1 a 1"]),
]


@pytest.mark.parametrize(("wait", "requests"), BLOCKED)
def test_what_waits_is_kept_once_it_is_served(wait: str, requests: list[str]) -> None:
    clients = Clients(slowlog_log_slower_than=0)
    client, waiting = clients.new(), clients.new()
    waiting(wait)
    assert client("SLOWLOG LEN") == 0
    client("SLOWLOG RESET")
    for request in requests:
        client(request)
    kept = [b" ".join(entry[3]).decode() for entry in client("SLOWLOG GET")]
    assert kept[::-1] == ["SLOWLOG RESET", *requests, wait]


def test_what_waits_in_vain_is_not_kept() -> None:
    clients = Clients(slowlog_log_slower_than=0)
    waiting = clients.new()
    waiting("BLPOP l 0")
    waiting.client.end_wait(None)
    assert waiting("SLOWLOG LEN") == 0


def test_what_would_wait_in_a_transaction_is_kept() -> None:
    client = Clients(slowlog_log_slower_than=0).new()
    for request in ("MULTI", "BLPOP l 0", "EXEC"):
        client(request)
    assert [entry[3][0] for entry in client("SLOWLOG GET")] == [b"BLPOP", b"MULTI"]


@pytest.mark.parametrize("threshold", [0, 10_000])
@pytest.mark.parametrize("requests", [["DEBUG SLEEP 0.05"], ["MULTI", "DEBUG SLEEP 0.05", "EXEC"]])
def test_sleep_is_kept_once_with_its_time(threshold: int, requests: list[str]) -> None:
    clients = Clients(slowlog_log_slower_than=threshold)
    client, other = clients.new(), clients.new()
    for request in requests:
        client(request)
    clients.now += 60
    kept = [entry[2] for entry in other("SLOWLOG GET") if entry[3][0] == b"DEBUG"]
    assert kept == [50_000]


def test_get_and_set_pay_nothing() -> None:
    for name in (b"GET", b"SET", b"INCR", b"LPUSH", b"SADD", b"HSET"):
        assert PLAIN[name][0] is HANDLERS[name.decode().lower()], name


def test_long_requests_are_timed(slow: None) -> None:
    client = Clients().new()
    client("SADD", "k", *["x"] * 253)
    assert client("SLOWLOG LEN") == 0
    client("SADD", "k", *["x"] * 254)
    assert client("SLOWLOG LEN") == 1


def test_it_has_an_end() -> None:
    client = Clients(slowlog_log_slower_than=0, slowlog_max_len=3).new()
    for number in range(5):
        client(f"GET {number}")
    assert [entry[3] for entry in client("SLOWLOG GET")] == [[b"GET", b"%d" % number] for number in (4, 3, 2)]
    client("CONFIG SET slowlog-max-len 1")
    assert client("SLOWLOG LEN") == 1


class TestShowing:
    def test_many_and_long_arguments_are_cut(self) -> None:
        shown = shortened([b"x" * 200, *[b"y"] * 39])
        assert len(shown) == 32
        assert shown[0] == b"x" * 128 + b"... (72 more bytes)"
        assert shown[-1] == b"... (9 more arguments)"
        assert shortened([b"x" * 128] * 32) == [b"x" * 128] * 32

    @pytest.mark.parametrize(
        ("request_", "shown"),
        [
            ("AUTH secret", "AUTH (redacted)"),
            ("auth user secret", "auth (redacted) (redacted)"),
            ("HELLO 3 AUTH user secret SETNAME me", "HELLO 3 AUTH (redacted) (redacted) SETNAME me"),
            ("CONFIG SET timeout 5 requirepass secret", "CONFIG SET timeout 5 requirepass (redacted)"),
            ("SET auth secret", "SET auth secret"),
        ],
    )
    def test_passwords_are_hidden(self, request_: str, shown: str) -> None:
        assert without_secrets(request_.encode().split(b" ")) == shown.encode().split(b" ")

    def test_quotes(self) -> None:
        assert quoted(b'a "b" \\ \r\n\t\a\b\x00\xff') == b'"a \\"b\\" \\\\ \\r\\n\\t\\a\\b\\x00\\xff"'
