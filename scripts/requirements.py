"""Prints what an extra of pyproject.toml asks for, a requirement on each line, so that pip installs just that.

`framewire[server]` among them stands for what that extra asks for: nothing has to be built to read this.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]


def requirements(extra: str) -> Iterator[str]:
    for requirement in PROJECT["optional-dependencies"][extra]:
        if own := re.fullmatch(rf"{PROJECT['name']}\[(.*)\]", requirement):
            for name in own[1].split(","):
                yield from requirements(name.strip())
        else:
            yield requirement


print(*requirements(sys.argv[1]), sep="\n")
