"""Batches, barriers, who may do what when, delivery, and the end of a session."""

from __future__ import annotations

import logging
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.frames.resp import Error, Push, Simple
from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.state import State
from framewire.redis.server.commands.binding import COMMANDS, HANDLERS
from framewire.redis.server.running import timing
from framewire.redis.server.running.lookup import PLAIN
from framewire.redis.server.running.session import Session
from tests.redis.server.scripted import Clients, ScriptedClient

OK = Simple(b"OK")


@pytest.fixture
def clients() -> Clients:
    return Clients()


@pytest.fixture
def client(clients: Clients) -> ScriptedClient:
    return clients.new()


class TestBatches:
    def test_plain_requests_run_together(self, client: ScriptedClient) -> None:
        replies: list[object] = []
        requests = [[b"SET", b"k", b"v"], [b"GET", b"k"], [b"nonsense"], [b"GET"], [b"PING"]]
        assert client.session.execute(requests, replies) == 5
        assert replies[:2] == [OK, b"v"]
        assert [str(error) for error in replies[2:4]] == [
            "ERR unknown command 'nonsense', with args beginning with: ",
            "ERR wrong number of arguments for 'get' command",
        ]
        assert replies[4] == Simple(b"PONG")

    def test_a_barrier_runs_alone(self, client: ScriptedClient) -> None:
        requests = [[b"PING"], [b"HELLO", b"3"], [b"hello", b"2"], [b"PING"]]
        steps, done = [], 0
        while done < len(requests):
            replies: list[object] = []
            done = client.session.execute(requests, replies, done)
            steps.append((done, len(replies), client.client.protocol))
        assert steps == [(1, 1, 2), (2, 1, 3), (3, 1, 2), (4, 1, 2)]

    def test_a_barrier_that_is_refused_runs_alone_too(self, client: ScriptedClient) -> None:
        replies: list[object] = []
        assert client.session.execute([[b"HELLO", b"9"], [b"PING"]], replies) == 1
        assert client.session.execute([[b"SUBSCRIBE"], [b"PING"]], replies) == 2  # a wrong arity is an ordinary error
        assert replies[2] == Simple(b"PONG")

    def test_nothing_runs_after_the_end(self, client: ScriptedClient) -> None:
        replies: list[object] = []
        requests = [[b"PING"], [b"QUIT"], [b"SET", b"k", b"v"]]
        assert client.session.execute(requests, replies, client.session.execute(requests, replies)) == 2
        assert client.session.execute(requests, replies, 2) == 2
        assert replies == [Simple(b"PONG"), OK]
        assert client.client.closing

    @given(st.lists(st.sampled_from([b"PING", b"HELLO", b"GET", b"SUBSCRIBE", b"RESET", b"nonsense"]), max_size=12))
    def test_every_request_runs_once_whatever_the_order(self, names: list[bytes]) -> None:
        client = Clients().new()
        requests = [[name, b"a"] if name in (b"GET", b"SUBSCRIBE") else [name] for name in names]
        assert len(client.batch(*requests)) == len(requests)
        assert client.session.state.stats.commands_processed == len(requests)

    def test_statistics_are_counted_by_batch(self, clients: Clients, client: ScriptedClient) -> None:
        client.batch([b"GET", b"k"], [b"SET", b"k", b"v"], [b"GET", b"k"], [b"nonsense"])
        assert clients.state.stats.commands_processed == 4
        assert (clients.state.databases.hits, clients.state.databases.misses) == (1, 1)
        assert clients.state.stats.errors == {"ERR": 1}

    def test_a_command_that_fails_is_logged_and_answered(
        self, client: ScriptedClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def explode(session: Session, request: list[bytes]) -> object:
            raise ZeroDivisionError

        monkeypatch.setitem(PLAIN, b"PING", (explode, 1, 1))
        with caplog.at_level(logging.ERROR):
            assert client.batch([b"PING"], [b"ECHO", b"x"]) == [Error(b"ERR internal error"), b"x"]
        assert "ZeroDivisionError" in caplog.text


class TestSpellings:
    def test_any_case_works(self, client: ScriptedClient) -> None:
        for name in ("ping", "PING", "PiNg", "pInG"):
            assert client(name) == Simple(b"PONG")

    def test_a_peer_cannot_grow_the_table_of_spellings(self, client: ScriptedClient) -> None:
        cases = [(letter, letter.upper()) for letter in "flushall"]
        for number in range(2 ** len(cases)):
            spelling = "".join(pair[number >> place & 1] for place, pair in enumerate(cases))
            for other in ("", "x"):
                client(spelling + other)
        assert b"FlUsHaLl" in PLAIN
        for number in range(2_000):
            PLAIN.setdefault(b"filler%d" % number, PLAIN[b"ping"])
        try:
            assert client("eChO x") == b"x"
            assert b"eChO" not in PLAIN
        finally:
            for number in range(2_000):
                del PLAIN[b"filler%d" % number]
        assert all(spelling.lower() in COMMANDS for spelling in PLAIN)


class TestLimits:
    def test_before_auth_only_some_commands_run(self) -> None:
        client = Clients(requirepass=b"secret").new()
        assert not client.client.authenticated
        refused = client.batch([b"GET", b"k"], [b"PING"], [b"AUTH", b"wrong"], [b"GET", b"k"])
        codes = [error.code for error in refused if isinstance(error, Error)]
        assert codes == ["NOAUTH", "NOAUTH", "WRONGPASS", "NOAUTH"]
        assert client.batch([b"AUTH", b"secret"], [b"GET", b"k"]) == [OK, None]
        assert client.client.authenticated

    def test_a_new_password_does_not_lock_out_who_is_inside(self, clients: Clients, client: ScriptedClient) -> None:
        assert client("CONFIG SET requirepass secret") == OK
        assert client("GET k") is None
        assert clients.new()("GET k").code == "NOAUTH"
        assert client("RESET") == Simple(b"RESET")
        assert client("GET k").code == "NOAUTH"

    def test_a_greeting_that_fails_late_has_let_the_client_in(self) -> None:
        client = Clients(requirepass=b"secret").new()
        replies = client.batch([b"HELLO", b"3", b"AUTH", b"default", b"secret", b"x"], [b"GET", b"k"])
        assert replies == [Error(b"ERR Syntax error in HELLO option 'x'"), None]
        assert client.client.protocol == 2

    def test_listening_under_resp2_restricts_and_under_resp3_does_not(self, client: ScriptedClient) -> None:
        client("SUBSCRIBE a")
        assert client.client.restricted
        assert str(client("GET k")).startswith("ERR Can't execute 'get': only (P|S)SUBSCRIBE")
        assert client("PING") == [b"pong", b""]
        client("UNSUBSCRIBE")
        assert client("GET k") is None
        client("HELLO 3")
        client("SUBSCRIBE a")
        assert client("GET k") is None
        assert client.client.waiting


class TestDelivery:
    def test_between_batches_messages_are_sent_at_once(self, clients: Clients, client: ScriptedClient) -> None:
        listener = clients.new()
        listener("SUBSCRIBE c")
        assert client("PUBLISH c m") == 1
        assert listener.heard == [Push((b"message", b"c", b"m"))]

    def test_within_a_batch_they_stand_in_order(self, client: ScriptedClient) -> None:
        client("HELLO 3")
        client("SUBSCRIBE c")
        replies = client.batch([b"ECHO", b"1"], [b"PUBLISH", b"c", b"m"], [b"ECHO", b"2"])
        assert replies == [b"1", Push((b"message", b"c", b"m")), 1, b"2"]
        assert not client.heard

    def test_nothing_reaches_a_closed_session(self, clients: Clients, client: ScriptedClient) -> None:
        listener = clients.new()
        listener("PSUBSCRIBE *")
        listener.session.close()
        listener.session.close()
        assert client("PUBLISH c m") == 0
        assert set(clients.state.clients) == {client.client.id}

    def test_a_send_that_closes_another_session_harms_nobody(self, clients: Clients, client: ScriptedClient) -> None:
        first, second = clients.new(), clients.new()
        for listener in (first, second):
            listener("SUBSCRIBE c")
        first.client.subscriber.deliver = lambda push: second.session.close()
        assert client("PUBLISH c m") == 2
        assert client("PUBLISH c m") == 1


class TestTheEnd:
    def test_a_protocol_error_is_the_last_reply(self, client: ScriptedClient) -> None:
        assert client.session.protocol_error("invalid bulk length") == Error(b"ERR Protocol error: invalid bulk length")
        assert client.client.closing
        assert client.batch([b"PING"]) == []

    @pytest.mark.parametrize("request_", ["POST /", "post", "Host: x", "host:"])
    def test_http_gets_no_answer(self, request_: str) -> None:
        client = Clients(requirepass=b"secret").new()
        assert client(request_) == []
        assert client.client.closing

    def test_reset_makes_it_new(self, clients: Clients, client: ScriptedClient) -> None:
        for request in ("CLIENT SETNAME x", "SELECT 3", "HELLO 3", "SUBSCRIBE a", "PSUBSCRIBE b"):
            client(request)
        client("RESET")
        state = client.client
        assert (state.name, state.db.index, state.protocol, state.waiting) == (b"", 0, 2, False)
        assert not clients.state.pubsub.channels


class TestState:
    def test_numbers_are_never_given_twice(self, clients: Clients) -> None:
        first = clients.new()
        first.session.close()
        assert clients.new().client.id > first.client.id
        assert clients.state.stats.connections_received == 2

    def test_active_expiry_shares_its_budget_between_databases(self, clients: Clients, client: ScriptedClient) -> None:
        for index in (0, 5):
            client(f"SELECT {index}")
            for key in range(10):
                client(f"SET {key} v PX {key + 1}")
        clients.now += 1_000
        clients.state.expire_cycle(budget=15)
        assert sum(len(db.values) for db in clients.state.databases) == 5
        clients.state.expire_cycle()
        assert clients.state.databases.expired == 20
        assert clients.state.databases.next_deadline() is None

    def test_the_next_deadline_is_that_of_all_databases(self, clients: Clients, client: ScriptedClient) -> None:
        client("SET a v PX 500")
        client("SELECT 1")
        client("SET a v PX 300")
        assert clients.state.databases.next_deadline() == clients.now + 300

    def test_a_batch_goes_by_one_time(self, clients: Clients, client: ScriptedClient) -> None:
        client("SET a v PX 10")
        clients.now += 10
        assert client.session.execute([[b"GET", b"a"]], replies := []) == 1
        assert replies == [b"v"], "the clock was not refreshed"
        assert client("GET a") is None

    def test_the_wall_clock_is_the_default(self) -> None:
        assert State().tick() > 1_700_000_000_000


class TestPushes:
    """What is published while EXEC or a script runs goes behind its reply, never into it."""

    @pytest.fixture
    def listener(self, clients: Clients) -> ScriptedClient:
        listener = clients.new()
        listener("HELLO 3")
        listener("SUBSCRIBE c")
        return listener

    MESSAGE = Push((b"message", b"c", b"m"))

    def test_behind_an_exec(self, listener: ScriptedClient) -> None:
        for request in ("MULTI", "PUBLISH c m", "PING", "PUBLISH c m"):
            listener(request)
        assert listener("EXEC") == [[1, Simple(b"PONG"), 1], self.MESSAGE, self.MESSAGE]

    def test_behind_a_script_and_before_the_next_reply(self, listener: ScriptedClient) -> None:
        pytest.importorskip("lupa")
        script = [b"EVAL", b"redis.call('publish', 'c', 'm') return {1, 2}", b"0"]
        assert listener.batch([b"PING"], script, [b"PING"]) == [
            Simple(b"PONG"), [1, 2], self.MESSAGE, Simple(b"PONG")
        ]  # fmt: skip

    def test_behind_the_exec_that_a_script_is_part_of(self, listener: ScriptedClient) -> None:
        pytest.importorskip("lupa")
        listener("MULTI")
        listener("EVAL", "redis.call('publish', 'c', 'm') return 1", "0")
        listener("PUBLISH c m")
        assert listener("EXEC") == [[1, 1], self.MESSAGE, self.MESSAGE]

    def test_behind_the_error_of_one_that_breaks(
        self, listener: ScriptedClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def publish_and_break(client: Client, request: list[bytes]) -> object:
            with client.pushes_held():
                client.state.pubsub.publish(b"c", b"m")
                raise MemoryError

        monkeypatch.setitem(PLAIN, b"EVAL", (publish_and_break, 1, 1))
        monkeypatch.setitem(HANDLERS, "exec", publish_and_break)
        for name in (b"EVAL", b"EXEC"):  # one runs with others, one alone
            assert listener.batch([name]) == [Error(b"ERR internal error"), self.MESSAGE]

    def test_what_subscribe_says_is_its_reply(self, clients: Clients) -> None:
        client = clients.new()
        client("MULTI")
        client("SUBSCRIBE c")
        client("PING")
        assert client("EXEC") == [Push((b"subscribe", b"c", 1)), [b"pong", b""]]

    def test_what_follows_from_a_transaction_is_told_in_order(self) -> None:
        """A push serves who waits only when EXEC has ended, but before its reply is there."""
        clients = Clients(notify_keyspace_events="El")
        client, waiting = clients.new(), clients.new()
        client("HELLO 3")
        client("PSUBSCRIBE *")
        waiting("BLPOP l 0")
        client("MULTI")
        client("RPUSH l a")
        reply, *messages = client("EXEC")
        assert reply == [1]
        assert [message.items[2] for message in messages] == [b"__keyevent@0__:rpush", b"__keyevent@0__:lpop"]

    def test_what_a_monitor_does_itself_is_shown_behind_its_transaction(self, client: ScriptedClient) -> None:
        client("MONITOR")
        client("MULTI")
        client("PING")
        shown = b'1700000000.000000 [0 127.0.0.1:50000] "%s"'
        assert client("EXEC") == [[Simple(b"PONG")], Simple(shown % b"PING"), Simple(shown % b"EXEC")]

    def test_notifications_too(self) -> None:
        clients = Clients(notify_keyspace_events="KEA")
        client = clients.new()
        client("HELLO 3")
        client("SUBSCRIBE __keyevent@0__:set")
        client("MULTI")
        client("SET k v")
        assert client("EXEC") == [[OK], Push((b"message", b"__keyevent@0__:set", b"k"))]


class TestTurns:
    def test_slow_commands_end_a_batch(
        self, clients: Clients, client: ScriptedClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each command that can be slow takes 2 ms here; others are not even looked at."""
        ticks = count(0, 2_000_000)
        monkeypatch.setattr(timing, "perf_counter_ns", lambda: next(ticks))
        requests = [[b"PING"], *[[b"KEYS", b"*"]] * 8, [b"PING"]]
        replies: list[object] = []
        assert client.session.execute(requests, replies) == 4  # after 6 ms
        assert client.client.turn_over
        assert client.session.execute(requests, replies, 4) == 5  # the next turn has not begun
        for start, end in ((5, 8), (8, 10)):
            clients.now += 10
            clients.state.tick()
            client.client.turn_over = False
            assert client.session.execute(requests, replies, start) == end
        assert replies == [Simple(b"PONG"), *[[]] * 8, Simple(b"PONG")]

    def test_slow_commands_that_are_refused_end_a_batch_too(
        self, client: ScriptedClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client("RPUSH l word")
        ticks = count(0, 10_000_000)
        monkeypatch.setattr(timing, "perf_counter_ns", lambda: next(ticks))
        replies: list[object] = []
        assert client.session.execute([[b"SORT", b"l"], [b"SORT", b"l"]], replies) == 1
        assert client.client.turn_over

    def test_publishing_counts(self) -> None:
        assert PLAIN[b"PUBLISH"][0] is not HANDLERS["publish"]
