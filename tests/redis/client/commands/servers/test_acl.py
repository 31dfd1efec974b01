"""Users: requests and results."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Simple
from framewire.redis.client.commands.servers.acl import Acl
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

USER = {
    b"flags": {Simple(b"on"), Simple(b"nopass")},
    b"passwords": [b"2d71"],
    b"commands": b"-@all +@read -get +config|get",
    b"keys": b"~a* %R~b*",
    b"channels": b"&news",
    b"selectors": [{b"commands": b"-@all +set", b"keys": b"~c", b"channels": b""}],
}
SHAPED_USER = {
    "enabled": True,
    "flags": ["nopass", "on"],
    "passwords": ["2d71"],
    "rules": "-@all +@read -get +config|get",
    "categories": ["-@all", "+@read"],
    "commands": ["-get", "+config|get"],
    "keys": ["~a*", "%R~b*"],
    "channels": ["&news"],
    "selectors": [
        {"rules": "-@all +set", "categories": ["-@all"], "commands": ["+set"], "keys": ["~c"], "channels": []}
    ],
}

ROWS = [
    Row(lambda c: c.acl_whoami(), "ACL WHOAMI", b"default", "default"),
    Row(lambda c: c.acl_users(), "ACL USERS", [b"default", b"u"], ["default", "u"]),
    Row(lambda c: c.acl_list(), "ACL LIST", [b"user default on"], ["user default on"]),
    Row(lambda c: c.acl_getuser("u"), "ACL GETUSER u", None),
    Row(lambda c: c.acl_getuser("u"), "ACL GETUSER u", USER, SHAPED_USER),
    Row(
        lambda c: c.acl_getuser("u"), "ACL GETUSER u",
        {b"flags": [b"off"], b"passwords": [], b"commands": b"-@all", b"keys": [b"a*", b"b*"]},
        {
            "enabled": False, "flags": ["off"], "passwords": [], "rules": "-@all", "categories": ["-@all"],
            "commands": [], "keys": ["a*", "b*"], "channels": [], "selectors": [],
        },
    ),
    Row(lambda c: c.acl_setuser("u"), "ACL SETUSER u off", b"OK", True),
    Row(
        lambda c: c.acl_setuser("u", True, True, None, None, None, None, None, None, None, True, True, True, True),
        "ACL SETUSER u reset resetkeys resetchannels resetpass on nopass", b"OK", True,
    ),
    Row(
        lambda c: c.acl_setuser("u", passwords=["+new", "-old"], hashed_passwords="+abc"),
        "ACL SETUSER u off >new <old #abc", b"OK", True,
    ),
    Row(lambda c: c.acl_setuser("u", passwords="+p", hashed_passwords=["-x"]), "ACL SETUSER u off >p !x", b"OK", True),
    Row(
        lambda c: c.acl_setuser("u", True, categories=["+read", "-@write"], commands=["+get", "-config|set"]),
        "ACL SETUSER u on +@read -@write +get -config|set", b"OK", True,
    ),
    Row(
        lambda c: c.acl_setuser("u", keys=["a*", b"%R~b*", "~c"], channels=["news", b"x*"]),
        "ACL SETUSER u off ~a* %R~b* ~c &news &x*", b"OK", True,
    ),
    Row(
        lambda c: c.acl_setuser("u", selectors=[("+set", "%W~b*"), ("+@read", "c*")]),
        ("ACL", "SETUSER", "u", "off", "(+set %W~b*)", "(+@read ~c*)"), b"OK", True,
    ),
    Row(lambda c: c.acl_deluser("u", "v"), "ACL DELUSER u v", 1),
    Row(lambda c: c.acl_cat(), "ACL CAT", [b"read"], ["read"]),
    Row(lambda c: c.acl_cat("geo"), "ACL CAT geo", [b"geoadd"], ["geoadd"]),
    Row(lambda c: c.acl_dryrun("u", "get", "k"), "ACL DRYRUN u get k", Simple(b"OK"), "OK"),
    Row(lambda c: c.acl_dryrun("u", "ping"), "ACL DRYRUN u ping", b"User u has no rights", "User u has no rights"),
    Row(lambda c: c.acl_genpass(), "ACL GENPASS", b"ab12", "ab12"),
    Row(lambda c: c.acl_genpass(8), "ACL GENPASS 8", b"ab", "ab"),
    Row(
        lambda c: c.acl_log(), "ACL LOG",
        [{
            b"count": 1, b"reason": b"auth", b"context": b"toplevel", b"object": b"AUTH", b"username": b"u",
            b"age-seconds": 4.5, b"client-info": b"id=3 name=", b"entry-id": 0,
        }],
        [{
            "count": 1, "reason": "auth", "context": "toplevel", "object": "AUTH", "username": "u", "age-seconds": 4.5,
            "client-info": {"id": 3, "name": ""}, "entry-id": 0,
        }],
    ),
    Row(lambda c: c.acl_log(5), "ACL LOG 5", [], []),
    Row(lambda c: c.acl_log_reset(), "ACL LOG RESET", b"OK", True),
    Row(lambda c: c.acl_load(), "ACL LOAD", b"OK", True),
    Row(lambda c: c.acl_save(), "ACL SAVE", b"OK", True),
    Row(lambda c: c.acl_help(), "ACL HELP", [Simple(b"ACL <subcommand>"), Simple(b"CAT")], ["ACL <subcommand>", "CAT"]),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.acl_setuser("u", nopass=True, passwords="+p"),
    lambda c: c.acl_setuser("u", passwords=["p"]),
    lambda c: c.acl_setuser("u", hashed_passwords="abc"),
    lambda c: c.acl_setuser("u", categories=["read"]),
    lambda c: c.acl_setuser("u", commands=["get"]),
    lambda c: c.acl_setuser("u", selectors=[("set", "k")]),
    lambda c: c.acl_deluser(),
    lambda c: c.acl_dryrun("u"),
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
    assert called_in(row.call for row in ROWS) >= methods_of(Acl)
