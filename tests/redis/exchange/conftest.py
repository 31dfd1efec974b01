"""The exchange of each implementation in turn, and one with an owner that writes everything down.

What belongs here: how the tests of this folder get at them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from tests.conftest import IMPLEMENTATIONS
from tests.redis.exchange.owner import Link


@pytest.fixture(scope="session", params=IMPLEMENTATIONS)
def exchange_class(request: pytest.FixtureRequest) -> Any:
    """`Exchange` of one implementation."""
    return implementation(request.param)


def implementation(name: str) -> Any:
    """`Exchange` of that implementation; skips where it is not to be had."""
    try:
        return import_module(f"framewire.redis.exchange._{name}").Exchange
    except ModuleNotFoundError as error:
        if os.environ.get("FRAMEWIRE_NATIVE", "") not in ("", "0"):
            raise
        pytest.skip(f"not built: {error}")


@pytest.fixture
def link(exchange_class: Any) -> Callable[..., Link]:
    """Makes a link that is open, with such an exchange; arguments are the exchange's."""

    def make(*, opened: bool = True, **options: Any) -> Link:
        made = Link(exchange_class, **options)
        if opened:
            made.exchange.open()
        return made

    return make
