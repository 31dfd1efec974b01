"""The C side of the buffers: what the RESP codec may touch without going through Python."""


cdef class Block:
    """One allocation. Handles count themselves in `handles`; the memory goes when the last handle and export go."""
    cdef unsigned char* data        # first byte of the memory
    cdef Py_ssize_t size            # bytes at `data`
    cdef Py_ssize_t handles         # Bytes/BytesMut/leases that stand on this block
    cdef Py_ssize_t exports         # live Py_buffer exports that could observe a move
    cdef object owner               # a PyBytes (payload block, adopted bytes), a memoryview of a foreign owner, or None: malloc
    cdef bint exposed               # the PyBytes was handed out: never unique, never written again


cdef class Window:
    """Unread bytes in contiguous memory: the common base of `BytesMut` and `Cursor`, with all `get_*`."""
    cdef Block block                # keeps the memory alive; may be None when empty
    cdef unsigned char* ptr         # first unread byte
    cdef Py_ssize_t len             # unread bytes


cdef class BytesMut(Window):
    cdef Py_ssize_t cap             # bytes from `ptr` to the end of this handle's range, >= len
    cdef Py_ssize_t expected        # length of the payload that the next lease places in a block of its own; 0: none

    cdef int drop(self, Py_ssize_t n) except -1             # advance; caller must know n <= len
    cdef unsigned char* room(self, Py_ssize_t n) except NULL # >= n spare bytes at the tail; write them, then `len += n`
