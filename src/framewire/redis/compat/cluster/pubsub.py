"""`ClusterPubSub` of redis-py, for threads: a link to one node, and channels of shards wherever their slots are.

    subscribe, psubscribe --> one node: the one that is named, or the owner of the first channel's slot
    ssubscribe ------------> framewire's own listener, which follows the slots --> get_sharded_message

What belongs here: which node, and the second of these two. The first is `PubSub`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from framewire.redis.client.blocking.pubsub import PubSub as Listener
from framewire.redis.client.subscriptions.items import Gap
from framewire.redis.compat.cluster.listening import ShardChannels, node_for_pubsub
from framewire.redis.compat.listening import Handler, names_of, refuse_empty, with_handlers
from framewire.redis.compat.pubsub import PubSub, PubSubWorkerThread
from framewire.redis.exchange.calls import Request

__all__ = ["ClusterPubSub"]


class ClusterPubSub(PubSub):
    """Channels and patterns at one node, and channels of shards. One thread reads; others may subscribe."""

    marks = ("", "p")

    def __init__(
        self, redis_cluster: Any, node: Any = None, host: str | None = None, port: int | None = None, **kwargs: Any
    ) -> None:
        self.node = node_for_pubsub(redis_cluster, node, host, port)
        self.cluster = redis_cluster
        self._by: Request = ()  # what its node is chosen by, unless that was named
        self._shards: Listener[bytes] | None = None
        of = redis_cluster if self.node is None else redis_cluster.get_redis_connection(self.node)
        super().__init__(of.connection_pool, **kwargs)
        self.sharded = ShardChannels(self)

    def get_pubsub_node(self) -> Any:
        """The node that it listens to; `None` before that is known."""
        return self.node

    def execute_command(self, *args: Any) -> None:
        """Send a (un)subscribe; its confirmations are messages."""
        if self.node is None and len(args) > 1:
            self._by = (b"SSUBSCRIBE", self.encoder.encode(args[1]))
            self.node = self.cluster.get_node_from_key(args[1])
        super().execute_command(*args)

    def _asks(self) -> Sequence[Request]:
        return [self._by] if self._by else ()

    # -- channels of shards -------------------------------------------------------------------------------------------

    def ssubscribe(self, *args: Any, target_node: Any = None, **kwargs: Handler) -> None:
        """SSUBSCRIBE, as `subscribe`; messages come by `get_sharded_message`."""
        asked = with_handlers(args, kwargs)
        refuse_empty(asked)
        if self._shards is None:
            self._shards = self.cluster.connection_pool.client.pubsub()
        for name in asked:
            self._shards.ssubscribe(self.sharded.name_of(name))
        self.sharded.joined(asked)
        self.subscribed_event.set()

    def sunsubscribe(self, *args: Any, target_node: Any = None) -> None:
        """SUNSUBSCRIBE, from all without a name."""
        names = self.sharded.parting(names_of(args))
        if self._shards is not None and names:
            self._shards.sunsubscribe(*names)
        self.sharded.parted(names)

    def get_sharded_message(
        self, ignore_subscribe_messages: bool = False, timeout: float | None = 0.0, target_node: Any = None
    ) -> dict[str, Any] | None:
        """The next message of a shard's channel, waited for `timeout` seconds, whichever node it comes from."""
        items = self.sharded.next_confirmation()
        if items is None and self._shards is not None:
            item = self._shards.get_message(timeout)
            if isinstance(item, Gap):
                self.sharded.missed(item)
            elif item is not None:
                items = (b"smessage", item.channel, item.data)
        return None if items is None else self.handle_message(items, ignore_subscribe_messages)

    def run_in_thread(
        self, sleep_time: float = 0.0, daemon: bool = False, exception_handler: Any = None, pubsub: Any = None,
        sharded_pubsub: bool = False,
    ) -> PubSubWorkerThread:  # fmt: skip
        """A thread that reads for the handlers' sake, until its `stop`; of shards' channels if `sharded_pubsub`."""
        self.check_handlers()
        of = self if pubsub is None else pubsub
        thread = PubSubWorkerThread(of, sleep_time, daemon, exception_handler, sharded_pubsub)
        thread.start()
        return thread

    def reset(self) -> None:
        """Listen to nothing, and give the links back."""
        shards, self._shards = self._shards, None
        if shards is not None:
            shards.close()
        super().reset()

    close = reset
