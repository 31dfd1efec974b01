"""Fuzzers: one file for each thing that reads a stranger's bytes. Line 1 of each states what must hold for any input.

What belongs here: `one_input(data)`, which raises if the invariant does not hold, and `seeds()`, inputs to start from,
taken from the tables of the tests. `harness.py` is what they share, `corpus/` what fuzzing has found worth keeping,
`python -m fuzz` (`make fuzz`) runs them, and `tests/test_fuzz.py` replays seeds and corpus on every platform.

The plain twins are Python, which atheris instruments: they guide the fuzzer. The compiled twins get the same inputs in
the same run and must agree; the C itself is not instrumented here (that is what `make sanitize` is for).
"""

TARGETS = ("resp", "requests", "length_delimited", "lines", "http1", "buffers", "exchange")
