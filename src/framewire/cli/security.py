"""How a client of the command line speaks TLS: whom it trusts, what it shows.

What belongs here: redis-cli's options for that, turned into a context.
"""

from __future__ import annotations

import ssl
from typing import NamedTuple

__all__ = ["Security"]


class Security(NamedTuple):
    """How TLS is spoken: whom to trust, what to show, and which name to ask for."""

    cacert: str | None = None
    cert: str | None = None
    key: str | None = None
    insecure: bool = False
    cacertdir: str | None = None
    sni: str | None = None

    def context(self) -> ssl.SSLContext:
        """As the clients have it. Raises `OSError` where a file cannot be read."""
        from framewire.redis.client.options import Options  # not before it is needed: `--help` takes no time
        from framewire.redis.client.tls import ssl_context

        options = Options(
            ssl=True, ssl_ca_certs=self.cacert, ssl_ca_path=self.cacertdir, ssl_certfile=self.cert,
            ssl_keyfile=self.key if self.cert is not None else None,
            ssl_cert_reqs="none" if self.insecure else "required",
        )  # fmt: skip
        context = ssl_context(options)
        assert context is not None
        return context
