"""What redis-py's constructors take, as options of our clients.

What belongs here: one translation. Settings that have no meaning here are taken and ignored, and named in `IGNORED`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.option_kinds import KINDS
from framewire.redis.client.options import Options
from framewire.redis.client.retries import Retry

__all__ = ["IGNORED", "options_of"]

IGNORED: Final = frozenset(
    {
        "auto_close_connection_pool", "cache", "command_packer", "connection_class", "connection_pool", "driver_info",
        "event_dispatcher", "legacy_responses", "maint_notifications_config",
        "oss_cluster_maint_notifications_handler", "parser_class", "redis_connect_func", "retry_on_error",
        "retry_on_timeout", "single_connection_client", "socket_keepalive_options", "socket_read_size", "socket_type",
        "ssl_ocsp_context", "ssl_ocsp_expected_cert", "ssl_validate_ocsp", "ssl_validate_ocsp_stapled", "timeout",
        "queue_class", "use_lifo", "cache_factory",
    }
)  # fmt: skip
"""Settings of redis-py that change nothing here: links, buffers and repeats are other ones, or it is not built."""

RENAMED: Final = {"unix_socket_path": "path"}


def options_of(settings: Mapping[str, Any]) -> Options:
    """The options that redis-py's `settings` mean. Raises `TypeError` for one that redis-py does not have either.

    `decode_responses` and its kin stay in them: `framewire.redis.compat` obeys them itself.
    """
    options: dict[str, Any] = {}
    for name, value in settings.items():
        name = RENAMED.get(name, name)
        if name == "cache_config":
            name, value = "cache", _cache(value)
        elif name in IGNORED:
            continue
        elif name not in KINDS:
            raise TypeError(f"there is no setting {name!r}")
        elif name == "retry":
            value = _retry(value)
        if value is not None or name in ("socket_timeout", "socket_connect_timeout", "protocol", "path"):
            options[name] = _converted(name, value)
    if options.get("path") is None:
        options.pop("path", None)
    if options.get("credential_provider") is not None:
        options.pop("username", None)
        options.pop("password", None)
    return Options(**options)


_NUMBERS: Final = {"db": int, "port": int, "protocol": int, "max_connections": int, "health_check_interval": float}


def _converted(name: str, value: Any) -> Any:
    """redis-py takes numbers as text too."""
    if isinstance(value, str) and name in _NUMBERS:
        return _NUMBERS[name](value)
    return float(value) if isinstance(value, str) and name.endswith("timeout") else value


_FOR_EVER: Final = 2**31


def _retry(retry: Any) -> Retry:
    """Ours, or what redis-py's says: how often, with what pauses."""
    if retry is None or isinstance(retry, Retry):
        return retry if retry is not None else Retry()
    times = retry.get_retries()
    backoff = retry._backoff
    base, cap = (_seconds_of(backoff, name) for name in ("base", "cap"))
    return Retry(times if times >= 0 else _FOR_EVER, min(base, cap), cap)


def _seconds_of(backoff: Any, name: str) -> float:
    """Of our class of that name, or of redis-py's."""
    for attribute in (name, f"_{name}", "_backoff"):
        if hasattr(backoff, attribute):
            return float(getattr(backoff, attribute))
    return float(getattr(Retry(), name))


def _cache(config: Any) -> CacheConfig | None:
    """Ours, or in place of redis-py's, which counts entries, the bytes that we are used to."""
    return config if config is None or isinstance(config, CacheConfig) else CacheConfig()
