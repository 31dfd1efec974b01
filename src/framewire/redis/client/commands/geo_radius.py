"""Places on earth, searched in the older way: GEORADIUS and its kin.

What belongs here: the four commands that GEOSEARCH has replaced in Redis 6.2.
"""

from __future__ import annotations

from typing import Any, Literal

from framewire.redis.client.arguments import Key, Value, at_most_one
from framewire.redis.client.commands.geo import details, nearest
from framewire.redis.client.definition import Reply, Runs, S, either, signature
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.geo import places

__all__ = ["GeoRadius"]


class GeoRadius(Runs[S]):
    """The commands of Redis' group "geo" that GEOSEARCH has replaced. Arguments and results are as in `geosearch`."""

    @signature
    def _georadius(
        self, name: Key, longitude: float, latitude: float, radius: float, unit: str | None = None,
        withdist: Literal[False] = False, withcoord: Literal[False] = False, withhash: Literal[False] = False,
        count: int | None = None, sort: str | None = None, store: None = None, store_dist: None = None,
        any: bool = False,
    ) -> Reply[list[S]]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _georadius_details(
        self, name: Key, longitude: float, latitude: float, radius: float, unit: str | None = None,
        withdist: bool = False, withcoord: bool = False, withhash: bool = False, count: int | None = None,
        sort: str | None = None, store: None = None, store_dist: None = None, any: bool = False,
    ) -> Reply[list[list[Any]]]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _georadius_stored(
        self, name: Key, longitude: float, latitude: float, radius: float, unit: str | None = None, *,
        count: int | None = None, sort: str | None = None, store: Key | None = None, store_dist: Key | None = None,
        any: bool = False,
    ) -> Reply[int]:  # fmt: skip
        raise NotImplementedError

    @either(_georadius, _georadius_details, _georadius_stored)
    def georadius(
        self, name: Key, longitude: float, latitude: float, radius: float, unit: str | None = None,
        withdist: bool = False, withcoord: bool = False, withhash: bool = False, count: int | None = None,
        sort: str | None = None, store: Key | None = None, store_dist: Key | None = None, any: bool = False,
    ) -> Reply[Any]:  # fmt: skip
        """GEORADIUS: the places within `radius` of a point. O(N + log M), N of M places looked at.

        With `store` or `store_dist` that key holds them then, with their hashes or their distances as scores, and
        returned is how many they are.
        """
        circle: tuple[Any, ...] = (b"GEORADIUS", name, longitude, latitude, radius, unit or b"m")
        wanted: tuple[bytes, ...] = details(withdist, withhash, withcoord)
        return self._geo_within(circle, nearest(sort, count, any), wanted, store, store_dist)

    @signature
    def _georadiusbymember(
        self, name: Key, member: Value, radius: float, unit: str | None = None, withdist: Literal[False] = False,
        withcoord: Literal[False] = False, withhash: Literal[False] = False, count: int | None = None,
        sort: str | None = None, store: None = None, store_dist: None = None, any: bool = False,
    ) -> Reply[list[S]]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _georadiusbymember_details(
        self, name: Key, member: Value, radius: float, unit: str | None = None, withdist: bool = False,
        withcoord: bool = False, withhash: bool = False, count: int | None = None, sort: str | None = None,
        store: None = None, store_dist: None = None, any: bool = False,
    ) -> Reply[list[list[Any]]]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _georadiusbymember_stored(
        self, name: Key, member: Value, radius: float, unit: str | None = None, *, count: int | None = None,
        sort: str | None = None, store: Key | None = None, store_dist: Key | None = None, any: bool = False,
    ) -> Reply[int]:  # fmt: skip
        raise NotImplementedError

    @either(_georadiusbymember, _georadiusbymember_details, _georadiusbymember_stored)
    def georadiusbymember(
        self, name: Key, member: Value, radius: float, unit: str | None = None, withdist: bool = False,
        withcoord: bool = False, withhash: bool = False, count: int | None = None, sort: str | None = None,
        store: Key | None = None, store_dist: Key | None = None, any: bool = False,
    ) -> Reply[Any]:  # fmt: skip
        """GEORADIUSBYMEMBER: as `georadius`, around a place that is there; an error where it is not. O(N + log M)."""
        circle: tuple[Any, ...] = (b"GEORADIUSBYMEMBER", name, member, radius, unit or b"m")
        wanted: tuple[bytes, ...] = details(withdist, withhash, withcoord)
        return self._geo_within(circle, nearest(sort, count, any), wanted, store, store_dist)

    # -- for replicas and read-only users -----------------------------------------------------------------------------

    @signature
    def _georadius_ro(
        self, name: Key, longitude: float, latitude: float, radius: float, unit: str | None = None,
        withdist: Literal[False] = False, withcoord: Literal[False] = False, withhash: Literal[False] = False,
        count: int | None = None, sort: str | None = None, any: bool = False,
    ) -> Reply[list[S]]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _georadius_ro_details(
        self, name: Key, longitude: float, latitude: float, radius: float, unit: str | None = None,
        withdist: bool = False, withcoord: bool = False, withhash: bool = False, count: int | None = None,
        sort: str | None = None, any: bool = False,
    ) -> Reply[list[list[Any]]]:  # fmt: skip
        raise NotImplementedError

    @either(_georadius_ro, _georadius_ro_details)
    def georadius_ro(
        self, name: Key, longitude: float, latitude: float, radius: float, unit: str | None = None,
        withdist: bool = False, withcoord: bool = False, withhash: bool = False, count: int | None = None,
        sort: str | None = None, any: bool = False,
    ) -> Reply[Any]:  # fmt: skip
        """GEORADIUS_RO: as `georadius`, which only reads. O(N + log M)."""
        circle: tuple[Any, ...] = (b"GEORADIUS_RO", name, longitude, latitude, radius, unit or b"m")
        return self._geo_within(circle, nearest(sort, count, any), details(withdist, withhash, withcoord))

    @signature
    def _georadiusbymember_ro(
        self, name: Key, member: Value, radius: float, unit: str | None = None, withdist: Literal[False] = False,
        withcoord: Literal[False] = False, withhash: Literal[False] = False, count: int | None = None,
        sort: str | None = None, any: bool = False,
    ) -> Reply[list[S]]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _georadiusbymember_ro_details(
        self, name: Key, member: Value, radius: float, unit: str | None = None, withdist: bool = False,
        withcoord: bool = False, withhash: bool = False, count: int | None = None, sort: str | None = None,
        any: bool = False,
    ) -> Reply[list[list[Any]]]:  # fmt: skip
        raise NotImplementedError

    @either(_georadiusbymember_ro, _georadiusbymember_ro_details)
    def georadiusbymember_ro(
        self, name: Key, member: Value, radius: float, unit: str | None = None, withdist: bool = False,
        withcoord: bool = False, withhash: bool = False, count: int | None = None, sort: str | None = None,
        any: bool = False,
    ) -> Reply[Any]:  # fmt: skip
        """GEORADIUSBYMEMBER_RO: as `georadiusbymember`, which only reads. O(N + log M)."""
        circle: tuple[Any, ...] = (b"GEORADIUSBYMEMBER_RO", name, member, radius, unit or b"m")
        return self._geo_within(circle, nearest(sort, count, any), details(withdist, withhash, withcoord))

    def _geo_within(
        self, circle: tuple[Any, ...], order: tuple[Any, ...], wanted: tuple[bytes, ...], store: Key | None = None,
        store_dist: Key | None = None,
    ) -> Reply[Any]:  # fmt: skip
        """Search in `circle`, and return what is `wanted` of each place, or store them."""
        stored: tuple[Any, ...] = _stored(wanted, store, store_dist)
        return self._run((*circle, *order, *wanted, *stored), places if wanted else None)


def _stored(wanted: tuple[bytes, ...], store: Key | None, store_dist: Key | None) -> tuple[Any, ...]:
    """Where what was found is stored."""
    at_most_one(store=store, store_dist=store_dist)
    if store is None and store_dist is None:
        return ()
    if wanted:
        raise DataError("what is stored has no details: withdist, withcoord and withhash cannot be given")
    return (b"STORE", store) if store is not None else (b"STOREDIST", store_dist)
