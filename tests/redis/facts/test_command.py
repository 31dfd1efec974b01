"""What can be computed from an entry alone, on entries made up for it."""

from __future__ import annotations

import pytest

from framewire.redis.facts.arguments import block, integer, key, oneof, string, token
from framewire.redis.facts.command import Command, KeySpec, command

RANGE = KeySpec("RO access")


class TestLengths:
    def test_an_exact_number(self) -> None:
        entry = command("get", 2)
        assert (entry.least, entry.most) == (2, 2)
        assert [entry.accepts(length) for length in (1, 2, 3)] == [False, True, False]

    def test_at_least(self) -> None:
        entry = command("mget", -2)
        assert entry.least == 2
        assert [entry.accepts(length) for length in (1, 2, 3, 1_000_000)] == [False, True, True, True]


class TestKinds:
    def test_words_become_tuples(self) -> None:
        entry = command("get", 2, "readonly fast", "@string", RANGE, tips="a b", doc_flags="deprecated")
        assert entry.flags == ("readonly", "fast")
        assert entry.own_categories == ("@string",)
        assert entry.keys == entry.key_specs == (RANGE,)
        assert entry.tips == ("a", "b")
        assert entry.doc_flags == ("deprecated",)
        assert entry.has_flag("fast") and not entry.has_flag("read")

    @pytest.mark.parametrize(
        ("flags", "own", "all_of_them"),
        [
            ("", "", "@slow"),
            ("fast", "@connection", "@fast @connection"),
            ("readonly fast", "@string", "@read @string @fast"),
            ("write denyoom", "@keyspace", "@keyspace @write @slow"),
            ("write blocking", "@list", "@write @list @slow @blocking"),
            ("admin noscript", "", "@admin @slow @dangerous"),
            ("pubsub fast", "", "@pubsub @fast"),
            ("readonly", "@scripting", "@slow @scripting"),
            ("readonly module", "", ""),
        ],
    )
    def test_categories_follow_from_flags(self, flags: str, own: str, all_of_them: str) -> None:
        assert " ".join(command("x", 1, flags, own).categories) == all_of_them

    def test_policies_are_tips(self) -> None:
        entry = command("x", 1, tips="nondeterministic_output request_policy:all_shards response_policy:agg_sum")
        assert (entry.request_policy, entry.response_policy) == ("all_shards", "agg_sum")
        assert command("x", 1).request_policy == command("x", 1).response_policy == ""

    def test_subcommands_are_found_by_their_words(self) -> None:
        inner = command("client|id", 2)
        assert command("client", -2, subcommands=[inner]).subcommands == {b"id": inner}

    def test_an_unknown_fact_is_refused(self) -> None:
        with pytest.raises(TypeError):
            command("get", 2, sumary="Returns the string that a key holds.")


class TestKeys:
    @pytest.mark.parametrize(
        ("keys", "expected"),
        [
            ((), (0, 0, 0)),
            (RANGE, (1, 1, 1)),
            (KeySpec("RO", last=-1), (1, -1, 1)),
            (KeySpec("OW", last=-1, step=2), (1, -1, 2)),
            ((RANGE, KeySpec("OW", 2, 2)), (1, 2, 1)),
            ((RANGE, KeySpec("OW", 2, -1)), (1, -1, 1)),
            ((RANGE, KeySpec("OW", 3, 3)), (1, 1, 1)),
            (KeySpec("RO", counted=True), (0, 0, 0)),
            ((RANGE, KeySpec("RO", 2, counted=True)), (1, 1, 1)),
        ],
    )
    def test_the_range_that_old_clients_know(
        self, keys: KeySpec | tuple[KeySpec, ...], expected: tuple[int, int, int]
    ) -> None:
        assert command("x", -1, "", "", keys).key_range == expected

    def test_keys_of_a_request_that_makes_no_sense(self) -> None:
        entry = command("zunionstore", -4, "", "", (KeySpec("OW update"), KeySpec("RO access", 2, counted=True)))
        sensible, senseless = [b"X", b"to", b"2", b"a", b"b"], [b"X", b"to", b"9", b"a", b"b"]
        assert entry.keys_in(sensible) == [b"to", b"a", b"b"]
        assert entry.find_keys(sensible) == [(1, "OW update"), (3, "RO access"), (4, "RO access")]
        assert entry.keys_in(senseless) == [b"to"]
        assert entry.find_keys(senseless) == []

    def test_channels_are_no_keys(self) -> None:
        entry = command("spublish", 3, "", "", KeySpec("not_key"))
        assert not entry.has_keys
        assert not entry.keys_in([b"X", b"c", b"m"])
        assert not entry.find_keys([b"X", b"c", b"m"])


