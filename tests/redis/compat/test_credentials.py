"""The provider of one name and password."""

from __future__ import annotations

import pytest

from framewire.redis.client.credentials import is_provider
from framewire.redis.compat.credentials import UsernamePasswordCredentialProvider


@pytest.mark.parametrize(("username", "password", "credentials"), [
    ("u", "p", ("u", "p")), (None, "p", ("p",)), ("u", None, ("u", "")),
])  # fmt: skip
def test_credentials(username: str | None, password: str | None, credentials: tuple[str, ...]) -> None:
    provider = UsernamePasswordCredentialProvider(username, password)
    assert is_provider(provider) and provider.get_credentials() == credentials
