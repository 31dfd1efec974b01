"""How much memory things take."""

from __future__ import annotations

import pytest

from framewire.redis.server.commands.server.sizes import human, peak_memory, resident_memory, size_of, total_memory


def test_shared_parts_are_counted_once() -> None:
    shared = ["x"] * 1000
    assert size_of([shared, shared, shared]) < 2 * size_of(shared)
    shared.append(shared)  # type: ignore[arg-type]  # a list that holds itself
    assert size_of(shared) > 0


def test_the_process() -> None:
    assert 0 < resident_memory() <= max(peak_memory(), resident_memory()) < total_memory()


@pytest.mark.parametrize(("size", "text"), [(0, "0B"), (1023, "1023B"), (1024, "1.00K"), (1_138_176, "1.09M")])
def test_sizes_for_people(size: int, text: str) -> None:
    assert human(size) == text
