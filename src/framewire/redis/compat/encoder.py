"""Text on the wire, as a client of redis-py is told of it: `encoding`, `encoding_errors`, `decode_responses`.

What belongs here: from Python's values to bytes, and back where text is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from framewire.redis.client.errors import DataError
from framewire.redis.exchange.calls import Shape

__all__ = ["Encoder", "encoder_of"]


class Encoder:
    """What a client makes of text. `decode` leaves bytes alone unless `decode_responses`, or it is forced."""

    def __init__(
        self, encoding: str = "utf-8", encoding_errors: str = "strict", decode_responses: bool = False
    ) -> None:
        self.encoding, self.encoding_errors, self.decode_responses = encoding, encoding_errors, decode_responses
        self.is_usual = encoding.lower() in ("utf-8", "utf8") and encoding_errors == "strict"

    def encode(self, value: Any) -> bytes:
        """An argument as it is sent. Raises `DataError` for what has no form on the wire."""
        match value:
            case bytes():
                return value
            case str():
                return value.encode(self.encoding, self.encoding_errors)
            case bool():
                raise DataError(f"{value!r} has no form on the wire; convert it to bytes, str, int or float first")
            case int() | float():
                return repr(value).encode()
            case bytearray() | memoryview():
                return bytes(value)
        raise DataError(f"{type(value).__name__} has no form on the wire; convert it to bytes, str, int or float first")

    def decode(self, value: Any, force: bool = False) -> Any:
        """`value`, or its text."""
        if isinstance(value, memoryview):
            value = bytes(value)
        if isinstance(value, bytes) and (self.decode_responses or force):
            return value.decode(self.encoding, self.encoding_errors)
        return value

    def request(self, words: tuple[Any, ...]) -> tuple[Any, ...]:
        """A request whose text is in this encoding; the client encodes what is not text."""
        if self.is_usual:
            return words
        return tuple(self.encode(word) if isinstance(word, str) else word for word in words)

    def text(self, value: Any) -> Any:
        """`value` with text in place of all bytes in it."""
        kind = type(value)
        if kind is bytes:
            return value.decode(self.encoding, self.encoding_errors)
        if kind is list:
            return [self.text(item) for item in value]
        if kind is dict:
            return {self.text(key): self.text(item) for key, item in value.items()}
        if kind is tuple:
            return tuple(self.text(item) for item in value)
        if kind is set:
            return {self.text(item) for item in value}
        return value

    def decoding(self, shape: Shape | None) -> Shape | None:
        """`shape`, and then text, if it is asked for."""
        if not self.decode_responses:
            return shape
        if shape is None:
            return self.text
        inner = shape
        return lambda reply: self.text(inner(reply))


def encoder_of(settings: Mapping[str, Any]) -> Encoder:
    """The encoder that a pool's settings mean."""
    return Encoder(
        settings.get("encoding", "utf-8"),
        settings.get("encoding_errors", "strict"),
        bool(settings.get("decode_responses", False)),
    )
