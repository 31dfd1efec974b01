"""The form of the table: what one entry says about a command, and what can be computed from it alone.

What belongs here: `Command`, and `command`, which the tables write entries with. Which commands there are is written
in the files beside this one, one for each group.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from framewire.redis.facts.arguments import Argument, syntax, taken_by
from framewire.redis.facts.keys import KeySpec
from framewire.redis.facts.repeats import Repeat, Rule, reads_its_target
from framewire.redis.facts.servers import AS_REDIS, SERVERS
from framewire.redis.facts.timeouts import Timeout

__all__ = ["CATEGORIES", "NOT_DEPRECATED", "Argument", "Command", "History", "KeySpec", "command"]

CATEGORIES: Final = (
    "@keyspace @read @write @set @sortedset @list @hash @string @bitmap @hyperloglog @geo @stream @pubsub @admin @fast "
    "@slow @blocking @dangerous @connection @transaction @scripting"
).split()
"""All categories, in Redis' order."""

History = tuple[tuple[str, str], ...]
"""What changed in which version: `"7.2.0"`, or `"redis 8.0.0"` and `"valkey 8.0.0"` where only one of them did it."""

NOT_DEPRECATED: Final = {"doc_flags": (), "deprecated_since": "", "replaced_by": ""}
"""The variant of a server that has taken a deprecation back."""

_NO_LIMIT = 2**62


@dataclass(frozen=True, slots=True)
class Command:
    """One command or subcommand (`client|setname`). Names and flags are spelled as COMMAND INFO spells them.

    What it says is true of Redis 7.0.15, or of the first server that has the command, but for two fields: `arguments`
    and `history` are those of all servers, with the versions that brought them. `variants` holds the fields that are
    different on some servers, under a server's name or `"newer"`; that of Redis 7.0 holds arguments which newer servers
    document otherwise without having changed them. `on` puts it together for one server.

    name: in small letters, the container's before a bar.
    arity: how many items a request has, the name included; a negative one means "at least".
    flags: in the order of COMMAND INFO.
    own_categories: the ACL categories that do not follow from the flags; `categories` are all of them.
    keys: where its keys stand, and what it does to them.
    since: the version of Redis that brought it; empty for what Redis has not.
    valkey: the version of Valkey that brought it, where that is another one; `None` for what Valkey has not.
    group: as COMMAND DOCS names it.
    tips: for clients and proxies, as COMMAND INFO has them.
    doc_flags, deprecated_since, replaced_by: whether it should still be used, and what to use instead.
    subcommands: by their words in small letters.

    Redis knows these without telling:

    while_subscribed: a RESP2 client that listens to channels may use it.
    in_multi: inside MULTI it runs at once; all others are queued.
    may_replicate: it is not marked as writing, but what it does may be copied to others: CLIENT PAUSE WRITE holds it,
        and no script that only reads may run it.

    These are our own:

    changes_link: it changes what the server keeps of this connection (its database, user, name, protocol, channels,
        transaction, ...), so it is not for a connection that several share.
    secrets: it may carry passwords, among its arguments or in its reply.
    repeat: whether it may be sent again when nobody knows whether it was executed: `read`, `write` or `never`, as
        `repeats` explains them. What the server calls `readonly` is `read`; else what says nothing is `never`.
    repeat_in: the rule for a single request, where options or arguments decide; `repeat` is then that of the worst.
        `repeat_of` asks it.
    timeout: where a request says how long it may wait. `blocks` reads it.
    """

    name: str
    arity: int
    flags: tuple[str, ...] = ()
    own_categories: tuple[str, ...] = ()
    keys: tuple[KeySpec, ...] = ()
    summary: str = ""
    since: str = "1.0.0"
    valkey: str | None = AS_REDIS
    group: str = ""
    complexity: str = "O(1)"
    tips: tuple[str, ...] = ()
    arguments: tuple[Argument, ...] = ()
    history: History = ()
    doc_flags: tuple[str, ...] = ()
    deprecated_since: str = ""
    replaced_by: str = ""
    while_subscribed: bool = False
    in_multi: bool = False
    may_replicate: bool = False
    changes_link: bool = False
    secrets: bool = False
    repeat: Repeat = "never"
    repeat_in: Rule | None = None
    timeout: Timeout | None = None
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    subcommands: Mapping[bytes, Command] = field(default_factory=dict)

    # -- its requests -------------------------------------------------------------------------------------------------

    @property
    def least(self) -> int:
        """The fewest items that a request for this command has, its name included."""
        return abs(self.arity)

    @property
    def most(self) -> int:
        """The most items that a request for this command has."""
        return self.arity if self.arity >= 0 else _NO_LIMIT

    def accepts(self, length: int) -> bool:
        """Whether a request of `length` items has the right number."""
        return self.least <= length <= self.most

    @property
    def syntax(self) -> str:
        """How it is written: `SET key value [NX | XX] ...`."""
        words = self.name.upper().replace("|", " ")
        return f"{words} {syntax(self.arguments)}".rstrip()

    def repeat_of(self, request: Sequence[bytes]) -> Repeat:
        """Whether `request` may be sent again when nobody knows whether it was executed."""
        if self.repeat_in is not None:
            return self.repeat_in(request)
        if self.repeat == "write" and len(self.keys) > 1 and reads_its_target(self.keys, request):
            return "never"
        return self.repeat

    def blocks(self, request: Sequence[bytes]) -> float | None:
        """How many seconds `request` may wait at the server; 0 is for ever, and `None` where it does not wait."""
        return None if self.timeout is None else self.timeout.of(request)

    # -- its kind -----------------------------------------------------------------------------------------------------

    def has_flag(self, flag: str) -> bool:
        return flag in self.flags

    @property
    def categories(self) -> tuple[str, ...]:
        """All its ACL categories, in Redis' order. A command of a module has none."""
        if self.has_flag("module"):
            return ()
        categories = {*self.own_categories, "@fast" if self.has_flag("fast") else "@slow"}
        categories.update(category for flag, category in _IMPLIED if self.has_flag(flag))
        if "@scripting" in categories:
            categories.discard("@read")
        return tuple(category for category in CATEGORIES if category in categories)

    @property
    def request_policy(self) -> str:
        """Which nodes of a cluster shall be asked, beyond the one that its keys name; empty where no tip says it."""
        return self._tip("request_policy:")

    @property
    def response_policy(self) -> str:
        """How the replies of several nodes become one; empty where no tip says it."""
        return self._tip("response_policy:")

    def _tip(self, prefix: str) -> str:
        return next((tip.removeprefix(prefix) for tip in self.tips if tip.startswith(prefix)), "")

    # -- its keys -----------------------------------------------------------------------------------------------------

    @property
    def key_specs(self) -> tuple[KeySpec, ...]:
        """Where its keys stand; the same as `keys`."""
        return self.keys

    @property
    def has_keys(self) -> bool:
        """Whether it can have keys. Shard channels are none."""
        return any(spec.is_key for spec in self.keys)

    @property
    def key_range(self) -> tuple[int, int, int]:
        """First, last and step, as clients knew them before there were key specs: of the ranges that follow on another.

        All 0 where there is none.
        """
        ranges = [spec for spec in self.keys if spec.is_range]
        if len(self.keys) == 1 and ranges:
            return ranges[0].first, ranges[0].last, ranges[0].step
        chain: list[KeySpec] = []
        for spec in ranges:
            if spec.step == 1 and (not chain or chain[-1].last == spec.first - 1):
                chain.append(spec)
        return (chain[0].first, chain[-1].last, 1) if chain else (0, 0, 0)

    def keys_in(self, request: Sequence[bytes]) -> list[bytes]:
        """The keys that `request` names, whether the rest of it makes sense or not."""
        return [request[position] for spec in self.keys if spec.is_key for position in spec.find(request)]

    def find_keys(self, request: Sequence[bytes]) -> list[tuple[int, str]]:
        """The positions of the keys in `request`, each with what is done to it: what COMMAND GETKEYSANDFLAGS says.

        Empty where there are none, and where a place that must hold some does not: such a request makes no sense.
        `request` must have a length that the command `accepts`.
        """
        places = [(spec, spec.find(request)) for spec in self.keys if spec.is_key]
        if any(spec.must_find and not positions for spec, positions in places):
            return []
        return [(position, spec.flags_for(request)) for spec, positions in places for position in positions]

    # -- its servers --------------------------------------------------------------------------------------------------

    def on(self, server: str) -> Command | None:
        """The entry as `server` has it, one of `SERVERS`; `None` where it has no such command.

        Its `arguments`, `history` and `subcommands` are those of that server. Raises `KeyError` for other servers.
        """
        place = SERVERS[server]
        if not place.has(self.since, self.valkey):
            return None
        changes: dict[str, Any] = {}
        for name in place.variants:
            changes.update(self.variants.get(name, {}))
        entry = replace(self, **changes, variants={})
        return replace(
            entry,
            arguments=taken_by(place, entry.arguments),
            history=tuple(line for line in entry.history if place.has_seen(line[0])),
            since=place.since(entry.since, entry.valkey),
            valkey=AS_REDIS,
            subcommands=_all_on(server, self.subcommands),
        )


