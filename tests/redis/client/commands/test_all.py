"""All methods together: their names, their arguments, what is said of them."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import redis

from framewire.redis.client.commands.all import Commands
from framewire.redis.facts.table import COMMANDS
from tests.redis.client.redis_py import (
    NOT_THERE,
    ONLY_OURS,
    OTHER_ARGUMENTS,
    OTHER_RECORDS,
    OTHER_RESULTS,
    REDIS_PY_HAS_NOT,
)

METHODS = sorted(name for name in dir(Commands) if not name.startswith("_"))
GROUPS = [group for group in Commands.__mro__[1:] if group.__module__.startswith("framewire.redis.client.commands.")]
DOCUMENTATION = Path(__file__).parents[4] / "docs/clients-shapes.md"
EMPTY_IN_REDIS_PY = [*REDIS_PY_HAS_NOT, *(name for name in OTHER_ARGUMENTS if OTHER_ARGUMENTS[name] == NOT_THERE)]
NOT_OF_THE_COMMAND = ("kwargs", "target_node", "target_nodes")


def test_each_name_stands_once() -> None:
    """Those of the forms of methods too: a group must not take another's."""
    names = [name for group in GROUPS for name in vars(group) if not name.startswith("__")]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", METHODS)
def test_the_docstring_says_which_command_it_is_and_what_it_costs(name: str) -> None:
    doc = inspect.getdoc(getattr(Commands, name)) or ""
    words = re.match(r"([A-Z_ -]+)(?: with [a-z ]+)?: ", doc)
    assert words, doc
    assert words[1].lower().split()[0].encode() in COMMANDS
    assert re.search(r"\bO\(|as long as", doc), doc


@pytest.mark.parametrize("name", METHODS)
def test_arguments_are_those_of_redis_py(name: str) -> None:
    """Their names, their order, how they may be given, and their defaults."""
    theirs = getattr(redis.Redis, name, None) or getattr(redis.RedisCluster, name, None)
    assert (theirs is None) == (name in ONLY_OURS)
    if theirs is not None:
        assert (_arguments(getattr(Commands, name)) == _arguments(theirs)) == (name not in OTHER_ARGUMENTS)


def test_the_documentation_names_what_redis_py_does_otherwise() -> None:
    rows = re.findall(r"^\| (`.*?) \|", DOCUMENTATION.read_text(), re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(named) == sorted({*ONLY_OURS, *OTHER_ARGUMENTS, *OTHER_RESULTS, *OTHER_RECORDS, *REDIS_PY_HAS_NOT})


def _arguments(method: Any) -> list[tuple[str, object, object]]:
    """But for which nodes of a cluster are meant, and for further ones that redis-py hands on to its connections."""
    parameters = inspect.signature(method).parameters.values()
    return [(each.name, each.kind, each.default) for each in parameters if each.name not in NOT_OF_THE_COMMAND]


@pytest.mark.parametrize("name", EMPTY_IN_REDIS_PY)
def test_redis_py_has_nothing_behind_them(name: str) -> None:
    with redis.Redis(host="nowhere.invalid") as theirs, pytest.raises(NotImplementedError):
        getattr(theirs, name)()
