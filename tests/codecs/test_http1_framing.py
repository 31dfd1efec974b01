"""Where a body ends: RFC 9112, 6.3, rule by rule, for both directions; and whether a connection persists (9.3)."""

from __future__ import annotations

import pytest

from framewire import ProtocolError
from framewire.codecs.http1_framing import Facts, Framing, framing_of_request, framing_of_response
from framewire.frames.http import Headers, RequestHead, ResponseHead

CHUNKED = (b"Transfer-Encoding", b"gzip, Chunked")
FIVE = (b"Content-Length", b"5")


@pytest.mark.parametrize(
    ("headers", "length"),
    [((), 0), ((FIVE,), 5), ((CHUNKED,), Framing.CHUNKED), (((b"transfer-encoding", b"chunked"),), Framing.CHUNKED)],
)
def test_requests(headers: Headers, length: int | Framing) -> None:
    assert framing_of_request(Facts(RequestHead(b"POST", b"/", headers))) == length


@pytest.mark.parametrize(
    ("method", "status", "headers", "length"),
    [
        (b"GET", 200, (), Framing.UNTIL_EOF),
        (b"GET", 200, (FIVE,), 5),
        (b"GET", 200, (CHUNKED,), Framing.CHUNKED),
        (b"GET", 200, ((b"transfer-encoding", b"gzip"),), Framing.UNTIL_EOF),
        (b"HEAD", 200, (FIVE,), 0),
        (b"HEAD", 200, (CHUNKED,), 0),
        (b"GET", 204, (FIVE,), 0),
        (b"GET", 304, (CHUNKED,), 0),
        (b"CONNECT", 407, (FIVE,), 5),
    ],
)
def test_responses(method: bytes, status: int, headers: Headers, length: int | Framing) -> None:
    assert framing_of_response(Facts(ResponseHead(status, headers)), status, method) == length


@pytest.mark.parametrize(
    "headers",
    [
        (FIVE, FIVE),
        (FIVE, CHUNKED),
        ((b"content-length", b""),),
        ((b"content-length", b"\xb2"),),
        ((b"content-length", b"1" * 20),),
        ((b"transfer-encoding", b""),),
        ((b"transfer-encoding", b"chunked, gzip"),),
        ((b"transfer-encoding", b"chunked"), CHUNKED),
        ((b"transfer-encoding", b"chunked;q=1, gzip"),),
    ],
)
def test_what_has_two_readings_is_refused(headers: Headers) -> None:
    with pytest.raises(ProtocolError):
        framing_of_request(Facts(RequestHead(b"POST", b"/", headers)))


@pytest.mark.parametrize("coding", [b"chunked;q=1", b"gzip, Chunked ; q=1"])
def test_chunks_with_parameters_have_two_readings(coding: bytes) -> None:
    with pytest.raises(ProtocolError, match="no parameters"):
        Facts(ResponseHead(200, ((b"transfer-encoding", coding),)))


def test_a_body_of_a_request_cannot_last_until_the_end() -> None:
    with pytest.raises(ProtocolError, match="the last transfer coding of a request is chunked"):
        framing_of_request(Facts(RequestHead(b"POST", b"/", ((b"transfer-encoding", b"gzip"),))))


@pytest.mark.parametrize(
    ("version", "connection", "yes"),
    [
        (b"1.1", b"", True),
        (b"1.1", b"close", False),
        (b"1.1", b"keep-alive, CLOSE", False),
        (b"1.1", b"closed", True),
        (b"1.0", b"", False),
        (b"1.0", b"keep-alive", True),
        (b"1.0", b"keep-alive, close", False),
    ],
)
def test_persistence(version: bytes, connection: bytes, yes: bool) -> None:
    assert Facts(RequestHead(b"GET", b"/", ((b"Connection", connection),), version)).persists is yes


def test_upgrades_are_asked_for_in_two_fields() -> None:
    upgrade, connection = (b"Upgrade", b"x"), (b"connection", b"a, upgrade")
    assert Facts(RequestHead(b"GET", b"/", (upgrade, connection))).upgrade
    assert not Facts(RequestHead(b"GET", b"/", (upgrade,))).upgrade
    assert not Facts(RequestHead(b"GET", b"/", (connection,))).upgrade
    assert not Facts(RequestHead(b"GET", b"/", (upgrade, connection), b"1.0")).upgrade


def test_hosts_are_counted_and_lists_may_have_holes() -> None:
    host, connection = (b"HOST", b"a"), (b"Connection", b", ,x ,\tClose")
    facts = Facts(RequestHead(b"GET", b"/", (host, (b"host", b"b"), connection)))
    assert (facts.hosts, facts.persists, facts.length, facts.upgrade) == ([b"a", b"b"], False, None, False)
