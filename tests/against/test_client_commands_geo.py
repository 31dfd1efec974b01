"""Methods of places on every server, under both protocols, and beside redis-py."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.geo import Geo
from framewire.redis.client.commands.geo_radius import GeoRadius
from tests.against.client_calls import Address, Scenario, called, compare_on, play_on
from tests.redis.client.commands.asking import methods_of
from tests.redis.client.redis_py import OTHER_RESULTS

PALERMO = (13.361389, 38.115556, "Palermo")
CATANIA = (15.087269, 37.502669, "Catania")

SCENARIOS = [
    Scenario("places", [
        (lambda c: c.geoadd("g", [*PALERMO, *CATANIA]), 2),
        (lambda c: c.geoadd("g", PALERMO, nx=True), 0),
        (lambda c: c.geoadd("g", [13.5, 38, "Palermo"], xx=True, ch=True), 1),
        (lambda c: c.geoadd("g", PALERMO), 0),
        (lambda c: c.geodist("g", "Palermo", "Catania"), 166274.1516),
        (lambda c: c.geodist("g", "Palermo", "Catania", "km"), 166.2742),
        (lambda c: c.geodist("g", "Palermo", "Rome"), None),
        (lambda c: c.geohash("g", "Palermo", "Rome"), ["sqc8b49rny0", None]),
        (lambda c: c.geopos("g", "Palermo", "Rome"), [(13.361389338970184, 38.1155563954963), None]),
    ]),
    Scenario("searches", [
        (lambda c: c.geoadd("g", [*PALERMO, *CATANIA]), 2),
        (lambda c: c.geosearch("g", longitude=15, latitude=37, unit="km", radius=200, sort="ASC"),
         [b"Catania", b"Palermo"]),
        (lambda c: c.geosearch("g", "Palermo", radius=1), [b"Palermo"]),
        (lambda c: c.geosearch("g", "Palermo", unit="km", width=400, height=400, sort="DESC", count=1), [b"Catania"]),
        (lambda c: c.geosearch("g", "Palermo", radius=1, withdist=True), [[b"Palermo", 0.0]]),
        (lambda c: c.geosearch("g", "Palermo", radius=1, withhash=True), [[b"Palermo", 3479099956230698]]),
        (lambda c: c.geosearch("g", "Palermo", radius=1, withdist=True, withhash=True, withcoord=True),
         [[b"Palermo", 0.0, 3479099956230698, (13.361389338970184, 38.1155563954963)]]),
        (lambda c: c.geosearch("nowhere", longitude=1, latitude=1, radius=1), []),
        (lambda c: c.geosearch("nowhere", longitude=1, latitude=1, radius=1, withdist=True), []),
        (lambda c: c.geosearchstore("d", "g", "Palermo", radius=1), 1),
        (lambda c: c.geosearchstore("d", "g", "Palermo", radius=200, unit="km", storedist=True), 2),
    ]),
    Scenario("searches in the older way", [
        (lambda c: c.geoadd("g", [*PALERMO, *CATANIA]), 2),
        (lambda c: c.georadius("g", 15, 37, 200, "km", sort="ASC"), [b"Catania", b"Palermo"]),
        (lambda c: c.georadius("g", 15, 37, 200, "km", sort="ASC", count=1, withdist=True), [[b"Catania", 56.4413]]),
        (lambda c: c.georadius("g", 15, 37, 200, "km", store="d"), 2),
        (lambda c: c.georadius("g", 15, 37, 100, "km", store_dist="d"), 1),
        (lambda c: c.georadiusbymember("g", "Palermo", 1), [b"Palermo"]),
        (lambda c: c.georadiusbymember("g", "Palermo", 1, withdist=True, withhash=True, withcoord=True),
         [[b"Palermo", 0.0, 3479099956230698, (13.361389338970184, 38.1155563954963)]]),
        (lambda c: c.georadiusbymember("g", "Palermo", 200, "km", store="d"), 2),
    ]),
    Scenario("searches that only read", [
        (lambda c: c.geoadd("g", [*PALERMO, *CATANIA]), 2),
        (lambda c: c.georadius_ro("g", 15, 37, 200, "km", sort="ASC"), [b"Catania", b"Palermo"]),
        (lambda c: c.georadius_ro("g", 15, 37, 200, "km", sort="ASC", count=1, withdist=True), [[b"Catania", 56.4413]]),
        (lambda c: c.georadiusbymember_ro("g", "Palermo", 1), [b"Palermo"]),
        (lambda c: c.georadiusbymember_ro("g", "Palermo", 1, withhash=True), [[b"Palermo", 3479099956230698]]),
    ], not_in_redis_py=True),
]  # fmt: skip


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_results_are_the_same_everywhere(scenario: Scenario, any_server: tuple[str, Address], protocol: int) -> None:
    play_on(any_server, scenario, protocol)


def test_redis_py_returns_the_same(any_server: tuple[str, Address]) -> None:
    other, compared = compare_on(any_server, SCENARIOS)
    assert other <= OTHER_RESULTS.keys()
    assert OTHER_RESULTS.keys() & compared <= other


def test_no_method_is_left_out() -> None:
    assert called(SCENARIOS) >= methods_of(Geo, GeoRadius)
