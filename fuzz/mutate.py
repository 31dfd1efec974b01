"""Inputs without a guide: the corpus, and mutations of it. For platforms without atheris, and for the tests.

What belongs here: where inputs come from when libFuzzer does not make them.
"""

from __future__ import annotations

import random
import time
from importlib import import_module
from pathlib import Path
from types import ModuleType

__all__ = ["CORPUS", "blind", "corpus_of", "mutated", "target"]

CORPUS = Path(__file__).parent / "corpus"


def target(name: str) -> ModuleType:
    """The fuzzer of that name."""
    return import_module(f"fuzz.{name}")


def corpus_of(name: str) -> list[bytes]:
    """Where to start: the seeds of the fuzzer, and what its directory holds."""
    return [*target(name).seeds(), *(path.read_bytes() for path in sorted((CORPUS / name).glob("*")))]


def blind(
    name: str, *, seconds: float = 1e9, inputs: int = 10**9, seed: int | None = None
) -> tuple[bytes | None, int, Exception | None]:
    """Run mutations for so long, or so many: the first that fails (or `None`), how many ran, and its error."""
    one_input, corpus, rng = target(name).one_input, corpus_of(name), random.Random(seed)
    end, ran = time.monotonic() + seconds, 0
    while ran < inputs and time.monotonic() < end:
        data = mutated(corpus, rng)
        ran += 1
        try:
            one_input(data)
        except Exception as error:
            return data, ran, error
    return None, ran, None


def mutated(corpus: list[bytes], rng: random.Random) -> bytes:
    """One of the corpus, changed in a few places."""
    data = bytearray(rng.choice(corpus))
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(data))
        other = rng.choice(corpus)
        piece = other[rng.randint(0, len(other)) :][: rng.randint(1, 20)]
        match rng.randrange(5):
            case 0:
                data[at:at] = piece
            case 1:
                data[at : at + len(piece)] = piece
            case 2:
                del data[at : at + rng.randint(1, 8)]
            case 3:
                data[at : at + 1] = bytes([rng.choice(b"0123456789\r\n \xff\0$*")])
            case _:
                data[at:at] = data[at : at + rng.randint(1, 30)]
    return bytes(data[:600])
