"""What `sentinel_*` methods ask: beside redis-py's own."""

from __future__ import annotations

from typing import Any

import pytest
from redis.commands.sentinel import SentinelCommands

from framewire.redis.compat.sentinel_methods import SentinelMethods


class Ours(SentinelMethods):
    def execute_command(self, *args: Any, **options: Any) -> Any:
        return args, options


class Theirs(SentinelCommands):
    def execute_command(self, *args: Any, **options: Any) -> Any:
        return args, options


CALLS: list[tuple[str, tuple[Any, ...]]] = [
    ("sentinel_get_master_addr_by_name", ("s",)),
    ("sentinel_get_master_addr_by_name", ("s", True)),
    ("sentinel_master", ("s", True)),
    ("sentinel_masters", ()),
    ("sentinel_monitor", ("s", "h", 1, 2)),
    ("sentinel_remove", ("s",)),
    ("sentinel_sentinels", ("s",)),
    ("sentinel_set", ("s", "quorum", 2)),
    ("sentinel_slaves", ("s",)),
    ("sentinel_reset", ("*",)),
    ("sentinel_failover", ("s",)),
    ("sentinel_ckquorum", ("s",)),
    ("sentinel_flushconfig", ()),
]


@pytest.mark.parametrize(("method", "arguments"), CALLS)
def test_what_is_asked(method: str, arguments: tuple[Any, ...]) -> None:
    assert getattr(Ours(), method)(*arguments) == getattr(Theirs(), method)(*arguments)


def test_all_are_there() -> None:
    theirs = {name for name in vars(SentinelCommands) if name.startswith("sentinel_")}
    assert theirs == {method for method, _ in CALLS} == {n for n in vars(SentinelMethods) if n.startswith("sentinel_")}
