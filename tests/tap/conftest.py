"""What tests of this room share: a runner for each kind of loop."""

from __future__ import annotations

from tests.aio.conftest import run

__all__ = ["run"]
