"""How many examples hypothesis tries for a property: `@examples(200)`.

What belongs here: that number, and the profiles that scale it. `make test-quick` asks for the profile `quick`, a tenth.
No example has a deadline: how long one takes says how busy the machine is.
"""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings

__all__ = ["examples", "register_profiles"]

_USUAL = 100  # what hypothesis tries by itself


def register_profiles() -> None:
    """Make `usual` and `quick` known, the former in force. In CI both inherit what hypothesis has for it."""
    patient: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
    settings.register_profile("usual", settings.default, max_examples=_USUAL, **patient)
    settings.register_profile("quick", settings.default, max_examples=_USUAL // 10, **patient)
    settings.load_profile("usual")


def examples(count: int, **others: Any) -> settings:
    """Settings for so many examples, or for the part of them that the profile in force asks for."""
    return settings(max_examples=max(1, count * settings.default.max_examples // _USUAL), **others)
