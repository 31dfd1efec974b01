"""The TLS context that the options ask for: what it checks of a server, by handshakes in memory."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from framewire.redis.client.options import Options
from framewire.redis.client.tls import ssl_context

Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


def context(**options: Any) -> ssl.SSLContext:
    made = ssl_context(Options(ssl=True, **options))
    assert made is not None
    return made


def shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, name: str = "localhost") -> ssl.SSLObject:
    """The client's end of a finished handshake; raises what either end refuses."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(4):  # a handshake of TLS 1.2 needs as many turns
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                pass
    try:
        ends[0].read(1)  # with TLS 1.3 a server looks at the client's certificate after the client has finished
    except ssl.SSLWantReadError:
        pass
    return ends[0]


def test_without_tls_there_is_none() -> None:
    assert ssl_context(Options()) is None


def test_a_named_authority_is_trusted(tls: Contexts, certificate: str) -> None:
    assert shake_hands(context(ssl_ca_certs=certificate), tls[0]).version() == "TLSv1.3"
    pem = Path(certificate).read_text()
    assert shake_hands(context(ssl_ca_data=pem), tls[0]).version() == "TLSv1.3"
    assert shake_hands(context(ssl_ca_data=ssl.PEM_cert_to_DER_cert(pem)), tls[0]).version() == "TLSv1.3"


def test_a_folder_of_authorities_is_trusted(tls: Contexts, certificate: str, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(Path(certificate).read_bytes())
    subprocess.run(["openssl", "rehash", str(tmp_path)], check=True, capture_output=True)
    assert shake_hands(context(ssl_ca_path=str(tmp_path)), tls[0]).version() == "TLSv1.3"


@pytest.mark.parametrize(("options", "name"), [
    ({}, "localhost"), ({}, "elsewhere"), ({"ssl_check_hostname": False}, "localhost"),
])  # fmt: skip
def test_a_stranger_is_refused(tls: Contexts, options: dict[str, Any], name: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="self-signed certificate"):
        shake_hands(context(**options), tls[0], name)


def test_another_name_is_refused(tls: Contexts, certificate: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(context(ssl_ca_certs=certificate), tls[0], "elsewhere")
    unchecked = context(ssl_ca_certs=certificate, ssl_check_hostname=False)
    assert shake_hands(unchecked, tls[0], "elsewhere").version() == "TLSv1.3"


@pytest.mark.parametrize("mode", ["none", None, ssl.CERT_NONE, 0])
def test_nothing_is_checked_where_that_was_asked_for(tls: Contexts, mode: Any) -> None:
    made = context(ssl_cert_reqs=mode)
    assert not made.check_hostname
    assert shake_hands(made, tls[0], "elsewhere").version() == "TLSv1.3"


@pytest.mark.parametrize(("mode", "is_"), [
    ("required", ssl.CERT_REQUIRED), ("optional", ssl.CERT_OPTIONAL), (ssl.CERT_REQUIRED, ssl.CERT_REQUIRED),
    (1, ssl.CERT_OPTIONAL),
])  # fmt: skip
def test_what_is_checked(mode: Any, is_: ssl.VerifyMode) -> None:
    made = context(ssl_cert_reqs=mode)
    assert made.verify_mode is is_
    assert made.check_hostname


def test_the_least_version(tls: Contexts, certificate: str) -> None:
    server = tls[0]
    made = context(ssl_ca_certs=certificate, ssl_min_version=ssl.TLSVersion.TLSv1_3)
    assert made.minimum_version is ssl.TLSVersion.TLSv1_3
    assert shake_hands(made, server).version() == "TLSv1.3"
    assert context(ssl_min_version=0x0303).minimum_version is ssl.TLSVersion.TLSv1_2


def test_flags() -> None:
    strict, leaf = ssl.VERIFY_X509_STRICT, ssl.VERIFY_CRL_CHECK_LEAF
    usual = context().verify_flags
    assert context(ssl_include_verify_flags=["VERIFY_X509_STRICT", leaf]).verify_flags == usual | strict | leaf
    assert context(ssl_exclude_verify_flags=[int(usual)]).verify_flags & usual == 0
    with pytest.raises(ValueError, match=r"'VERIFY_NOT' is none of ssl\.VerifyFlags: VERIFY_DEFAULT"):
        context(ssl_include_verify_flags=["VERIFY_NOT"])


def test_ciphers(tls: Contexts, certificate: str) -> None:
    made = context(ssl_ca_certs=certificate, ssl_ciphers="ECDHE-RSA-AES128-GCM-SHA256")
    made.maximum_version = ssl.TLSVersion.TLSv1_2  # those of 1.3 are not chosen by this
    assert (shake_hands(made, tls[0]).cipher() or [None])[0] == "ECDHE-RSA-AES128-GCM-SHA256"
    with pytest.raises(ValueError, match="ssl_ciphers='KLINGON'"):
        context(ssl_ciphers="KLINGON")


# -- a certificate of one's own ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A client's key, encrypted with `sesam`, and its certificate."""
    folder = tmp_path_factory.mktemp("client")
    key, certificate = str(folder / "key.pem"), str(folder / "cert.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-passout", "pass:sesam", "-days", "2",
               "-subj", "/CN=me", "-keyout", key, "-out", certificate]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return key, certificate


def demanding(_key_and_certificate: tuple[str, str], authority: str) -> ssl.SSLContext:
    """A server that wants a certificate."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(_key_and_certificate[1], _key_and_certificate[0])
    server.load_verify_locations(authority)
    server.verify_mode = ssl.CERT_REQUIRED
    return server


@pytest.mark.parametrize("password", ["sesam", b"sesam"])
def test_the_server_may_ask_for_one(
    _key_and_certificate: tuple[str, str], own: tuple[str, str], password: str | bytes
) -> None:
    server = demanding(_key_and_certificate, own[1])
    trusting = Options(ssl=True, ssl_ca_certs=_key_and_certificate[1])
    bare = ssl_context(trusting)
    assert bare is not None
    with pytest.raises(ssl.SSLError):
        shake_hands(bare, server)
    armed = ssl_context(replace(trusting, ssl_keyfile=own[0], ssl_certfile=own[1], ssl_password=password))
    assert armed is not None
    assert shake_hands(armed, server).version() == "TLSv1.3"


@pytest.mark.parametrize("password", [None, "wrong"])
def test_an_encrypted_key_needs_its_password_and_nobody_is_asked(own: tuple[str, str], password: str | None) -> None:
    with pytest.raises(ssl.SSLError) as caught:
        context(ssl_keyfile=own[0], ssl_certfile=own[1], ssl_password=password)
    assert own[0] in str(caught.value)
    assert "wrong" not in str(caught.value)


def test_files_that_cannot_be_read_are_named(tmp_path: Path, own: tuple[str, str]) -> None:
    missing, empty = str(tmp_path / "missing.pem"), tmp_path / "empty.pem"
    empty.write_text("")
    with pytest.raises(FileNotFoundError, match=r"missing\.pem"):
        context(ssl_ca_certs=missing)
    with pytest.raises(FileNotFoundError, match=r"missing\.pem"):
        context(ssl_certfile=missing)
    with pytest.raises(ssl.SSLError, match=r"empty\.pem"):
        context(ssl_ca_certs=str(empty))
    with pytest.raises(ssl.SSLError, match="ssl_ca_data"):
        context(ssl_ca_data="no certificate")
    with pytest.raises(ValueError, match="ssl_keyfile needs ssl_certfile"):
        context(ssl_keyfile=own[0])
