"""One connection without I/O: bytes in, steps out, the same at every cut."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.codecs.resp import pack_command
from framewire.tap.faults.judge import Judge
from framewire.tap.faults.line import Line, Side
from framewire.tap.faults.steps import Cut, Due, Pause, Send, Stall, Step, joined, sent_by
from framewire.tap.faults.text import parse_program
from tests.every_way import cuts
from tests.properties import examples
from tests.tap.faults.ways import ways


def request(text: str) -> bytes:
    return pack_command(*text.split())


def fed(side: Side, pieces: Sequence[bytes]) -> list[Step]:
    return joined([step for piece in pieces for step in side.feed(piece)] + side.end())


def line(program: str | Sequence[str], seed: int = 0, *, framed: bool = True, asked: bytes = b"") -> Line:
    """A line under a program, on which some requests have gone to the server."""
    of = Line(Judge(parse_program(program), seed), 1, framed=framed)
    of.requests.feed(asked)
    return of


PINGS = b"PING\r\n" * 4


ASKED = ["SET user:1 a", "GET user:1", "SET post:1 b", "SET user:2 c"]
ANSWERED = [b"+1\r\n", b"$1\r\na\r\n", b"+3\r\n", b">2\r\n+x\r\n+y\r\n", b"+4\r\n"]
PUSH = ANSWERED[3]
REQUESTS, REPLIES = b"".join(map(request, ASKED)), b"".join(ANSWERED)


@pytest.mark.parametrize(("rule", "expected"), [
    ("reply 2 to SET user:*: drop", [Send(REPLIES[:-4])]),
    ("reply 2 to SET user:*: delay 50ms", [Send(REPLIES[:-4]), Due(0.05), Send(b"+4\r\n")]),
    ("reply 1 to SET: stall", [Stall(), Send(REPLIES)]),
    ("reply 1 to SET: swap", [Send(b"$1\r\na\r\n+1\r\n+3\r\n" + PUSH + b"+4\r\n")]),
    ("reply 3: swap", [Send(b"+1\r\n$1\r\na\r\n" + PUSH + b"+4\r\n+3\r\n")]),
    ("every reply: swap", [Send(b"$1\r\na\r\n+1\r\n" + PUSH + b"+4\r\n+3\r\n")]),
    ("reply 4: swap", [Send(REPLIES)]),
    ("every push: drop", [Send(REPLIES.replace(PUSH, b""))]),
    ("push 1: duplicate", [Send(REPLIES.replace(PUSH, PUSH * 2))]),
    ("reply 1 to GET: cut after 5 bytes", [Send(REPLIES[:9]), Cut()]),
    ("reply 1 to GET: cut inside with reset", [Send(REPLIES[:7]), Cut(reset=True)]),
    ("reply 1 to GET: replace with '-MOVED 1 h:1\\r\\n'", [Send(REPLIES.replace(b"$1\r\na", b"-MOVED 1 h:1"))]),
    ("reply 1: slice 3 bytes every 1ms", [Send(b"+1\r"), Pause(0.001), Send(REPLIES[3:])]),
    ("byte 6 of replies: cut", [Send(REPLIES[:6]), Cut()]),
    ("byte 6 of replies: delay 1s", [Send(REPLIES[:6]), Due(1.0), Send(REPLIES[6:])]),
    ("byte 4 of replies: inject 'x'", [Send(REPLIES[:4] + b"x" + REPLIES[4:])]),
    ("byte 0 of replies: stall", [Stall(), Send(REPLIES)]),
    ("byte 999 of replies: cut", [Send(REPLIES)]),
    ("byte 6 of requests: cut", [Send(REPLIES)]),
    ("reply 9: drop", [Send(REPLIES)]),
])  # fmt: skip
def test_what_becomes_of_replies_at_every_cut(rule: str, expected: list[Step]) -> None:
    for pieces in ways(REPLIES):
        of = line(rule)
        if "requests" not in rule:
            assert fed(of.requests, [REQUESTS]) == [Send(REQUESTS)]
        assert fed(of.replies, pieces) == expected, pieces


THIRD = len(request(ASKED[0])) + len(request(ASKED[1]))


@pytest.mark.parametrize(("rule", "expected"), [
    ("request 3: cut after 7 bytes", [Send(REQUESTS[:THIRD + 7]), Cut()]),
    ("request 1 of * post:*: cut", [Send(REQUESTS[:THIRD]), Cut()]),
    ("request of SET user:*: drop", [Send(request(ASKED[1]) + request(ASKED[2]))]),
    ("request 1: replace with 'PING\\r\\n'", [Send(b"PING\r\n" + REQUESTS[len(request(ASKED[0])):])]),
    ("every request: delay 1s", [step for text in ASKED for step in (Due(1.0), Send(request(text)))]),
    ("request 4: swap", [Send(REQUESTS)]),
    ("byte 40 of requests: stall", [Send(REQUESTS[:40]), Stall(), Send(REQUESTS[40:])]),
])  # fmt: skip
def test_what_becomes_of_requests_at_every_cut(rule: str, expected: list[Step]) -> None:
    for pieces in ways(REQUESTS):
        assert fed(line(rule).requests, pieces) == expected, pieces


@pytest.mark.parametrize(("rule", "replies", "logged"), [
    ("request 1: drop", 3, ["GET user:1", "SET post:1", "SET user:2"]),
    ("request 2: duplicate", 5, ["SET user:1", "GET user:1", "GET user:1", "SET post:1", "SET user:2"]),
    ("request 1: swap", 4, ["GET user:1", "SET user:1", "SET post:1", "SET user:2"]),
    ("request 2: replace with 'ECHO a\\r\\nECHO b\\r\\nECHO'", 5,
     ["SET user:1", "ECHO a", "ECHO b", "SET post:1", "SET user:2"]),
    ("request 2: inject 'ECHO a\\r\\n'", 5, ["SET user:1", "ECHO a", "GET user:1", "SET post:1", "SET user:2"]),
    ("request 2: replace with '*1\\r\\n+'", 3, ["SET user:1", "SET post:1", "SET user:2"]),
    ("request 4: slice 1 byte", 4, ["SET user:1", "GET user:1", "SET post:1", "SET user:2"]),
])  # fmt: skip
def test_replies_are_paired_with_what_reached_the_server(rule: str, replies: int, logged: list[str]) -> None:
    judge = Judge(parse_program([rule, "reply: pass"]), 0)
    of = Line(judge, 1)
    fed(of.requests, [REQUESTS])
    fed(of.replies, [b"+OK\r\n" * replies])
    assert [entry.what for entry in judge.log if entry.done == "pass"] == [
        f"reply {number} to {text}" for number, text in enumerate(logged, 1)
    ]


def test_two_rules_for_one_frame() -> None:
    of = line("reply 1: delay 1s\nreply 1: cut after 2 bytes\nbyte 1 of replies: stall", asked=PINGS)
    assert fed(of.replies, [b"+OK\r\n"]) == [Due(1.0), Send(b"+"), Stall(), Send(b"O"), Cut()]


def test_nothing_goes_on_behind_a_cut() -> None:
    of = line("reply 1: swap\nreply 2: cut behind", asked=PINGS)
    assert of.replies.feed(b"+1\r\n+2\r\n+3\r\n") == [Send(b"+2\r\n"), Cut()]
    assert of.replies.feed(b"+4\r\n") == of.replies.end() == []


def test_a_duplicate_of_nothing_is_nothing() -> None:
    of = line("reply 1: drop\nreply 1: duplicate", asked=PINGS)
    assert fed(of.replies, [b"+1\r\n+2\r\n"]) == [Send(b"+2\r\n")]


# -- bytes that are no frames -----------------------------------------------------------------------------------------


def test_broken_requests_are_passed_on_and_replies_are_unpaired() -> None:
    judge = Judge(parse_program("reply to GET: drop\nreply 2: drop\nrequest 2: drop"), 0)
    of = Line(judge, 1)
    data = request("GET a") + b"*1\r\n+x\r\n" + request("GET a")
    assert sent_by(of.requests.feed(data)) == data
    assert sent_by(of.replies.feed(b"+1\r\n+2\r\n+3\r\n")) == b"+1\r\n+3\r\n"
    [entry] = [entry for entry in judge.log if entry.rule is None]
    assert str(entry).startswith("connection 1, requests: passed on as bytes from here on: ")


def test_rules_about_bytes_hold_where_there_are_no_frames() -> None:
    data = b"+OK\r\nHTTP/1.1 200 OK\r\n\r\nbody"
    for pieces in ways(data):
        of = line("byte 20 of replies: stall\nreply 2: drop\nbyte 26 of replies: cut", asked=PINGS)
        assert fed(of.replies, pieces) == [Send(data[:20]), Stall(), Send(data[20:26]), Cut()]


def test_without_frames_only_bytes_are_judged() -> None:
    of = line("request 1: drop\nreply 1: drop\nbyte 3 of replies: stall", framed=False)
    assert fed(of.requests, [b"PING\r\n"]) == [Send(b"PING\r\n")]
    assert fed(of.replies, [b"+OK\r\n"]) == [Send(b"+OK"), Stall(), Send(b"\r\n")]


def test_what_was_not_whole_goes_on_at_the_end() -> None:
    assert fed(line("reply 1: swap", asked=PINGS).replies, [b"+1\r\n+2"]) == [Send(b"+1\r\n+2")]


PIECES = [b"+OK\r\n", b"$3\r\n", b"*2\r\n", b">1\r\n", b"PING\r\n", request("GET a")]


@examples(300)
@given(
    st.lists(st.one_of(st.binary(max_size=10), st.sampled_from(PIECES)), max_size=8),
    st.booleans(), st.randoms(use_true_random=False),
)  # fmt: skip
def test_with_no_rule_that_fits_no_byte_changes(parts: list[bytes], framed: bool, rng: random.Random) -> None:
    data = b"".join(parts)
    of = line("reply 99: drop\nbyte 9999 of replies: cut", framed=framed)
    for side in (of.requests, of.replies):
        assert sent_by(fed(side, list(cuts(data, 12, rng)))) == data


# -- by a seed, against a naive model ---------------------------------------------------------------------------------

keys = st.sampled_from(["user:1", "user:2", "post:1"])
commands = st.one_of(st.builds("SET {} x".format, keys), st.builds("GET {}".format, keys))
EFFECTS = {"drop": 0, "duplicate": 2, "duplicate 2 times": 3, "pass": 1, "delay 1s": 1}
selectors = st.one_of(
    st.tuples(st.just("reply {} to SET user:*"), st.integers(1, 5)),
    st.tuples(st.just("every {}th reply to GET"), st.integers(1, 5)),
    st.tuples(st.just("reply {}-"), st.integers(1, 5)),
)


def counts(selector: str, asked: Sequence[str]) -> list[bool]:
    """For each reply, whether it counts, as somebody would who reads the rule."""
    if "SET" in selector:
        return [text.startswith("SET user:") for text in asked]
    return [text.startswith("GET") or "GET" not in selector for text in asked]


def chosen(selector: str, number: int, asked: Sequence[str]) -> list[bool]:
    result, counted = [], 0
    for fits in counts(selector, asked):
        counted += fits
        result.append(fits and (
            counted == number if selector.startswith("reply {} ") else
            counted % number == 0 if selector.startswith("every") else counted >= number
        ))  # fmt: skip
    return result


@examples(300)
@given(
    st.lists(commands, max_size=12), st.lists(st.tuples(selectors, st.sampled_from(sorted(EFFECTS))), max_size=3),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_replies_against_a_naive_model(
    asked: list[str], rules: list[tuple[tuple[str, int], str]], rng: random.Random
) -> None:
    of = line([f"{selector.format(number)}: {effect}" for (selector, number), effect in rules])
    fed(of.requests, list(cuts(b"".join(map(request, asked)), 20, rng)))
    replies = [b":%d\r\n" % index for index in range(len(asked))]
    times = [1] * len(asked)
    for (selector, number), effect in rules:
        for index, yes in enumerate(chosen(selector, number, asked)):
            times[index] *= EFFECTS[effect] if yes else 1
    steps = fed(of.replies, list(cuts(b"".join(replies), 5, rng)))
    assert sent_by(steps) == b"".join(reply * n for reply, n in zip(replies, times, strict=True))


@examples(100)
@given(st.integers(0, 2**32), st.lists(commands, max_size=20), st.randoms(use_true_random=False))
def test_a_seed_does_the_same_at_every_cut(seed: int, asked: list[str], rng: random.Random) -> None:
    program = """
        reply with probability 0.3: drop
        reply to SET with probability 0.3: delay 1-100ms
        request with probability 0.2: duplicate
        reply with probability 0.1: swap
        request with probability 0.02: cut inside
    """
    data, replies = b"".join(map(request, asked)), b"".join(b":%d\r\n" % n for n in range(len(asked)))

    def outcome(most: int) -> tuple[list[Step], list[Step], list[str]]:
        judge = Judge(parse_program(program), seed)
        of = Line(judge, 1)
        sides = fed(of.requests, list(cuts(data, most, rng))), fed(of.replies, list(cuts(replies, most, rng)))
        return *sides, list(map(str, judge.log))

    assert outcome(1) == outcome(7) == outcome(10_000)
