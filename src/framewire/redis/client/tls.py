"""TLS on the client's side: the context that the options ask for.

What belongs here: certificates, whom to trust, and what is checked of the server. The names are redis-py's.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable

from framewire.redis.client.errors import ConnectionError, InvalidResponse
from framewire.redis.client.options import Options

__all__ = ["not_opened", "ssl_context"]

_NO_TLS = frozenset(("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"))
"""What OpenSSL calls it when a peer says something else, by its version."""

_MODES = {None: ssl.CERT_NONE, "none": ssl.CERT_NONE, "optional": ssl.CERT_OPTIONAL, "required": ssl.CERT_REQUIRED}


def ssl_context(options: Options) -> ssl.SSLContext | None:
    """The context for links to this server, or `None` where the options want no TLS. It reads files, and may block.

    Who is trusted: the certificates that the options name, and those of the system only where they name none.
    Raises `OSError` (`ssl.SSLError` is one) where a file cannot be read or is no certificate or key, with its name, and
    `ValueError` for flags and ciphers that `ssl` does not know.
    """
    if not options.ssl:
        return None
    context = _trusting(options)
    mode = options.ssl_cert_reqs
    context.check_hostname = False  # or the mode could not become CERT_NONE
    context.verify_mode = ssl.VerifyMode(mode) if isinstance(mode, int) else _MODES[mode]
    context.check_hostname = options.ssl_check_hostname and context.verify_mode is not ssl.CERT_NONE
    context.verify_flags |= _flags(options.ssl_include_verify_flags)
    context.verify_flags &= ~_flags(options.ssl_exclude_verify_flags)
    if options.ssl_min_version is not None:
        context.minimum_version = ssl.TLSVersion(options.ssl_min_version)
    if options.ssl_ciphers is not None:
        _set_ciphers(context, options.ssl_ciphers)
    if options.ssl_certfile or options.ssl_keyfile:
        _load_own(context, options)
    return context


def not_opened(where: str, error: Exception) -> ConnectionError:
    """The error for a link to `where` that could not be opened because of `error`. A server without TLS is told apart:
    to try it again makes no sense.
    """
    if isinstance(error, ssl.SSLError) and error.reason in _NO_TLS:
        return InvalidResponse(f"{where} does not speak TLS: {error}")
    return ConnectionError(f"could not connect to {where}: {error}")


def _trusting(options: Options) -> ssl.SSLContext:
    file, folder, data = options.ssl_ca_certs, options.ssl_ca_path, options.ssl_ca_data
    try:
        return ssl.create_default_context(cafile=file, capath=folder, cadata=data)
    except OSError as error:
        raise _named(error, file, folder, "ssl_ca_data" if data else None) from error


def _load_own(context: ssl.SSLContext, options: Options) -> None:
    """The certificate that the server may ask for. Its key can be in the same file."""
    if options.ssl_certfile is None:
        raise ValueError("ssl_keyfile needs ssl_certfile")
    password = options.ssl_password or ""  # with none, OpenSSL would ask the terminal for that of an encrypted key
    try:
        context.load_cert_chain(options.ssl_certfile, options.ssl_keyfile, lambda: password)
    except OSError as error:
        raise _named(error, options.ssl_certfile, options.ssl_keyfile) from error


def _flags(flags: Iterable[str | int]) -> ssl.VerifyFlags:
    together = ssl.VerifyFlags(0)
    for flag in flags:
        if isinstance(flag, str) and flag not in ssl.VerifyFlags.__members__:
            raise ValueError(f"{flag!r} is none of ssl.VerifyFlags: {', '.join(ssl.VerifyFlags.__members__)}")
        together |= ssl.VerifyFlags[flag] if isinstance(flag, str) else ssl.VerifyFlags(flag)
    return together


def _set_ciphers(context: ssl.SSLContext, ciphers: str) -> None:
    try:
        context.set_ciphers(ciphers)
    except ssl.SSLError:
        raise ValueError(f"ssl_ciphers={ciphers!r}: OpenSSL knows no such cipher") from None


def _named(error: OSError, *sources: str | None) -> OSError:
    """The error, saying what it is about."""
    names = ", ".join(filter(None, sources))
    return type(error)(error.errno, f"{error.strerror or error}: {names}")
