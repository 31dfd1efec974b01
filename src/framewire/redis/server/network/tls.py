"""TLS on the server's side: the context that the parameters ask for, and a new one when they or their files change.

What belongs here: certificates and who must show one. Names and meanings are Redis': `tls-cert-file`, `tls-key-file`,
`tls-ca-cert-file`, `tls-auth-clients` (`yes`, which is the default, `no`, `optional`).
"""

from __future__ import annotations

import logging
import os
import ssl

from framewire.redis.server.config.config import Config
from framewire.redis.server.parsing.errors import CommandError

__all__ = ["Tls"]

logger = logging.getLogger("framewire.redis")

FILES = ("tls_cert_file", "tls_key_file", "tls_ca_cert_file")
PARAMETERS = (*FILES, "tls_auth_clients")

VERIFY = {"no": ssl.CERT_NONE, "optional": ssl.CERT_OPTIONAL, "yes": ssl.CERT_REQUIRED}

REFUSED = (
    b"ERR CONFIG SET failed (possibly related to argument 'tls-cert-file') - "
    b"Unable to update TLS configuration. Check server logs."
)


class Tls:
    """The context for clients that connect from now on, in `context`.

    Raises `ValueError` where a parameter is missing, `OSError` where a file cannot be read or is no certificate or key.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._load()

    def obey(self) -> None:
        """Parameters may have changed. New files are read, under the same names too: so certificates are renewed.

        Raises `CommandError` where the new parameters cannot be used; then the old ones stay.
        """
        settings = self._settings()
        if settings == self._loaded:
            return
        try:
            self._load()
        except (OSError, ValueError) as error:
            logger.error("TLS stays as it is: %s", error)
            if settings[: len(PARAMETERS)] == self._loaded[: len(PARAMETERS)]:
                return  # files that were taken away after the start
            for name, value in zip(PARAMETERS, self._loaded, strict=False):
                setattr(self._config, name, value)
            raise CommandError(REFUSED) from None

    def _load(self) -> None:
        settings = self._settings()
        self.context = _context(self._config)
        self._loaded = settings

    def _settings(self) -> tuple[object, ...]:
        """The parameters, then when each file was last written."""
        values = [getattr(self._config, name) for name in PARAMETERS]
        return (*values, *map(_written, values[: len(FILES)]))


def _written(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def _context(config: Config) -> ssl.SSLContext:
    if not config.tls_cert_file:
        raise ValueError("tls-port needs tls-cert-file")
    if config.tls_auth_clients != "no" and not config.tls_ca_cert_file:
        raise ValueError("tls-auth-clients needs tls-ca-cert-file; set it to 'no' to ask clients for no certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(config.tls_cert_file, config.tls_key_file or None, _no_password)
    except OSError as error:
        raise _named(error, config.tls_cert_file, config.tls_key_file) from error
    if config.tls_ca_cert_file:
        try:
            context.load_verify_locations(config.tls_ca_cert_file)
        except OSError as error:
            raise _named(error, config.tls_ca_cert_file) from error
    context.verify_mode = VERIFY[config.tls_auth_clients]
    return context


def _no_password() -> str:
    """Given for an encrypted key, which is refused then; OpenSSL would ask the terminal."""
    return ""


def _named(error: OSError, *paths: str) -> OSError:
    """The error, saying which files it is about."""
    names = ", ".join(path for path in paths if path)
    return OSError(error.errno, f"{error.strerror or error}: {names}")
