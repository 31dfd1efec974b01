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
from tests.redis.client.redis_py import ONLY_OURS, OTHER_ARGUMENTS, OTHER_RESULTS

METHODS = sorted(name for name in dir(Commands) if not name.startswith("_"))
GROUPS = [group for group in Commands.__mro__[1:] if group.__module__.startswith("framewire.redis.client.commands.")]
DOCUMENTATION = Path(__file__).parents[4] / "docs/clients-shapes.md"


def test_each_name_stands_once() -> None:
    """Those of the forms of methods too: a group must not take another's."""
    names = [name for group in GROUPS for name in vars(group) if not name.startswith("__")]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", METHODS)
def test_the_docstring_says_which_command_it_is_and_what_it_costs(name: str) -> None:
    doc = inspect.getdoc(getattr(Commands, name)) or ""
    words = re.match(r"([A-Z_ ]+): ", doc)
    assert words, doc
    assert words[1].lower().split()[0].encode() in COMMANDS
    assert re.search(r"\bO\(", doc), doc


@pytest.mark.parametrize("name", METHODS)
def test_arguments_are_those_of_redis_py(name: str) -> None:
    """Their names, their order, how they may be given, and their defaults."""
    theirs = getattr(redis.Redis, name, None)
    assert (theirs is None) == (name in ONLY_OURS)
    if theirs is not None:
        assert (_arguments(getattr(Commands, name)) == _arguments(theirs)) == (name not in OTHER_ARGUMENTS)


def test_the_documentation_names_what_redis_py_does_otherwise() -> None:
    rows = re.findall(r"^\| (`.*?) \|", DOCUMENTATION.read_text(), re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(named) == sorted({**ONLY_OURS, **OTHER_ARGUMENTS, **OTHER_RESULTS})


def _arguments(method: Any) -> list[tuple[str, object, object]]:
    return [(each.name, each.kind, each.default) for each in inspect.signature(method).parameters.values()]
