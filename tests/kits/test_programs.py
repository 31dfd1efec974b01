"""Server programs: which ones are found, and which one a name means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from framewire.kits import programs as module
from framewire.kits.programs import NoProgram, Program, by_name, find_program, program_at, programs

pytestmark = pytest.mark.thorough

REDIS = "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1"
VALKEY = "Valkey server v=9.1.2 sha=00000000:0 malloc=libc bits=64 build=1"


def script(folder: Path, name: str, says: str) -> str:
    """A program that says so, whatever it is told."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def nothing_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A PATH of one empty folder, and no wheel."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setattr(module, "_in_the_wheel", lambda: [])
    monkeypatch.setenv("PATH", f"{folder}")
    programs.cache_clear()
    yield folder
    programs.cache_clear()


def test_what_path_has(nothing_here: Path) -> None:
    redis, valkey = script(nothing_here, "redis-server", REDIS), script(nothing_here, "valkey-server", VALKEY)
    assert programs() == {"redis 7.0": Program((redis,), "7.0.15"), "valkey 9.1": Program((valkey,), "9.1.2")}


@pytest.mark.parametrize(("which", "version"), [
    (None, "7.0.15"), ("redis", "7.0.15"), ("Redis 7.0", "7.0.15"), ("valkey", "9.1.2"), ("valkey 9.1", "9.1.2"),
])  # fmt: skip
def test_what_a_name_means(nothing_here: Path, which: str | None, version: str) -> None:
    script(nothing_here, "redis-server", REDIS)
    script(nothing_here, "valkey-server", VALKEY)
    assert find_program(which).version == version


def test_a_program_by_its_place(nothing_here: Path, tmp_path: Path) -> None:
    path = script(tmp_path, "my-own-build", VALKEY)
    assert find_program(path) == Program((path,), "9.1.2")
    assert find_program(program := Program((path, "x"), "1.2.3")) is program


@pytest.mark.parametrize("which", [None, "redis", "redis 8.0"])
def test_a_program_that_is_not_here(nothing_here: Path, which: str | None) -> None:
    script(nothing_here, "redis-server", "Redis 7")
    with pytest.raises(NoProgram, match=r"no .* here, only none: put redis-server or valkey-server .* on PATH"):
        find_program(which)


@pytest.mark.parametrize("says", ["", "Redis server", "my own server v=7.0.15 "])
def test_a_place_where_something_else_is(tmp_path: Path, says: str) -> None:
    path = script(tmp_path, "redis-server", says)
    with pytest.raises(NoProgram, match=f"{path} is no server program"):
        find_program(path)
    assert program_at((path,)) is None


def test_a_place_where_nothing_is(tmp_path: Path) -> None:
    with pytest.raises(NoProgram):
        find_program(str(tmp_path / "nothing"))


def test_of_two_of_one_name_the_first(tmp_path: Path) -> None:
    commands = [(script(tmp_path, name, REDIS),) for name in ("a", "b", "c")]
    assert by_name([("/nothing",), *commands]) == {"redis 7.0": Program(commands[0], "7.0.15")}
