"""Where replies are shown: a stream of bytes, and the form that was asked for.

What belongs here: which form a reply takes, and what stands behind it. How each form looks is in `rendering`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from framewire.cli.client.rendering import Form, as_csv, as_json, as_quoted_json, as_raw, as_standard
from framewire.frames.resp import Error, Push

__all__ = ["Output", "is_report"]

_REPORTS: Final = frozenset({
    (b"info",), (b"lolwut",), (b"debug", b"htstats"), (b"debug", b"htstats-key"), (b"memory", b"malloc-stats"),
    (b"memory", b"doctor"), (b"cluster", b"nodes"), (b"cluster", b"info"), (b"client", b"list"), (b"client", b"info"),
    (b"latency", b"graph"), (b"latency", b"doctor"),
})  # fmt: skip
"""Requests whose reply is a text to read: shown as it is, in RESP2 too, where it comes as any other."""


def is_report(request: Sequence[bytes]) -> bool:
    """Whether the reply to `request` is a text to read."""
    words = tuple(word.lower() for word in request[:2])
    return words[:1] in _REPORTS or words in _REPORTS


@dataclass
class Output:
    """What is shown goes to `stream`, at once.

    between, behind: what stands between the elements of a raw reply, and behind it.
    """

    stream: BinaryIO
    form: Form = Form.STANDARD
    between: bytes = b"\n"
    behind: bytes = b"\n"

    def reply(self, request: Sequence[bytes], reply: Any) -> None:
        """Show what `request` was answered with."""
        if is_report(request) and not isinstance(reply, Error):
            self.write(as_raw(reply, self.between))
        else:
            self.value(reply)

    def pushed(self, items: Sequence[Any]) -> None:
        """Show what came unasked: a message, or a line of MONITOR."""
        if items[0] == b"monitor" and len(items) == 2:
            self.write(items[1] + b"\n")
        else:
            self.value(Push(tuple(items)))

    def value(self, value: Any) -> None:
        """Show a value in the form that was asked for."""
        self.write(_FORMS[self.form](self, value))

    def write(self, text: bytes) -> None:
        """Write these bytes. Raises `BrokenPipeError` where nobody reads them any more."""
        self.stream.write(text)
        self.stream.flush()


def _raw(output: Output, value: Any) -> bytes:
    return as_raw(value, output.between) + output.behind


_FORMS: Final[dict[Form, Callable[[Output, Any], bytes]]] = {
    Form.STANDARD: lambda output, value: as_standard(value),
    Form.RAW: _raw,
    Form.CSV: lambda output, value: as_csv(value) + b"\n",
    Form.JSON: lambda output, value: as_json(value) + b"\n",
    Form.QUOTED_JSON: lambda output, value: as_quoted_json(value) + b"\n",
}
