"""The documents tell the truth: their examples run, their lists match the code, their links lead somewhere.

How a page is run, `pages.py` tells; pages about clusters run in `tests/against/test_scale_out.py`. A block that begins
with `# examples/NAME.py` is a part of that file.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from tests.pages import BLOCK, ON_REAL_SERVERS, PAGES, ROOT, check_page

pytestmark = pytest.mark.thorough

RUN_HERE = [page for page in PAGES if BLOCK.search(page.read_text()) and page.name not in ON_REAL_SERVERS]


@pytest.mark.parametrize("page", RUN_HERE, ids=lambda page: page.name)
def test_the_examples_of_each_page_run(page: Path, tmp_path: Path) -> None:
    check_page(page, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_python_block_is_overlooked(page: Path) -> None:
    text = page.read_text()
    assert len(re.findall(r"```\s*python|```\s*py\b", text)) == len(BLOCK.findall(text))


def test_what_is_shown_of_an_example_is_in_it() -> None:
    shown = [block for page in PAGES for block in BLOCK.findall(page.read_text()) if block.startswith("# examples/")]
    assert shown
    for block in shown:
        name, part = block.split("\n", 1)
        assert part.strip() in (ROOT / name.removeprefix("# ")).read_text(), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_navigation_leads_to_every_page() -> None:
    named = re.findall(r"^ +- .+: (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    assert sorted(named) == sorted(page.relative_to(ROOT / "docs").as_posix() for page in ROOT.glob("docs/**/*.md"))


def test_the_list_of_commands_is_that_of_the_table() -> None:
    spec = importlib.util.spec_from_file_location("list_commands", ROOT / "scripts" / "list_commands.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "commands.md").read_text() == module.page()


def test_contributing_names_files_that_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for path in re.findall(r"`((?:tests|codecs|redis|aio|frames|_pure|_native|cli)/[\w./]*)`", text):
        candidates = [ROOT / path, ROOT / "src" / "framewire" / path]
        assert any(candidate.exists() for candidate in candidates), path
