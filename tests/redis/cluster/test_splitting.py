"""Requests over several slots in parts, and their replies joined: compared with one server that has all keys."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.errors import EncodeError
from framewire.frames.resp import Simple
from framewire.redis.client.errors import ClusterDownError, ClusterPartialError, InvalidResponse
from framewire.redis.client.fates import Fate
from framewire.redis.cluster.routing import InParts, OneSlot, route
from framewire.redis.cluster.splitting import check_form, join, split
from framewire.redis.exchange.calls import Request
from framewire.redis.slots import slot_of
from tests.properties import examples

OK = Simple(b"OK")


class Store:
    """A server as far as these commands need one."""

    def __init__(self) -> None:
        self.data: dict[bytes, object] = {b"a": b"1", b"b": b"2", b"{a}x": b"3"}

    def run(self, request: Request) -> Any:
        name, *words = request
        keys: list[Any] = words[::2] if name == b"MSET" else words
        if name == b"MGET":
            return [self.data.get(key) for key in keys]
        if name == b"MSET":
            self.data.update(zip(keys, words[1::2], strict=True))
            return OK
        if name in (b"EXISTS", b"TOUCH"):
            return sum(key in self.data for key in keys)
        return sum(self.data.pop(key, None) is not None for key in keys)


keys = st.sampled_from([b"a", b"b", b"c", b"{a}x", b"{b}y", b"d", b""])
requests = st.one_of(
    st.tuples(st.sampled_from([b"MGET", b"DEL", b"UNLINK", b"EXISTS", b"TOUCH"]), st.lists(keys, min_size=1)),
    st.tuples(st.just(b"MSET"), st.lists(st.tuples(keys, st.binary(max_size=2)), min_size=1).map(lambda p: sum(p, ()))),
).map(lambda request: (request[0], *request[1]))


@given(requests)
@examples(300)
def test_the_parts_do_what_the_whole_does(request: tuple[bytes, ...]) -> None:
    whole, in_parts = Store(), Store()
    parts = split(request)
    replies = [in_parts.run(part.request) for part in parts]
    assert join(request, parts, replies) == whole.run(request)
    assert in_parts.data == whole.data
    assert len({part.slot for part in parts}) == len(parts)
    for part in parts:
        assert route(part.request) == OneSlot(part.slot, request[0] in (b"MGET", b"EXISTS", b"TOUCH"))
    assert sorted(index for part in parts for index in part.indexes) == list(range(sum(len(p.keys) for p in parts)))


def test_what_parts_are() -> None:
    value = memoryview(b"large")
    parts = split((b"MSET", "a", value, 7, 0.5, b"{a}2", 3))
    assert [(part.slot, part.request, part.keys, part.indexes) for part in parts] == [
        (slot_of(b"a"), (b"MSET", "a", value, b"{a}2", 3), (b"a", b"{a}2"), [0, 2]),
        (slot_of(b"7"), (b"MSET", 7, 0.5), (b"7",), [1]),
    ]
    assert parts[0].request[2] is value  # no copy of it


@pytest.mark.parametrize("name", [b"mset", "MSet"], ids=["bytes", "str"])
def test_a_name_counts_in_any_case(name: bytes | str) -> None:
    request = (name, b"a", 1, b"b", 2)
    parts = split(request)
    assert [part.request for part in parts] == [(name, b"a", 1), (name, b"b", 2)]
    assert join(request, parts, [OK, OK]) == OK


def test_split_is_for_what_route_says() -> None:
    assert isinstance(route((b"MSET", "a", 1, 7, 2)), InParts)


REQUEST = (b"MGET", b"a", b"b", b"{a}x")


def test_a_part_that_fails_is_told_beside_what_the_others_did() -> None:
    down = ClusterDownError("CLUSTERDOWN Hash slot not served", fate=Fate.NOT_EXECUTED)
    with pytest.raises(ClusterPartialError, match=r"1 of 2 parts of MGET failed.*Hash slot not served") as caught:
        join(REQUEST, split(REQUEST), [[b"1", b"3"], down])
    assert caught.value.results == {(b"a", b"{a}x"): [b"1", b"3"]}
    assert caught.value.errors == {(b"b",): down}
    assert caught.value.keys == [b"b"]
    assert caught.value.fate is Fate.EXECUTED


@pytest.mark.parametrize("reply", [None, [], [b"1"], b"12", 2])
def test_what_is_no_reply_to_mget(reply: object) -> None:
    with pytest.raises(InvalidResponse, match="MGET of 2 keys was answered with"):
        join(REQUEST, split(REQUEST), [reply, [b"2"]])


def test_what_is_no_count() -> None:
    with pytest.raises(InvalidResponse, match="DEL was answered with bytes"):
        join((b"DEL", b"a", b"b"), split((b"DEL", b"a", b"b")), [1, b"1"])


# -- forms ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("request_", [(b"FLUSHALL",), (b"MGET", b"a", "b"), (b"MSET", b"a", 1, "b", 2.5)], ids=str)
def test_what_has_a_form_may_be_sent(request_: Request) -> None:
    check_form(request_)


def test_what_has_none_is_found_in_whichever_part_it_is() -> None:
    with pytest.raises(EncodeError):
        check_form((b"MSET", b"a", 1, b"b", None))
