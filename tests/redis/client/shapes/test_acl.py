"""Users, as their versions describe them."""

from __future__ import annotations

from framewire.redis.client.shapes.acl import log, user


def test_redis_6_has_lists_and_no_selectors() -> None:
    found = user([b"flags", [b"on"], b"passwords", [], b"commands", b"+@all", b"keys", [b"*"]])
    assert found is not None
    assert (found["keys"], found["channels"], found["selectors"]) == (["*"], [], [])


def test_rules_stay_in_the_order_that_counts() -> None:
    found = user({b"flags": set(), b"passwords": [], b"commands": b"+get -@read +mget", b"keys": b"", b"channels": b""})
    assert found is not None
    assert found["rules"].split() == ["+get", "-@read", "+mget"]
    assert (found["commands"], found["categories"], found["enabled"]) == (["+get", "+mget"], ["-@read"], False)


def test_age_is_a_text_in_resp2() -> None:
    entry = {b"reason": b"auth", b"age-seconds": b"0.5", b"client-info": b"id=1"}
    flat = [part for pair in entry.items() for part in pair]
    assert log([flat]) == log([{**entry, b"age-seconds": 0.5}])
    assert log([flat])[0]["age-seconds"] == 0.5
