"""One fuzzer under atheris: `python -m fuzz.guided NAME DIRECTORY... -libfuzzer_option=...`; see `python -m fuzz`.

What belongs here: the instrumentation. It covers the Python of the package; the compiled twins run the same inputs.
"""

from __future__ import annotations

import sys
from importlib import import_module

import atheris  # type: ignore[import-untyped, import-not-found, unused-ignore]

with atheris.instrument_imports(include=["framewire"]):
    one_input = import_module(f"fuzz.{sys.argv[1]}").one_input

atheris.Setup([sys.argv[0], *sys.argv[2:]], one_input)
atheris.Fuzz()
