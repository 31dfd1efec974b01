"""What sentinels say: replies and messages, as values, and what is not understood."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.frames.resp import Error
from framewire.redis.sentinel.answers import MOST, Answer, Event, event_of, questions, read_answer, shown
from tests.properties import examples

GONE = Error(b"ERR No such master with that name")


def server(host: str, port: int | str, flags: str = "slave", **fields: str) -> dict[bytes, bytes]:
    said = {"name": "x", "ip": host, "port": str(port), "flags": flags, **fields}
    return {name.encode(): value.encode() for name, value in said.items()}


def flat(fields: dict[bytes, bytes]) -> list[bytes]:
    """As RESP2 has it."""
    return [word for pair in fields.items() for word in pair]


MASTER = {b"name": b"s", b"config-epoch": b"7", b"num-other-sentinels": b"2", b"flags": b"master"}
REPLICAS = [server("b", 2), server("c", 3, "s_down,slave"), server("::1", 4)]
SENTINELS = [server("z", 6, "s_down,sentinel"), server("y", 5, "sentinel")]
HERE = [b"a", b"1"]
WHOLE = Answer(("a", 1), 7, 3, (("b", 2), ("::1", 4)), (("y", 5), ("z", 6)))


@pytest.mark.parametrize(("replies", "answer"), [
    ([HERE, MASTER, REPLICAS, SENTINELS], WHOLE),
    ([HERE, flat(MASTER), list(map(flat, REPLICAS)), list(map(flat, SENTINELS))], WHOLE),
    ([HERE, MASTER, [], []], Answer(("a", 1), 7, 3)),
    ([HERE, Error(b"NOPERM x"), Error(b"NOPERM x"), Error(b"NOPERM x")], Answer(("a", 1))),
    ([HERE, GONE, GONE, GONE], Answer(("a", 1))),  # between two requests it was removed
    ([HERE, {}, [server("b", 2, "o_down,s_down,slave")], []], Answer(("a", 1))),
    ([HERE, {}, [server("b", 2, "slave,disconnected")], []], Answer(("a", 1))),
    ([HERE, {}, [server("b", 2, **{"replica-announced": "0"})], []], Answer(("a", 1))),
    ([HERE, {}, [server("b", n + 1) for n in range(2 * MOST)], []],
     Answer(("a", 1), replicas=tuple(("b", n + 1) for n in range(MOST)))),
    ([None, GONE, GONE, GONE], "knows no such service"),
    ([Error(b"NOAUTH Authentication required."), *[Error(b"NOAUTH")] * 3], "refuses: NOAUTH Authentication required."),
    ([b"PONG", b"", b"", b""], "answers what no sentinel does"),
    ([[b"a"], {}, [], []], "answers what no sentinel does"),
    ([[b"a", b"x"], {}, [], []], "answers what no sentinel does"),
    ([[b"a", b"0"], {}, [], []], "answers what no sentinel does"),
    ([[b"", b"1"], {}, [], []], "answers what no sentinel does"),
    ([HERE, {}, [{b"ip": b"b", b"port": b"1", b"flags": 7}], []], "answers what no sentinel does"),
    ([HERE, {}, [{b"ip": b"b"}], []], "answers what no sentinel does"),
    ([HERE, {b"config-epoch": b"x"}, [], []], "answers what no sentinel does"),
    ([HERE, [b"odd"], [], []], "answers what no sentinel does"),
])  # fmt: skip
def test_what_a_sentinel_answers(replies: list[Any], answer: Answer | str) -> None:
    assert read_answer(replies) == answer


JUNK = st.recursive(
    st.none() | st.binary(max_size=3) | st.integers() | st.builds(Error, st.binary()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.binary(max_size=2), inner, max_size=2),
)


@given(st.lists(JUNK, min_size=4, max_size=4))
@examples(200)
def test_any_replies_are_an_answer_or_none(replies: list[Any]) -> None:
    assert isinstance(read_answer(replies), (Answer, str))


def test_addresses_are_those_behind_a_nat() -> None:
    said = read_answer([HERE, MASTER, REPLICAS, SENTINELS], lambda address: ("nat", address[1] + 1000))
    assert said == Answer(("nat", 1001), 7, 3, (("nat", 1002), ("nat", 1004)), (("nat", 1005), ("nat", 1006)))
    event = event_of(b"+switch-master", b"s a 1 b 2", lambda address: (address[0], address[1] + 1000))
    assert event == Event("+switch-master", "s", "master", ("a", 1001), ("b", 1002))


def test_it_is_asked_for_one_service() -> None:
    assert {request[0] for request in questions("s")} == {b"SENTINEL"}
    assert {request[2] for request in questions("s")} == {"s"}
    assert len(questions("s")) == 4


@pytest.mark.parametrize(("channel", "data", "event"), [
    ("+switch-master", "s a 1 ::1 2", Event("+switch-master", "s", "master", ("a", 1), ("::1", 2))),
    ("+sdown", "slave b:2 b 2 @ s a 1", Event("+sdown", "s", "slave", ("b", 2))),
    ("-sdown", "slave b:2 b 2 @ s a 1", Event("-sdown", "s", "slave", ("b", 2))),
    ("+slave", "slave b:2 b 2 @ s a 1", Event("+slave", "s", "slave", ("b", 2))),
    ("+reboot", "slave b:2 b 2 @ s a 1", Event("+reboot", "s", "slave", ("b", 2))),
    ("+sdown", "sentinel 0f3 y 5 @ s a 1", Event("+sdown", "s", "sentinel", ("y", 5))),
    ("+sdown", "master s a 1", Event("+sdown", "s", "master", ("a", 1))),
    ("+odown", "master s a 1 #quorum 2/2", Event("+odown", "s", "master", ("a", 1))),
    ("-monitor", "master s a 1", Event("-monitor", "s", "master", ("a", 1))),
    ("+switch-master", "s a 1 b", None), ("+switch-master", "s a 1 b x", None), ("+switch-master", "s a 1 b 0", None),
    ("+switch-master", "", None), ("+sdown", "slave", None), ("+sdown", "slave x b 70000 @ s a 1", None),
    ("+sdown", "slave x b 2", None),
])  # fmt: skip
def test_what_a_sentinel_publishes(channel: str, data: str, event: Event | None) -> None:
    assert event_of(channel.encode(), data.encode()) == event


@given(st.sampled_from([b"+switch-master", b"+sdown"]), st.binary() | st.text("as @:.1 ").map(str.encode))
@examples(200)
def test_any_message_is_an_event_or_nothing(channel: bytes, data: bytes) -> None:
    event_of(channel, data)


def test_how_addresses_are_shown() -> None:
    assert [shown(("a", 1)), shown(("::1", 2))] == ["a:1", "[::1]:2"]
