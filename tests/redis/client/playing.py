"""Steps taken by hand: a test says what comes back."""

from __future__ import annotations

from typing import Any

from framewire.redis.client.steps import Ask, Pause, Steps

__all__ = ["Played"]


class Played:
    """Steps, one of which is to be taken (`step`), until there is a `result`."""

    def __init__(self, steps: Steps[Any]) -> None:
        self._steps = steps
        self.result: Any = None
        self.is_over = False
        self.step: Ask | Pause | None = None
        self.answer(None)

    @property
    def request(self) -> tuple[Any, ...]:
        """What is asked."""
        assert isinstance(self.step, Ask), self.step
        return tuple(self.step.request)

    def answer(self, result: Any) -> None:
        """The step was taken, and this came back."""
        self._go(lambda: self._steps.send(result))

    def fail(self, error: Exception) -> None:
        """The step has failed."""
        self._go(lambda: self._steps.throw(error))

    def _go(self, on: Any) -> None:
        assert not self.is_over
        try:
            self.step = on()
        except StopIteration as done:
            self.step, self.result, self.is_over = None, done.value, True
