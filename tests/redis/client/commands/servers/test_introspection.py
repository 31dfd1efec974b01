"""COMMAND: requests and results."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Simple
from framewire.redis.client.commands.servers.introspection import Introspection
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

SPECIFICATION = {
    b"flags": {Simple(b"RO"), Simple(b"access")},
    b"begin_search": {b"type": b"index", b"spec": {b"index": 1}},
    b"find_keys": {b"type": b"range", b"spec": {b"lastkey": 0, b"keystep": 1, b"limit": 0}},
}
GET = [
    b"get", 2, {Simple(b"readonly"), Simple(b"fast")}, 1, 1, 1, {Simple(b"@read"), Simple(b"@fast")}, [b"tip"],
    [SPECIFICATION], [],
]  # fmt: skip
XINFO = [b"xinfo", -2, [], 0, 0, 0, [], [], [], [[b"xinfo|help", 2, [], 0, 0, 0, [], [], [], []]]]

SHAPED_GET = {
    "name": "get", "arity": 2, "flags": ["fast", "readonly"], "first_key_pos": 1, "last_key_pos": 1, "step_count": 1,
    "acl_categories": ["@fast", "@read"], "tips": ["tip"],
    "key_specifications": [
        {
            "flags": ["RO", "access"], "begin_search": {"type": "index", "spec": {"index": 1}},
            "find_keys": {"type": "range", "spec": {"lastkey": 0, "keystep": 1, "limit": 0}},
        }
    ],
    "subcommands": {},
}  # fmt: skip
SHAPED_OLD_GET = SHAPED_GET | {"acl_categories": [], "tips": [], "key_specifications": []}
SHAPED_HELP = {
    "name": "xinfo|help", "arity": 2, "flags": [], "first_key_pos": 0, "last_key_pos": 0, "step_count": 0,
    "acl_categories": [], "tips": [], "key_specifications": [], "subcommands": {},
}  # fmt: skip
SHAPED_XINFO = SHAPED_HELP | {"name": "xinfo", "arity": -2, "subcommands": {"xinfo|help": SHAPED_HELP}}

DOCS = {
    b"get": {
        b"summary": b"Gets.",
        b"doc_flags": {Simple(b"deprecated")},
        b"history": [[b"2.0", b"b"], [b"1.0", b"a"]],
        b"arguments": [
            {b"name": b"key", b"key_spec_index": 0, b"flags": [Simple(b"optional"), Simple(b"multiple")]},
            {b"name": b"how", b"arguments": [{b"name": b"x", b"token": b"X"}]},
        ],
        b"subcommands": {b"get|x": {b"summary": b"X."}},
    }
}
SHAPED_DOCS = {
    "get": {
        "summary": "Gets.",
        "doc_flags": ["deprecated"],
        "history": [("1.0", "a"), ("2.0", "b")],
        "arguments": [
            {"name": "key", "key_spec_index": 0, "flags": ["multiple", "optional"]},
            {"name": "how", "arguments": [{"name": "x", "token": "X"}]},
        ],
        "subcommands": {"get|x": {"summary": "X."}},
    }
}

ROWS = [
    Row(lambda c: c.command(), "COMMAND", [GET, XINFO], {"get": SHAPED_GET, "xinfo": SHAPED_XINFO}),
    Row(lambda c: c.command_info("get", "nothing"), "COMMAND INFO get nothing", [GET, None], {"get": SHAPED_GET}),
    Row(lambda c: c.command_info("get"), "COMMAND INFO get", [GET[:6]], {"get": SHAPED_OLD_GET}),
    Row(lambda c: c.command_docs("get"), "COMMAND DOCS get", DOCS, SHAPED_DOCS),
    Row(lambda c: c.command_docs(), "COMMAND DOCS", {}, {}),
    Row(lambda c: c.command_count(), "COMMAND COUNT", 240),
    Row(lambda c: c.command_list(), "COMMAND LIST", [b"get"], ["get"]),
    Row(lambda c: c.command_list("search"), "COMMAND LIST FILTERBY MODULE search", [], []),
    Row(lambda c: c.command_list(category="geo"), "COMMAND LIST FILTERBY ACLCAT geo", [], []),
    Row(lambda c: c.command_list(pattern="x*"), "COMMAND LIST FILTERBY PATTERN x*", [], []),
    Row(lambda c: c.command_getkeys("MSET", "a", 1), "COMMAND GETKEYS MSET a 1", [b"a"]),
    Row(
        lambda c: c.command_getkeysandflags("SET", "a", 1), "COMMAND GETKEYSANDFLAGS SET a 1",
        [[b"a", {Simple(b"update"), Simple(b"OW")}]], [(b"a", ["OW", "update"])],
        [[b"a", [Simple(b"update"), Simple(b"OW")]]],
    ),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.command_list(module="m", pattern="p"),
    lambda c: c.command_getkeys(),
    lambda c: c.command_getkeysandflags(),
]


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_requests_and_results(row: Row, protocol: int) -> None:
    check(row, protocol)


@pytest.mark.parametrize("call", WRONG)
def test_arguments_that_contradict_one_another(call: Call) -> None:
    with pytest.raises(DataError):
        call(Recorder())


def test_no_method_is_left_out() -> None:
    assert called_in(row.call for row in ROWS) >= methods_of(Introspection)
