"""Pickles cross from one implementation to the other, and name neither."""

from __future__ import annotations

import os
import pickle
import pickletools
import subprocess
import sys

import pytest

LOAD = """
import pickle, sys
b, mut, cursor = pickle.load(sys.stdin.buffer)
import framewire
assert (type(b), type(mut), type(cursor)) == (framewire.Bytes, framewire.BytesMut, framewire.Cursor)
assert (b, mut, cursor.get_ref(), cursor.position) == (b"abc", b"def", b"ghi", 1)
print(framewire.implementation)
"""


@pytest.mark.thorough
@pytest.mark.parametrize("loader", ["pure", "native"])
@pytest.mark.parametrize("protocol", [2, 5])
def test_what_one_implementation_dumps_the_other_loads(buffers, loader, protocol):
    """By a process that has not imported `framewire` when it begins to load."""
    cursor = buffers.Cursor(b"ghi")
    cursor.advance(1)
    dumped = pickle.dumps([buffers.Bytes(b"abc"), buffers.BytesMut(b"def"), cursor], protocol)
    environment = {**os.environ, "FRAMEWIRE_PURE": "1" if loader == "pure" else ""}
    done = subprocess.run([sys.executable, "-c", LOAD], input=dumped, env=environment, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    assert loader == "native" or done.stdout == b"pure\n"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickles_name_no_implementation(buffers, protocol):
    for value in (buffers.Bytes(b"abc"), buffers.BytesMut(b"abc"), buffers.Cursor(b"abc")):
        words = " ".join(str(argument) for _, argument, _ in pickletools.genops(pickle.dumps(value, protocol)))
        assert "framewire._pickles" in words and "_pure" not in words and "_native" not in words
