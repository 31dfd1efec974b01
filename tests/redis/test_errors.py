"""The code words of error replies: all that the server sends are known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import framewire.redis.server
from framewire.redis.errors import CODES, code_of


@pytest.mark.parametrize(("text", "code"), [
    (b"ERR syntax error", "ERR"), (b"WRONGTYPE", "WRONGTYPE"), (b"", ""), (b" x", ""), (b"\xff x", "\ufffd"),
])  # fmt: skip
def test_the_code_is_the_first_word(text: bytes, code: str) -> None:
    assert code_of(text) == code


def test_every_word_that_the_server_says_is_explained() -> None:
    (root,) = map(Path, framewire.redis.server.__path__)
    source = "".join(path.read_text() for path in root.rglob("*.py"))
    said = set(re.findall(r"""\bb["']([A-Z]{3,}) [A-Za-z'].""", source)) - _NO_CODES
    assert said <= CODES.keys(), said - CODES.keys()
    assert len(said) > 10


_NO_CODES = {"DEBUG", "LIMIT"}  # texts that begin with a command's or an option's name
