"""How a program is written: a rule on each line, `reply 3 to SET user:*: delay 50ms`.

What belongs here: from text to rules, and the words for what is wrong with it. The language, a selector, a colon, an
action; `[...]` may be left out:

    [every] request | reply | push [N | N-M | N-] [to COMMAND [KEYS]] [on ...] [with probability P]
    every Nth request | reply | push ...
    byte N of requests | replies [on connection N]
    connection N | N-M | N-, or every connection

    on connection N, or: on each connection (each is counted for itself)

    pass; delay 50ms; delay 10-50ms; stall; drop; duplicate [N times]; swap; slice N bytes [every 5ms];
    limit N bytes/s; replace with "BYTES"; inject "BYTES"; refuse;
    cut [after N bytes | inside | behind] [with reset]

BYTES are escaped as in Python. A pattern with blanks, or one that ends in a colon, is quoted too. `#` begins a line
that is none.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from typing import cast

from framewire.tap.faults import actions
from framewire.tap.faults.actions import Action
from framewire.tap.faults.rule import ALL, ANY, EACH, Byte, Connections, Direction, Frames, Kind, Rule, Selector

__all__ = ["parse_program", "parse_rule"]

_word = re.compile(r""" "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | \S+ """, re.VERBOSE)
_time = re.compile(r"(?:([\d.]+)-)?([\d.]+)(ms|s|us)\Z")
_ordinal = re.compile(r"(\d+)(?:st|nd|rd|th)\Z")
_numbers = re.compile(r"(\d+)(-)?(\d+)?\Z")
_IN_A_SECOND = {"us": 1e6, "ms": 1e3, "s": 1.0}


def parse_program(program: str | Iterable[str | Rule]) -> list[Rule]:
    """The rules of a text, or of several, in order; rules as they are. Raises `ValueError` with the rule in it."""
    lines = program.splitlines() if isinstance(program, str) else program
    return [
        line if isinstance(line, Rule) else parse_rule(line)
        for line in lines
        if isinstance(line, Rule) or _is_rule(line)
    ]


def parse_rule(text: str) -> Rule:
    """The rule that one line says. Raises `ValueError`, which says the line and what is wrong with it."""
    try:
        selector, action = _halves(_word.findall(text))
        return Rule(_selector(Words(selector)), _action(Words(action)), text.strip())
    except ValueError as error:
        raise ValueError(f"{text.strip()!r}: {error}") from None


