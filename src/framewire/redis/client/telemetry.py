"""OpenTelemetry for clients: a span and a measurement for every call. Needs the extra `otel`.

What belongs here: what its conventions call what happens here. Source: OpenTelemetry's semantic conventions for
database clients and for Redis.
"""

from __future__ import annotations

import time
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from framewire._version import __version__
from framewire.redis.client.errors import RedisError, ResponseError
from framewire.redis.client.hooks import Begun
from framewire.redis.client.options import Options

__all__ = ["OpenTelemetry"]

DURATIONS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
"""The bounds that the conventions advise, in seconds."""


class OpenTelemetry:
    """A hook for `Client(hooks=[OpenTelemetry()])`: spans of kind CLIENT, and the measures
    `db.client.operation.duration` and `db.client.connection.create_time`, in seconds.

    With `arguments` the text of a command shows its arguments, shortened, without passwords; else only how many.
    """

    def __init__(
        self, *, tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None, arguments: bool = False,
    ) -> None:  # fmt: skip
        self._tracer = trace.get_tracer("framewire.redis", __version__, tracer_provider)
        self._durations = metrics.get_meter("framewire.redis", __version__, meter_provider).create_histogram(
            "db.client.operation.duration", unit="s", description="Duration of database client operations.",
            explicit_bucket_boundaries_advisory=DURATIONS,
        )  # fmt: skip
        self._connecting = metrics.get_meter("framewire.redis", __version__, meter_provider).create_histogram(
            "db.client.connection.create_time", unit="s", description="The time it took to create a new connection.",
            explicit_bucket_boundaries_advisory=DURATIONS,
        )  # fmt: skip
        self._arguments = arguments

    def begins(self, call: Begun) -> tuple[Span, float, dict[str, Any]]:
        """A span begins, as a child of the current one."""
        attributes = _attributes(call)
        span = self._tracer.start_span(call.name, kind=SpanKind.CLIENT, attributes=attributes)
        if span.is_recording():
            span.set_attribute("db.query.text", call.full_text if self._arguments else call.text)
        return span, time.perf_counter(), attributes

    def ends(self, call: Begun, token: tuple[Span, float, dict[str, Any]], error: BaseException | None) -> None:
        """It ends; its status tells of an error."""
        span, began, attributes = token
        if error is not None:
            attributes = {**attributes, **_error_attributes(error)}
            span.set_attributes(_error_attributes(error))
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
        self._durations.record(time.perf_counter() - began, attributes)
        span.end()

    def opened(self, options: Options, seconds: float) -> None:
        """A connection was created."""
        self._connecting.record(seconds, {"db.client.connection.pool.name": _place(options)})

    def closed(self, options: Options, error: Exception) -> None:
        """Nothing is measured of that."""


def _attributes(call: Begun) -> dict[str, Any]:
    options = call.options
    attributes: dict[str, Any] = {
        "db.system.name": "redis",
        "db.operation.name": call.name,
        "db.namespace": str(options.db),
    }
    if options.memory is None and not options.is_several:  # of several servers it is one, and nobody knows which yet
        attributes["server.address"] = options.path or options.host
        if options.path is None:
            attributes["server.port"] = options.port
    if call.batch and len(call.commands) > 1:
        attributes["db.operation.batch.size"] = len(call.commands)
    return attributes


def _place(options: Options) -> str:
    """What the conventions advise as the name of a pool: the server, and the database."""
    if options.memory is not None:
        return f"memory:{options.memory}/{options.db}"
    return f"{options.path or f'{options.host}:{options.port}'}/{options.db}"


def _error_attributes(error: BaseException) -> dict[str, Any]:
    attributes: dict[str, Any] = {"error.type": type(error).__name__}
    if isinstance(error, ResponseError):
        attributes["db.response.status_code"] = attributes["error.type"] = error.code
    if isinstance(error, RedisError):
        attributes["framewire.fate"] = str(error.fate)
    return attributes
