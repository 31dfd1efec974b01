"""What the buffers stand on, for C: blocks, the views that are lent of them, and arguments that are counts.

What belongs here: the fields, each with its meaning, and what the other buffer modules call. Another compiled module
may read every field and call these functions; only the handles (`immutable`, `storage`, `mutable`) write to a block.

None of the classes of the buffers takes part in cyclic garbage collection, which makes a handle as cheap as a small
`bytes`. The price: an owner (`Bytes.from_owner`) that refers back to the `Bytes` keeps both alive. Cython wants
`no_gc` said twice: in the `.pyx` for the class, and in the `.pxd` for subclasses in other modules.
"""

cimport cython
from cpython.object cimport PyObject

cdef extern from "Python.h":
    Py_ssize_t Py_REFCNT(PyObject* o)

cdef unsigned char[1] NOTHING       # where empty handles point


@cython.final
cdef class Block:
    """One allocation. Only handles and exports refer to a block, one reference each: so its reference count counts."""
    cdef unsigned char* data        # first byte of the memory
    cdef Py_ssize_t size            # bytes at `data`
    cdef PyObject* owner            # a PyBytes (payload, copy, adopted), a memoryview (foreign memory), or NULL: malloc
    cdef Py_ssize_t views           # exports among the references; all others are handles
    cdef Py_ssize_t original        # what a buffer that leaves this block takes at least (0, or 1 KiB to 64 KiB)
    cdef bint exposed               # others know the memory: never unique, never written again


cdef Block new_block(Py_ssize_t size, Py_ssize_t original, bint zeroed)
cdef Block payload_block(Py_ssize_t size, Py_ssize_t original)
cdef Block adopted_block(object owner, void* data, Py_ssize_t size)
cdef Py_ssize_t original_capacity(Py_ssize_t size) noexcept


cdef inline Py_ssize_t handles(PyObject* block) noexcept:
    """How many handles stand on a block. Takes a bare pointer, because a reference would count."""
    return Py_REFCNT(block) - (<Block>block).views


@cython.final
cdef class Export:
    """What a memoryview of a buffer refers to: a range of a block, held apart from the handle that lent it."""
    cdef Block block                # keeps the memory alive; None when empty
    cdef unsigned char* ptr         # first byte of the range
    cdef Py_ssize_t len             # bytes at `ptr`
    cdef bint readonly


cdef object export(Block block, unsigned char* ptr, Py_ssize_t size, bint readonly)
cdef int describe(Py_buffer* buffer, object exporter, unsigned char* data, Py_ssize_t size, bint readonly,
                  int flags) except -1
cdef int acquire_plain(object data, Py_buffer* source) except -1    # the caller releases `source`


cdef object negative_count(Py_ssize_t n)                            # raises
cdef object underflow(Py_ssize_t n, Py_ssize_t available)           # raises


cdef inline int check_count(Py_ssize_t n) except -1:
    if n < 0:
        negative_count(n)
    return 0