def _is_rule(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _halves(words: list[str]) -> tuple[list[str], list[str]]:
    """The words before and behind the first colon that ends a word."""
    for index, word in enumerate(words):
        if word.endswith(":"):
            return [*words[:index], *filter(None, [word[:-1]])], words[index + 1 :]
    raise ValueError("no colon between what is chosen and what is done")


class Words:
    """A place in the words of a line."""

    def __init__(self, words: list[str]) -> None:
        self._words = words

    def peek(self) -> str:
        """The next word; empty at the end."""
        return self._words[0] if self._words else ""

    def next(self, what: str) -> str:
        """The next word, taken. Raises `ValueError` where there is none."""
        if not self._words:
            raise ValueError(f"{what} is missing")
        return self._words.pop(0)

    def took(self, *words: str) -> bool:
        """Whether the next word is one of these; it is taken then."""
        if self.peek() not in words:
            return False
        self._words.pop(0)
        return True

    def expect(self, *words: str) -> None:
        """Take one of these. Raises `ValueError` where another one comes."""
        if not self.took(*words):
            raise ValueError(f"expected {' or '.join(words)}, found {self.peek() or 'the end'!r}")

    def finish(self) -> None:
        """Raises `ValueError` unless all was taken."""
        if self._words:
            raise ValueError(f"not understood: {' '.join(self._words)!r}")


# -- selectors --------------------------------------------------------------------------------------------------------

_KINDS = {"request": "request", "requests": "request", "reply": "reply", "replies": "reply",
          "push": "push", "pushes": "push"}  # fmt: skip
_CLAUSES = ("on", "with", "")


def _selector(words: Words) -> Selector:
    if words.took("byte"):
        return _byte(words)
    every = words.took("every")
    ordinal = _ordinal.match(words.peek()) if every else None
    if ordinal:
        words.next("")
    what = words.next("what is chosen")
    numbers = _every_nth(int(ordinal[1])) if ordinal else ALL if every else _range(words)
    if what in ("connection", "connections"):
        words.finish()
        return Connections(numbers)
    if what not in _KINDS:
        raise ValueError(f"there are requests, replies, pushes, bytes and connections, not {what!r}")
    return _frames(cast(Kind, _KINDS[what]), numbers, words)


def _frames(kind: Kind, numbers: range, words: Words) -> Frames:
    command = key = ""
    if words.took("to", "of", "for"):
        command = words.next("the command")
        key = "" if words.peek() in _CLAUSES else _text(words.next("the keys"))
    connection = _connection(words)
    probability = 1.0
    if words.took("with"):
        words.expect("probability")
        probability = _float(words.next("the probability"))
    words.finish()
    return Frames(kind, numbers, "" if command == "*" else command.lower(), key, connection, probability)


def _byte(words: Words) -> Byte:
    offset = _int(words.next("the number of the byte"))
    words.expect("of")
    direction = words.next("the direction")
    if direction not in ("requests", "replies"):
        raise ValueError(f"the directions are requests and replies, not {direction!r}")
    connection = _connection(words)
    words.finish()
    return Byte(offset, cast(Direction, direction), connection)


def _connection(words: Words) -> int:
    if not words.took("on"):
        return ANY
    if words.took("each"):
        words.expect("connection")
        return EACH
    words.expect("connection")
    number = _int(words.next("the number of the connection"))
    if number < 1:
        raise ValueError(f"connections are counted from 1, not {number}")
    return number


def _range(words: Words) -> range:
    found = _numbers.match(words.peek())
    if not found:
        return ALL
    words.next("")
    first = int(found[1])
    if not found[2]:
        return range(first, first + 1)
    return range(first, int(found[3]) + 1 if found[3] else ALL.stop)


def _every_nth(n: int) -> range:
    if n < 1:
        raise ValueError("every 1st at least")
    return range(n, ALL.stop, n)


# -- actions ----------------------------------------------------------------------------------------------------------


def _action(words: Words) -> Action:
    name = words.next("what is done")
    if name not in _ACTIONS:
        raise ValueError(f"there is no action {name!r}, but {', '.join(_ACTIONS)}")
    action = _ACTIONS[name](words)
    words.finish()
    return action


def _delay(words: Words) -> Action:
    least, most = _seconds(words.next("how long"))
    return actions.Delay(least, most)


def _slice(words: Words) -> Action:
    size = _int(words.next("the size of a piece"))
    words.expect("bytes", "byte")
    return actions.Slice(size, _seconds(words.next("how long"))[0] if words.took("every") else 0.0)


def _limit(words: Words) -> Action:
    rate = _float(words.next("the rate"))
    words.expect("bytes/s", "byte/s")
    return actions.Limit(rate)


def _duplicate(words: Words) -> Action:
    if not words.peek():
        return actions.Duplicate()
    times = _int(words.next("how often"))
    words.expect("times", "time")
    return actions.Duplicate(times)


def _replace(words: Words) -> Action:
    words.expect("with")
    return actions.Replace(_bytes(words.next("the bytes")))


def _inject(words: Words) -> Action:
    return actions.Inject(_bytes(words.next("the bytes")))


def _cut(words: Words) -> Action:
    after: int | None = 0
    if words.took("inside"):
        after = None
    elif words.took("behind"):
        after = actions.BEHIND
    elif words.took("after"):
        after = _int(words.next("after how many bytes"))
        words.expect("bytes", "byte")
    reset = words.took("with")
    if reset:
        words.expect("reset")
    return actions.Cut(after, reset)


_ACTIONS: dict[str, Callable[[Words], Action]] = {
    "pass": lambda words: actions.Pass(),
    "delay": _delay,
    "stall": lambda words: actions.Stall(),
    "drop": lambda words: actions.Drop(),
    "duplicate": _duplicate,
    "swap": lambda words: actions.Swap(),
    "slice": _slice,
    "limit": _limit,
    "replace": _replace,
    "inject": _inject,
    "cut": _cut,
    "refuse": lambda words: actions.Refuse(),
}


# -- words ------------------------------------------------------------------------------------------------------------


def _int(word: str) -> int:
    try:
        return int(word)
    except ValueError:
        raise ValueError(f"{word!r} is no whole number") from None


def _float(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise ValueError(f"{word!r} is no number") from None


def _seconds(word: str) -> tuple[float, float]:
    """The least and the most of `50ms` or `10-50ms`."""
    found = _time.match(word)
    if not found:
        raise ValueError(f"{word!r} is no time: 50ms, 1.5s, 10-50ms")
    most = _float(found[2]) / _IN_A_SECOND[found[3]]
    return (_float(found[1]) / _IN_A_SECOND[found[3]], most) if found[1] else (most, 0.0)


def _is_quoted(word: str) -> bool:
    return len(word) >= 2 and word[0] in "\"'" and word[-1] == word[0]


def _text(word: str) -> str:
    return str(_literal(word)) if _is_quoted(word) else word


def _bytes(word: str) -> bytes:
    if not _is_quoted(word):
        raise ValueError(f"bytes stand in quotes, not {word}")
    data = _literal(f"b{word}")
    assert isinstance(data, bytes)
    return data


def _literal(word: str) -> object:
    try:
        return ast.literal_eval(word)
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"{word} is not quoted as in Python: {error.args[0]}") from None
