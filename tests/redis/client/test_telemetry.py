"""Spans and measures by OpenTelemetry's conventions, of calls on Mini-Redis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.errors import ConnectionError, ResponseError
from framewire.redis.server.network.thread import ThreadServer, run_in_thread

pytest.importorskip("opentelemetry.sdk")

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from framewire.redis.client.telemetry import OpenTelemetry


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadServer]:
    with run_in_thread() as server:
        yield server


class Collected:
    """Hooks, and what they have told of."""

    def __init__(self) -> None:
        self._spans, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers, self.meters = TracerProvider(), MeterProvider([self._reader])
        self.tracers.add_span_processor(SimpleSpanProcessor(self._spans))

    def hook(self, **options: Any) -> OpenTelemetry:
        return OpenTelemetry(tracer_provider=self.tracers, meter_provider=self.meters, **options)

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self._spans.get_finished_spans())

    def points(self) -> dict[str, list[Any]]:
        """The data points of each measure, by its name."""
        data = self._reader.get_metrics_data()
        assert data is not None
        metrics = data.resource_metrics[0].scope_metrics[0].metrics
        return {metric.name: list(metric.data.data_points) for metric in metrics}


@pytest.fixture
def collected() -> Collected:
    return Collected()


async def _use(client: Client) -> None:
    await client.set("k", "secret value")
    async with client.pipeline() as pipeline:
        pipeline.get("k"), pipeline.get("l")
    async with client.transaction() as transaction:
        transaction.get("k"), transaction.set("l", 1)
    with pytest.raises(ResponseError):
        await client.lpush("k", 1)


async def test_spans(server: ThreadServer, collected: Collected) -> None:
    async with Client(server.host, server.port, 2, hooks=[collected.hook()]) as client:
        await _use(client)
    assert [span.name for span in collected.spans] == ["SET", "PIPELINE GET", "MULTI", "LPUSH"]
    assert {span.kind for span in collected.spans} == {SpanKind.CLIENT}
    common = {
        "db.system.name": "redis", "db.namespace": "2", "server.address": server.host, "server.port": server.port
    }  # fmt: skip
    attributes = [dict(span.attributes or {}) for span in collected.spans]
    assert attributes[0] == {**common, "db.operation.name": "SET", "db.query.text": "SET ? ?"}
    assert attributes[1] == {
        **common, "db.operation.name": "PIPELINE GET", "db.operation.batch.size": 2, "db.query.text": "GET ?\nGET ?"
    }  # fmt: skip
    assert attributes[2]["db.operation.name"] == "MULTI" and attributes[2]["db.operation.batch.size"] == 2
    assert attributes[3] == {
        **common, "db.operation.name": "LPUSH", "db.query.text": "LPUSH ? ?", "error.type": "WRONGTYPE",
        "db.response.status_code": "WRONGTYPE", "framewire.fate": "executed",
    }  # fmt: skip
    assert [span.status.status_code for span in collected.spans] == [StatusCode.UNSET] * 3 + [StatusCode.ERROR]


async def test_they_are_children_of_the_span_around_them(server: ThreadServer, collected: Collected) -> None:
    tracer = collected.tracers.get_tracer("test")
    async with Client.from_url(server.url, hooks=[collected.hook()]) as client:
        with tracer.start_as_current_span("outer") as outer:
            await client.ping()
    span = next(span for span in collected.spans if span.name == "PING")
    assert span.parent is not None and span.parent.span_id == outer.get_span_context().span_id


async def test_arguments_only_where_they_are_asked_for(server: ThreadServer, collected: Collected) -> None:
    async with Client.from_url(server.url, hooks=[collected.hook(arguments=True)]) as client:
        await client.set("k", "value")
        with pytest.raises(ResponseError):
            await client.config_set("requirepass", "sesam", "no-such", 1)  # type: ignore[arg-type]
    texts = [str((span.attributes or {})["db.query.text"]) for span in collected.spans]
    assert texts[0] == "SET k value" and "sesam" not in "".join(texts)


async def test_measures(server: ThreadServer, collected: Collected) -> None:
    async with Client.from_url(server.url, hooks=[collected.hook()]) as client:
        await _use(client)
    points = collected.points()
    durations = {point.attributes["db.operation.name"]: point for point in points["db.client.operation.duration"]}
    assert durations.keys() == {"SET", "PIPELINE GET", "MULTI", "LPUSH"}
    assert all(point.count == 1 and 0 < point.sum < 60 for point in durations.values())
    assert "db.query.text" not in durations["SET"].attributes
    assert durations["LPUSH"].attributes["error.type"] == "WRONGTYPE"
    (created,) = points["db.client.connection.create_time"]
    assert created.count == 1
    assert created.attributes == {"db.client.connection.pool.name": f"{server.host}:{server.port}/0"}


def test_of_threads(server: ThreadServer, collected: Collected) -> None:
    with BlockingClient.from_url(server.url, hooks=[collected.hook()]) as client:
        client.set("k", 1)
    with BlockingClient("127.0.0.1", 1, socket_timeout=0.2, hooks=[collected.hook()]) as client:
        with pytest.raises(ConnectionError):
            client.get("k")
    ours, failed = collected.spans
    assert (ours.name, failed.name) == ("SET", "GET")
    attributes = dict(failed.attributes or {})
    assert (attributes["error.type"], attributes["framewire.fate"]) == ("ConnectionError", "not executed")


async def test_where_there_is_no_address_none_is_told(collected: Collected) -> None:
    async with Client.from_url("memory://", hooks=[collected.hook()]) as client:
        await client.ping()
    attributes = dict(collected.spans[0].attributes or {})
    assert "server.address" not in attributes and "server.port" not in attributes
