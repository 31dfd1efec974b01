"""Builds the optional extension modules, one for each `.pyx` below `src`; all else is in pyproject.toml.

With a C compiler they are built. Without one the install still succeeds, says why, and `framewire.implementation` is
`"pure"`. `FRAMEWIRE_PURE=1` skips them on purpose, `FRAMEWIRE_NATIVE=1` makes a failure to build them an error,
`FRAMEWIRE_DEBUG=1` builds them with bounds checks and annotated HTML beside the sources (`make debug`), and
`FRAMEWIRE_SANITIZE=1` with gcc's address and undefined-behaviour sanitizers, the C kept apart (`make sanitize`).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext


def _set(name: str) -> bool:
    return os.environ.get(name, "") not in ("", "0")


DEBUG = _set("FRAMEWIRE_DEBUG")
PURE = _set("FRAMEWIRE_PURE")
REQUIRED = _set("FRAMEWIRE_NATIVE")
SANITIZE = _set("FRAMEWIRE_SANITIZE")

DIRECTIVES = {
    "language_level": 3,
    "boundscheck": DEBUG,
    "wraparound": False,
    "initializedcheck": DEBUG,
    "embedsignature": True,
    "freethreading_compatible": False,
}

SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


def compile_args() -> list[str]:
    """Flags for the compiler. `-g0`: many Pythons ask for debug information, which is three quarters of a wheel."""
    if sys.platform == "win32":
        return []
    if SANITIZE:
        return ["-O1", "-g", "-fno-omit-frame-pointer", *SANITIZERS]
    return ["-O1", "-g", "-UNDEBUG"] if DEBUG else ["-O3", "-g0"]


class OptionalBuildExt(build_ext):
    """`build_ext` that explains a failure and goes on, unless the extensions were required.

    Each module needs the others, so after one failure the rest is not tried: `framewire._impl` falls back on any gap.
    """

    given_up = False

    def finalize_options(self) -> None:
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def run(self) -> None:
        try:
            super().run()
        except Exception as error:
            self._give_up(error)

    def build_extension(self, ext: Extension) -> None:
        if self.given_up:
            return
        try:
            super().build_extension(ext)
        except Exception as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        if REQUIRED:
            raise error
        self.given_up = True
        print(f"framewire: the compiled modules were not built ({error}); the plain-Python twins will be used")


def extensions() -> list[Any]:
    """The compiled modules, cythonized; an empty list where Cython is missing or the build was declined."""
    if PURE:
        return []
    try:
        from Cython.Build import cythonize
    except ImportError as error:
        if REQUIRED:
            raise
        print(f"framewire: Cython is missing ({error}); the plain-Python twins will be used")
        return []
    modules = [
        Extension(
            ".".join(source.relative_to("src").with_suffix("").parts),
            [source.as_posix()],
            extra_compile_args=compile_args(),
            extra_link_args=SANITIZERS if SANITIZE else [],
        )
        for source in sorted(Path("src").rglob("*.pyx"))
    ]
    return list(
        cythonize(
            modules,
            compiler_directives=DIRECTIVES,
            annotate=DEBUG,
            include_path=["src"],
            build_dir="build/sanitize/c" if SANITIZE else None,
        )
    )


setup(ext_modules=extensions(), cmdclass={"build_ext": OptionalBuildExt})