_IMPLIED = (
    ("write", "@write"),
    ("readonly", "@read"),
    ("pubsub", "@pubsub"),
    ("blocking", "@blocking"),
    ("admin", "@admin"),
    ("admin", "@dangerous"),
)
"""The categories that follow from a flag."""


def _all_on(server: str, subcommands: Mapping[bytes, Command]) -> Mapping[bytes, Command]:
    entries = {word: entry.on(server) for word, entry in subcommands.items()}
    return {word: entry for word, entry in entries.items() if entry is not None}


def command(
    name: str,
    arity: int,
    flags: str = "",
    categories: str = "",
    keys: KeySpec | tuple[KeySpec, ...] = (),
    *,
    tips: str = "",
    doc_flags: str = "",
    subcommands: Iterable[Command] = (),
    repeat: Repeat | None = None,
    **rest: Any,
) -> Command:
    """An entry of the tables: words with spaces between them where `Command` has tuples, one key specification or
    several, and the subcommands as a list. `categories` are those that do not follow from the flags, and `repeat` is
    named where it is not what the flags say."""
    return Command(
        name,
        arity,
        tuple(flags.split()),
        tuple(categories.split()),
        keys if isinstance(keys, tuple) else (keys,),
        tips=tuple(tips.split()),
        doc_flags=tuple(doc_flags.split()),
        repeat=repeat or ("read" if "readonly" in flags.split() and "repeat_in" not in rest else "never"),
        subcommands={entry.name.partition("|")[2].encode(): entry for entry in subcommands},
        **rest,
    )
