"""The command table against live servers: all that COMMAND, COMMAND DOCS and COMMAND GETKEYSANDFLAGS say.

What belongs here: the comparison, in the direction "what must be entered". When a new version of a server is there:
start these tests with it, enter what they print (a new command in the file of its group; a change of an old one under
the server's name in `variants`; a new option of an argument with its `since`), and add the server to `SERVERS`.

Not compared are texts (summaries, complexities, the wording of
histories), which are our own; nor, on servers newer than 7.0, the names of groups and of words, which are never shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import pytest

from framewire.redis import run_in_thread
from framewire.redis.facts import SERVERS, Argument, Command, KeySpec, find, lookup, walk
from tests.against.live_facts import VALUES, Link, read_commands, written_arguments, written_command, written_keys
from tests.peers import RedisServer

pytestmark = pytest.mark.peer


class Live(NamedTuple):
    """One server: what the table calls it, its address, a RESP3 connection, what it says, and what the table says."""

    server: str
    version: str
    address: tuple[str, int]
    link: Link
    said: dict[str, Command]
    table: dict[str, Command]

    @property
    def pairs(self) -> list[tuple[Command, Command]]:
        """The entry of the table and that of the server for each command that both have."""
        return [(entry, self.said[name]) for name, entry in self.table.items() if name in self.said]

    def compare(self, fact: str, of: Callable[[Command], object], write: Callable[[Command], object]) -> None:
        """Fail with what must be entered where a fact is not what the server says."""
        wrong = [f"{theirs.name}: {fact}: {write(theirs)}" for ours, theirs in self.pairs if of(ours) != of(theirs)]
        assert not wrong, self.to_enter(wrong)

    def to_enter(self, lines: list[str]) -> str:
        return f"{self.version} differs from the table's {self.server}; it says\n" + "\n".join(lines)


@pytest.fixture(scope="module", params=SERVERS)
def live(request: pytest.FixtureRequest) -> Iterator[Live]:
    server = request.param
    with RedisServer("--enable-debug-command", "yes", "--enable-module-command", "yes", name=server) as peer:
        link = Link(peer.host, peer.port)
        link.ask(b"HELLO", b"3")
        table = {here.name: here for entry in walk() if (here := entry.on(server)) is not None}
        yield Live(server, peer.version, (peer.host, peer.port), link, read_commands(link), table)
        link.close()


# -- which commands there are, and what they are ----------------------------------------------------------------------


def test_the_same_commands(live: Live) -> None:
    missing = [written_command(entry) for name, entry in live.said.items() if name not in live.table]
    assert not missing, live.to_enter(missing)
    assert sorted(live.table.keys() - live.said.keys()) == [], f"{live.version} has them not"


PLAIN_FACTS = ("arity", "flags", "tips", "group", "doc_flags", "deprecated_since")


@pytest.mark.parametrize("fact", PLAIN_FACTS)
def test_the_same_facts(live: Live, fact: str) -> None:
    live.compare(fact, lambda entry: getattr(entry, fact), lambda entry: repr(getattr(entry, fact)))


def test_the_same_categories(live: Live) -> None:
    """The server tells them all; ours follow from the flags, but for some."""
    wrong = [
        f"{ours.name}: {said.own_categories}" for ours, said in live.pairs if ours.categories != said.own_categories
    ]
    assert not wrong, live.to_enter(wrong)


def test_the_same_versions(live: Live) -> None:
    wrong = [f"{ours.name}: since {said.since}" for ours, said in live.pairs if said.since not in ("", ours.since)]
    assert not wrong, live.to_enter(wrong)


def test_the_same_replacements(live: Live) -> None:
    """The commands and options in the text that says what to use instead."""
    live.compare("replaced_by", lambda entry: set(re.findall("[A-Z]{2,}", entry.replaced_by)), lambda e: e.replaced_by)


def test_the_same_places_of_keys(live: Live) -> None:
    live.compare("keys", lambda entry: list(map(_as_told, entry.keys)), lambda entry: written_keys(entry.keys))


def _as_told(spec: KeySpec) -> KeySpec:
    return replace(spec, finder=None, flags_in=None)


def test_the_same_ranges_of_keys(live: Live) -> None:
    """What clients knew before there were key specifications."""
    ranges = {info[0].lower(): tuple(info[3:6]) for info in live.link.ask(b"COMMAND")}
    wrong = [
        f"{entry.name}: {ranges[name]}"
        for name, entry in live.table.items()
        if ranges.get(name, ()) not in ((), entry.key_range)
    ]
    assert not wrong, live.to_enter(wrong)


def test_the_same_subcommands(live: Live) -> None:
    live.compare("subcommands", lambda entry: set(entry.subcommands), lambda entry: sorted(entry.subcommands))


# -- arguments --------------------------------------------------------------------------------------------------------


def test_the_same_arguments(live: Live) -> None:
    """All but their versions. Names of groups and words are shown to nobody, and newer servers have others."""
    with_names = live.server == "redis 7.0"
    wrong = [
        f"{said.name}: arguments: {written_arguments(said.arguments)}"
        for ours, said in live.pairs
        if said.group != "module"
        and _shapes(ours, with_names) != _shapes(said, with_names)  # of modules COMMAND DOCS says nothing
    ]
    assert not wrong, live.to_enter(wrong)


def _shapes(entry: Command, with_names: bool) -> list[Argument]:
    return [_shape(each, with_names) for each in entry.arguments]


def _shape(argument: Argument, with_names: bool) -> Argument:
    name = argument.name if with_names or argument.type in VALUES else ""
    inner = tuple(_shape(each, with_names) for each in argument.arguments)
    return replace(argument, name=name, arguments=inner, since="")


def test_the_same_versions_of_arguments(live: Live) -> None:
    """Where the server tells when an argument came; the table may know it of more."""
    wrong = [
        f"{said.name}: {place} since {since}"
        for ours, said in live.pairs
        for known in [dict(_versions(ours.arguments, ours.since))]
        for place, since in _versions(said.arguments, "")
        if since and known.get(place) != since
    ]
    assert not wrong, live.to_enter(wrong)


def _versions(arguments: Iterable[Argument], since: str, around: str = "") -> Iterator[tuple[str, str]]:
    """Each value and word by its place, with its own version or that of what stands around it."""
    for place, argument in enumerate(arguments):
        own, path = argument.since or since, f"{around}/{place} {argument.word or ''}"
        if argument.arguments:
            yield from _versions(argument.arguments, own, path)
        else:
            yield path, own


# -- histories --------------------------------------------------------------------------------------------------------

FORGOTTEN = {
    "georadius_ro": {"7.0.0"},
    "georadiusbymember": {"6.2.0"},
    "georadiusbymember_ro": {"6.2.0", "7.0.0"},
}
"""What only later servers tell of Redis 7.0 and earlier."""


def test_the_same_histories(live: Live) -> None:
    wrong = [
        f"{said.name}: history: {said.history}"
        for ours, said in live.pairs
        for told in [{version for version, _ in said.history}]
        if {version.rpartition(" ")[2] for version, _ in ours.history} != told | _forgotten(live, ours)
    ]
    assert not wrong, live.to_enter(wrong)


def _forgotten(live: Live, entry: Command) -> set[str]:
    return FORGOTTEN.get(entry.name, set()) if live.server == "redis 7.0" else set()


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
    wrong = [
        f"{' '.join(words)}: {theirs}, and not {ours}"
        for words in requests
        for request in [[b"" if word == '""' else word.encode() for word in words]]
        for theirs in [live.link.ask(b"COMMAND", b"GETKEYSANDFLAGS", *request)]
        for ours in [_keys_and_flags(live.server, request)]
        if ours != theirs
    ]
    assert not wrong, live.to_enter(wrong)


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
    return [entry for entry in live.table.values() if not entry.subcommands]


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


def test_our_own_server_says_what_the_table_says() -> None:
    """As a client reads it: COMMAND and COMMAND DOCS of Mini-Redis are those of Redis 7.0, as far as it has them."""
    with run_in_thread() as server:
        link = Link(server.host, server.port)
        link.ask(b"HELLO", b"3")
        said = read_commands(link)
        link.close()
    for name, theirs in said.items():
        entry = find(name.encode())
        assert entry is not None
        ours = entry.on("redis 7.0") or entry
        for fact in ("arity", "flags", "categories", "tips", "since", "group", "arguments", "doc_flags", "key_range"):
            assert getattr(theirs, fact) == getattr(ours, fact), (name, fact)
    assert len(said) > 200
