"""TLS on a connection that has begun in the clear: what is refused before anything is sent.

What belongs here: what `start_tls` of `aio` and of `blocking` check alike.
"""

from __future__ import annotations

import ssl as ssl_module

__all__ = ["check_start_tls"]


def check_start_tls(ssl: ssl_module.SSLContext, server_side: bool, server_hostname: str | None) -> None:
    """Raise `TypeError` or `ValueError` where a handshake could not even begin, which would end the connection."""
    if not isinstance(ssl, ssl_module.SSLContext):
        raise TypeError(f"an ssl.SSLContext is needed, not {type(ssl).__name__}")
    if server_side and server_hostname is not None:
        raise ValueError("server_hostname is for the client's side")
    if not server_side and ssl.check_hostname and not server_hostname:
        raise ValueError("server_hostname is needed: the context checks the name in the certificate")
