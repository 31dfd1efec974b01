"""Replies of the commands of places.

What belongs here: where places are, and what a search tells of each.
"""

from __future__ import annotations

from typing import Any

__all__ = ["hashes", "places", "positions"]


def hashes(reply: Any) -> list[str | None]:
    """GEOHASH: ASCII text, whatever the view; null for what is no place."""
    return [None if item is None else item.decode() for item in reply]


def positions(reply: Any) -> list[tuple[float, float] | None]:
    """GEOPOS: longitude and latitude; null for what is no place."""
    return [None if item is None else _position(item) for item in reply]


def places(reply: Any) -> list[list[Any]]:
    """GEOSEARCH and GEORADIUS with details: each place's name, and in this order what was asked for of it.

    Its distance, which comes as text (or as a double), its hash as an integer, its longitude and latitude as a list.
    """
    return [[name, *map(_detail, details)] for name, *details in reply]


def _detail(item: Any) -> Any:
    if isinstance(item, list):
        return _position(item)
    return item if isinstance(item, int) else float(item)


def _position(item: Any) -> tuple[float, float]:
    longitude, latitude = item
    return float(longitude), float(latitude)
