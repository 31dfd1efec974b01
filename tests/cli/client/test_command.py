"""The options: each has its help, and what is not built is not taken."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from framewire.cli.client.command import cli
from tests.waiting import PATIENCE

PAGE = Path(__file__).parents[3] / "docs" / "cli.md"
OPTIONS = [parameter for parameter in cli.params if isinstance(parameter, click.Option)]


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.opts[0])
def test_each_option_has_its_help(option: click.Option) -> None:
    assert option.hidden or option.help


def test_the_page_names_what_there_is_and_what_there_is_not() -> None:
    there = {name for option in OPTIONS for name in option.opts} | {"--help"}
    text, _, absent = PAGE.read_text().partition("- There is not:")
    assert set(re.findall(r"`(--?[a-z-]+)`", text)) <= there
    assert set(re.findall(r"`(--?[a-z-]+)`", absent)).isdisjoint(there)


@pytest.mark.parametrize("option", ["-c", "--cluster", "--memkeys", "--sni", "--rdb"])
def test_what_is_not_built_is_not_taken(option: str) -> None:
    result = CliRunner().invoke(cli, [option])
    assert result.exit_code == 2 and "No such option" in result.output


def test_h_is_the_host() -> None:
    assert "HOST" in CliRunner().invoke(cli, ["--help"]).output
    assert "requires an argument" in CliRunner().invoke(cli, ["-h"]).output


@pytest.mark.thorough
def test_help_loads_no_client() -> None:
    program = (
        "import sys; from framewire.cli import main\n"
        "try: main()\n"
        "finally: print([name for name in sys.modules if name.startswith('framewire.redis.client')])"
    )
    command = [sys.executable, "-c", program, "cli", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout.endswith("\n[]\n")
