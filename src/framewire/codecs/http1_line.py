"""The first line of a head, and the names that it and Host hold: the grammar, and a refusal as early as it can be.

What belongs here: RFC 9112, 3 (request line) and 4 (status line), and RFC 3986, 3.2 (authority). A line that can never
become one is refused at its first wrong byte, not when the rest of a head has come: whoever speaks something else (TLS,
RESP, HTTP/2) is told at once. The words are the same however the bytes were cut.
"""

from __future__ import annotations

import re
from typing import Literal

from framewire._impl import BytesMut
from framewire.errors import ProtocolError

__all__ = ["FirstLine", "check_host", "check_target", "split_request_line", "split_status_line"]

TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]"

REQUEST_LINE = re.compile(rf"({TOKEN}+) ([!-~]+) HTTP/(1\.[01])\r\n".encode())

STATUS_LINE = re.compile(rb"HTTP/(1\.[01]) ([1-9][0-9]{2})(?: ([\t -~\x80-\xff]*))?\r\n")

PLAIN_HOST = re.compile(rb"[0-9A-Za-z.-]*+(?::[0-9]*)?")
HOST = re.compile(
    rb"(?:\[[0-9A-Fa-f:.]+\]|\[[vV][0-9A-Fa-f]+\.[\w.~!$&'()*+;=:-]+\]|[\w.~!$&'()*+;=-]*+(?:%[0-9A-Fa-f]{2}[\w.~!$&'()*+;=-]*+)*+)(?::[0-9]*)?",
    re.ASCII,
)
"""A host and perhaps a port (RFC 9110, 7.2), without the comma of RFC 3986: to many it separates two hosts."""

AUTHORITY_FORM = re.compile(rb"[^:\[\]]+:[0-9]+|\[[^\[\]]+\]:[0-9]+")
ABSOLUTE_FORM = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)(?:[/?][^#]*)?")
SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://")


def split_request_line(block: bytes) -> tuple[bytes, bytes, bytes, int] | None:
    """Method, target, version, and where the fields begin; `None` where `block` does not begin with a request line."""
    match = REQUEST_LINE.match(block)
    return None if match is None else (match[1], match[2], match[3], match.end())


def split_status_line(block: bytes) -> tuple[bytes, int, bytes] | None:
    """Version, status, reason; `None` where `block` does not begin with a status line."""
    match = STATUS_LINE.match(block)
    return None if match is None else (match[1], int(match[2]), match[3] or b"")


def check_target(method: bytes, target: bytes, lenient: bool) -> None:
    """Refuse a target whose form is not one that `method` has (RFC 9112, 3.2). Raises `ProtocolError`.

    `lenient`: `*` for any method, anything for CONNECT, a fragment, and any authority.
    """
    if target.startswith(b"/") and b"#" not in target and method != b"CONNECT":
        return  # nearly all
    if not (_is_taken(method, target) if lenient else _is_right(method, target)):
        raise ProtocolError(f"{method[:20].decode('latin-1')} has no target like {target[:80]!r} (RFC 9112, 3.2)")


def _is_right(method: bytes, target: bytes) -> bool:
    if method == b"CONNECT":
        return AUTHORITY_FORM.fullmatch(target) is not None and HOST.fullmatch(target) is not None
    if target == b"*":
        return method == b"OPTIONS"
    absolute = ABSOLUTE_FORM.fullmatch(target)  # which has no fragment
    return absolute is not None and absolute[1][:1] not in (b"", b":") and HOST.fullmatch(absolute[1]) is not None


def _is_taken(method: bytes, target: bytes) -> bool:
    return method == b"CONNECT" or target == b"*" or target.startswith(b"/") or SCHEME.match(target) is not None


def check_host(value: bytes, lenient: bool) -> None:
    """Refuse a Host that is no host and port (RFC 9110, 7.2); it may be empty. Raises `ProtocolError`."""
    if not lenient and PLAIN_HOST.fullmatch(value) is None and HOST.fullmatch(value) is None:
        raise ProtocolError(f"a Host of {value[:80]!r} (RFC 9110, 7.2)")


# ---- refusing early --------------------------------------------------------------------------------------------------


def _beginnings_of(*atoms: str) -> re.Pattern[bytes]:
    """What matches as much of the atoms, in their order, as there is."""
    pattern = ""
    for atom in reversed(atoms):
        pattern = f"(?:{atom}{pattern})?"
    return re.compile(pattern.encode("latin-1"))


_VERSION = ("H", "T", "T", "P", "/", "1", r"\.", "[01]")
_PARTS = {
    "request": (
        _beginnings_of(f"(?P<run>{TOKEN}++)", " ", "(?P<next>[!-~])"),
        _beginnings_of("(?P<run>[!-~]++)", " ", *_VERSION, "\r", "(?P<end>\n)"),
    ),
    "status": (
        _beginnings_of(*_VERSION, " ", "[1-9]", "[0-9]", "[0-9]", "(?P<next>[ \r])"),
        _beginnings_of("(?P<run>[\t -~\x80-\xff]*+)", "\r", "(?P<end>\n)"),
    ),
}
"""A line in two parts, and the only thing of any length in each as `run`."""


class FirstLine:
    """Looks at a request line or a status line as it arrives, at each byte once."""

    __slots__ = ("_at", "_kind", "_part")

    def __init__(self, kind: Literal["request", "status"]) -> None:
        self._kind = kind
        self._part = 0
        self._at = 0  # all before this is right, and not looked at again; below 0: the line is whole

    def look(self, src: BytesMut, limit: int) -> bytes | None:
        """The line, at the first look at which it is whole; raises `ProtocolError` where it can never be right.

        What is behind the first `limit` bytes is not looked at.
        """
        if self._at < 0:
            return None
        with src.view() as view, view[:limit] as line:
            end = self._follow(line)
            if end is None:
                return None
            self._at = -1
            return bytes(line[:end])

    def _follow(self, line: memoryview) -> int | None:
        """Where the line ends, or `None` while it does not."""
        while True:
            match = _PARTS[self._kind][self._part].match(line, self._at)
            assert match is not None  # nothing at all matches too
            found = match.groupdict()
            if found.get("end"):
                return match.end()
            if not found.get("next"):
                break
            self._part, self._at = 1, match.start("next") + (found["next"] == b" ")
        if match.end() < len(line):
            raise _refusal(self._kind, bytes(line[: match.end() + 1]))
        if found.get("run"):
            self._at = match.end("run") - 1
        return None


def _refusal(kind: str, line: bytes) -> ProtocolError:
    """What is wrong with a line whose last byte is the first wrong one."""
    version = line.rpartition(b" ")[2] if kind == "request" else line
    if version.startswith(b"HTTP/") and len(version) <= len(b"HTTP/1.1"):
        return ProtocolError("neither HTTP/1.0 nor HTTP/1.1")
    return ProtocolError(f"not a {kind} line of HTTP/1.1: {line[:80]!r}")
