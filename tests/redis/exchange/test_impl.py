"""Which exchange is used."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from framewire.redis.exchange import _impl, _pure
from tests.conftest import IMPLEMENTATIONS
from tests.redis.exchange.conftest import implementation


@pytest.mark.parametrize("name", IMPLEMENTATIONS)
def test_the_compiled_one_is_used_where_it_is_there(name: str) -> None:
    if name == "native":
        assert _impl.Exchange is implementation(name)
    elif IMPLEMENTATIONS == ["pure"]:
        assert _impl.Exchange is _pure.Exchange


def test_the_environment_chooses_the_plain_one() -> None:
    program = "from framewire.redis.exchange._impl import Exchange; print(Exchange.__module__)"
    environment = {**os.environ, "FRAMEWIRE_PURE": "1"}
    ended = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "framewire.redis.exchange._pure"


@pytest.mark.parametrize("name", IMPLEMENTATIONS)
def test_both_have_the_same_public_names(name: str) -> None:
    def public(cls: type) -> set[str]:
        return {each for each in dir(cls) if not each.startswith("_")}

    exchange = implementation(name)(_Owner())
    attributes = {"max_requests", "max_bytes", "max_queued", "now", "received"}
    assert public(type(exchange)) | attributes == public(_pure.Exchange) | attributes
    assert all(hasattr(exchange, each) for each in attributes)
    for each in public(_pure.Exchange):
        assert documented(getattr(type(exchange), each)).endswith(documented(getattr(_pure.Exchange, each))), each
    assert documented(type(exchange)).endswith(documented(_pure.Exchange))


def documented(thing: object) -> str:
    """Its docstring, of which each line begins as it may. Compiled ones have the signature in front."""
    return "\n".join(line.strip() for line in (thing.__doc__ or "").strip().splitlines())


class _Owner:
    def pushed(self, items: object) -> None: ...
