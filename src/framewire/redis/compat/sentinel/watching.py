"""`Sentinel` of redis-py, as far as nobody waits: what it is told, which answers count, and clients behind sentinels.

What belongs here: what threads and asyncio share. Clients behind sentinels find their servers as framewire's do, by
what several sentinels say and publish; `discover_master` is for who wants to know.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, Self, TypeVar

from framewire.redis.client.errors import MasterNotFoundError
from framewire.redis.compat.sentinel_methods import SentinelMethods
from framewire.redis.compat.urls import settings_of_url

__all__ = ["Watching", "told"]

R = TypeVar("R")

_OF_SENTINELS = ("username", "password", "ssl")
"""Settings that links to sentinels have of their own: `sentinel_username`, and so on, of a client."""


class Watching(SentinelMethods, Generic[R]):
    """A list of sentinels: `sentinels` are clients of them, in the order in which they are asked."""

    redis_class: Any
    pool_class: Any

    def __init__(
        self, sentinels: Iterable[tuple[str, int]], min_other_sentinels: int = 0,
        sentinel_kwargs: Mapping[str, Any] | None = None, force_master_ip: str | None = None, **connection_kwargs: Any,
    ) -> None:  # fmt: skip
        """sentinel_kwargs: of links to sentinels; if not said, the `socket_*` of `connection_kwargs`, which are of
        links to servers. min_other_sentinels: of a sentinel that knows fewer others `discover_master` does not believe.
        force_master_ip: the host to connect to, with the port that sentinels say.
        """
        self._places = tuple((host, int(port)) for host, port in sentinels)
        if sentinel_kwargs is None:
            sentinel_kwargs = {name: value for name, value in connection_kwargs.items() if name.startswith("socket_")}
        self.sentinel_kwargs = dict(sentinel_kwargs)
        self.sentinels: list[R] = [
            self.redis_class(host=host, port=port, **self.sentinel_kwargs) for host, port in self._places
        ]
        self.min_other_sentinels = min_other_sentinels
        self.connection_kwargs = connection_kwargs
        self._force_master_ip = force_master_ip

    @classmethod
    def from_url(cls, url: str, **settings: Any) -> Self:
        """The sentinels of a URL `redis+sentinel://a:26379,b/service`. Raises `ValueError` for any other."""
        said = settings_of_url(url)
        if "sentinels" not in said:
            raise ValueError("a URL of sentinels begins with redis+sentinel:// or rediss+sentinel://")
        sentinels = said.pop("sentinels")
        said.pop("service", None)
        own = {name: said.pop(f"sentinel_{name}") for name in _OF_SENTINELS if f"sentinel_{name}" in said}
        if said.get("ssl"):
            own.setdefault("ssl", True)
        timeouts = {name: value for name, value in {**settings, **said}.items() if name.startswith("socket_")}
        return cls(sentinels, **{"sentinel_kwargs": {**timeouts, **own}, **settings, **said})

    # -- clients ------------------------------------------------------------------------------------------------------

    def master_for(
        self, service_name: str, redis_class: Any = None, connection_pool_class: Any = None, **kwargs: Any
    ) -> R:
        """A client of the primary, whichever that is at the time. It closes its links itself."""
        return self._client_for(service_name, redis_class, connection_pool_class, kwargs)

    def slave_for(
        self, service_name: str, redis_class: Any = None, connection_pool_class: Any = None, **kwargs: Any
    ) -> R:
        """A client that reads from the replicas; where there are none, and for what writes, from the primary."""
        return self._client_for(service_name, redis_class, connection_pool_class, {**kwargs, "read_from": "any"})

    replica_for = slave_for

    def _client_for(self, service: str, redis_class: Any, pool_class: Any, settings: Mapping[str, Any]) -> R:
        pool = (pool_class or self.pool_class)(**self._settings(service, settings))
        made: R = (redis_class or self.redis_class).from_pool(pool)
        return made

    def _settings(self, service: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Those of a pool whose client is behind these sentinels."""
        of_sentinels = {f"sentinel_{name}": self.sentinel_kwargs.get(name) for name in _OF_SENTINELS}
        of_sentinels["sentinel_ssl"] = bool(of_sentinels["sentinel_ssl"])
        remap = {} if self._force_master_ip is None else {"address_remap": self._forced}
        kept = {**self.connection_kwargs, **settings}
        return {**kept, **of_sentinels, **remap, "sentinels": self._places, "service": service}

    def _forced(self, address: tuple[str, int]) -> tuple[str, int]:
        assert self._force_master_ip is not None
        return address if address in self._places else (self._force_master_ip, address[1])

    # -- what sentinels say -------------------------------------------------------------------------------------------

    def check_master_state(self, state: Mapping[str, Any], service_name: str) -> bool:
        """Whether a sentinel's word of a primary counts: it is up, and seen by enough sentinels."""
        if not state["is_master"] or state["is_sdown"] or state["is_odown"]:
            return False
        return bool(state["num-other-sentinels"] >= self.min_other_sentinels)

    def _address_in(self, masters: Mapping[str, Any], service_name: str) -> tuple[str, int] | None:
        state = masters.get(service_name)
        if not state or not self.check_master_state(state, service_name):
            return None
        return (state["ip"] if self._force_master_ip is None else self._force_master_ip), state["port"]

    def _ask_first(self, sentinel: R) -> None:
        self.sentinels.remove(sentinel)
        self.sentinels.insert(0, sentinel)

    def _not_found(self, service_name: str, errors: Sequence[str]) -> MasterNotFoundError:
        said = f" : {', '.join(errors)}" if errors else ""
        return MasterNotFoundError(f"No master found for {service_name!r}{said}")

    def filter_slaves(self, slaves: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
        """Host and port of those that are up."""
        return [(each["ip"], each["port"]) for each in slaves if not (each["is_odown"] or each["is_sdown"])]

    filter_replicas = filter_slaves

    def _asked(self, once: bool) -> list[R]:
        """Those that a command goes to."""
        return [random.choice(self.sentinels)] if once else list(self.sentinels)

    def __repr__(self) -> str:
        places = ",".join(f"{host}:{port}" for host, port in self._places)
        return f"<{type(self).__module__}.{type(self).__name__}(sentinels=[{places}])>"


def told(said: list[Any], return_responses: bool) -> Any:
    """What `Sentinel.execute_command` returns of what the sentinels say."""
    return said if return_responses else all(said)
