"""The pages of the documentation as programs: their Python blocks, in order, as a reader would type them.

What belongs here: how a page is run and compared with what it says. A comment behind `print(...)` is the line that it
prints. Which page runs where, the tests say: most in `test_docs.py`, those that need real servers in `tests/against`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["BLOCK", "ON_REAL_SERVERS", "PAGES", "ROOT", "check_page", "check_program", "program"]

ROOT = Path(__file__).parent.parent
PAGES = [*ROOT.glob("*.md"), *sorted(ROOT.glob("docs/**/*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

ON_REAL_SERVERS = ("clients-cluster.md", "scale-out.md")
"""Pages whose programs need a cluster, which they find by `REDIS_URL`."""


def program(page: Path, until: str | None = None) -> str:
    """The page with all but its Python blocks blanked out: an error names the line of the page.

    `until` is a line of the page, the last that counts.
    """
    text, lines = page.read_text(), []
    if until is not None:
        text = text[: text.index(f"\n{until}\n")]
    for block in BLOCK.finditer(text):
        lines += [""] * (text.count("\n", 0, block.start(1)) - len(lines))
        lines += block[1].splitlines()
    return "\n".join(lines)


def check_page(page: Path, folder: Path, environment: Mapping[str, str] | None = None) -> None:
    """Run it in `folder`, in a process of its own; what it prints must be what it says, in that order."""
    check_program(program(page), page.name, folder, environment)


def check_program(code: str, name: str, folder: Path, environment: Mapping[str, str] | None = None) -> None:
    """The same for what `program` made."""
    runner = "import sys; exec(compile(sys.stdin.read(), sys.argv[1], 'exec'))"
    command = [sys.executable, "-W", "error", "-c", runner, name]
    done = subprocess.run(
        command, input=code, cwd=folder, env=os.environ | dict(environment or {}), capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    printed = iter(done.stdout.splitlines())
    for expected in re.findall(r"print\(.*?\)\s+#\s*(?:-> )?(.+)$", code, re.MULTILINE):
        assert expected in printed, f"{expected!r} is not printed, or not in this order:\n{done.stdout}"
