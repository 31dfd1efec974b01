"""Clients that wait for streams: real connections to our server and to a real one, and both do the same."""

from __future__ import annotations

import pytest

from framewire.redis import ThreadServer
from tests.against.scenes import Scene, Stage, play_alike
from tests.peers import RedisServer

pytestmark = pytest.mark.peer

SCENES: dict[str, Scene] = {
    "all readers are served": [
        ("a", "XREAD BLOCK 0 STREAMS s $"), ("b", "XREAD BLOCK 0 STREAMS x s 0 0"),
        ("c", "XREAD BLOCK 0 COUNT 1 STREAMS s s 0 9"), ("p", "XADD s 1-1 a 1"), ("p", "XADD s 2-1 a 1"),
        ("a", "XREAD BLOCK 0 STREAMS s 1-1"), ("a", "XREAD BLOCK 0 STREAMS s $"), ("p", "XADD s 3-1 a 1"),
    ],
    "a transaction in which it expires": [
        ("a", "XREAD BLOCK 0 STREAMS s $"), ("p", "MULTI", "XADD s 1-1 a 1", "PEXPIRE s 1", "DEBUG SLEEP 0.05", "EXEC"),
        ("p", "EXISTS s"), ("p", "XADD s 2-1 a 1"),
    ],
    "only what is behind the id": [
        ("p", "XADD s 1-1 a 1"), ("a", "XREAD BLOCK 0 STREAMS s 3-1"), ("p", "XADD s 2-1 a 1"), ("p", "XADD s 3-1 a 1"),
        ("b", "XREAD BLOCK 0 STREAMS s $"), ("p", "XADD s 4-1 a 1"),
    ],
    "of a key that is named twice the first id counts": [
        ("p", "XADD s 5-1 a 1"), ("a", "XREAD BLOCK 0 STREAMS s s 7-1 6-1"), ("b", "XREAD BLOCK 0 STREAMS s s 6-1 7-1"),
        ("p", "XADD s 6-5 a 1"), ("p", "XADD s 7-5 a 1"),
    ],
    "several at once": [
        ("a", "XREAD BLOCK 0 STREAMS x y $ $"), ("b", "XREAD BLOCK 0 COUNT 1 STREAMS y x $ $"),
        ("p", "MULTI", "XADD y 1-1 a 1", "XADD x 2-1 a 1", "XADD y 3-1 a 1", "EXEC"),
    ],
    "what comes and goes at once": [
        ("a", "XREAD BLOCK 0 STREAMS s $"), ("p", "MULTI", "XADD s 1-1 a 1", "XDEL s 1-1", "EXEC"),
        ("b", "XREAD BLOCK 0 STREAMS s $"), ("p", "XADD s MAXLEN 0 2-1 a 1"), ("c", "XREAD BLOCK 0 STREAMS s $"),
        ("p", "MULTI", "XADD s 3-1 a 1", "DEL s", "EXEC"), ("p", "XADD s 1-1 a 1"), ("p", "XADD s 4-1 a 1"),
    ],
    "every way a stream appears": [
        ("p", "XADD t 5-1 a 1"), ("a", "XREAD BLOCK 0 STREAMS s 0"), ("p", "COPY t s"), ("p", "DEL s"),
        ("a", "XREAD BLOCK 0 STREAMS s 0"), ("p", "RENAME t s"), ("p", "RENAME s t"),
        ("a", "XREAD BLOCK 0 STREAMS s 0"), ("p", "XGROUP CREATE s g 0 MKSTREAM"), ("p", "XADD s NOMKSTREAM 9-1 a 1"),
        ("p", "DEL s"), ("a", "XREAD BLOCK 0 STREAMS s 5-1"), ("p", "RENAME t s"), ("p", "XADD s 6-1 a 1"),
        ("a", "SELECT 1", "XREAD BLOCK 0 STREAMS s 0"), ("p", "MOVE s 1"),
    ],
    "consumers share": [
        ("p", "XGROUP CREATE s g $ MKSTREAM"), ("a", "XREADGROUP GROUP g a BLOCK 0 STREAMS s >"),
        ("b", "XREADGROUP GROUP g b BLOCK 0 STREAMS s >"), ("c", "XREADGROUP GROUP g c BLOCK 0 NOACK STREAMS s >"),
        ("d", "XREAD BLOCK 0 STREAMS s $"), ("p", "XINFO GROUPS s"), ("p", "XADD s 1-1 a 1"), ("p", "XPENDING s g"),
        ("p", "XADD s 2-1 a 1"), ("p", "XADD s 3-1 a 1"), ("p", "XPENDING s g"), ("p", "XINFO GROUPS s"),
        ("a", "XREADGROUP GROUP g a BLOCK 0 STREAMS s >"), ("b", "XREADGROUP GROUP g b COUNT 1 BLOCK 0 STREAMS s >"),
        ("p", "MULTI", "XADD s 4-1 a 1", "XADD s 5-1 a 1", "EXEC"), ("b", "XACK s g 4-1"), ("p", "XPENDING s g"),
        ("p", "XINFO GROUPS s"),
    ],
    "several groups": [
        ("p", "XGROUP CREATE s g $ MKSTREAM"), ("p", "XGROUP CREATE s h $"), ("p", "XGROUP CREATE t g $ MKSTREAM"),
        ("a", "XREADGROUP GROUP g a BLOCK 0 STREAMS s t > >"), ("b", "XREADGROUP GROUP h b BLOCK 0 STREAMS s >"),
        ("p", "XADD t 1-1 a 1"), ("a", "XREADGROUP GROUP g a BLOCK 0 STREAMS s t > >"), ("p", "XADD s 1-1 a 1"),
        ("p", "XINFO GROUPS s"), ("p", "XINFO GROUPS t"),
    ],
    "what they had is never waited for": [
        ("p", "XGROUP CREATE s g $ MKSTREAM"), ("a", "XREADGROUP GROUP g a BLOCK 0 STREAMS s 0"),
        ("a", "XREADGROUP GROUP g a BLOCK 0 STREAMS s >"), ("p", "XADD s 1-1 a 1"), ("p", "XDEL s 1-1"),
        ("a", "XREADGROUP GROUP g a BLOCK 0 STREAMS s 0"),
    ],
    "a group goes": [
        ("p", "XGROUP CREATE s g $ MKSTREAM"), ("p", "XGROUP CREATE s h $"),
        ("a", "XREADGROUP GROUP g a BLOCK 0 STREAMS s >", "PING"), ("b", "XREADGROUP GROUP h b BLOCK 0 STREAMS s >"),
        ("c", "XREAD BLOCK 0 STREAMS s $"), ("p", "XGROUP DESTROY s g"), ("p", "XGROUP DESTROY s none"),
        ("p", "DEL s"), ("p", "XGROUP CREATE s h $ MKSTREAM"), ("b", "XREADGROUP GROUP h b BLOCK 0 STREAMS s >"),
        ("p", "DEL s"), ("p", "XADD s 1-1 a 1"), ("p", "XGROUP CREATE s h $"),
        ("b", "XREADGROUP GROUP h b BLOCK 0 STREAMS s >"), ("p", "DEL s"), ("p", "XGROUP CREATE s g $ MKSTREAM"),
    ],
    "a stream goes": [
        ("p", "XGROUP CREATE s g $ MKSTREAM"), *(
            step for way in (
                ["DEL s"], ["SET s v"], ["RENAME s t"], ["MOVE s 1"], ["FLUSHALL"], ["FLUSHDB"], ["SWAPDB 0 1"],
                ["PEXPIRE s -1"], ["MULTI", "DEL s", "SADD s a", "EXEC"], ["MULTI", "DEL s", "XADD s 1-1 a 1", "EXEC"],
                ["MULTI", "DEL s", "RPUSH s a", "EXEC"], ["RPUSH l 1", "RENAME l s"], ["SINTERSTORE s none"],
                ["XADD t 1-1 a 1", "RENAME t s"], ["XADD u 1-1 a 1", "COPY u s REPLACE"],
                ["SET t v", "COPY t s REPLACE"], ["RPUSH n 1 2", "SORT n STORE s"], ["UNLINK s"],
                ["XDEL s 1", "XTRIM s MAXLEN 0", "XADD s 1-1 a 1"],
                ["RPUSH x 1", "LMOVE x y LEFT LEFT", "DEL y", "DEL s"],
            ) for step in (
                ("p", "FLUSHALL", "XGROUP CREATE s g $ MKSTREAM", "XGROUP CREATE k g $ MKSTREAM"),
                ("a", "XREADGROUP GROUP g a BLOCK 0 STREAMS k s > >", "PING"), ("b", "XREAD BLOCK 0 STREAMS s 9"),
                ("c", "BLPOP s 0"), ("p", *way), ("p", "DEL s", "RPUSH s 1", "DEL s", "XADD s 10-1 a 1"),
            )
        ),
    ],
    "a group is set back": [
        ("p", "XADD s 1-1 a 1"), ("p", "XGROUP CREATE s g $"), ("a", "XREADGROUP GROUP g a BLOCK 0 STREAMS s >"),
        ("p", "XGROUP SETID s g 0"), ("p", "XADD s 2-1 a 1"), ("p", "XPENDING s g"),
    ],
    "other types": [
        ("a", "XREAD BLOCK 0 STREAMS k $"), ("b", "BLPOP k 0"), ("p", "SET k v"), ("p", "DEL k"), ("p", "RPUSH k 1"),
        ("p", "ZADD k 1 a"), ("p", "DEL k"), ("b", "BLPOP k 0"), ("p", "XADD k 1-1 a 1"),
        ("b", "XREADGROUP GROUP g b BLOCK 0 STREAMS k >"), ("p", "SET k v"), ("b", "XREAD BLOCK 0 STREAMS k 0"),
    ],
    "transactions themselves do not wait": [
        ("a", "MULTI", "XREAD BLOCK 0 STREAMS s $", "XGROUP CREATE s g $ MKSTREAM",
         "XREADGROUP GROUP g a BLOCK 0 STREAMS s >", "XADD s 1-1 a 1", "XREAD BLOCK 0 STREAMS s 0", "EXEC"),
    ],
    "what comes behind": [
        ("a", "PING", "XREAD BLOCK 0 STREAMS s $", "XLEN s", "XREAD BLOCK 0 STREAMS s $", "PING"),
        ("p", "XADD s 1-1 a 1"), ("p", "MULTI", "XADD s 2-1 a 1", "XADD s 3-1 a 1", "EXEC"),
    ],
    "one that adds what another waits for": [
        ("a", "XREAD BLOCK 0 STREAMS s $", "XADD t 1-1 a 1"), ("b", "XREAD BLOCK 0 STREAMS t $", "XADD s 2-1 a 1"),
        ("c", "XREAD BLOCK 0 STREAMS s 1-1"), ("p", "XADD s 1-1 a 1"),
    ],
    "those who go get nothing": [
        ("p", "XGROUP CREATE s g $ MKSTREAM"), ("a", "XREADGROUP GROUP g a BLOCK 0 STREAMS s >"),
        ("b", "XREADGROUP GROUP g b BLOCK 0 STREAMS s >"), ("a",), ("p", "XADD s 1-1 a 1"), ("p", "XPENDING s g"),
    ],
    "watched": [
        ("p", "XGROUP CREATE s g $ MKSTREAM"), ("w", "WATCH s"), ("a", "XREADGROUP GROUP g a BLOCK 0 STREAMS s >"),
        ("w", "MULTI", "PING", "EXEC"), ("w", "WATCH s"), ("p", "XADD s 1-1 a 1"), ("w", "MULTI", "PING", "EXEC"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", SCENES)
def test_scenes(stages: list[Stage], name: str) -> None:
    play_alike(stages, f"streams: {name}", SCENES[name])


@pytest.mark.parametrize("request_", ["XREAD BLOCK 30 STREAMS s $", "XREADGROUP GROUP g a BLOCK 30 STREAMS s >"])
def test_they_wait_only_so_long(request_: str, ours: ThreadServer, peer: RedisServer) -> None:
    for server in (ours, peer):
        stage = Stage(server, 2)
        stage.play([("p", "XGROUP CREATE s g $ MKSTREAM")])
        assert stage.control.ask(request_) == [b"*-1\r\n"]
        stage.close()
