"""How patient a client of a cluster is: with redirects, with trouble that passes, and with asking for the map.

What belongs here: numbers, and the pauses that they make. Chance is passed in, 0 <= chance < 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["ANSWER_SECONDS", "Settings"]

ANSWER_SECONDS: Final = 5.0
"""How long one node may take to tell its map where a client waits for links without end: for answers it must not."""

_DOUBLINGS = 64  # behind them any base has reached any cap


@dataclass(frozen=True, slots=True)
class Settings:
    """All times are in seconds. The defaults are those that other clients of clusters have come to.

    max_redirects: how often one call may be refused and sent again.
    redirects_at_once: so many of them wait for nothing.
    backoff, backoff_cap: the pauses behind them double from the one to the other; each is at least half of that, and
        the rest by chance. All of them together must be longer than the nodes need to replace one that died
        (`cluster-node-timeout`, 15 s by default), and are, whatever chance says.
    migrating: the least pause where a key is on its way to another node; at most it is twice that.
    max_strangers: so many nodes are believed in that redirects name and the map does not.
    asks: how many nodes are asked for the map, one after the other until one answers, before a seed is.
    max_age: a map older than that is asked for again; `None` for never.
    spread, spread_per_node, spread_cap: the pause before the map is asked for is any part of the first, or of the
        second for each node where that is more, up to the third: as many clients ask as see the same node die.
    cool_down, cool_down_cap: no sooner after one refresh comes the next; it doubles as long as they change nothing.
    failed_refresh, failed_refresh_cap: the pause where nobody could tell the map, doubling, at least half of it.
    shunned: so long after it failed, a node is not asked for the map, nor for what others can answer.
    """

    max_redirects: int = 16
    redirects_at_once: int = 3
    backoff: float = 0.05
    backoff_cap: float = 4.0
    migrating: float = 0.05
    max_strangers: int = 100
    asks: int = 3
    max_age: float | None = 60.0
    spread: float = 1.0
    spread_per_node: float = 0.03
    spread_cap: float = 30.0
    cool_down: float = 0.2
    cool_down_cap: float = 5.0
    failed_refresh: float = 0.2
    failed_refresh_cap: float = 5.0
    shunned: float = 10.0

    def redirect_pause(self, attempts: int, chance: float) -> float:
        """Before a redirect is followed, `attempts` of that call having been refused before."""
        return self.trouble_pause(attempts - self.redirects_at_once, chance)

    def trouble_pause(self, attempts: int, chance: float) -> float:
        """Before what passes by itself is tried again; nothing where `attempts` is negative."""
        return 0.0 if attempts < 0 else _part(_doubled(self.backoff, attempts, self.backoff_cap), chance)

    def migrating_pause(self, chance: float) -> float:
        """Before a request is tried again whose keys are being moved."""
        return self.migrating * (1 + chance)

    def refresh_pause(self, nodes: int, chance: float) -> float:
        """Before the map of so many nodes is asked for."""
        return chance * min(max(self.spread, self.spread_per_node * nodes), self.spread_cap)

    def cooling(self, in_vain: int) -> float:
        """From one refresh to the next, so many having changed nothing."""
        return _doubled(self.cool_down, in_vain, self.cool_down_cap)

    def failure_pause(self, failures: int, chance: float) -> float:
        """After so many refreshes, 1 or more, that nobody has answered."""
        return _part(_doubled(self.failed_refresh, failures - 1, self.failed_refresh_cap), chance)


def _doubled(base: float, times: int, cap: float) -> float:
    doubled: float = base * 2.0 ** min(times, _DOUBLINGS)
    return min(cap, doubled)


def _part(pause: float, chance: float) -> float:
    """At least half of it: a pause of nothing would not be one."""
    return pause * (1 + chance) / 2
