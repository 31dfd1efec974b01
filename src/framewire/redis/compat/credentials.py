"""Credentials by redis-py's names.

What belongs here: the provider of one name and password. What a provider is, is said in
`framewire.redis.client.credentials`; redis-py's own work too.
"""

from __future__ import annotations

from framewire.redis.client.credentials import CredentialProvider

__all__ = ["CredentialProvider", "UsernamePasswordCredentialProvider"]


class UsernamePasswordCredentialProvider:
    """The same name and password each time."""

    def __init__(self, username: str | None = None, password: str | None = None) -> None:
        self.username, self.password = username or "", password or ""

    def get_credentials(self) -> tuple[str] | tuple[str, str]:
        """The password, behind the name if there is one."""
        return (self.username, self.password) if self.username else (self.password,)
