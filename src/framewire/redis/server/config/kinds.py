"""How the texts of parameters are read and written: numbers, sizes, switches, words, names of files.

What belongs here: the kinds. Which parameter is of which kind stands in `parameters.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from framewire.redis.keyspace_events import canonical_flags
from framewire.redis.server.config.output_limits import OutputLimit, OutputLimits
from framewire.redis.server.parsing.arguments import parse_int64
from framewire.redis.server.parsing.memory import parse_memory

__all__ = [
    "EventClasses",
    "FileName",
    "Memory",
    "Number",
    "OneOf",
    "Only",
    "OutputLimitClasses",
    "Refused",
    "Secret",
    "Text",
    "YesNo",
]

_INT32_MAX = 2**31 - 1


class Refused(Exception):
    """A text that a parameter does not take; the message says why in Redis' words."""


class Text:
    """How one sort of parameter is read and written. This one is text as it stands, and the base of the others."""

    def parse(self, text: bytes) -> object:
        return text.decode("utf-8", "surrogateescape")

    def format(self, value: object) -> bytes:
        return str(value if value is not None else 0).encode("utf-8", "surrogateescape")

    def merged(self, before: object, parsed: object) -> object:
        """The new value, where a text may say a part of it only."""
        return parsed


class Secret(Text):
    """Bytes that no encoding touches."""

    def parse(self, text: bytes) -> object:
        return text

    def format(self, value: object) -> bytes:
        assert isinstance(value, bytes)
        return value


@dataclass
class Number(Text):
    """An integer between two bounds."""

    low: int
    high: int = _INT32_MAX

    def parse(self, text: bytes) -> object:
        value = parse_int64(text)
        if value is None:
            raise Refused("argument couldn't be parsed into an integer")
        return self.check(value)

    def check(self, value: int) -> int:
        if not self.low <= value <= self.high:
            raise Refused(f"argument must be between {self.low} and {self.high} inclusive")
        return value


@dataclass
class Memory(Number):
    """A size with an optional unit, `1mb`."""

    def parse(self, text: bytes) -> object:
        return self.check(_parse_memory(text, "argument must be a memory value"))


class YesNo(Text):
    def parse(self, text: bytes) -> object:
        if text.lower() not in (b"yes", b"no"):
            raise Refused("argument must be 'yes' or 'no'")
        return text.lower() == b"yes"

    def format(self, value: object) -> bytes:
        return b"yes" if value else b"no"


@dataclass
class OneOf(Text):
    choices: tuple[str, ...]

    def parse(self, text: bytes) -> object:
        word = text.lower().decode("latin-1")
        if word not in self.choices:
            raise Refused(f"argument(s) must be one of the following: {', '.join(self.choices)}")
        return word


@dataclass
class FileName(Text):
    """The name of a file or a directory in `dir`."""

    parameter: str

    def parse(self, text: bytes) -> object:
        if not text:
            raise Refused(f"{self.parameter} can't be empty")
        if b"/" in text or b"\0" in text or text in (b".", b".."):
            raise Refused(f"{self.parameter} can't be a path, just a filename")
        return super().parse(text)


@dataclass
class Only(Text):
    """A parameter that can be asked for and set to what it is, because this server does nothing else."""

    inner: Text
    value: object
    refusal: str

    def parse(self, text: bytes) -> object:
        if self.inner.parse(text) != self.value:
            raise Refused(self.refusal)
        return self.value

    def format(self, value: object) -> bytes:
        return self.inner.format(value)


class EventClasses(Text):
    """`notify-keyspace-events`: letters, kept in their canonical order."""

    def parse(self, text: bytes) -> object:
        flags = canonical_flags(text.decode("latin-1"))
        if flags is None:
            raise Refused("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.")
        return flags

    def format(self, value: object) -> bytes:
        return str(value).replace("n", "").encode()  # obeyed, but not shown: Redis 7.0 forgets it here


class OutputLimitClasses(Text):
    """`client-output-buffer-limit`: four words for each class; classes that are not named stay as they are."""

    def parse(self, text: bytes) -> object:
        words = text.split(b" ") if text else []
        if not words or len(words) % 4:
            raise Refused("Wrong number of arguments in buffer limit configuration.")
        return dict(self._parse_class(words[i : i + 4]) for i in range(0, len(words), 4))

    def _parse_class(self, words: list[bytes]) -> tuple[str, OutputLimit]:
        name = words[0].lower().decode("latin-1")
        if name not in _CLASSES:
            raise Refused("Invalid client class specified in buffer limit configuration.")
        wrong = "Error in hard, soft or soft_seconds setting in buffer limit configuration."
        if not words[3].isdigit() or len(words[3]) > _MOST_DIGITS:
            raise Refused(wrong)
        limit = OutputLimit(_parse_memory(words[1], wrong), _parse_memory(words[2], wrong), int(words[3]))
        return _CLASSES[name], limit

    def merged(self, before: object, parsed: object) -> object:
        assert isinstance(before, OutputLimits) and isinstance(parsed, dict)
        return before._replace(**parsed)


_CLASSES = {"normal": "normal", "slave": "replica", "replica": "replica", "pubsub": "pubsub"}
_MOST_DIGITS = 18


def _parse_memory(text: bytes, error: str) -> int:
    """The size that `text` names. An empty text is 0, as in Redis."""
    size = parse_memory(text)
    if size is None:
        raise Refused(error)
    return size
