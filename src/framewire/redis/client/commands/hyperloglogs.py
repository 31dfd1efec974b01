"""HyperLogLogs: how many different elements there were, to about 0.8 %, in 12 KiB at most.

What belongs here: the commands of Redis' group "hyperloglog".
"""

from __future__ import annotations

from framewire.redis.client.arguments import Key, Value, some
from framewire.redis.client.definition import Reply, Runs, S, command
from framewire.redis.client.shapes.basic import flag, ok

__all__ = ["HyperLogLogs"]


class HyperLogLogs(Runs[S]):
    """The commands of Redis' group "hyperloglog"."""

    @command
    def pfadd(self, name: Key, *values: Value) -> Reply[bool]:
        """PFADD: count `values`; whether the estimate may be another now. Without any it is only made. O(N)."""
        return self._run((b"PFADD", name, *values), flag)

    @command
    def pfcount(self, *sources: Key) -> Reply[int]:
        """PFCOUNT: about how many different elements there were, in all `sources` together. O(N), N keys."""
        return self._run((b"PFCOUNT", *some(sources)))

    @command
    def pfmerge(self, dest: Key, *sources: Key) -> Reply[bool]:
        """PFMERGE: let `dest` have counted what `sources` have, and it itself. `True`. O(N), N keys."""
        return self._run((b"PFMERGE", dest, *sources), ok)
