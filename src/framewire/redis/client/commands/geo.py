"""Places on earth: GEOADD, GEOSEARCH and their kin.

What belongs here: the commands of Redis' group "geo", but for the older ones that search, which have their own file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from framewire.redis.client.arguments import Key, Value, on_condition
from framewire.redis.client.definition import Reply, Runs, S, command, either, signature
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.basic import floating
from framewire.redis.client.shapes.geo import hashes, places, positions

__all__ = ["Geo", "details", "nearest"]


class Geo(Runs[S]):
    """The commands of Redis' group "geo". Places are members of a sorted set.

    Distances are in `unit`: m, km, ft, mi.
    """

    # -- places -------------------------------------------------------------------------------------------------------

    @command
    def geoadd(
        self, name: Key, values: Sequence[Value], nx: bool = False, xx: bool = False, ch: bool = False
    ) -> Reply[int]:
        """GEOADD: let places be where `values` say: longitude, latitude, name, by turns. How many are new. O(M log N).

        `nx`: only those that are new, `xx`: only those that are not. With `ch` those that move are counted too.
        """
        if not values or len(values) % 3:
            raise DataError(f"places have a longitude, a latitude and a name each, but there are {len(values)} values")
        changed: tuple[bytes, ...] = (b"CH",) if ch else ()
        return self._run((b"GEOADD", name, *on_condition(nx, xx), *changed, *values))

    @command
    def geodist(self, name: Key, place1: Value, place2: Value, unit: str | None = None) -> Reply[float | None]:
        """GEODIST: how far the places are apart, `None` where one is not there. O(1)."""
        request: tuple[Any, ...] = (b"GEODIST", name, place1, place2)
        return self._run(request if unit is None else (*request, unit), floating)

    @command
    def geohash(self, name: Key, *values: Value) -> Reply[list[str | None]]:
        """GEOHASH: for each place the text of 11 letters that names it on maps, `None` where there is none. O(N)."""
        return self._run((b"GEOHASH", name, *values), hashes)

    @command
    def geopos(self, name: Key, *values: Value) -> Reply[list[tuple[float, float] | None]]:
        """GEOPOS: for each place its longitude and latitude, `None` where there is none. O(N), N places named."""
        return self._run((b"GEOPOS", name, *values), positions)

    # -- searched -----------------------------------------------------------------------------------------------------

    @signature
    def _geosearch(
        self, name: Key, member: Value | None = None, longitude: float | None = None, latitude: float | None = None,
        unit: str = "m", radius: float | None = None, width: float | None = None, height: float | None = None,
        sort: str | None = None, count: int | None = None, any: bool = False, withcoord: Literal[False] = False,
        withdist: Literal[False] = False, withhash: Literal[False] = False,
    ) -> Reply[list[S]]:  # fmt: skip
        raise NotImplementedError

    @signature
    def _geosearch_details(
        self, name: Key, member: Value | None = None, longitude: float | None = None, latitude: float | None = None,
        unit: str = "m", radius: float | None = None, width: float | None = None, height: float | None = None,
        sort: str | None = None, count: int | None = None, any: bool = False, withcoord: bool = False,
        withdist: bool = False, withhash: bool = False,
    ) -> Reply[list[list[Any]]]:  # fmt: skip
        raise NotImplementedError

    @either(_geosearch, _geosearch_details)
    def geosearch(
        self, name: Key, member: Value | None = None, longitude: float | None = None, latitude: float | None = None,
        unit: str = "m", radius: float | None = None, width: float | None = None, height: float | None = None,
        sort: str | None = None, count: int | None = None, any: bool = False, withcoord: bool = False,
        withdist: bool = False, withhash: bool = False,
    ) -> Reply[Any]:  # fmt: skip
        """GEOSEARCH: the places in a circle, or in a box. O(N + log M), N of M places looked at.

        Around a `member`, or a `longitude` and `latitude`; within `radius`, or `width` and `height`. `sort`: ASC begins
        with the nearest, DESC with the farthest. The `count` nearest, or the first that are found if `any`.

        Names, or with `withdist`, `withhash`, `withcoord` lists: name, distance, hash, (longitude, latitude), as far as
        wanted.
        """
        request: tuple[Any, ...] = (
            b"GEOSEARCH", name, *_centre(member, longitude, latitude), *_area(unit, radius, width, height),
            *nearest(sort, count, any),
        )  # fmt: skip
        wanted: tuple[bytes, ...] = details(withdist, withhash, withcoord)
        return self._run((*request, *wanted), places if wanted else None)

    @command
    def geosearchstore(
        self, dest: Key, name: Key, member: Value | None = None, longitude: float | None = None,
        latitude: float | None = None, unit: str = "m", radius: float | None = None, width: float | None = None,
        height: float | None = None, sort: str | None = None, count: int | None = None, any: bool = False,
        storedist: bool = False,
    ) -> Reply[int]:  # fmt: skip
        """GEOSEARCHSTORE: let `dest` hold what `geosearch` returns, the distances as scores if `storedist`. O(N).

        How many places that are.
        """
        request: tuple[Any, ...] = (
            b"GEOSEARCHSTORE", dest, name, *_centre(member, longitude, latitude),
            *_area(unit, radius, width, height), *nearest(sort, count, any),
        )  # fmt: skip
        return self._run((*request, b"STOREDIST") if storedist else request)


def _centre(member: Value | None, longitude: float | None, latitude: float | None) -> tuple[Any, ...]:
    if member is not None and longitude is None and latitude is None:
        return b"FROMMEMBER", member
    if member is None and longitude is not None and latitude is not None:
        return b"FROMLONLAT", longitude, latitude
    raise DataError("a search begins at a member, or at a longitude and a latitude")


def _area(unit: str, radius: float | None, width: float | None, height: float | None) -> tuple[Any, ...]:
    if radius is not None and width is None and height is None:
        return b"BYRADIUS", radius, unit
    if radius is None and width is not None and height is not None:
        return b"BYBOX", width, height, unit
    raise DataError("a search has a radius, or a width and a height")


def nearest(sort: str | None, count: int | None, any: bool) -> tuple[Any, ...]:
    """In which order places are returned, and how many."""
    if any and count is None:
        raise DataError("any needs a count")
    if sort is not None and sort.upper() not in ("ASC", "DESC"):
        raise DataError(f"sort is ASC or DESC, not {sort!r}")
    order: tuple[Any, ...] = () if sort is None else (sort.upper(),)
    if count is not None:
        order += (b"COUNT", count)
    return (*order, b"ANY") if any else order


def details(withdist: bool, withhash: bool, withcoord: bool) -> tuple[bytes, ...]:
    """What is told of each place."""
    words = {b"WITHDIST": withdist, b"WITHHASH": withhash, b"WITHCOORD": withcoord}
    return tuple(word for word, wanted in words.items() if wanted)
