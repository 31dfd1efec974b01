"""Commands, as versions of servers describe them."""

from __future__ import annotations

from framewire.frames.resp import Simple
from framewire.redis.client.shapes.introspection import command_docs, command_infos, keys_with_flags

OLD = [b"get", 2, [Simple(b"readonly")], 1, 1, 1]


def test_older_servers_say_less() -> None:
    (five,) = command_infos([OLD]).values()
    (six,) = command_infos([[*OLD, [Simple(b"@read")]]]).values()
    assert (five["flags"], five["acl_categories"], six["acl_categories"]) == (["readonly"], [], ["@read"])
    assert six["subcommands"] == {} and six["key_specifications"] == [] == six["tips"]


def test_newer_servers_may_say_more() -> None:
    (found,) = command_infos([[*OLD, [], [], [], [], b"something", b"else"]]).values()
    assert found["name"] == "get"


def test_what_is_unknown_is_left_out() -> None:
    assert list(command_infos([None, OLD, None])) == ["get"]


def test_documentation_is_a_tree() -> None:
    deep = {b"name": b"a", b"arguments": [{b"name": b"b", b"arguments": [{b"name": b"c"}]}]}
    docs = command_docs({b"x": {b"arguments": [deep]}})
    assert docs["x"]["arguments"][0]["arguments"][0]["arguments"][0] == {"name": "c"}
    assert command_docs([b"x", [b"summary", b"X."]]) == {"x": {"summary": "X."}}


def test_flags_of_keys() -> None:
    assert keys_with_flags([[b"k", [Simple(b"b"), Simple(b"a")]]]) == [(b"k", ["a", "b"])]
