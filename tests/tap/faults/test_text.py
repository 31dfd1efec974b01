"""The text of a program: each form, what is wrong with others, and that what is spelled is read again."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.tap.faults.actions import (
    BEHIND,
    Action,
    Cut,
    Delay,
    Drop,
    Duplicate,
    Inject,
    Limit,
    Pass,
    Refuse,
    Replace,
    Slice,
    Stall,
    Swap,
)
from framewire.tap.faults.rule import ALL, ANY, EACH, Byte, Connections, Frames, Rule, Selector
from framewire.tap.faults.text import parse_program, parse_rule
from tests.properties import examples

ON = range(3, 4)

SELECTORS = [
    ("reply 3 to SET user:*", Frames("reply", ON, "set", "user:*")),
    ("reply 3 to set user:*", Frames("reply", ON, "set", "user:*")),
    ("request 3", Frames("request", ON)),
    ("requests", Frames("request")),
    ("reply", Frames("reply")),
    ("every reply with probability 0.01", Frames("reply", probability=0.01)),
    ("replies 2-4", Frames("reply", range(2, 5))),
    ("reply 2-", Frames("reply", range(2, ALL.stop))),
    ("every 2nd push", Frames("push", range(2, ALL.stop, 2))),
    ("every 10th reply to *", Frames("reply", range(10, ALL.stop, 10))),
    ("request 3 of * user:*", Frames("request", ON, key="user:*")),
    ("reply 3 to GET 'a b'", Frames("reply", ON, "get", "a b")),
    ('reply 3 to GET "on" on connection 2', Frames("reply", ON, "get", "on", 2)),
    ("reply 3 to CLIENT|ID on each connection", Frames("reply", ON, "client|id", "", EACH)),
    ("push on connection 7 with probability 1", Frames("push", connection=7)),
    ("byte 100 of replies", Byte(100, "replies")),
    ("byte 0 of requests on connection 2", Byte(0, "requests", 2)),
]


@pytest.mark.parametrize(("text", "selector"), SELECTORS)
def test_what_is_chosen(text: str, selector: Selector) -> None:
    assert parse_rule(f"{text}: stall") == Rule(selector, Stall())


@pytest.mark.parametrize(("text", "selector"), [
    ("connection 3", Connections(ON)),
    ("connections 3-4", Connections(range(3, 5))),
    ("every connection", Connections()),
    ("every 2nd connection", Connections(range(2, ALL.stop, 2))),
])  # fmt: skip
def test_which_connections(text: str, selector: Selector) -> None:
    assert parse_rule(f"{text}: refuse") == Rule(selector, Refuse())


@pytest.mark.parametrize(("text", "action"), [
    ("pass", Pass()),
    ("delay 50ms", Delay(0.05)),
    ("delay 1.5s", Delay(1.5)),
    ("delay 10-50ms", Delay(0.01, 0.05)),
    ("delay 100us", Delay(0.0001)),
    ("stall", Stall()),
    ("drop", Drop()),
    ("duplicate", Duplicate()),
    ("duplicate 3 times", Duplicate(3)),
    ("swap", Swap()),
    ("slice 1 byte", Slice(1)),
    ("slice 7 bytes every 5ms", Slice(7, 0.005)),
    ("limit 1000 bytes/s", Limit(1000)),
    (r'replace with "-MOVED 866 127.0.0.1:7001\r\n"', Replace(b"-MOVED 866 127.0.0.1:7001\r\n")),
    (r"""replace with '+a: "b"\x00\r\n'""", Replace(b'+a: "b"\x00\r\n')),
    ('inject ""', Inject(b"")),
    ("cut", Cut()),
    ("cut after 7 bytes", Cut(7)),
    ("cut after 1 byte with reset", Cut(1, reset=True)),
    ("cut after -2 bytes", Cut(-2)),
    ("cut inside", Cut(None)),
    ("cut behind", Cut(BEHIND)),
    ("cut with reset", Cut(reset=True)),
])  # fmt: skip
def test_what_is_done(text: str, action: Action) -> None:
    assert parse_rule(f"request 5: {text}") == Rule(Frames("request", range(5, 6)), action)


def test_a_colon_inside_a_word_ends_nothing() -> None:
    rule = parse_rule("reply to SET a:b:c : drop")
    assert rule.selector == Frames("reply", command="set", key="a:b:c")
    assert parse_rule("reply to SET 'a b:': drop").selector == Frames("reply", command="set", key="a b:")


@pytest.mark.parametrize(("text", "words"), [
    ("reply 3 drop", "no colon between what is chosen and what is done"),
    (": drop", "what is chosen is missing"),
    ("answer: drop", "requests, replies, pushes, bytes and connections, not 'answer'"),
    ("reply:", "what is done is missing"),
    ("reply: explode", "no action 'explode', but pass, delay, stall"),
    ("reply: drop it", "not understood: 'it'"),
    ("reply 3 SET: drop", "not understood: 'SET'"),
    ("reply 0: drop", "counted upwards from 1"),
    ("reply 5-4: drop", "counted upwards from 1"),
    ("every 0th reply: drop", "every 1st at least"),
    ("reply to: drop", "the command is missing"),
    ("reply with probability: drop", "the probability is missing"),
    ("reply with probability high: drop", "'high' is no number"),
    ("reply with probability 2: drop", "a probability is 0 to 1, not 2"),
    ("reply with luck: drop", "expected probability, found 'luck'"),
    ("reply on connection 0: drop", "counted from 1, not 0"),
    ("reply on fire: drop", "expected connection, found 'fire'"),
    ("push to GET: drop", "a push has no request"),
    ("byte x of replies: cut", "'x' is no whole number"),
    ("byte 3 of cheese: cut", "requests and replies, not 'cheese'"),
    ("byte 3 of replies: drop", "'drop' cannot be done to a byte"),
    ("reply: delay soon", "'soon' is no time: 50ms, 1.5s, 10-50ms"),
    ("reply: delay 1.2.3s", "'1.2.3' is no number"),
    ("reply: delay", "how long is missing"),
    ("reply: slice 0 bytes", "one byte at least, not 0"),
    ("reply: slice 3 pieces", "expected bytes or byte, found 'pieces'"),
    ("reply: limit 0 bytes/s", "a rate is positive"),
    ("reply: replace +OK", "expected with, found '+OK'"),
    ("reply: replace with +OK", "bytes stand in quotes, not +OK"),
    ('reply: inject "\\xZZ"', "not quoted as in Python"),
    ('reply: inject "\u00e9"', "not quoted as in Python"),
    ("reply: cut after lunch", "'lunch' is no whole number"),
    ("reply: cut with care", "expected reset, found 'care'"),
])  # fmt: skip
def test_what_is_wrong_with_a_rule(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)) as caught:
        parse_rule(text)
    assert repr(text.strip()) in str(caught.value)


def test_a_program_has_a_rule_on_each_line() -> None:
    text = """
        # the third one is late
        reply 3: delay 50ms

        push: drop
    """
    expected = [Rule(Frames("reply", ON), Delay(0.05)), Rule(Frames("push"), Drop())]
    assert parse_program(text) == expected
    assert parse_program(["reply 3: delay 50ms", expected[1]]) == expected
    assert parse_program(()) == parse_program("") == []


# -- spelled, and read again ------------------------------------------------------------------------------------------

milliseconds = st.integers(0, 10_000).map(lambda n: n / 1000)
texts = st.text(st.characters(codec="utf-8"), max_size=8)
numbers = st.one_of(
    st.just(ALL),
    st.integers(1, 50).map(lambda n: range(n, n + 1)),
    st.tuples(st.integers(1, 50), st.integers(1, 50)).map(lambda pair: range(pair[0], sum(pair))),
    st.integers(1, 50).map(lambda n: range(n, ALL.stop)),
    st.integers(1, 50).map(lambda n: range(n, ALL.stop, n)),
)
connections = st.one_of(st.sampled_from([ANY, EACH]), st.integers(1, 9))
hundredths = st.integers(0, 100).map(lambda n: n / 100)
frames = st.one_of(
    st.builds(Frames, st.sampled_from(["request", "reply"]), numbers, st.sampled_from(["", "set", "client|id"]), texts,
              connections, hundredths),
    st.builds(Frames, st.just("push"), numbers, connection=connections, probability=hundredths),
)  # fmt: skip
frame_actions = st.one_of(
    st.sampled_from([Pass(), Stall(), Drop(), Swap()]),
    st.builds(Delay, milliseconds),
    st.lists(milliseconds, min_size=2, max_size=2, unique=True).map(sorted).map(lambda pair: Delay(*pair)),
    st.builds(Duplicate, st.integers(1, 9)),
    st.builds(Slice, st.integers(1, 99), milliseconds),
    st.builds(Limit, st.integers(1, 10**6)),
    st.builds(Replace, st.binary(max_size=9)),
    st.builds(Inject, st.binary(max_size=9)),
    st.builds(Cut, st.one_of(st.none(), st.just(BEHIND), st.integers(-99, 99)), st.booleans()),
)
rules = st.one_of(
    st.builds(Rule, frames, frame_actions),
    st.builds(Rule, st.builds(Byte, st.integers(0, 999), st.sampled_from(["requests", "replies"]), connections),
              st.one_of(st.just(Cut(0, True)), st.builds(Delay, milliseconds), st.builds(Inject, st.binary()))),
    st.builds(Rule, st.builds(Connections, numbers), st.sampled_from([Refuse(), Stall(), Delay(0.5)])),
)  # fmt: skip


@examples(400)
@given(rules)
def test_what_is_spelled_is_read_again(rule: Rule) -> None:
    assert parse_rule(str(rule)) == rule


@examples(400)
@given(st.text(st.sampled_from("reply: drop 3-'\"\\cut of on with byte\n \t#é0"), max_size=40))
def test_whatever_is_written_is_a_rule_or_refused(text: str) -> None:
    try:
        rule = parse_rule(text)
    except ValueError:
        return
    assert isinstance(rule, Rule)
