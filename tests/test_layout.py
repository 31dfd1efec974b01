"""The shape of the package: imports of the compiled modules, one implementation at a time, public names."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import framewire
import framewire.aio
import framewire.blocking
import framewire.redis

SOURCE = Path(framewire.__file__).parent
NATIVE = SOURCE / "_native"

ALLOWED = ("framewire.errors", "framewire._pickles", "framewire.frames", "framewire._native")


@pytest.mark.parametrize("path", sorted(NATIVE.glob("*.p[yx][xd]")), ids=lambda path: path.name)
def test_compiled_modules_import_only_what_is_below_them(path: Path) -> None:
    """import-linter reads only `.py`; this reads the `import` and `cimport` lines of `.pyx` and `.pxd`."""
    imported = re.findall(r"^\s*(?:from\s+(\S+)\s+c?import|c?import\s+(\S+))", path.read_text(), re.MULTILINE)
    ours = {first or second for first, second in imported if (first or second).startswith(("framewire", "."))}
    assert all(name.startswith(ALLOWED) for name in ours), ours


def test_compiled_modules_are_named_like_the_plain_ones() -> None:
    """Who knows one twin finds the other; only `BytesMut` cannot share a file with the names of `buffer`."""
    plain = {path.stem for path in (SOURCE / "_pure").glob("*.py")}
    assert {path.stem for path in NATIVE.glob("*.pyx")} - plain == {"mutable"}
    assert {path.stem for path in NATIVE.glob("*.py")} <= plain


def test_the_environment_chooses_the_twins() -> None:
    environment = {**os.environ, "FRAMEWIRE_PURE": "1"}
    program = "import framewire, sys; print(framewire.implementation, 'framewire._native.resp' in sys.modules)"
    command = [sys.executable, "-c", program]
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert output.stdout.split() == ["pure", "False"]


PACKAGES = [framewire, framewire.aio, framewire.blocking, framewire.redis]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_public_names_exist_are_sorted_and_documented(package: object) -> None:
    names = package.__all__  # type: ignore[attr-defined]
    assert sorted(names) == names
    for name in names:
        thing = getattr(package, name)
        if isinstance(thing, type) or callable(thing):
            assert thing.__doc__, name


def test_every_source_file_opens_with_what_belongs_in_it() -> None:
    for path in [*SOURCE.rglob("*.py"), *NATIVE.glob("*.p[yx][xd]")]:
        assert path.read_text().lstrip().startswith(('"""', 'r"""', "#")), path


def test_the_core_imports_without_any_io_module() -> None:
    program = (
        "import sys, framewire, framewire.codecs.resp\n"
        "print(*sorted({'asyncio', 'socket', 'ssl', 'selectors'} & set(sys.modules)))"
    )
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert output.stdout.strip() == ""
