"""Hashes: fields with a value each.

What belongs here: the data structure. It is a dict, so fields stand in the order in which they came, which is also the
order that Redis has for small hashes.

Redis keeps small hashes as a `listpack` and turns them into a `hashtable` when they get a long field or value or too
many fields, and never back. Here that is a mark only; clients see it in OBJECT ENCODING and by what HSCAN returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from framewire.redis.server.config.config import Config
from framewire.redis.server.values.sampling import Sampler

__all__ = ["HashValue"]


class HashValue(dict[bytes, bytes]):
    """Fields and values. Who adds or changes some calls `maybe_convert` then."""

    __slots__ = ("_sampler", "is_listpack")

    kind = b"hash"

    def __init__(self, fields: Mapping[bytes, bytes] | Iterable[tuple[bytes, bytes]] = ()) -> None:
        super().__init__(fields)
        self.is_listpack = True
        self._sampler: Sampler | None = None

    def encoding(self, config: Config) -> bytes:
        """What OBJECT ENCODING says. O(1)."""
        return b"listpack" if self.is_listpack else b"hashtable"

    def copy(self) -> HashValue:
        """Another hash with the same fields. O(n)."""
        other = HashValue(self)
        other.is_listpack = self.is_listpack
        return other

    def maybe_convert(self, texts: Iterable[bytes], config: Config) -> None:
        """Note that `texts`, fields and values, were put in. O(texts) while it is a listpack.

        A loop and no `all()`: this is on the path of every HSET of a small hash.
        """
        if self.is_listpack:
            longest = config.hash_max_listpack_value
            for text in texts:
                if len(text) > longest:
                    self.is_listpack = False
            if len(self) > config.hash_max_listpack_entries:
                self.is_listpack = False

    @property
    def sampler(self) -> Sampler:
        """What chooses random fields of this hash."""
        if self._sampler is None:
            self._sampler = Sampler()
        return self._sampler
