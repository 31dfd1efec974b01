"""What items become, for C: the kinds of output, and how instances of the frame classes are made.

What belongs here: what must be inlined, and what the other RESP modules share.
"""

cimport cython

from framewire._native.objects cimport fill_slot, new_instance, untrack

cdef enum Output:
    FRAMES
    VALUES
    NOTHING                         # the scanner's: only where the frame ends


@cython.final
cdef class Shape:
    """How to make and read the instances of one slotted frame class without calling Python code."""
    cdef type cls
    cdef Py_ssize_t first           # offset of its first field
    cdef Py_ssize_t second          # offset of its second field; 0: it has one only
    cdef bint leaf                  # it holds bytes or a number, so the garbage collector need not know of it
    cdef bint direct                # the offsets are known; else go through the constructor

    cdef bint agrees_with_constructor(self, bint two)
    cdef object make_two(self, object value, object other)

    cdef inline object make(self, object value):
        if not self.direct:
            return self.cls(value)
        instance = new_instance(self.cls, 0)
        fill_slot(instance, self.first, value)
        if self.leaf:
            untrack(instance)
        return instance


cdef Shape SIMPLE, ERROR, INTEGER, BULK, BULK_ERROR, PUSH, ARRAY, SET, MAP, VERBATIM
cdef object OK, PONG, QUEUED        # the replies that most replies are

cdef list pairs_of(list items)
cdef object map_value(list items)
cdef object set_value(list items)
