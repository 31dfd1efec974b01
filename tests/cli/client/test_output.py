"""Where replies go, and what stands behind them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from framewire.cli.client.output import Output, is_report
from framewire.cli.client.rendering import Form
from framewire.frames.resp import Error


def written(form: Form, *what: Any, **ends: bytes) -> bytes:
    stream = BytesIO()
    Output(stream, form, **ends).reply(*what)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (Form.STANDARD, b'1) "a"\n2) "b"\n'),
        (Form.RAW, b"a\nb\n"),
        (Form.CSV, b'"a","b"\n'),
        (Form.JSON, b'["a","b"]\n'),
        (Form.QUOTED_JSON, b'["a","b"]\n'),
    ],
)
def test_forms(form: Form, text: bytes) -> None:
    assert written(form, [b"LRANGE"], [b"a", b"b"]) == text


def test_delimiters_are_for_raw_replies() -> None:
    assert written(Form.RAW, [b"LRANGE"], [b"a", b"b"], between=b"|", behind=b"$") == b"a|b$"


@pytest.mark.parametrize("words", ["INFO", "info server", "CLIENT LIST", "memory doctor", "lolwut version 5"])
def test_reports_stand_as_they_are(words: str) -> None:
    request = words.encode().split()
    assert is_report(request)
    assert written(Form.STANDARD, request, b"a:1\r\nb:2\r\n") == b"a:1\r\nb:2\r\n"
    assert written(Form.STANDARD, request, Error(b"ERR no")) == b"(error) ERR no\n"


@pytest.mark.parametrize("words", ["GET info", "CLIENT GETNAME", "CLIENT"])
def test_others_do_not(words: str) -> None:
    assert not is_report(words.encode().split())


def test_what_comes_unasked() -> None:
    stream = BytesIO()
    output = Output(stream)
    output.pushed([b"monitor", b'1.2 [0 h:1] "get" "k"'])
    output.pushed([b"message", b"c", b"m"])
    assert stream.getvalue() == b'1.2 [0 h:1] "get" "k"\n1) "message"\n2) "c"\n3) "m"\n'
