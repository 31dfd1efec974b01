"""Publishing, and who listens: PUBLISH, SPUBLISH, PUBSUB.

What belongs here: the commands of Redis' group "pubsub" that have one reply. Listening is done by other means.
"""

from __future__ import annotations

from framewire.redis.client.arguments import Key, Value
from framewire.redis.client.definition import Reply, Runs, S, command
from framewire.redis.client.shapes.basic import pairs

__all__ = ["Publishing"]


class Publishing(Runs[S]):
    """Messages to who listens."""

    @command
    def publish(self, channel: Key, message: Value) -> Reply[int]:
        """PUBLISH: send `message` to who listens to `channel`; returns how many got it from this server. O(N + M)."""
        return self._run((b"PUBLISH", channel, message))

    @command
    def spublish(self, shard_channel: Key, message: Value) -> Reply[int]:
        """SPUBLISH: send `message` to who listens to a channel of one shard; returns how many got it. O(N)."""
        return self._run((b"SPUBLISH", shard_channel, message))

    @command
    def pubsub_channels(self, pattern: Key = "*") -> Reply[list[S]]:
        """PUBSUB CHANNELS: the channels that somebody listens to and `pattern` matches. O(N) of all channels."""
        return self._run((b"PUBSUB", b"CHANNELS", pattern))

    @command
    def pubsub_numsub(self, *args: Key) -> Reply[list[tuple[S, int]]]:
        """PUBSUB NUMSUB: each of the channels, and how many listen to it (by patterns not counted). O(N)."""
        return self._run((b"PUBSUB", b"NUMSUB", *args), pairs)

    @command
    def pubsub_numpat(self) -> Reply[int]:
        """PUBSUB NUMPAT: how many patterns somebody listens to. O(1)."""
        return self._run((b"PUBSUB", b"NUMPAT"))

    @command
    def pubsub_shardchannels(self, pattern: Key = "*") -> Reply[list[S]]:
        """PUBSUB SHARDCHANNELS: as `pubsub_channels`, for those of shards. O(N) of all of them."""
        return self._run((b"PUBSUB", b"SHARDCHANNELS", pattern))

    @command
    def pubsub_shardnumsub(self, *args: Key) -> Reply[list[tuple[S, int]]]:
        """PUBSUB SHARDNUMSUB: as `pubsub_numsub`, for channels of shards. O(N)."""
        return self._run((b"PUBSUB", b"SHARDNUMSUB", *args), pairs)
