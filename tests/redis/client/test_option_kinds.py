"""What kind of value each option takes, from Python and as text in a URL."""

from __future__ import annotations

import ssl
from dataclasses import fields

import pytest

from framewire.redis.client.option_kinds import KINDS
from framewire.redis.client.options import Options
from framewire.redis.client.retries import Retry


def test_every_option_has_a_kind() -> None:
    assert list(KINDS) == [item.name for item in fields(Options)]


@pytest.mark.parametrize(("name", "text", "value"), [
    ("port", "7000", 7000), ("db", "3", 3), ("protocol", "2", 2), ("protocol", "None", None),
    ("socket_timeout", "0.5", 0.5), ("socket_timeout", "none", None), ("socket_connect_timeout", "7", 7.0),
    ("health_check_interval", "0", 0.0), ("health_check_interval", "15", 15.0),
    ("max_connections", "5", 5), ("max_queued_bytes", "0", 0), ("max_in_flight", "1", 1),
    ("client_name", "me", "me"), ("lib_name", "none", None), ("encoding", "latin-1", "latin-1"),
    *[("socket_keepalive", text, True) for text in ("1", "t", "True", "YES", "on")],
    *[("socket_keepalive", text, False) for text in ("0", "F", "false", "No", "OFF")],
    ("ssl_cert_reqs", "none", "none"), ("ssl_cert_reqs", "required", "required"),
    ("ssl_cert_reqs", "CERT_OPTIONAL", "optional"), ("ssl_check_hostname", "False", False),
    ("ssl_min_version", "771", 771), ("ssl_min_version", "TLSv1_3", 772), ("ssl_min_version", "tlsv1.2", 771),
    ("ssl_include_verify_flags", "[VERIFY_X509_STRICT, VERIFY_CRL_CHECK_LEAF]",
     ("VERIFY_X509_STRICT", "VERIFY_CRL_CHECK_LEAF")),
    ("password", "none", "none"), ("password", b"\xff", b"\xff"), ("ssl_password", "123", "123"),
    ("sentinel_password", "none", "none"), ("sentinel_ssl", "no", False), ("sentinel_ssl", "none", None),
    ("service", "mymaster", "mymaster"), ("read_from", "Nearest", "nearest"), ("zone", "eu-1a", "eu-1a"),
    ("max_redirects", "0", 0), ("topology_age", "1.5", 1.5),
])  # fmt: skip
def test_what_a_text_means(name: str, text: str | bytes, value: object) -> None:
    assert KINDS[name].read(name, text) == value


@pytest.mark.parametrize(("name", "text"), [
    ("port", "0"), ("port", "65536"), ("port", "x"), ("db", "-1"), ("db", "none"), ("protocol", "1"), ("protocol", "4"),
    ("socket_timeout", "0"), ("socket_timeout", "-1"), ("socket_timeout", "nan"), ("socket_timeout", "inf"),
    ("health_check_interval", "-1"), ("max_connections", "0"), ("max_queued_bytes", "-1"), ("client_name", "a b"),
    ("client_name", "\u00e4"), ("encoding", "klingon"), ("encoding_errors", "klingon"), ("socket_keepalive", "maybe"),
    ("ssl_cert_reqs", "some"), ("ssl_min_version", "1"), ("ssl_min_version", "SSLv3"), ("host", b"\xff"),
    ("read_from", "replica"), ("max_redirects", "-1"), ("topology_age", "none"), ("sentinel_ssl", "maybe"),
])  # fmt: skip
def test_a_wrong_text_is_refused_by_name_and_value(name: str, text: str | bytes) -> None:
    with pytest.raises(ValueError, match=rf"^{name} must be .*, not ") as caught:
        KINDS[name].read(name, text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize(
    "name", ["credential_provider", "retry", "memory", "startup_nodes", "sentinels", "address_remap"]
)
def test_what_a_url_cannot_say(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} "):
        KINDS[name].read(name, "x")


@pytest.mark.parametrize(("name", "value"), [
    ("port", True), ("port", "6379"), ("port", None), ("db", 1.0), ("protocol", True), ("socket_timeout", True),
    ("socket_timeout", "1"), ("host", ""), ("host", None), ("host", b"h"), ("ssl", 1), ("retry", 3), ("path", ""),
    ("client_name", ""), ("client_name", "a\n"), ("ssl_cert_reqs", 3), ("ssl_cert_reqs", True), ("ssl_ca_data", ""),
    ("ssl_include_verify_flags", "VERIFY_X509_STRICT"), ("username", 5), ("health_check_interval", None),
    ("startup_nodes", "a"), ("startup_nodes", [("a", 0)]), ("startup_nodes", [("", 1)]), ("sentinels", ["a:1"]),
    ("sentinels", None), ("sentinels", [("a", "1")]), ("address_remap", "a"), ("read_from", None), ("topology_age", 0),
    ("service", ""), ("zone", 1), ("sentinel_ssl", 1), ("max_redirects", -1),
    ("max_in_flight", 0), ("memory", 1), ("encoding", None), ("encoding", 5), ("encoding_errors", 5),
])  # fmt: skip
def test_a_wrong_value_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=rf"^{name} must be .*, not "):
        KINDS[name].check(name, value)


@pytest.mark.parametrize(("name", "value"), [
    ("socket_timeout", None), ("socket_timeout", 1), ("health_check_interval", 0), ("memory", ""), ("memory", None),
    ("retry", Retry(3)), ("ssl_cert_reqs", ssl.CERT_NONE), ("ssl_cert_reqs", None),
    ("ssl_min_version", ssl.TLSVersion.TLSv1_2), ("ssl_include_verify_flags", [ssl.VerifyFlags.VERIFY_X509_STRICT]),
    ("ssl_ca_data", b"x"), ("password", b"\xff"), ("password", ""), ("password", None),
    ("startup_nodes", [("a", 1)]), ("startup_nodes", ()), ("sentinels", (("::1", 65535),)), ("address_remap", max),
    ("address_remap", None), ("read_from", "zone"), ("sentinel_ssl", None),
])  # fmt: skip
def test_what_is_right(name: str, value: object) -> None:
    KINDS[name].check(name, value)


@pytest.mark.parametrize(("name", "value"), [("password", 4711), ("ssl_password", 4711), ("sentinel_password", 4711),
                                           ("credential_provider", 4711)])
def test_no_secret_is_shown(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be ") as caught:
        KINDS[name].check(name, value)
    assert "4711" not in str(caught.value)
