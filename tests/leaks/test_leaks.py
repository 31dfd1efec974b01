"""Nothing leaves memory behind: each public operation, repeated in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

import framewire as fw
from tests.leaks.measure import leaks_objects, leaks_pages
from tests.leaks.operations import BUFFERS, SMALL, arguments_of, public, rows
from tests.waiting import PATIENCE

GROUPS = [*BUFFERS, "codecs", "connections", "exchanges", "clients"]


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_is_left_behind(group: str) -> None:
    command = [sys.executable, "-m", "tests.leaks.measure", group]
    run = subprocess.run(command, capture_output=True, text=True, timeout=4 * PATIENCE)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]


def test_every_public_method_has_a_row() -> None:
    """A new method that nobody measures fails here; so does a new class."""
    for group, makers in BUFFERS.items():
        for make in makers.values():
            for name in public(make(SMALL)):
                assert arguments_of(name), f"{group}.{name}"
    measured = " ".join([*GROUPS, *(name for name, _ in rows("codecs"))])
    abstract = {"Buf", "BufMut", "Codec", "Decoder", "Encoder"}
    with_others = {"FrameScanner", "MappedCodec", "Refusal", "RespLimits", "RespValue"}
    classes = {name for name in fw.__all__ if isinstance(getattr(fw, name), type)}
    errors = {name for name in classes if issubclass(getattr(fw, name), Exception)}
    assert [name for name in sorted(classes - errors - abstract - with_others) if name not in measured] == []


SMALL_LEAK = """
from tests.leaks.measure import leaks_objects
kept = []
assert leaks_objects(lambda: kept.append({}))
"""


@pytest.mark.parametrize("left", ["object()", "bytes(400)", "None", "[[]]"])
def test_a_leak_would_be_seen(left: str) -> None:
    """In a process of its own, as the real one: in this one others' objects go meanwhile.

    One more reference to None is what a forgotten decrement leaves.
    """
    if left == "None" and sys.version_info >= (3, 12):
        pytest.skip("None is immortal")
    subprocess.run([sys.executable, "-c", SMALL_LEAK.format(left)], check=True, timeout=PATIENCE)


LARGE_LEAK = """
from tests.leaks.measure import leaks_pages
kept = []
assert leaks_pages([lambda: kept.append(b"x" * 262_144)], 262_144, times=20)
"""


def test_a_leak_of_large_blocks_would_be_seen() -> None:
    """The same: this process may have free memory that hides it."""
    subprocess.run([sys.executable, "-c", LARGE_LEAK], check=True, timeout=PATIENCE)


def test_what_is_given_back_is_no_leak() -> None:
    assert not leaks_objects(lambda: bytes(400))
    assert not leaks_pages([lambda: b"x" * 262_144], 262_144, times=20)