class TestServers:
    ENTRY = command(
        "x|y", 3, "fast", "", RANGE, since="6.2.0", valkey="8.0.0", tips="a",
        arguments=(
            key("key"), token("NEW", optional=True, since="7.4.0", valkey=None),
            oneof("how", token("ONE"), token("TWO", valkey="9.0.0"), token("THREE", since="8.0.0", valkey="8.1.0")),
        ),
        history=(("6.0.0", "Both."), ("redis 8.0.0", "One."), ("valkey 9.0.0", "The other.")),
        variants={
            "newer": {"flags": ("fast", "stale"), "tips": ()},
            "valkey 9.1": {"flags": ("stale",), "summary": "Another."},
        },
    )  # fmt: skip

    def on(self, server: str) -> Command:
        entry = self.ENTRY.on(server)
        assert entry is not None
        return entry

    def test_the_oldest(self) -> None:
        entry = self.on("redis 7.0")
        assert (entry.flags, entry.tips, entry.since) == (("fast",), ("a",), "6.2.0")
        assert entry.syntax == "X Y key <ONE>"
        assert entry.history == (("6.0.0", "Both."),)

    def test_a_newer_one(self) -> None:
        entry = self.on("redis 8.0")
        assert (entry.flags, entry.tips) == (("fast", "stale"), ())
        assert entry.syntax == "X Y key [NEW] <ONE | THREE>"
        assert entry.arguments[2].arguments[1].since == "8.0.0"
        assert [version for version, _ in entry.history] == ["6.0.0", "redis 8.0.0"]

    def test_another_family(self) -> None:
        entry = self.on("valkey 9.1")
        assert (entry.flags, entry.tips, entry.summary, entry.since) == (("stale",), (), "Another.", "8.0.0")
        assert entry.syntax == "X Y key <ONE | TWO | THREE>"
        assert entry.arguments[1].arguments[2].since == "8.1.0"
        assert [version for version, _ in entry.history] == ["6.0.0", "valkey 9.0.0"]

    def test_what_a_server_has_is_final(self) -> None:
        for server in ("redis 7.0", "redis 8.0"):
            assert self.on(server).on(server) == self.on(server)

    @pytest.mark.parametrize(
        ("since", "valkey", "servers"),
        [
            ("7.0.0", "", "redis 7.0, redis 8.0, valkey 9.1"),
            ("7.0.15", "", "redis 7.0, redis 8.0, valkey 9.1"),
            ("7.2.0", "", "redis 8.0, valkey 9.1"),
            ("7.4.0", "9.2.0", "redis 8.0"),
            ("8.0.0", None, "redis 8.0"),
            ("8.2.0", None, ""),
            ("", "8.1.0", "valkey 9.1"),
        ],
    )
    def test_who_has_it(self, since: str, valkey: str | None, servers: str) -> None:
        entry = command("x", 1, since=since, valkey=valkey)
        assert ", ".join(name for name in ("redis 7.0", "redis 8.0", "valkey 9.1") if entry.on(name)) == servers

    def test_subcommands_follow(self) -> None:
        inner = [command("x|old", 2), command("x|new", 2, since="8.0.0", valkey=None)]
        entry = command("x", -2, subcommands=inner)
        names = {server: list(on.subcommands) for server in ("redis 7.0", "redis 8.0") if (on := entry.on(server))}
        assert names == {"redis 7.0": [b"old"], "redis 8.0": [b"old", b"new"]}

    def test_a_server_that_nobody_compared(self) -> None:
        with pytest.raises(KeyError):
            self.ENTRY.on("redis 6.2")


def test_syntax_has_the_words_of_the_name() -> None:
    pairs = block("pair", string("field"), string("value"), multiple=True)
    assert command("config|set", -4, arguments=(pairs,)).syntax == "CONFIG SET field value [field value ...]"
    assert command("ping", -1).syntax == "PING"
    assert command("x", -1, arguments=(integer("count", "COUNT", optional=True),)).syntax == "X [COUNT count]"
