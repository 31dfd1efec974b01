"""Which loop is made, with uvloop and without it."""

from __future__ import annotations

import asyncio
import sys

import pytest

from framewire.aio.loops import new_event_loop


def kind_of(loop: asyncio.AbstractEventLoop) -> str:
    loop.close()
    return type(loop).__module__.partition(".")[0]


def test_uvloop_is_taken_where_it_is_there_and_asyncio_where_it_is_asked_for() -> None:
    pytest.importorskip("uvloop")
    assert [kind_of(new_event_loop(*kind)) for kind in ((), ("uvloop",), ("asyncio",))] == [
        "uvloop",
        "uvloop",
        "asyncio",
    ]


def test_without_uvloop_only_who_insists_on_it_hears_of_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert kind_of(new_event_loop()) == "asyncio"
    with pytest.raises(ImportError):
        new_event_loop("uvloop")
