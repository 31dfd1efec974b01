"""The fuzzers without a guide: seeds, corpus and some mutations hold, and a broken codec would be found.

What belongs here: replay, so that what fuzzing found once stays found, on every platform.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import fuzz
from framewire.errors import IncompleteFrame
from fuzz.harness import check
from fuzz.mutate import CORPUS, blind, corpus_of, target


@pytest.mark.thorough
@pytest.mark.parametrize("name", fuzz.TARGETS)
def test_seeds_and_corpus_hold(name: str) -> None:
    corpus = corpus_of(name)
    assert len(corpus) > 5
    for data in corpus:
        target(name).one_input(data)


@pytest.mark.thorough
@pytest.mark.parametrize("name", fuzz.TARGETS)
def test_some_mutations_hold(name: str) -> None:
    finding, _, error = blind(name, inputs=200, seed=1)
    assert finding is None, f"{finding!r}: {error!r}"


def test_every_fuzzer_states_its_invariant_on_line_1() -> None:
    shared = {"__init__", "__main__", "guided", "harness", "mutate"}
    files = [path for path in Path(fuzz.__file__).parent.glob("*.py") if path.stem not in shared]
    assert {path.stem for path in files} == set(fuzz.TARGETS)
    assert {path.name for path in CORPUS.iterdir()} <= set(fuzz.TARGETS)
    for path in files:
        assert path.read_text().startswith('"""Any '), path


class Lines:
    """A codec for lines that is broken in one way."""

    def __init__(self, broken: str) -> None:
        self.broken = broken
        self.calls = 0
        self.idle = True

    def decode(self, src: Any) -> bytes | None:
        self.calls += 1
        if self.broken == "counts its calls" and self.calls == 5:
            src.advance(1)
        if self.broken == "lets another error out" and src.startswith(b"!"):
            raise KeyError("!")
        if self.broken == "returns nothing for ever":
            return b""
        if self.broken == "takes memory":
            src.reserve(10_000_000)
        end = src.find(b"\n")  # quadratic: it starts anew each time
        if end < 0:
            return None
        return bytes(src.split_to(end + 1))

    def decode_eof(self, src: Any) -> bytes | None:
        line = self.decode(src)
        if line is None and src and self.broken != "ends with bytes left":
            raise IncompleteFrame(buffered=len(src))
        return line


@pytest.mark.parametrize(
    ("broken", "data", "words"),
    [
        ("counts its calls", b"abcdefgh\n", "cut as"),
        ("lets another error out", b"!\n", "!"),
        ("returns nothing for ever", b"abc\n", "items in"),
        ("takes memory", b"abc\n", "for 3 bytes|for 0 bytes"),
        ("ends with bytes left", b"abc", "leaves bytes"),
        ("looks again and again", b"a" * 200 + b"\n", "looks at 201 bytes"),
    ],
)
def test_a_broken_codec_is_found(broken: str, data: bytes, words: str) -> None:
    with pytest.raises((AssertionError, KeyError), match=words):
        check(lambda twin: Lines(broken), data)


def test_a_sound_codec_is_not() -> None:
    assert check(lambda twin: Lines(""), b"a\nb\n") == [b"a\n", b"b\n"]
