"""A whole call against servers on the same loop: order, comparison, what goes where, exit status."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from framewire.cli.bench.job import Job
from framewire.cli.bench.outputs import Output
from framewire.cli.bench.plan import Plan
from framewire.cli.bench.progress import Silent
from framewire.cli.bench.session import Session
from framewire.cli.bench.suite import select
from framewire.cli.bench.target import Target
from tests.cli.bench.scripted import Gone, scripted
from tests.waiting import PATIENCE

PLAN = Plan(clients=2, requests=10, timeout=PATIENCE)


def jobs(names: str) -> list[Job]:
    return [Job(test.title, (test,)) for test in select(names.split(","))]


def ok(request: list[bytes]) -> bytes:
    return b"+OK\r\n"


class Printed:
    """An output, and what went to it."""

    def __init__(self, form: str, svg: Path | None = None) -> None:
        self.said: list[str] = []
        self.warned: list[str] = []
        self.output = Output(form, self.said.append, self.warned.append, svg=svg)

    @property
    def text(self) -> str:
        return "\n".join(self.said)


def session(targets: list[Target], names: str, printed: Printed, rounds: int = 1, **options: bool) -> Session:
    return Session(targets, jobs(names), PLAN, printed.output, Silent(), rounds, **options)


async def test_tests_run_in_order_and_each_is_shown() -> None:
    printed = Printed("quiet")
    async with scripted(ok) as server:
        assert await session([server.target], "get,set", printed).run() == 0
    assert [line.partition(":")[0] for line in printed.said] == ["SET", "GET"]
    assert [request[0] for request in server.requests] == [b"SET"] * 10 + [b"GET"] * 10


async def test_two_servers_take_turns_and_get_the_same() -> None:
    printed = Printed("text")
    order: list[str] = []
    async with (
        scripted(lambda request: order.append("a") or b"+OK\r\n") as a,  # type: ignore[func-returns-value]
        scripted(lambda request: order.append("b") or b"+OK\r\n") as b,  # type: ignore[func-returns-value]
    ):
        assert await session([a.target, b.target], "set", printed, rounds=3).run() == 0
    assert "".join(order) == "a" * 10 + "b" * 20 + "a" * 20 + "b" * 10
    assert "3 rounds of each in turn" in printed.text
    assert a.requests == b.requests


async def test_a_server_may_be_compared_with_itself() -> None:
    printed = Printed("csv")
    async with scripted(ok) as server:
        assert await session([server.target] * 2, "get", printed, rounds=2).run() == 0
    assert [row.rpartition(',"')[2] for row in printed.said[1:]] == [
        f'{server.target.name}"', f'{server.target.name} (again)"',
    ]  # fmt: skip


async def test_errors_are_told_the_rest_goes_on_and_the_status_is_1() -> None:
    printed = Printed("quiet")
    answer = {b"SET": b"-OOM no room\r\n"}
    async with scripted(lambda request: answer.get(request[0], b"+OK\r\n")) as server:
        assert await session([server.target], "set,get", printed).run() == 1
    assert len(printed.said) == 2
    warned = [warning for warning in printed.warned if "errors" in warning]
    assert warned == [f"SET on {server.target.name}: 10 of 10 replies were errors. The first: OOM no room"]


async def test_a_server_that_goes_away_is_the_end() -> None:
    printed, served = Printed("text"), count(1)

    def once(request: list[bytes]) -> bytes:
        if next(served) > 4:
            raise Gone
        return b"+OK\r\n"

    async with scripted(once) as server:
        assert await session([server.target], "set,get", printed).run() == 1
    assert "The run ended before its time" in printed.text
    assert len(printed.said) == 1


async def test_what_cannot_be_reached_is_an_error_after_what_was_measured() -> None:
    async with scripted(ok) as gone:
        pass
    printed = Printed("json")
    async with scripted(ok) as server:
        with pytest.raises(OSError):
            await session([server.target, gone.target], "get", printed, rounds=2).run()
    (test,) = json.loads(printed.text)["tests"]
    assert [len(each["rounds"]) for each in test["servers"].values()] == [1, 0]


@pytest.mark.parametrize("endless", [True, False])
async def test_ctrl_c_ends_it_with_what_there_is(endless: bool) -> None:
    printed, served = Printed("text"), count(1)

    def interrupt(request: list[bytes]) -> bytes:
        if next(served) == 25:
            os.kill(os.getpid(), signal.SIGINT)
        return b"+OK\r\n"

    async with scripted(interrupt) as server:
        running = Session(
            [server.target], jobs("get"), replace(PLAN, requests=10 if endless else None), printed.output, Silent(),
            endless=endless,
        )  # fmt: skip
        assert await running.run() == 130
    assert printed.said
    assert all("GET" in text for text in printed.said)


async def test_ctrl_c_is_heard_while_connecting() -> None:
    def interrupt(request: list[bytes]) -> bytes:
        os.kill(os.getpid(), signal.SIGINT)
        return b""  # the greeting is never answered

    async with scripted(interrupt) as server:
        running = session([replace(server.target, db=1)], "get", Printed("text"))
        with pytest.raises(InterruptedError, match="interrupted"):
            await running.run()
        assert running.status == 130


async def test_results_go_into_a_chart(tmp_path: Path) -> None:
    printed = Printed("quiet", tmp_path / "chart.svg")
    async with scripted(ok) as server:
        await session([server.target], "get,set", printed).run()
    text = (tmp_path / "chart.svg").read_text()
    assert text.startswith("<svg ") and ">GET<" in text and ">SET<" in text
