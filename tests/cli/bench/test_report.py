"""What people read: the figures at their places, and the warnings where there is something to warn of."""

from __future__ import annotations

import re

import pytest

from framewire.cli.bench.plan import Plan
from framewire.cli.bench.report import compared, full, notes, quiet
from framewire.frames.resp import Error
from tests.cli.bench.fakes import MS, record_of, result_of

PACED = Plan(rate=100)


def test_the_whole_report_of_one_run() -> None:
    record = record_of(*range(1, 101), seconds=2)
    record.server_cpu, record.own_cpu = 0.001, 0.002
    text = full(result_of(("redis://h:1/0", [record])))
    assert "====== GET ======\n  100 requests completed in 2.00 seconds\n  50 parallel clients" in text
    assert "0.000% <= 1.000 milliseconds (cumulative count 1)\n50.000% <= 50." in text
    assert "100.000% <= 100.000 milliseconds (cumulative count 100)" in text
    assert "throughput summary: 50.00 requests per second" in text
    assert re.search(r"avg +min +p50 +p95 +p99 +max\n +50\.500 +1\.000 +50\.\d+ +95\.\d+ +99\.\d+ +100\.000\n", text)
    assert "CPU per request: server 10.00 usec, this program 20.00 usec" in text
    assert "ask" in text and "--rate" in text  # what a closed loop leaves out is said


def test_percentiles_of_the_distribution_rise_and_each_is_told_once() -> None:
    text = full(result_of(("h", [record_of(*[1] * 900, *range(2, 100))])))
    steps = re.findall(r"^([\d.]+)% <= ([\d.]+) milliseconds \(cumulative count (\d+)\)$", text, re.MULTILINE)
    numbers = [tuple(map(float, step)) for step in steps]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == (100, 99, 998)


def test_a_rate_says_what_is_measured_from_where() -> None:
    record = record_of(5, 6)
    for service in (1, 2):
        record.service.record(service * MS)
    text = full(result_of(("h", [record]), plan=PACED))
    assert "100 requests are due per second: latency is from when a request was due" in text
    assert "of that, from the sending on: p50 1.00" in text
    assert "max 2.000" in text


def test_a_mix_has_a_line_for_each_request() -> None:
    record = record_of(titles=("SET", "GET"))
    record.replied(1, 3 * MS, 2, [0, 1])
    record.replied(2, 4 * MS, 1, [1])
    record.finish(10)
    text = full(result_of(("h", [record]), title="MIX"))
    assert re.search(r"^ +SET +1 +3\.000 +3\.000 +3\.000$", text, re.MULTILINE)
    assert re.search(r"^ +GET +2 +3\.\d+ +4\.000 +4\.000$", text, re.MULTILINE)


def test_a_run_without_a_single_reply_is_told_too() -> None:
    record = record_of()
    record.failure = "the server closed a connection"
    record.unanswered = 50
    text = full(result_of(("h", [record])))
    assert "0 requests completed" in text
    assert "before its time: the server closed a connection." in text
    assert "50 requests were sent and not answered" in text


def test_a_line_for_those_who_want_no_more() -> None:
    result = result_of(("a", [record_of(2, 2)]))
    assert quiet(result) == "GET: 2.00 requests per second, p50=2.000 msec"
    both = result_of(("a", [record_of(2, 2)]), ("b", [record_of(4)]))
    assert quiet(both, 1).splitlines() == [
        "GET on a: 2.00 requests per second, p50=2.0 msec", "GET on b: 1.00 requests per second, p50=4.0 msec",
    ]  # fmt: skip


def test_two_servers_side_by_side() -> None:
    one = [record_of(*[4] * count) for count in (10, 20, 30)]
    other = [record_of(*[2] * count) for count in (20, 40, 15)]
    text = compared(result_of(("redis://a:1/0", one), ("redis://b:2/0", other)))
    assert "3 rounds of each in turn" in text
    assert re.search(r"redis://a:1/0 +redis://b:2/0 +ratio\n", text)
    assert re.search(r"requests per second +20\.00 +20\.00 +2\.00 \(0\.50 to 2\.00\)  the rounds disagree\n", text)
    assert re.search(r"p50 msec +4\.000 +2\.000 +0\.50 \(0\.50 to 0\.50\)\n", text)
    assert re.search(r"server CPU usec per request +- +- +-\n", text)


def test_a_comparison_that_broke_off_has_the_rounds_that_there_are() -> None:
    broken = record_of(1)
    broken.failure = "the server closed a connection"
    text = compared(result_of(("a", [record_of(1), broken]), ("b", [record_of(1)])))
    assert "1 rounds of each" in text
    assert "a: The run ended before its time" in text
    assert "-" in compared(result_of(("a", [broken]), ("b", [])))


@pytest.mark.parametrize(("plan", "own_cpu", "said"), [
    (Plan(), 0.95, True), (Plan(), 0.5, False), (PACED, 0.99, False),
])  # fmt: skip
def test_it_says_when_it_may_be_the_limit_itself(plan: Plan, own_cpu: float, said: bool) -> None:
    record = record_of(1)
    record.own_cpu = own_cpu
    found = list(notes(record, result_of(("a", [record]), plan=plan)))
    assert any(f"{own_cpu:.0%} of a core" in note for note in found) == said


def test_errors_and_what_was_not_sent_are_noted() -> None:
    record = record_of(1, 1, 1)
    for text in (b"ERR one", b"WRONGTYPE two", b"ERR three"):
        record.refused(Error(text))
    record.unsent = 7
    found = "\n".join(notes(record, result_of(("a", [record]))))
    assert "3 of 3 replies were errors. The first: ERR one" in found
    assert "ERR 2, WRONGTYPE 1" in found
    assert "7 requests were due and never sent" in found
