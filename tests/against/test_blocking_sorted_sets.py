"""Clients that wait for sorted sets: real connections to our server and to a real one, and both do the same."""

from __future__ import annotations

import pytest

from tests.against.scenes import Scene, Stage, play_alike

pytestmark = pytest.mark.peer

SCENES: dict[str, Scene] = {
    "order of service": [
        ("a", "BZPOPMIN z 0"), ("b", "BZPOPMAX z 0"), ("c", "BZMPOP 0 2 x z MIN COUNT 5"), ("d", "BZPOPMIN z 0"),
        ("p", "ZADD z 1 a 2 b 3 c 4 d"), ("p", "EXISTS z"), ("p", "ZADD z 5 e 6 f"), ("p", "ZRANGE z 0 -1"),
    ],
    "a transaction in which it expires": [
        ("a", "BZPOPMIN z 0"), ("p", "MULTI", "ZADD z 1 a", "PEXPIRE z 1", "DEBUG SLEEP 0.05", "EXEC"),
        ("p", "EXISTS z"), ("p", "ZADD z 2 b"),
    ],
    "several keys": [
        ("a", "BZPOPMIN x y z 0"), ("p", "ZADD z 1 a"), ("a", "BZPOPMAX x y 0"),
        ("p", "MULTI", "ZADD y 1 a", "ZADD x 2 b", "EXEC"), ("p", "EXISTS x y"), ("a", "BZPOPMIN w w 0"),
        ("p", "ZADD w 1 a"), ("b", "BZMPOP 0 2 v w MAX"), ("p", "ZADD w 1 a 2 b"), ("p", "ZRANGE w 0 -1"),
    ],
    "every way a sorted set appears": [
        ("p", "ZADD m 1 a 2 b 3 c"), ("p", "SADD s x"), ("a", "BZPOPMIN z 0"), ("p", "ZINCRBY z 1.5 a"),
        ("a", "BZPOPMIN z 0"), ("p", "ZADD z INCR 2 a"), ("a", "BZPOPMIN z 0"), ("p", "ZUNIONSTORE z 2 m s"),
        ("p", "DEL z"), ("a", "BZPOPMIN z 0"), ("p", "ZINTERSTORE z 1 s"), ("a", "BZPOPMIN z 0"),
        ("p", "ZDIFFSTORE z 2 m s"), ("p", "DEL z"), ("a", "BZPOPMIN z 0"), ("p", "ZRANGESTORE z m 1 2"),
        ("p", "DEL z"), ("a", "BZPOPMIN z 0"), ("p", "COPY m z"), ("p", "DEL z"), ("a", "BZPOPMIN z 0"),
        ("p", "RENAME m z"), ("p", "ZADD z XX 5 q"), ("p", "ZRANGE z 0 -1"),
    ],
    "other types": [
        ("a", "BZPOPMIN z 0"), ("b", "BLPOP z 0"), ("p", "RPUSH z 1"), ("p", "ZADD z 1 a"), ("p", "SET z v"),
        ("p", "DEL z"), ("p", "ZADD z 1 a"), ("b", "BLPOP z 0"), ("p", "ZADD z 1 a"), ("b", "BZPOPMIN z 0"),
        ("p", "RPUSH l 1"), ("b", "BZPOPMIN l 0"),
    ],
    "a transaction that takes back": [
        ("a", "BZPOPMIN z 0"), ("p", "MULTI", "ZADD z 1 a", "ZREM z a", "EXEC"),
        ("p", "MULTI", "ZADD z 1 a 2 b", "ZPOPMIN z", "EXEC"), ("p", "EXISTS z"),
    ],
    "transactions themselves do not wait": [
        ("a", "MULTI", "BZPOPMIN z 0", "BZPOPMAX z 0", "BZMPOP 0 1 z MIN", "ZADD z 1 a", "BZPOPMIN z 0", "EXEC"),
    ],
    "what comes behind": [
        ("a", "PING", "BZPOPMIN z 0", "ZCARD z", "BZPOPMAX z 0", "PING"), ("p", "ZADD z 1 a 2 b"), ("p", "EXISTS z"),
    ],
    "watched": [
        ("w", "WATCH z"), ("a", "BZPOPMIN z 0"), ("w", "MULTI", "PING", "EXEC"), ("w", "WATCH z"),
        ("p", "ZADD z 1 a"), ("w", "MULTI", "PING", "EXEC"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", SCENES)
def test_scenes(stages: list[Stage], name: str) -> None:
    play_alike(stages, f"sorted sets: {name}", SCENES[name])
