"""What a client of a cluster knows of it, and decides by it: the slot map in, decisions out.

What belongs here: the decisions. No I/O: who calls opens links, waits, and asks nodes for the map.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import islice
from typing import Any

from framewire.redis.cluster.addresses import Address, Remap
from framewire.redis.cluster.changes import lost_slots
from framewire.redis.cluster.decisions import Again, Asked, Changes, Decision, GiveUp, Send
from framewire.redis.cluster.failures import Failures
from framewire.redis.cluster.map_replies import read_map
from framewire.redis.cluster.redirects import TROUBLES, Redirect, Trouble, redirect_of
from framewire.redis.cluster.refreshing import Refreshing, shuffled
from framewire.redis.cluster.settings import Settings
from framewire.redis.cluster.slot_map import NO_MAP, Shard, SlotMap

__all__ = ["Topology"]


class Topology:
    """One client's view of a cluster.

    What an answer makes of a call, and of what is known (`pause`: nothing for the first three, then a backoff by
    chance; after `max_redirects` attempts each of these is `GiveUp`):

        MOVED to another node           that slot is patched, a refresh wanted       Send(to it, pause)
        MOVED to the node that answered a refresh wanted                             Send(to it, anew, backoff if again)
        MOVED to where the map points   nothing: the call had left before            Send(to it, pause)
        ASK                             nothing: the slot has not moved yet          Send(to it, asking, pause)
        either, host empty              the host of who answered, and that port      as above
        either, host ?                  the node with that port that has no name     as above; without one a refresh is
                                                                                     wanted, and Again(backoff)
        either, to a node beyond cap    a refresh wanted                             Again(backoff)
        TRYAGAIN                        nothing                                      Again(50 to 100 ms, from the start)
        CLUSTERDOWN, READONLY           a refresh wanted                             Again(backoff)
        LOADING, MASTERDOWN             nothing                                      Again(backoff; a read avoids it)
        (no owner in the map)           a refresh wanted at once                     Again(backoff)
        (link lost, not opened)         a refresh wanted, the node shunned a while   who lost it knows the call's fate
        CROSSSLOT, any other            nothing                                      None: the error is the caller's

    When the map is asked for again is drawn in `refreshing.py`. A new map is applied as a difference. Patches that came
    while it was asked for outlive it; if one of them was wrong, the next MOVED says so. A refresh that fails leaves
    everything as it is.

    owners: the primary of each slot, or `None`; always the same list, changed in place. It is made when it is first
        asked for, so that thousands of views of one map need not have one each.
    primaries, nodes: the addresses, each once; `nodes` has the replicas too. New tuples when they change.
    failures: nodes that have just failed.
    version: grows with each change of any of these.
    """

    def __init__(
        self,
        seeds: Sequence[Address],
        *,
        clock: Callable[[], float],
        chance: Callable[[], float],
        settings: Settings | None = None,
        remap: Remap | None = None,
        tls: bool = False,
    ) -> None:
        """`seeds` are kept for ever, and not remapped. `clock` gives monotonic seconds, `chance` 0 to below 1.

        Raises `ValueError` without a seed.
        """
        if not seeds:
            raise ValueError("a cluster is found by the address of at least one of its nodes")
        self.settings = settings or Settings()
        self._seeds = tuple(dict.fromkeys(seeds))
        self._chance = chance
        self._remap = remap
        self._tls = tls
        self._map = NO_MAP
        self._patches: dict[int, Address] = {}  # what redirects have said since the map was asked for
        self._recent: dict[int, Address] = {}  # those of them that came since a newer map is asked for
        self._strangers: dict[Address, None] = {}  # nodes that only redirects have named
        self._refreshing = Refreshing(clock, chance, self.settings)
        self.failures = Failures(clock, self.settings.shunned)
        self.primaries: tuple[Address, ...] = ()
        self.nodes: tuple[Address, ...] = ()
        self.version = 0
        self._refreshing.want(at_once=True)

    # -- what is known ------------------------------------------------------------------------------------------------

    @cached_property
    def owners(self) -> list[Address | None]:
        owners = self._map.owners()
        for slot, address in self._patches.items():
            owners[slot] = address
        return owners

    @property
    def slot_map(self) -> SlotMap:
        """The map as it came, without what redirects have said since."""
        return self._map

    def owner_of(self, slot: int) -> Address | None:
        """The primary of `slot`: what `owners` has, without making that list."""
        patched = self._patches.get(slot)
        return self._map.owner_of(slot) if patched is None else patched

    def shard_of(self, slot: int) -> Shard | None:
        """The shard that has `slot`. One that a redirect has named may be known by its primary alone."""
        patched = self._patches.get(slot)
        mapped = self._map.shard_of(slot)
        if patched is None or (mapped is not None and mapped.primary == patched):
            return mapped
        if patched in self._map.by_primary:
            return self._map.by_primary[patched]
        if mapped is not None and patched in mapped.replicas:  # it was promoted
            others = tuple(node for node in mapped.replicas if node != patched)
            return Shard(patched, others, mapped.slots)
        return Shard(patched, (), ((slot, slot),))

    def zone_of(self, address: Address) -> str | None:
        """The availability zone that the node has said (Valkey); `None` where it has not."""
        return self._map.zones.get(address)

    def locate(self, node_id: str, told: Address) -> Address:
        """What a node is called from here: by its id, where the map has that, else by what another node calls it."""
        known = next((address for address, each in self._map.ids.items() if each == node_id), None)
        if known is None:
            return told if self._remap is None else self._remap(told)
        return known

    # -- decisions ----------------------------------------------------------------------------------------------------

    def refused(self, asked: Asked, text: str) -> Decision | None:
        """What becomes of a call that was answered with the error `text`; `None` where that is the caller's.

        The caller must know that the error answers the command itself: out of a script or a transaction it proves
        nothing.
        """
        redirect = redirect_of(text)
        if redirect is not None:
            decision = self._redirected(asked, redirect)
        else:
            trouble = TROUBLES.get(text.partition(" ")[0])
            if trouble is None:
                return None
            decision = self._troubled(asked, trouble)
        if asked.attempts >= self.settings.max_redirects and not (isinstance(decision, Again) and decision.from_start):
            return GiveUp(f"after {asked.attempts} redirects {asked.address} still answers: {text}")
        return decision

    def unowned(self, slot: int, attempts: int) -> Decision:
        """What becomes of a call whose slot has no owner in the map."""
        self._refreshing.want(at_once=True)
        if attempts >= self.settings.max_redirects:
            return GiveUp(f"slot {slot} is served by nobody, as {attempts} looks at the slot map have said")
        return Again(self.settings.trouble_pause(attempts, self._chance()))

    def lost(self, address: Address) -> None:
        """A link to a node was lost, or could not be opened. Of one that is none any more, nothing is concluded."""
        if address in self._map.known or address in self._strangers:
            self.failures.add(address)
            self._refreshing.want()

    def _troubled(self, asked: Asked, trouble: Trouble) -> Decision:
        if trouble.refresh:
            self._refreshing.want()
        if trouble.migrating:
            return Again(self.settings.migrating_pause(self._chance()), from_start=True)
        return self._again(asked, asked.address if trouble.elsewhere and asked.reads else None)

    def _again(self, asked: Asked, avoid: Address | None = None) -> Again:
        return Again(self.settings.trouble_pause(asked.attempts, self._chance()), avoid)

    def _redirected(self, asked: Asked, redirect: Redirect) -> Decision:
        target = self._target(redirect, asked.address)
        if target is None or not self._accepts(target):
            self._refreshing.want()
            return self._again(asked)
        if redirect.for_good:
            self._moved(redirect.slot, target, asked.address)
            if target == asked.address:
                after = self.settings.trouble_pause(asked.attempts - 1, self._chance())
                return Send(target, after=after, anew=True)
        after = self.settings.redirect_pause(asked.attempts, self._chance())
        return Send(target, asking=not redirect.for_good, after=after)

    def _target(self, redirect: Redirect, answered: Address) -> Address | None:
        """The node that a redirect names; `None` where the one that it means is not known."""
        if redirect.host == "?":
            return self._unnamed(redirect.port, answered)
        address = Address(redirect.host or answered.host, redirect.port)
        return address if self._remap is None else self._remap(address)

    def _unnamed(self, port: int, answered: Address) -> Address | None:
        """The only node without a name at that port, else the only other node there."""
        for nodes in (self._map.unnamed, self._map.known):
            found = [node for node in nodes if node.port == port and node != answered]
            if found:
                return found[0] if len(found) == 1 else None
        return None

    def _accepts(self, target: Address) -> bool:
        """Whether a node is known, or one more that is not may be."""
        if target in self._map.known or target in self._strangers:
            return True
        if len(self._strangers) >= self.settings.max_strangers:
            return False
        self._strangers[target] = None
        self.nodes += (target,)
        self.version += 1
        return True

    def _moved(self, slot: int, target: Address, answered: Address) -> None:
        shard = self.shard_of(slot)
        if shard is not None and shard.primary == target and answered not in (target, *shard.replicas):
            return  # it is known already: the call had left before
        self._refreshing.want()
        self._recent[slot] = target
        if self.owner_of(slot) != target:
            self._patch(slot, target)

    def _patch(self, slot: int, target: Address) -> None:
        self._patches[slot] = target
        if "owners" in self.__dict__:
            self.owners[slot] = target
        if target not in self.primaries:
            self.primaries += (target,)
        self.version += 1

    # -- the map ------------------------------------------------------------------------------------------------------

    @property
    def refresh_at(self) -> float | None:
        """When to begin the next refresh; `None` while one runs. It may change with each call of these methods."""
        return self._refreshing.at

    @property
    def refreshing(self) -> Refreshing:
        """The states of refreshing."""
        return self._refreshing

    def begin_refresh(self) -> tuple[Address, ...]:
        """Whom to ask for the map, one after the other until one of them tells it (`refreshed` raises nothing).

        Nodes by chance, so that no node is asked by all clients; those that have just failed only where all have. A
        seed comes last; all of them do where no node is known, or could tell the map when it was asked last. Raises
        `RuntimeError` while a refresh runs.
        """
        self._refreshing.begin()
        self._recent.clear()
        healthy = (node for node in shuffled(self.nodes, self._chance) if node not in self.failures)
        asks = self.settings.asks
        nodes = tuple(islice(healthy, asks)) or tuple(islice(shuffled(self.nodes, self._chance), asks))
        seeds = tuple(shuffled([seed for seed in self._seeds if seed not in nodes], self._chance))
        return nodes + (seeds if self._refreshing.failures or not nodes else seeds[:1])

    def refreshed(self, asked: Address, reply: Any) -> Changes:
        """Apply what `asked` has answered to CLUSTER SLOTS or CLUSTER SHARDS, decoded; or a `SlotMap` read before.

        Raises `ValueError` where it is malformed, or names nobody who serves a slot: then the refresh still runs, for
        the next node to be asked. An answer that comes when no refresh runs changes nothing.
        """
        if not self._refreshing.is_running:
            return Changes()
        new = reply if isinstance(reply, SlotMap) else read_map(reply, asked, remap=self._remap, tls=self._tls)
        if not new.serves:
            raise ValueError(f"{asked} knows no node that serves a slot: it is in no cluster, or in an empty one")
        self.failures.discard(asked)
        differs = new != self._map or bool(self._patches)
        changes = self._apply(new) if differs else Changes()
        self._refreshing.done(len(self.nodes), changed=differs)
        return changes

    def refresh_failed(self) -> None:
        """Nobody who was asked could tell the map. It stays, and the next attempt follows after a backoff."""
        self._refreshing.failed()

    def _apply(self, new: SlotMap) -> Changes:
        patches = {slot: node for slot, node in self._recent.items() if new.owner_of(slot) != node}
        strangers = dict.fromkeys(node for node in patches.values() if node not in new.known)
        lost = lost_slots(self._map, self._patches, new, patches)
        before, self.nodes = self.nodes, new.nodes + tuple(strangers)  # without strangers, the very tuple of the map
        self._map, self._patches, self._strangers = new, patches, strangers
        self.primaries = new.primaries + tuple(
            node for node in dict.fromkeys(patches.values()) if node not in new.by_primary
        )
        if "owners" in self.__dict__:
            owners = self.owners
            del self.owners
            owners[:] = self.owners  # made anew, out of the new map
            self.owners = owners
        self.version += 1
        return Changes(frozenset(self.nodes) - set(before), frozenset(before) - set(self.nodes), lost)
