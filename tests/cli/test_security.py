"""How a client of the command line speaks TLS."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from framewire.cli.security import Security


def test_the_peer_is_looked_at_unless_told_otherwise() -> None:
    careful, careless = Security().context(), Security(insecure=True).context()
    assert (careful.verify_mode, careful.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert (careless.verify_mode, careless.check_hostname) == (ssl.CERT_NONE, False)


@pytest.mark.thorough
def test_files_are_read(_key_and_certificate: tuple[str, str]) -> None:
    key, certificate = _key_and_certificate
    context = Security(cacert=certificate, cert=certificate, key=key).context()
    assert context.cert_store_stats()["x509"] == 1
    assert Security(cacertdir=str(Path(certificate).parent)).context().verify_mode == ssl.CERT_REQUIRED


def test_files_that_are_not_there_are_an_error() -> None:
    for security in (Security(cacert="/no/such"), Security(cert="/no/such")):
        with pytest.raises(OSError):
            security.context()
