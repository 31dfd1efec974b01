"""The command's own words: help without a server, what is refused and why."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from framewire.cli.bench.command import bench
from framewire.cli.commands import framewire


def refused(*arguments: str) -> str:
    result = CliRunner().invoke(framewire, ["bench", *arguments])
    assert result.exit_code == 2, result.output
    return " ".join(result.output.split())


@pytest.mark.parametrize(("arguments", "words"), [
    (["--threads", "4"], "one Python process sends with one core"),
    (["--cluster"], "the slots of a cluster are not followed"),
    (["-x"], "-x gives the last argument of a command"),
    (["-l", "--json"], "-l has no end"),
    (["-l", "--svg", "x.svg"], "-l has no end"),
    (["-t", "got"], "there is no test got"),
    (["-r", "9", "--key-distribution", "gaussian", "--key-median", "9"], "from 0 to 8, not 9"),
    (["-k", "2"], "'2' is not one of '0', '1'"),
    (["-c", "0"], "0 is not in the range"),
    (["-u", "http://x"], "begins with redis, rediss, unix"),
])  # fmt: skip
def test_what_is_refused_is_said_before_anything_is_sent(arguments: list[str], words: str) -> None:
    assert words in refused(*arguments)


def test_h_is_the_host_and_help_is_help() -> None:
    assert "Missing" not in refused("-h")
    assert "requires an argument" in refused("-h")
    result = CliRunner().invoke(framewire, ["bench", "--help"])
    assert (result.exit_code, "-h, --host" in result.output) == (0, True)


def test_every_option_has_a_word_of_help() -> None:
    options = [option for option in bench.params if option.name != "command"]
    assert all(getattr(option, "help", "") for option in options)


def test_the_options_of_redis_benchmark_are_there() -> None:
    names = {name for option in bench.params for name in option.opts}
    theirs = (
        "-h -p -s -a --user -u -c -n -d --dbnum -3 --threads --cluster --enable-tracking -k -r -P -q --precision --csv "
        "-l -t -I -x -e --tls --sni --cacert --cacertdir --insecure --cert --key"
    )
    assert set(theirs.split()) <= names


@pytest.mark.parametrize("arguments", [["--help"], ["bench", "--help"], ["serve", "--help"]])
def test_help_loads_neither_a_server_nor_a_loop(arguments: list[str]) -> None:
    program = (
        f"import sys; from framewire.cli.commands import framewire; framewire({arguments}, standalone_mode=False)\n"
        "print(*[name for name in sys.modules if name in ('asyncio', 'uvloop', 'rich')"
        " or name.startswith(('framewire.redis.server.network', 'framewire.redis.server.commands'))], sep='\\nLOADED ')"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert re.search(r"--help", ended.stdout)
    assert ended.stdout.splitlines()[-1] == ""
