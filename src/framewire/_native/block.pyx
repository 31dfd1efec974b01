"""What the buffers stand on: `Block`, one allocation, and `Export`, a view that is lent of one.

What belongs here: where memory comes from, who keeps it alive, and how Python gets to see it. No class that users name,
no reading, no searching. The fields are in `block.pxd`.

Three rules keep the memory safe, here and in the modules of the handles (`immutable`, `cursor`, `storage`, `mutable`):

* A block's memory lives as long as the block, and every handle and every exported view holds the block.
* Memory moves (`realloc`, `memmove`) only while one handle alone holds its block; else a new block takes its place.
* Python code of others (`__index__`, `__buffer__`) may run only before a pointer is read, never between that and use.
"""

cimport cython
from cpython.buffer cimport (
    PyBUF_FORMAT, PyBUF_FULL_RO, PyBUF_ND, PyBUF_STRIDES, PyBUF_WRITABLE, PyBuffer_IsContiguous, PyBuffer_Release,
    PyObject_GetBuffer,
)
from cpython.bytes cimport PyBytes_AS_STRING
from cpython.mem cimport PyMem_Calloc, PyMem_Free, PyMem_Malloc
from cpython.memoryview cimport PyMemoryView_FromObject
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF

from framewire.errors import BufferUnderflow

cdef extern from "Python.h":
    void drop_reference "Py_DECREF"(PyObject* o)
    PyObject* new_bytes "PyBytes_FromStringAndSize"(const char* data, Py_ssize_t size) except NULL


cdef enum:
    MOST_ORIGINAL = 65536           # what `Block.original` is capped at (64 KiB)


# ---- Blocks --------------------------------------------------------------------------------------------------------


@cython.no_gc
@cython.freelist(64)
cdef class Block:
    def __dealloc__(self):
        if self.owner != NULL:
            drop_reference(self.owner)
        else:
            PyMem_Free(self.data)


cdef Block new_block(Py_ssize_t size, Py_ssize_t original, bint zeroed):
    """A block of our own memory, uninitialised unless `zeroed`. Caller must know size > 0."""
    cdef Block block = Block.__new__(Block)
    block.data = <unsigned char*>(PyMem_Calloc(size, 1) if zeroed else PyMem_Malloc(size))
    if block.data == NULL:
        raise MemoryError(f"cannot allocate {size} bytes")
    block.size = size
    block.original = original
    return block


cdef Block payload_block(Py_ssize_t size, Py_ssize_t original):
    """A block whose memory is a `bytes` object that nobody else has seen. Caller must know size > 0."""
    cdef Block block = Block.__new__(Block)
    block.owner = new_bytes(NULL, size)
    block.data = <unsigned char*>PyBytes_AS_STRING(<object>block.owner)
    block.size = size
    block.original = original
    return block


cdef Block adopted_block(object owner, void* data, Py_ssize_t size):
    """A block over the memory of others: `owner` is a `bytes` or a memoryview and holds `size` bytes at `data`."""
    cdef Block block = Block.__new__(Block)
    Py_INCREF(owner)
    block.owner = <PyObject*>owner
    block.data = <unsigned char*>data
    block.size = size
    block.exposed = True
    return block


cdef Py_ssize_t original_capacity(Py_ssize_t size) noexcept:
    """What a buffer that began with `size` comes back to: a power of two not above it, 0 or 1 KiB to 64 KiB."""
    cdef Py_ssize_t power = MOST_ORIGINAL
    if size < 1024:
        return 0
    while power > size:
        power >>= 1
    return power


# ---- Exports -------------------------------------------------------------------------------------------------------


cdef int describe(Py_buffer* buffer, object exporter, unsigned char* data, Py_ssize_t size, bint readonly,
                  int flags) except -1:
    """Fill in `buffer`: `size` plain bytes at `data`, which `exporter` keeps alive."""
    if readonly and flags & PyBUF_WRITABLE == PyBUF_WRITABLE:
        raise BufferError("the bytes are read-only")
    buffer.buf = data if size else NOTHING
    buffer.obj = exporter
    buffer.len = size
    buffer.readonly = readonly
    buffer.itemsize = 1
    buffer.format = NULL
    if flags & PyBUF_FORMAT:
        buffer.format = b"B"
    buffer.ndim = 1
    buffer.shape = &buffer.len if flags & PyBUF_ND else NULL
    buffer.strides = &buffer.itemsize if flags & PyBUF_STRIDES == PyBUF_STRIDES else NULL
    buffer.suboffsets = NULL
    buffer.internal = NULL
    return 0


@cython.no_gc
@cython.freelist(16)
cdef class Export:
    def __dealloc__(self):
        if self.block is not None:
            self.block.views -= 1

    def __getbuffer__(self, Py_buffer* buffer, int flags):
        describe(buffer, self, self.ptr, self.len, self.readonly, flags)


cdef object export(Block block, unsigned char* ptr, Py_ssize_t size, bint readonly):
    """A memoryview of `size` bytes of `block` at `ptr`, which keeps the block alive on its own."""
    cdef Export lent = Export.__new__(Export)
    if size:
        lent.block = block
        block.views += 1
    lent.ptr = ptr
    lent.len = size
    lent.readonly = readonly
    return PyMemoryView_FromObject(lent)


# ---- Arguments -----------------------------------------------------------------------------------------------------


cdef int acquire_plain(object data, Py_buffer* source) except -1:
    """Get the plain bytes of what has the buffer protocol; the caller releases `source`. Raises `TypeError`."""
    PyObject_GetBuffer(data, source, PyBUF_FULL_RO)
    if not PyBuffer_IsContiguous(source, c"C"):
        PyBuffer_Release(source)
        raise TypeError("the bytes of the buffer are not contiguous")
    return 0


cdef object negative_count(Py_ssize_t n):
    raise ValueError(f"a number of bytes cannot be negative: {n}")


cdef object underflow(Py_ssize_t n, Py_ssize_t available):
    raise BufferUnderflow(n, available)
