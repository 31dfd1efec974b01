"""Sentinels listened to from threads: who is stopped at any moment listens no more. (The rest: `test_routes.py`.)"""

from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.options import Options
from framewire.redis.sentinel.blocking import watching
from framewire.redis.sentinel.blocking.watching import Ear, Watch

SENTINEL = ("127.0.0.1", 1)
OPTIONS = Options(sentinels=[SENTINEL], service="s")


def test_who_is_stopped_while_he_begins_does_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """When what he listens with is made already, and who stops him has not seen it."""
    closed: list[Any] = []

    class Listens:
        def __init__(self, *how: Any) -> None:
            ear.stop()

        def close(self) -> None:
            closed.append(self)

    monkeypatch.setattr(watching, "Subscriber", Listens)
    monkeypatch.setattr(Ear, "_hear", lambda *args: pytest.fail("he listens"))
    opener = Opener(OPTIONS)
    ear = Ear(Watch(OPTIONS, opener, lambda *args: None, lambda: None), OPTIONS, opener, SENTINEL)
    ear.run()
    assert closed == [ear._subscriber]
    opener.close()
