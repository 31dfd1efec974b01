"""What is told to begin anew in a forked child."""

from __future__ import annotations

import os

import pytest

from framewire.redis.client.blocking.threads.forks import begins_anew


class Counter:
    count = 0

    def begin_anew(self) -> None:
        self.count += 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_is_told_and_its_parent_is_not() -> None:
    counter = Counter()
    begins_anew(counter)
    child = os.fork()
    if not child:
        os._exit(counter.count)
    assert os.WEXITSTATUS(os.waitpid(child, 0)[1]) == 1
    assert counter.count == 0
