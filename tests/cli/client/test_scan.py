"""All keys, by SCAN."""

from __future__ import annotations

from io import BytesIO

import pytest

from framewire.cli.client.asking import RequestFailed
from framewire.cli.client.output import Output
from framewire.cli.client.rendering import Form
from framewire.cli.client.scan import Scan, show_keys
from framewire.cli.client.session import Session


@pytest.fixture
def filled(session: Session) -> Session:
    session.batch([(b"SET", b"s:%d" % number, b"v") for number in range(100)])
    session.ask((b"RPUSH", b'l "1"', b"a"))
    return session


def test_all_keys_come(filled: Session) -> None:
    keys = [key for batch in Scan(filled).batches() for key in batch]
    assert sorted(keys) == sorted([*(b"s:%d" % number for number in range(100)), b'l "1"'])


@pytest.mark.parametrize(
    ("form", "text"),
    [(Form.RAW, b'l "1"\n'), (Form.CSV, b'l "1"\n'), (Form.STANDARD, b'"l \\"1\\""\n'), (Form.JSON, b'"l \\"1\\""\n')],
)
def test_some_keys_shown(filled: Session, form: Form, text: bytes) -> None:
    for scan in (Scan(filled, b"l*", 7), Scan(filled, kind=b"list")):
        stream = BytesIO()
        show_keys(scan, Output(stream, form))
        assert stream.getvalue() == text


def test_a_refusal_is_the_end(session: Session) -> None:
    session.ask((b"MULTI",))
    session.ask((b"DISCARD",))
    with pytest.raises(RequestFailed, match="syntax"):
        list(Scan(session, count=0).batches())
