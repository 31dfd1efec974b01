"""What programs read: CSV with redis-benchmark's columns first, JSON that holds all."""

from __future__ import annotations

import csv
import json

from framewire.cli.bench.export import csv_header, csv_rows, document
from framewire.cli.bench.plan import Plan
from framewire.frames.resp import Error
from tests.cli.bench.fakes import MS, record_of, result_of

REDIS_BENCHMARK = [
    "test", "rps", "avg_latency_ms", "min_latency_ms", "p50_latency_ms", "p95_latency_ms", "p99_latency_ms",
    "max_latency_ms",
]  # fmt: skip


def test_the_columns_begin_with_those_of_redis_benchmark() -> None:
    (header,) = csv.reader([csv_header()])
    assert header[:8] == REDIS_BENCHMARK
    assert len(header) == len(set(header))


def test_a_row_for_each_server_with_medians() -> None:
    one = [record_of(1, 1), record_of(1, 1, 1, 1), record_of(1, 1, 1)]
    result = result_of(("redis://a", one), ("redis://b", [record_of(2.5)]), title='GET "x", y')
    rows = list(csv.DictReader([csv_header(), *csv_rows(result)]))
    assert [(row["test"], row["rps"], row["server"]) for row in rows] == [
        ('GET "x", y', "3.00", "redis://a"), ('GET "x", y', "1.00", "redis://b"),
    ]  # fmt: skip
    assert rows[1]["avg_latency_ms"] == rows[1]["max_latency_ms"] == "2.500"
    assert rows[0]["server_cpu_us"] == ""
    assert rows[0]["errors"] == "0"


def test_the_document_holds_every_round() -> None:
    record = record_of(1, 2, titles=("SET", "GET"))
    record.refused(Error(b"ERR no"))
    record.service.record(MS)
    record.failure, record.unanswered, record.unsent = "gone", 3, 4
    whole = json.loads(json.dumps(document([result_of(("a", [record, record_of(3)]), plan=Plan(rate=9))])))
    (test,) = whole["tests"]
    assert (test["test"], test["plan"]["rate"], test["latency_from"]) == ("GET", 9, "due")
    server = test["servers"]["a"]
    assert server["medians"]["rps"] == 1.5
    assert (server["percentiles"]["0"], server["percentiles"]["100"]) == (1, 3)
    assert server["percentiles_from_sending"]["100"] == 1
    first, second = server["rounds"]
    assert (first["requests"], first["errors"], first["first_error"]) == (2, {"ERR": 1}, "ERR no")
    assert (first["failure"], first["unanswered"], first["unsent"]) == ("gone", 3, 4)
    assert set(first["by_request"]) == {"SET", "GET"}
    assert second["by_request"] == {}
    assert sum(each["requests"] for each in first["slices"]) == 2


def test_without_a_rate_latency_is_from_the_sending() -> None:
    (test,) = document([result_of(("a", [record_of(1)]))])["tests"]
    assert (test["latency_from"], test["servers"]["a"]["percentiles_from_sending"]) == ("sending", None)
