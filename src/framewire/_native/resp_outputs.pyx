"""What the grammar of replies makes of what it reads, compiled: frames, Python values, or nothing.

What belongs here: making instances of the frame classes quickly, and what maps and sets become. Which type byte becomes
what stands in the grammar, beside what is read for it.
"""

from framewire._native.objects cimport all_bytes, fill_slot, new_instance, slot_offset

from framewire.frames.resp import (
    Array, Bulk, BulkError, Error, Integer, Map, Push, Set, Simple, Verbatim, value_of_map, value_of_set,
)


cdef class Shape:
    def __cinit__(self, type cls, str first, str second=None):
        self.cls = cls
        self.first = slot_offset(cls.__dict__.get(first))
        self.second = slot_offset(cls.__dict__.get(second)) if second is not None else 0
        self.leaf = first != "items" and first != "pairs"
        self.direct = self.first != 0 and (second is None or self.second != 0)
        self.direct = self.direct and self.agrees_with_constructor(second is not None)

    cdef bint agrees_with_constructor(self, bint two):
        if two:
            return self.make_two(b"a", b"b") == self.cls(b"a", b"b")
        return self.make(b"a") == self.cls(b"a")

    cdef object make_two(self, object value, object other):
        if not self.direct:
            return self.cls(value, other)
        instance = new_instance(self.cls, 0)
        fill_slot(instance, self.first, value)
        fill_slot(instance, self.second, other)
        return instance


cdef Shape SIMPLE = Shape(Simple, "data")
cdef Shape ERROR = Shape(Error, "data")
cdef Shape INTEGER = Shape(Integer, "value")
cdef Shape BULK = Shape(Bulk, "data")
cdef Shape BULK_ERROR = Shape(BulkError, "data")
cdef Shape PUSH = Shape(Push, "items")
cdef Shape ARRAY = Shape(Array, "items")
cdef Shape SET = Shape(Set, "items")
cdef Shape MAP = Shape(Map, "pairs")
cdef Shape VERBATIM = Shape(Verbatim, "format", "data")

cdef object OK = Simple(b"OK")
cdef object PONG = Simple(b"PONG")
cdef object QUEUED = Simple(b"QUEUED")


cdef list pairs_of(list items):
    """The neighbours in `items`, by twos."""
    cdef Py_ssize_t i
    return [(items[i], items[i + 1]) for i in range(0, len(items), 2)]


cdef object map_value(list items):
    """The value of a map whose keys and values take turns in `items`; quickly where all keys are bytes."""
    cdef dict mapping = {}
    cdef Py_ssize_t i
    if all_bytes(items, 2):
        for i in range(0, len(items), 2):
            mapping[items[i]] = items[i + 1]
        if 2 * len(mapping) == len(items):
            return mapping
    return value_of_map(pairs_of(items))


cdef object set_value(list items):
    """The value of a set; quickly where all members are bytes."""
    cdef set unique
    if all_bytes(items, 1):
        unique = set(items)
        if len(unique) == len(items):
            return unique
    return value_of_set(items)
