"""Types by redis-py's names.

What belongs here: aliases.
"""

from __future__ import annotations

from typing import TypeAlias

from framewire.redis.client.arguments import Expiry, ExpiryTime, Key, ScoreBound, Value
from framewire.redis.compat.listening import Handler, Subscription

__all__ = ["AbsExpiryT", "ChannelT", "EncodableT", "ExpiryT", "FieldT", "KeyT", "PatternT", "PubSubHandler",
           "Subscription", "ZScoreBoundT"]  # fmt: skip

EncodableT: TypeAlias = Value
FieldT: TypeAlias = Value
KeyT: TypeAlias = Key
PatternT: TypeAlias = Key
ChannelT: TypeAlias = Key
ExpiryT: TypeAlias = Expiry
AbsExpiryT: TypeAlias = ExpiryTime
ZScoreBoundT: TypeAlias = ScoreBound
PubSubHandler: TypeAlias = Handler
