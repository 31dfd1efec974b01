"""Clients that wait: who is served, in which order, with what, and what ends a wait. No socket; time is passed in."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from framewire.frames.resp import Error, Null, Simple
from framewire.redis.facts.command import Command
from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.binding import HANDLERS
from framewire.redis.server.keyspace.blocked import NOT_YET, Wait
from framewire.redis.server.running.session import Session
from tests.redis.server.scripted import Clients, ScriptedClient
from tests.work import Work, counted_lines

WRONG_TYPE = Error(b"WRONGTYPE Operation against a key holding the wrong kind of value")
NULL_ARRAY = Null(b"*")


@pytest.fixture
def clients() -> Clients:
    return Clients()


@pytest.fixture
def client(clients: Clients) -> ScriptedClient:
    return clients.new()


def waiting(clients: Clients, *requests: str) -> list[ScriptedClient]:
    """A client for each request; all are blocked by it."""
    waiters = [clients.new() for _ in requests]
    for waiter, request in zip(waiters, requests, strict=True):
        clients.state.tick()
        replies: list[object] = []
        waiter.session.execute([[word.encode() for word in request.split(" ")]], replies)
        assert not replies
        assert wait_of(waiter) is not None
    return waiters


def wait_of(waiter: ScriptedClient) -> Wait:
    assert waiter.client.blocked is not None
    return waiter.client.blocked


def heard(waiters: list[ScriptedClient]) -> list[Any]:
    """What each of them heard: the one reply, or `None` for nothing yet."""
    assert all(len(waiter.heard) <= 1 for waiter in waiters)
    return [waiter.heard[0] if waiter.heard else None for waiter in waiters]


# Each row: the requests that wait, in order; what another client does; the replies (`None`: it goes on waiting).
SERVED: list[tuple[list[str], list[str], list[Any]]] = [
    (["BLPOP l 0"], ["RPUSH l a b"], [[b"l", b"a"]]),
    (["BRPOP l 0"], ["RPUSH l a b"], [[b"l", b"b"]]),
    (["BLPOP l 0", "BLPOP l 0", "BRPOP l 0"], ["RPUSH l a b"], [[b"l", b"a"], [b"l", b"b"], None]),
    (["BLPOP x l 0", "BLPOP l 0"], ["RPUSH l a", "RPUSH x b"], [[b"l", b"a"], None]),
    (["BLPOP l l 0"], ["RPUSH l a"], [[b"l", b"a"]]),
    (["BLMPOP 0 2 x l LEFT COUNT 2", "BLMPOP 0 1 l RIGHT"], ["RPUSH l a b c d"],
     [[b"l", [b"a", b"b"]], [b"l", [b"d"]]]),
    (["BLMOVE l m LEFT RIGHT 0"], ["RPUSH l a b"], [b"a"]),
    (["BRPOPLPUSH l l 0"], ["RPUSH l a b"], [b"b"]),
    (["BLPOP m 0", "BLMOVE l m LEFT LEFT 0"], ["RPUSH l a"], [[b"m", b"a"], b"a"]),
    (["BLMOVE a b LEFT LEFT 0", "BLMOVE b c LEFT LEFT 0", "BLPOP c 0"], ["LPUSH a x"], [b"x", b"x", [b"c", b"x"]]),
    (["BLMOVE l s LEFT LEFT 0", "BLPOP l 0"], ["SET s v", "RPUSH l a"], [WRONG_TYPE, [b"l", b"a"]]),
    (["BLPOP l 0"], ["SET l v"], [None]),
    (["BLPOP l 0"], ["SET l v", "DEL l", "RPUSH l a"], [[b"l", b"a"]]),
    (["BLPOP l 0"], ["MULTI", "RPUSH l a", "DEL l", "EXEC"], [None]),
    (["BLPOP l 0"], ["MULTI", "RPUSH l a", "SET l v", "EXEC"], [None]),
    (["BLPOP l 0", "BLPOP l 0"], ["MULTI", "RPUSH l a", "LPUSH l b", "EXEC"], [[b"l", b"b"], [b"l", b"a"]]),
    (["BLPOP x y 0", "BLPOP x y 0"], ["MULTI", "RPUSH y 1", "RPUSH x 2", "EXEC"], [[b"y", b"1"], [b"x", b"2"]]),
    (["BLPOP x 0"], ["MULTI", "RPUSH x 1", "EXPIRE x -1", "EXEC"], [None]),
    (["BLPOP l 0"], ["RPUSH m a", "RENAME m l"], [[b"l", b"a"]]),
    (["BLPOP l 0"], ["RPUSH m a", "RENAMENX m l"], [[b"l", b"a"]]),
    (["BLPOP l 0"], ["RPUSH m a", "COPY m l"], [[b"l", b"a"]]),
    (["BLPOP l 0"], ["SELECT 1", "RPUSH l a"], [None]),
    (["BLPOP l 0"], ["SELECT 1", "RPUSH l a", "MOVE l 0"], [[b"l", b"a"]]),
    (["BLPOP l 0"], ["SELECT 1", "RPUSH l a", "SWAPDB 0 1"], [[b"l", b"a"]]),
    (["BLPOP l 0"], ["RPUSH m a", "LMOVE m l LEFT LEFT"], [[b"l", b"a"]]),
    (["BLPOP l 0"], ["RPUSH m a", "RPOPLPUSH m l"], [[b"l", b"a"]]),
    (["BLPOP l 0"], ["LPUSHX l a"], [None]),
    (["BLPOP l 0"], ["FLUSHALL", "RPUSH l a"], [[b"l", b"a"]]),
    (["BLPOP l 0"], ["RPUSH m a", "MULTI", "BLMOVE m l LEFT LEFT 0", "EXEC"], [[b"l", b"a"]]),
]  # fmt: skip


@pytest.mark.parametrize(("requests", "doing", "replies"), SERVED)
def test_who_is_served(
    clients: Clients, client: ScriptedClient, requests: list[str], doing: list[str], replies: list[Any]
) -> None:
    waiters = waiting(clients, *requests)
    for request in doing:
        assert not isinstance(client(request), Error)
    assert heard(waiters) == replies
    assert len(clients.state.databases.blocked) == replies.count(None)


class TestReplies:
    def test_a_push_is_answered_with_the_length_before_anybody_was_served(
        self, clients: Clients, client: ScriptedClient
    ) -> None:
        waiting(clients, "BLPOP l 0", "BLPOP l 0")
        assert client("RPUSH l a b c") == 3
        assert client("LLEN l") == 1

    def test_what_comes_behind_waits(self, client: ScriptedClient, clients: Clients) -> None:
        requests = [[b"PING"], [b"BLPOP", b"l", b"0"], [b"SET", b"k", b"v"]]
        replies: list[object] = []
        done = client.session.execute(requests, replies)
        assert client.session.execute(requests, replies, done) == 2
        assert client.session.execute(requests, replies, 2) == 2
        assert replies == [Simple(b"PONG")]
        clients.new()("RPUSH l a")
        assert client.heard == [[b"l", b"a"]]
        assert client.session.execute(requests, replies, 2) == 3

    def test_when_the_time_has_come_the_reply_is_null(self, clients: Clients) -> None:
        waiters = waiting(
            clients, "BLPOP l 1", "BRPOP l 0.5", "BLMOVE l m LEFT LEFT 1", "BRPOPLPUSH l m 1", "BLMPOP 1 1 l LEFT"
        )
        deadlines = [wait_of(waiter).deadline for waiter in waiters]
        assert [deadline - clients.now for deadline in deadlines if deadline] == [1000, 500, 1000, 1000, 1000]
        for waiter in waiters:
            waiter.client.end_wait(wait_of(waiter).otherwise)
        assert [waiter.heard for waiter in waiters] == [[NULL_ARRAY]] * 5
        assert len(clients.state.databases.blocked) == 0

    @pytest.mark.parametrize(("timeout", "milliseconds"), [
        ("0", None), ("0.0", None), ("-0.0001", None), ("0.0001", 1), ("0.001", 1), ("1.5", 1500), ("0x10", 16_000),
        ("1e3", 1_000_000), ("999999999", 999_999_999_000), ("1000000000", 1_000_000_000_000),
    ])  # fmt: skip
    def test_timeouts(self, clients: Clients, timeout: str, milliseconds: int | None) -> None:
        (waiter,) = waiting(clients, f"BLPOP l {timeout}")
        assert wait_of(waiter).deadline == (None if milliseconds is None else clients.now + milliseconds)

    def test_it_is_unblocked_after_its_reply(self, clients: Clients, client: ScriptedClient) -> None:
        (waiter,) = waiting(clients, "BLPOP l 0")
        order: list[object] = []
        waiter.client.send = order.append
        waiter.client.on_unblocked = lambda: order.append(waiter.client.blocked)
        client("RPUSH l a")
        assert order == [[b"l", b"a"], None]

    def test_waiting_clients_may_be_idle(self, clients: Clients) -> None:
        (waiter,) = waiting(clients, "BLPOP l 0")
        assert waiter.client.waiting
        assert "blocked_clients:1" in str(clients.new()("INFO clients").data)


class TestFairness:
    def test_who_comes_back_stands_behind_the_others(self, clients: Clients, client: ScriptedClient) -> None:
        first, second = waiting(clients, "BLPOP l 0", "BLPOP l 0")
        client("RPUSH l a")
        first.session.execute([[b"BLPOP", b"l", b"0"]], [])
        client("RPUSH l b")
        client("RPUSH l c")
        assert first.heard == [[b"l", b"a"], [b"l", b"c"]]
        assert second.heard == [[b"l", b"b"]]

    def test_who_waits_for_another_type_keeps_its_place(
        self, clients: Clients, client: ScriptedClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Sorted sets have no part in this: a wait that refuses lists stands for one."""
        others = [clients.new() for _ in range(2)]
        taken: list[ScriptedClient] = []

        def block(waiter: ScriptedClient) -> None:
            def attempt(key: bytes) -> object:
                if clients.state.databases[0].values[key] != b"text":
                    return NOT_YET
                taken.append(waiter)
                return b"served"

            def command(client: Client, request: list[bytes]) -> object:
                return Wait([b"l"], None, attempt, None)

            monkeypatch.setitem(HANDLERS, "blpop", command)
            waiter.session.execute([[b"BLPOP", b"l", b"0"]], [])
            monkeypatch.undo()

        block(others[0])
        lists = waiting(clients, "BLPOP l 0")
        block(others[1])
        client("RPUSH l a")
        assert heard(lists) == [[b"l", b"a"]]
        clients.state.databases[0].set(b"l", b"text")
        clients.state.databases[0].signal(b"l")
        assert taken == others

    @pytest.mark.parametrize("served", [0, 1, 2_000])
    def test_serving_some_of_many_takes_as_many_turns(
        self, clients: Clients, client: ScriptedClient, served: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waiting(clients, *["BLPOP l 0"] * 2_000)
        turns: list[Session] = []
        real = Session._try

        def count(session: Session, *arguments: Any) -> object:
            turns.append(session)
            return real(session, *arguments)

        monkeypatch.setattr(Session, "_try", count)
        client.batch([b"RPUSH", b"l", *[b"x"] * served] if served else [b"SET", b"l", b"v"])
        assert len(turns) == served
        assert len(clients.state.databases.blocked) == 2_000 - served

    def test_many_that_are_served_one_by_one_take_linear_work(self) -> None:
        """Twice as many, twice the lines of Python that run."""

        def work_of(count: int) -> int:
            clients, work = Clients(), Work()
            waiting(clients, *["BLPOP l 0"] * count)
            with counted_lines(work):
                clients.new().batch(*[[b"RPUSH", b"l", b"x"]] * count)
            assert len(clients.state.databases.blocked) == 0
            return work.steps

        assert work_of(2_000) < 2.1 * work_of(1_000)

    def test_nothing_is_kept_of_those_who_have_gone(self, clients: Clients, client: ScriptedClient) -> None:
        waiters = waiting(clients, "BLPOP a b c 0", "BLPOP b c 0", "BLPOP c 0")
        client("RPUSH b x")
        waiters[1].session.close()
        client("RPUSH c x")
        waiters_of_state = clients.state.databases.blocked
        assert not waiters_of_state._queues
        assert not clients.state.databases[0].waited
        assert len(waiters_of_state) == 0


class TestEnds:
    def test_who_has_gone_gets_nothing(self, clients: Clients, client: ScriptedClient) -> None:
        gone, there = waiting(clients, "BLPOP l 0", "BLPOP l 0")
        gone.session.close()
        client("RPUSH l a b")
        assert heard([gone, there]) == [None, [b"l", b"a"]]
        assert client("LRANGE l 0 -1") == [b"b"]

    def test_who_is_going_gets_nothing(self, clients: Clients, client: ScriptedClient) -> None:
        """Its connection is being closed: what it took would be lost."""
        going, there = waiting(clients, "BLPOP l 0", "BLPOP l 0")
        going.client.closing = True
        client("RPUSH l a b")
        assert heard([going, there]) == [None, [b"l", b"a"]]
        assert client("LRANGE l 0 -1") == [b"b"]
        going.session.close()
        assert len(clients.state.databases.blocked) == 0

    def test_a_list_whose_time_has_come_is_no_list(self, clients: Clients, client: ScriptedClient) -> None:
        client("RPUSH m a")
        client("PEXPIRE m 10")
        clients.now += 10
        (waiter,) = waiting(clients, "BLPOP m 0")
        client("RPUSH m b")
        assert heard([waiter]) == [[b"m", b"b"]]


class TestFailures:
    @pytest.fixture
    def broken(self, clients: Clients, monkeypatch: pytest.MonkeyPatch) -> list[ScriptedClient]:
        """Two that wait; the attempts of the first one fail."""
        waiters = waiting(clients, "BLPOP l 0", "BLPOP l 0")

        def explode(key: bytes) -> object:
            raise ZeroDivisionError

        wait_of(waiters[0]).attempt = explode
        return waiters

    def test_a_failing_attempt_is_answered_and_harms_nobody_else(
        self, broken: list[ScriptedClient], client: ScriptedClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.ERROR):
            assert client("RPUSH l a") == 1
        assert heard(broken) == [Error(b"ERR internal error"), [b"l", b"a"]]
        assert "ZeroDivisionError" in caplog.text
        assert broken[0]("PING") == Simple(b"PONG")

    def test_a_reply_that_cannot_be_delivered_harms_nobody_else(
        self, clients: Clients, client: ScriptedClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        deaf, other = waiting(clients, "BLPOP l 0", "BLPOP l 0")

        def fail(reply: object) -> None:
            raise MemoryError

        deaf.client.send = fail
        with caplog.at_level(logging.ERROR):
            assert client("RPUSH l a b") == 2
        assert heard([other]) == [[b"l", b"b"]]
        assert "could not be delivered" in caplog.text
        assert len(clients.state.databases.blocked) == 0

    def test_even_what_stops_the_program_leaves_no_lock(self, clients: Clients, client: ScriptedClient) -> None:
        (waiter,) = waiting(clients, "BLPOP l 0")
        attempt = wait_of(waiter).attempt

        def interrupt(key: bytes) -> object:
            raise KeyboardInterrupt

        wait_of(waiter).attempt = interrupt
        with pytest.raises(KeyboardInterrupt):
            client("RPUSH l a")
        wait_of(waiter).attempt = attempt
        client("RPUSH l b")
        assert heard([waiter]) == [[b"l", b"a"]]


class TestThoseWhoLook:
    @pytest.fixture
    def seen(self, clients: Clients) -> list[tuple[str, Any]]:
        """What hooks see: each command when it comes, and what is to be logged when it has changed something."""
        seen: list[tuple[str, Any]] = []
        state = clients.state
        before = 0

        def after(client: Client, command: Command, request: list[bytes]) -> None:
            nonlocal before
            if state.databases.dirty != before:
                seen.append(("logged", client.propagated or [request]))
            before = state.databases.dirty

        state.hooks.add(lambda client, command, request: seen.append(("came", command.name)), after)
        state.databases.observe(lambda db, key, event: None)
        return seen

    @pytest.mark.parametrize(("request_", "logged"), [
        ("BLPOP l m 0", [b"LPOP", b"l"]), ("BRPOP m l 0", [b"RPOP", b"l"]),
        ("BLMPOP 0 2 m l RIGHT COUNT 5", [b"RPOP", b"l", b"1"]),
        ("BLMOVE l m LEFT RIGHT 0", [b"LMOVE", b"l", b"m", b"LEFT", b"RIGHT"]),
        ("BRPOPLPUSH l m 0", [b"RPOPLPUSH", b"l", b"m"]),
    ])  # fmt: skip
    def test_what_was_done_is_logged_after_what_made_it_possible(
        self, clients: Clients, client: ScriptedClient, seen: list[tuple[str, Any]], request_: str, logged: list[bytes]
    ) -> None:
        waiting(clients, request_)
        assert seen == [("came", request_.split(" ")[0].lower())]
        client("RPUSH l a")
        assert seen[1:] == [("came", "rpush"), ("logged", [[b"RPUSH", b"l", b"a"]]), ("logged", [logged])]
        del seen[:]
        client("RPUSH l b")
        clients.new()(request_)
        assert seen[2:] == [("came", request_.split(" ")[0].lower()), ("logged", [logged])]

    def test_who_goes_on_waiting_is_not_seen_again(
        self, clients: Clients, client: ScriptedClient, seen: list[tuple[str, Any]]
    ) -> None:
        waiting(clients, "BLPOP l 0")
        client.batch([b"MULTI"], [b"RPUSH", b"l", b"a"], [b"DEL", b"l"], [b"EXEC"])
        client("RPUSH l b")
        logged = [request[0] for how, requests in seen if how == "logged" for request in requests]
        assert [name for name in logged if name != b"EXEC"] == [b"RPUSH", b"DEL", b"RPUSH", b"LPOP"]


@pytest.mark.parametrize("wait", ["BLPOP l 0", "BLMOVE l m LEFT LEFT 0", "BLMPOP 0 1 l LEFT"])
@pytest.mark.parametrize(
    "requests",
    [
        [["MULTI"], ["RPUSH", "l", "1"], ["PEXPIRE", "l", "5"], ["EXEC"]],
        [["EVAL", "redis.call('rpush', 'l', 1) redis.call('pexpire', 'l', 5)", "0"]],
    ],
)
def test_a_key_that_expires_before_the_end_serves_nobody(
    clients: Clients, client: ScriptedClient, wait: str, requests: list[list[str]]
) -> None:
    waiters = waiting(clients, wait)
    for request in requests[:-1]:
        client(*request)
    times = iter((clients.now, clients.now + 10))  # when the last request begins, and when it ends
    clients.state.now = lambda: next(times)
    client(*requests[-1])
    clients.state.now = lambda: clients.now + 10
    assert heard(waiters) == [None]
    assert client("EXISTS l") == 0
    client("RPUSH l 2")
    assert heard(waiters) != [None]
