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
        """Raises `OSError` where a file cannot be read."""
        context = ssl.create_default_context(cafile=self.cacert, capath=self.cacertdir)
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.cert is not None:
            context.load_cert_chain(self.cert, self.key)
        return context
