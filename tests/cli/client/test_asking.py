"""Requests from the arguments and from lines, against Mini-Redis."""

from __future__ import annotations

from io import BytesIO

import pytest

from framewire.cli.client.asking import Asking, RequestFailed
from framewire.cli.client.output import Output
from framewire.cli.client.rendering import Form
from framewire.cli.client.session import Session


def asking(session: Session, **how: bool | int) -> tuple[Asking, BytesIO]:
    stream = BytesIO()
    return Asking(session, Output(stream, Form.RAW), **how), stream  # type: ignore[arg-type]


def test_repeating(session: Session) -> None:
    ask, stream = asking(session, times=3)
    ask.repeat([b"INCR", b"n"])
    assert stream.getvalue() == b"1\n2\n3\n"


def test_lines(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    ask, stream = asking(session)
    ask.lines([b'SET k "a b"\r\n', b"\n", b'GET "\n', b"# nothing\n", b"2 INCR n\n", b"GET k\n", b"quit\n", b"GET k\n"])
    assert stream.getvalue() == b"OK\n1\n2\na b\n"
    assert capsys.readouterr().err == "Invalid argument(s)\n"


def test_an_error_is_a_reply_or_the_end(session: Session) -> None:
    ask, stream = asking(session)
    ask.lines([b"NOSUCH\n", b"PING\n"])
    assert stream.getvalue().startswith(b"ERR unknown command") and stream.getvalue().endswith(b"PONG\n")
    ask, stream = asking(session, fails=True)
    with pytest.raises(RequestFailed, match="ERR unknown command"):
        ask.lines([b"NOSUCH\n", b"PING\n"])
    assert stream.getvalue() == b""
