"""Buffers, compiled: `Bytes`, `BytesMut`, `Cursor`, with the names and the behaviour of the plain twin.

What belongs here: storage (blocks, exports) and the three public classes over it, in this order: blocks, exports, bytes
of others, `Bytes`, `Window` (what can be read from), `Cursor`, `BytesMut`. The fields are in `buffer.pxd`, numbers and
searching in `numbers.pxd` and `searching.pxd`.

Three rules keep the memory safe:

* A block's memory lives as long as the block, and every handle and every exported view holds the block.
* Memory moves (`realloc`, `memmove`) only while one handle alone holds its block; else a new block takes its place.
* Python code of others (`__index__`, `__buffer__`) may run only before a pointer is read, never between that and use.
"""

cimport cython
from cpython.buffer cimport (
    PyBUF_FORMAT, PyBUF_FULL_RO, PyBUF_ND, PyBUF_STRIDES, PyBUF_WRITABLE, PyBuffer_IsContiguous, PyBuffer_Release,
    PyObject_CheckBuffer, PyObject_GetBuffer,
)
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.mem cimport PyMem_Calloc, PyMem_Free, PyMem_Malloc, PyMem_Realloc
from cpython.memoryview cimport PyMemoryView_FromObject, PyMemoryView_GET_BUFFER
from cpython.number cimport PyNumber_Index
from cpython.object cimport Py_EQ, Py_GT, Py_LE, Py_LT, Py_NE, PyObject
from cpython.ref cimport Py_INCREF
from libc.stdint cimport int16_t, int32_t, int64_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcmp, memcpy, memmove, memset

from framewire._native.numbers cimport (
    BIG_ENDIAN_HOST, double_bits, extend_sign, fit_signed, fit_unsigned, float_bits, load_be, load_le, load_ne, misfit,
    store_be, store_le, store_ne, to_double, to_float, width,
)
from framewire._native.searching cimport (
    ALL, FIRST, LAST, bounds, byte_value, clamped, find, found, index_of, search_range,
)

from pickle import PickleBuffer

from framewire.errors import BufferUnderflow

__all__ = ["Bytes", "BytesMut", "Cursor"]

cdef extern from *:
    """
    /* The hash of builtin bytes, under the names that it has had. */
    static Py_hash_t fw_hash(const void *data, Py_ssize_t size) {
    #if PY_VERSION_HEX >= 0x030E0000
        return Py_HashBuffer(data, size);
    #elif PY_VERSION_HEX < 0x030D0000
        return _Py_HashBytes(data, size);
    #else
        Py_hash_t hash = -1;
        PyObject *view = PyMemoryView_FromMemory((char *)data, size, PyBUF_READ);
        if (view) {
            hash = PyObject_Hash(view);
            Py_DECREF(view);
        }
        return hash;
    #endif
    }
    """
    Py_ssize_t PY_SSIZE_T_MAX
    Py_hash_t fw_hash(const void* data, Py_ssize_t size) except? -1
    Py_ssize_t Py_REFCNT(PyObject* o)
    bint PyBytes_CheckExact(PyObject* o)
    void drop_reference "Py_DECREF"(PyObject* o)
    # -1: failed, the old object is gone too, an exception is set
    int resize_bytes "_PyBytes_Resize"(PyObject** o, Py_ssize_t size)
    PyObject* new_bytes "PyBytes_FromStringAndSize"(const char* data, Py_ssize_t size) except NULL
    int PySlice_Unpack(object s, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t* step) except -1
    Py_ssize_t PySlice_AdjustIndices(Py_ssize_t length, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t step)
    const char* PyUnicode_AsUTF8(object text) except NULL
    str PyUnicode_Decode(const char* data, Py_ssize_t size, const char* encoding, const char* errors)


cdef enum:
    LEAST_GROWTH = 8                # a block that grows has at least this size
    CHUNK = 64                      # what `chunk_mut` reserves when there is no spare byte
    PAYLOAD_STEP = 1048576          # a payload's block is reserved in steps of at least this (1 MiB)
    KEEP = 65536                    # an empty buffer keeps a block of this size, whatever is asked (64 KiB)
    MOST_ORIGINAL = 65536           # what `Block.original` is capped at (64 KiB)

cdef unsigned char[1] NOTHING       # where empty handles point


# ---- Blocks --------------------------------------------------------------------------------------------------------


cdef class Block:
    def __dealloc__(self):
        if self.owner != NULL:
            drop_reference(self.owner)
        else:
            PyMem_Free(self.data)


cdef Block new_block(Py_ssize_t size, Py_ssize_t original, bint zeroed=False):
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


cdef inline Py_ssize_t handles(PyObject* block) noexcept:
    """How many handles stand on a block. Takes a bare pointer, because a reference would count."""
    return Py_REFCNT(block) - (<Block>block).views


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


@cython.final
@cython.no_gc
@cython.freelist(16)
cdef class Export:
    """What a memoryview of a buffer refers to: a range of a block, held apart from the handle that lent it."""
    cdef Block block                # keeps the memory alive; None when empty
    cdef unsigned char* ptr         # first byte of the range
    cdef Py_ssize_t len             # bytes at `ptr`
    cdef bint readonly
    cdef BytesMut writer            # whose `chunk_mut` this is, or None; counts the view while it is exported
    cdef bint used                  # a `chunk_mut` is exported once: a released view cannot be had again

    def __dealloc__(self):
        if self.block is not None:
            self.block.views -= 1

    def __getbuffer__(self, Py_buffer* buffer, int flags):
        if self.writer is not None and self.used:
            raise BufferError("the view of chunk_mut() was released")
        describe(buffer, self, self.ptr, self.len, self.readonly, flags)
        if self.writer is not None:
            self.used = True
            self.writer.writers += 1

    def __releasebuffer__(self, Py_buffer* buffer):
        if self.writer is not None:
            self.writer.writers -= 1


cdef object export(Block block, unsigned char* ptr, Py_ssize_t size, bint readonly, BytesMut writer=None):
    """A memoryview of `size` bytes of `block` at `ptr`, which keeps the block alive on its own."""
    cdef Export lent = Export.__new__(Export)
    if size:
        lent.block = block
        block.views += 1
    lent.ptr = ptr
    lent.len = size
    lent.readonly = readonly
    lent.writer = writer
    return PyMemoryView_FromObject(lent)


# ---- Bytes of others -----------------------------------------------------------------------------------------------


cdef int acquire(object data, Py_buffer* source) except -1:
    """Get the plain bytes of anything bytes-like; the caller releases `source`. Raises `TypeError`."""
    if isinstance(data, BytesMut):
        data = snapshot(<BytesMut>data)
    PyObject_GetBuffer(data, source, PyBUF_FULL_RO)
    if not PyBuffer_IsContiguous(source, c"C"):
        PyBuffer_Release(source)
        raise TypeError("the bytes of the buffer are not contiguous")
    return 0


cdef inline int check_count(Py_ssize_t n) except -1:
    if n < 0:
        raise ValueError(f"a number of bytes cannot be negative: {n}")
    return 0


# ---- Bytes ---------------------------------------------------------------------------------------------------------


cdef class Bytes:
    """Immutable bytes that share storage: slicing never copies.

    `Bytes(data)` adopts builtin `bytes` and shares another `Bytes`, both O(1); it copies any other bytes-like object.
    Equal to, ordered with and hashed like builtin `bytes`. Raises `TypeError` for what is not bytes-like.
    """

    def __init__(self, data=b""):
        cdef Bytes made
        if self.ptr != NULL:
            raise TypeError("Bytes cannot change")
        made = adopt(data)
        self.block = made.block
        self.ptr = made.ptr
        self.len = made.len

    @classmethod
    def copy_from(cls, data):
        """A new `Bytes` with storage of its own; always copies. Raises `TypeError`."""
        cdef Py_buffer source
        acquire(data, &source)
        try:
            return copy_of(<unsigned char*>source.buf, source.len)
        finally:
            PyBuffer_Release(&source)

    @classmethod
    def from_owner(cls, owner):
        """Adopt the memory of any contiguous read-only buffer; O(1).

        The buffer is released exactly once, after the last handle and the last view on it have gone. Raises
        `ValueError` for a writable buffer (who passes its `memoryview(...).toreadonly()` answers for it).
        """
        cdef Py_buffer* memory
        if type(owner) is bytes or type(owner) is Bytes:
            return adopt(owner)
        view = PyMemoryView_FromObject(owner)
        memory = PyMemoryView_GET_BUFFER(view)
        if not memory.readonly:
            raise ValueError(
                f"a writable {type(owner).__name__} cannot be adopted: pass memoryview(...).toreadonly()")
        if not PyBuffer_IsContiguous(memory, c"C"):
            raise TypeError("the bytes of the buffer are not contiguous")
        return share(adopted_block(view, memory.buf, memory.len), <unsigned char*>memory.buf, memory.len)

    # -- as a sequence

    def __len__(self):
        return self.len

    def __hash__(self):
        return fw_hash(self.ptr, self.len)

    def __richcmp__(self, other, int op):
        return compare(self, other, op)

    def __repr__(self):
        return f"Bytes({builtin_copy(self)!r})"

    def __iter__(self):
        return iter(PyMemoryView_FromObject(self))

    def __contains__(self, sub):
        return search(self, sub, None, None, FIRST) >= 0

    def __getitem__(self, key):
        if isinstance(key, slice):
            return cut(self, key)
        return self.ptr[index_of(key, self.len)]

    def __add__(self, other):
        return concatenation(self, other)

    def __radd__(self, other):
        if not PyObject_CheckBuffer(other) and not isinstance(other, BytesMut):
            return NotImplemented
        return concatenation(adopt(other), self)

    def slice(self, start=0, stop=None):
        """The bytes from `start` to before `stop`, sharing storage; O(1). Raises `IndexError` if out of bounds."""
        cdef Py_ssize_t low = clamped(start, NULL)
        cdef Py_ssize_t high = self.len if stop is None else clamped(stop, NULL)
        if not 0 <= low <= high <= self.len:
            raise IndexError(f"slice {low}:{high} is not within 0:{self.len}")
        return share(self.block, self.ptr + low, high - low)

    def split_at(self, at):
        """The first `at` bytes and the rest, sharing storage; O(1). Raises `IndexError` if out of bounds."""
        cdef Py_ssize_t n = clamped(at, NULL)
        if not 0 <= n <= self.len:
            raise IndexError(f"{n} is not within 0:{self.len}")
        return share(self.block, self.ptr, n), share(self.block, self.ptr + n, self.len - n)

    def split(self, sep, maxsplit=-1):
        """The parts between the separators, sharing storage; O(n). Raises `ValueError` for an empty separator."""
        cdef Py_buffer needle
        acquire(sep, &needle)
        try:
            return parts(self, &needle, clamped(maxsplit, NULL))
        finally:
            PyBuffer_Release(&needle)

    def partition(self, sep):
        """What is before the first `sep`, `sep`, and the rest, sharing storage; O(n). Without `sep`: all, empty, empty.

        Raises `ValueError` for an empty separator.
        """
        cdef Py_ssize_t at, end
        cdef Py_buffer needle
        acquire(sep, &needle)
        try:
            check_separator(&needle)
            at = find(self.ptr, self.len, <unsigned char*>needle.buf, needle.len)
            end = at + needle.len
        finally:
            PyBuffer_Release(&needle)
        if at < 0:
            return share(self.block, self.ptr, self.len), share(None, NULL, 0), share(None, NULL, 0)
        return (share(self.block, self.ptr, at), share(self.block, self.ptr + at, end - at),
                share(self.block, self.ptr + end, self.len - end))

    # -- as builtin bytes do

    def find(self, sub, start=None, end=None):
        """The lowest index of `sub` within `[start:end]`, or -1; O(n), no copy."""
        return search(self, sub, start, end, FIRST)

    def rfind(self, sub, start=None, end=None):
        """The highest index of `sub` within `[start:end]`, or -1; O(n), no copy."""
        return search(self, sub, start, end, LAST)

    def index(self, sub, start=None, end=None):
        """As `find`, but raises `ValueError` where there is none."""
        return found(search(self, sub, start, end, FIRST))

    def rindex(self, sub, start=None, end=None):
        """As `rfind`, but raises `ValueError` where there is none."""
        return found(search(self, sub, start, end, LAST))

    def count(self, sub, start=None, end=None):
        """How often `sub` occurs within `[start:end]`, without overlaps; O(n), no copy."""
        return search(self, sub, start, end, ALL)

    def startswith(self, prefix, start=None, end=None):
        """True if `[start:end]` begins with `prefix`, or with one of a tuple of them; no copy."""
        return has_affix(self, prefix, start, end, False)

    def endswith(self, suffix, start=None, end=None):
        """True if `[start:end]` ends with `suffix`, or with one of a tuple of them; no copy."""
        return has_affix(self, suffix, start, end, True)

    def hex(self, sep=None, bytes_per_sep=1):
        """Two hexadecimal digits for each byte, as `bytes.hex`; O(n)."""
        return digits(self, sep, bytes_per_sep)

    def decode(self, encoding="utf-8", errors="strict"):
        """The bytes as text; O(n). Raises `UnicodeDecodeError`."""
        return text(self, encoding, errors)

    # -- as memory

    def __getbuffer__(self, Py_buffer* buffer, int flags):
        describe(buffer, self, self.ptr, self.len, True, flags)

    def view(self):
        """The bytes as a read-only `memoryview`, which keeps the memory alive on its own; O(1)."""
        return PyMemoryView_FromObject(self)

    def to_bytes(self):
        """The bytes as builtin `bytes`; O(1) if this is exactly one builtin `bytes` object, else copies."""
        return builtin(self)

    def __bytes__(self):
        return builtin(self)

    def compact(self):
        """`self` if it is all of its block, else a copy that does not keep the larger block alive."""
        return self if self.len == 0 or self.len == self.block.size else copy_of(self.ptr, self.len)

    @property
    def retained(self):
        """How many bytes of memory this handle keeps alive; O(1)."""
        return 0 if self.block is None else self.block.size

    def is_unique(self):
        """True if this is the only handle on its block; never for adopted memory, nor once it was handed out; O(1)."""
        return self.block is not None and not self.block.exposed and handles(<PyObject*>self.block) == 1

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce_ex__(self, protocol):
        if protocol >= 5:
            return _unpickled, (PickleBuffer(self),)
        return _unpickled, (builtin_copy(self),)


def _unpickled(data):
    """What pickling calls: adopts what cannot change, copies what can."""
    return Bytes.from_owner(data) if memoryview(data).readonly else Bytes.copy_from(data)


# -- making Bytes


cdef inline Bytes share(Block block, unsigned char* ptr, Py_ssize_t size):
    """A new handle on `size` bytes of `block` at `ptr`; an empty one holds nothing. Caller must know the range."""
    cdef Bytes made = Bytes.__new__(Bytes)
    if size:
        made.block = block
        made.ptr = ptr
        made.len = size
    else:
        made.ptr = NOTHING
    return made


cdef inline unsigned char* start_of(Bytes b) noexcept:
    """`ptr` for functions that want none that is NULL, be the size 0 or not."""
    return b.ptr if b.ptr != NULL else NOTHING


cdef inline Bytes snapshot(BytesMut b):
    """The readable bytes of `b`, as a handle that pins them. Caller must not let it out, for `b` may still write."""
    return share(b.block, b.ptr, b.len)


cdef Bytes adopt(object data):
    """`data` as `Bytes`: without a copy if it is builtin `bytes` or `Bytes`. Raises `TypeError`."""
    cdef Bytes whole
    if type(data) is bytes:
        return share(adopted_block(data, PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data)),
                     <unsigned char*>PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))
    if type(data) is Bytes:
        whole = data
        return share(whole.block, whole.ptr, whole.len)
    return Bytes.copy_from(data)


cdef Bytes copy_of(const unsigned char* data, Py_ssize_t size):
    """A copy of `size` bytes. Caller must know that `data` stays valid."""
    cdef Block block
    if size == 0:
        return share(None, NULL, 0)
    block = payload_block(size, 0)
    memcpy(block.data, data, size)
    return share(block, block.data, size)


cdef Bytes cut(Bytes b, object key):
    """`b[key]` for a slice."""
    cdef Py_ssize_t start, stop, step, size, i
    cdef Block block
    PySlice_Unpack(key, &start, &stop, &step)
    size = PySlice_AdjustIndices(b.len, &start, &stop, step)
    if step == 1 or size == 0:
        return share(b.block, b.ptr + start, size)
    block = payload_block(size, 0)
    for i in range(size):
        block.data[i] = b.ptr[start + i * step]
    return share(block, block.data, size)


cdef object concatenation(Bytes b, object other):
    """`b + other`, copied; `NotImplemented` for what is not bytes-like."""
    cdef Py_buffer source
    cdef Block block
    if not PyObject_CheckBuffer(other) and not isinstance(other, BytesMut):
        return NotImplemented
    acquire(other, &source)
    try:
        if source.len > PY_SSIZE_T_MAX - b.len:
            raise MemoryError(f"cannot join {b.len} and {source.len} bytes")
        if b.len + source.len == 0:
            return share(None, NULL, 0)
        block = payload_block(b.len + source.len, 0)
        memcpy(block.data, start_of(b), b.len)
        memcpy(block.data + b.len, source.buf, source.len)
        return share(block, block.data, block.size)
    finally:
        PyBuffer_Release(&source)


cdef int check_separator(Py_buffer* sep) except -1:
    if sep.len == 0:
        raise ValueError("empty separator")
    return 0


cdef list parts(Bytes b, Py_buffer* sep, Py_ssize_t maxsplit):
    """`b` between the separators, of which at most `maxsplit` count if it is not negative."""
    cdef list made = []
    cdef Py_ssize_t start = 0, at
    check_separator(sep)
    while maxsplit != 0:
        at = find(b.ptr + start, b.len - start, <unsigned char*>sep.buf, sep.len)
        if at < 0:
            break
        made.append(share(b.block, b.ptr + start, at))
        start += at + sep.len
        maxsplit -= maxsplit > 0
    made.append(share(b.block, b.ptr + start, b.len - start))
    return made


# -- looking at Bytes: also used by BytesMut, through a snapshot


cdef bytes builtin_copy(Bytes b):
    return PyBytes_FromStringAndSize(<char*>b.ptr, b.len) if b.len else b""


cdef bytes builtin(Bytes b):
    """The same as `bytes`: the block's own object where `b` is exactly that, else a copy."""
    cdef PyObject* owner
    if b.len == 0:
        return b""
    owner = b.block.owner
    if owner != NULL and b.len == b.block.size and PyBytes_CheckExact(owner):
        b.block.exposed = True
        return <bytes>owner
    return PyBytes_FromStringAndSize(<char*>b.ptr, b.len)


cdef object compare(Bytes b, object other, int op):
    """A rich comparison with anything bytes-like; `NotImplemented` with anything else."""
    cdef Py_buffer source
    cdef int order
    if not PyObject_CheckBuffer(other) and not isinstance(other, BytesMut):
        return NotImplemented
    try:
        acquire(other, &source)
    except TypeError:
        return NotImplemented
    if b.len != source.len and (op == Py_EQ or op == Py_NE):
        order = 1
    else:
        order = memcmp(start_of(b), source.buf, min(b.len, source.len))
        order = order if order else (b.len > source.len) - (b.len < source.len)
    PyBuffer_Release(&source)
    return (order == 0 if op == Py_EQ else order != 0 if op == Py_NE else order < 0 if op == Py_LT
            else order <= 0 if op == Py_LE else order > 0 if op == Py_GT else order >= 0)


cdef Py_ssize_t search(Bytes b, object sub, object start, object end, int what) except -2:
    """Where `sub`, a byte or bytes-like, stands within `[start:end]` (-1: nowhere), or how often."""
    cdef Py_ssize_t low, high
    cdef unsigned char byte
    cdef Py_buffer needle
    bounds(start, end, b.len, &low, &high)
    if isinstance(sub, int):
        byte = <unsigned char>byte_value(sub)
        return search_range(b.ptr, low, high, &byte, 1, what)
    acquire(sub, &needle)
    try:
        return search_range(b.ptr, low, high, <unsigned char*>needle.buf, needle.len, what)
    finally:
        PyBuffer_Release(&needle)


cdef bint has_affix(Bytes b, object affix, object start, object end, bint at_end) except -1:
    """True if `[start:end]` begins, or ends if `at_end`, with `affix` or with one of a tuple of them."""
    cdef Py_ssize_t low, high
    cdef Py_buffer one
    if isinstance(affix, tuple):
        for each in <tuple>affix:
            if has_affix(b, each, start, end, at_end):
                return True
        return False
    bounds(start, end, b.len, &low, &high)
    acquire(affix, &one)
    try:
        if low > high or one.len > high - low:
            return False
        return memcmp(start_of(b) + (high - one.len if at_end else low), one.buf, one.len) == 0
    finally:
        PyBuffer_Release(&one)


cdef str digits(Bytes b, object sep, object bytes_per_sep):
    view = PyMemoryView_FromObject(b)
    return view.hex() if sep is None else view.hex(sep, bytes_per_sep)


cdef str text(Bytes b, str encoding, str errors):
    return PyUnicode_Decode(<char*>start_of(b), b.len, PyUnicode_AsUTF8(encoding), PyUnicode_AsUTF8(errors))


# ---- Window: the unread bytes of a BytesMut or a Cursor ------------------------------------------------------------


cdef class Window:
    """What `BytesMut` and `Cursor` share: reading that consumes from the front. Not for use on its own.

    Each `get_*` costs O(size), consumes what it returns, and raises `BufferUnderflow` (nothing consumed) where too few
    bytes are left.
    """

    def __cinit__(self):
        self.ptr = NOTHING

    def __len__(self):
        return self.len

    cdef object piece(self):
        return memoryview(b"")

    def remaining(self):
        """How many bytes are left; O(1)."""
        return self.len

    def has_remaining(self):
        """True if bytes are left; O(1)."""
        return self.len > 0

    def chunk(self):
        """The unread bytes, all of them, as a read-only view; O(1)."""
        return self.piece()

    def chunks_vectored(self, Py_ssize_t maximum):
        """The first pieces, at most `maximum` of them, nothing consumed; for `sendmsg`. Here: only the first one."""
        check_count(maximum)
        return [self.piece()] if maximum and self.len else []

    def advance(self, Py_ssize_t n):
        """Consume `n` bytes from the front; O(1). Raises `BufferUnderflow` (nothing consumed), `ValueError`."""
        check_count(n)
        take(self, n)

    def copy_to_slice(self, dst):
        """Fill the writable buffer `dst` exactly, consuming as much; O(n).

        Raises `BufferUnderflow` (nothing consumed), `TypeError` if `dst` is not writable.
        """
        cdef Py_buffer target
        acquire(dst, &target)
        try:
            if target.readonly:
                raise TypeError(f"copy_to_slice needs a writable buffer, not a read-only {type(dst).__name__}")
            memmove(target.buf, take(self, target.len), target.len)
        finally:
            PyBuffer_Release(&target)

    def get_u8(self):
        """Take one unsigned byte."""
        return take(self, 1)[0]

    def get_i8(self):
        """Take one signed byte."""
        return <signed char>take(self, 1)[0]

    def get_u16(self):
        """Take 2 bytes: an unsigned big-endian integer."""
        return <uint16_t>load_be(take(self, 2), 2)

    def get_u16_le(self):
        """Take 2 bytes: an unsigned little-endian integer."""
        return <uint16_t>load_le(take(self, 2), 2)

    def get_u16_ne(self):
        """Take 2 bytes: an unsigned native-endian integer."""
        return <uint16_t>load_ne(take(self, 2), 2)

    def get_i16(self):
        """Take 2 bytes: a signed big-endian integer."""
        return <int16_t>load_be(take(self, 2), 2)

    def get_i16_le(self):
        """Take 2 bytes: a signed little-endian integer."""
        return <int16_t>load_le(take(self, 2), 2)

    def get_i16_ne(self):
        """Take 2 bytes: a signed native-endian integer."""
        return <int16_t>load_ne(take(self, 2), 2)

    def get_u32(self):
        """Take 4 bytes: an unsigned big-endian integer."""
        return <uint32_t>load_be(take(self, 4), 4)

    def get_u32_le(self):
        """Take 4 bytes: an unsigned little-endian integer."""
        return <uint32_t>load_le(take(self, 4), 4)

    def get_u32_ne(self):
        """Take 4 bytes: an unsigned native-endian integer."""
        return <uint32_t>load_ne(take(self, 4), 4)

    def get_i32(self):
        """Take 4 bytes: a signed big-endian integer."""
        return <int32_t>load_be(take(self, 4), 4)

    def get_i32_le(self):
        """Take 4 bytes: a signed little-endian integer."""
        return <int32_t>load_le(take(self, 4), 4)

    def get_i32_ne(self):
        """Take 4 bytes: a signed native-endian integer."""
        return <int32_t>load_ne(take(self, 4), 4)

    def get_u64(self):
        """Take 8 bytes: an unsigned big-endian integer."""
        return <uint64_t>load_be(take(self, 8), 8)

    def get_u64_le(self):
        """Take 8 bytes: an unsigned little-endian integer."""
        return <uint64_t>load_le(take(self, 8), 8)

    def get_u64_ne(self):
        """Take 8 bytes: an unsigned native-endian integer."""
        return <uint64_t>load_ne(take(self, 8), 8)

    def get_i64(self):
        """Take 8 bytes: a signed big-endian integer."""
        return <int64_t>load_be(take(self, 8), 8)

    def get_i64_le(self):
        """Take 8 bytes: a signed little-endian integer."""
        return <int64_t>load_le(take(self, 8), 8)

    def get_i64_ne(self):
        """Take 8 bytes: a signed native-endian integer."""
        return <int64_t>load_ne(take(self, 8), 8)

    def get_u128(self):
        """Take 16 bytes: an unsigned big-endian integer."""
        return take_wide(self, False, False)

    def get_u128_le(self):
        """Take 16 bytes: an unsigned little-endian integer."""
        return take_wide(self, False, True)

    def get_u128_ne(self):
        """Take 16 bytes: an unsigned native-endian integer."""
        return take_wide(self, False, not BIG_ENDIAN_HOST)

    def get_i128(self):
        """Take 16 bytes: a signed big-endian integer."""
        return take_wide(self, True, False)

    def get_i128_le(self):
        """Take 16 bytes: a signed little-endian integer."""
        return take_wide(self, True, True)

    def get_i128_ne(self):
        """Take 16 bytes: a signed native-endian integer."""
        return take_wide(self, True, not BIG_ENDIAN_HOST)

    def get_f32(self):
        """Take 4 bytes: a big-endian IEEE 754 number."""
        return to_float(<uint32_t>load_be(take(self, 4), 4))

    def get_f32_le(self):
        """Take 4 bytes: a little-endian IEEE 754 number."""
        return to_float(<uint32_t>load_le(take(self, 4), 4))

    def get_f32_ne(self):
        """Take 4 bytes: a native-endian IEEE 754 number."""
        return to_float(<uint32_t>load_ne(take(self, 4), 4))

    def get_f64(self):
        """Take 8 bytes: a big-endian IEEE 754 number."""
        return to_double(load_be(take(self, 8), 8))

    def get_f64_le(self):
        """Take 8 bytes: a little-endian IEEE 754 number."""
        return to_double(load_le(take(self, 8), 8))

    def get_f64_ne(self):
        """Take 8 bytes: a native-endian IEEE 754 number."""
        return to_double(load_ne(take(self, 8), 8))

    def get_uint(self, Py_ssize_t n):
        """Take `n` bytes (0 to 8): an unsigned big-endian integer. Raises `ValueError` for another `n`."""
        return load_be(take(self, width(n)), n)

    def get_uint_le(self, Py_ssize_t n):
        """Take `n` bytes (0 to 8): an unsigned little-endian integer. Raises `ValueError` for another `n`."""
        return load_le(take(self, width(n)), n)

    def get_uint_ne(self, Py_ssize_t n):
        """Take `n` bytes (0 to 8): an unsigned native-endian integer. Raises `ValueError` for another `n`."""
        return load_ne(take(self, width(n)), n)

    def get_int(self, Py_ssize_t n):
        """Take `n` bytes (0 to 8): a signed big-endian integer. Raises `ValueError` for another `n`."""
        return extend_sign(load_be(take(self, width(n)), n), n)

    def get_int_le(self, Py_ssize_t n):
        """Take `n` bytes (0 to 8): a signed little-endian integer. Raises `ValueError` for another `n`."""
        return extend_sign(load_le(take(self, width(n)), n), n)

    def get_int_ne(self, Py_ssize_t n):
        """Take `n` bytes (0 to 8): a signed native-endian integer. Raises `ValueError` for another `n`."""
        return extend_sign(load_ne(take(self, width(n)), n), n)

cdef inline const unsigned char* take(Window w, Py_ssize_t n) except NULL:
    """Consume `n` bytes and tell where they are. Caller must know n >= 0, and use them at once."""
    cdef const unsigned char* at = w.ptr
    if n > w.len:
        raise BufferUnderflow(n, w.len)
    w.ptr += n
    w.len -= n
    return at


cdef object take_wide(Window w, bint is_signed, bint little):
    """Consume 16 bytes: an integer."""
    cdef const unsigned char* at = take(w, 16)
    cdef uint64_t high = load_le(at + 8, 8) if little else load_be(at, 8)
    cdef uint64_t low = load_le(at, 8) if little else load_be(at + 8, 8)
    return (<object><int64_t>high if is_signed else <object>high) << 64 | low


# ---- Cursor --------------------------------------------------------------------------------------------------------


cdef class Cursor(Window):
    """Reads from a `Bytes` without changing it: the `Buf` over immutable bytes.

    `Cursor(data)` adopts `data` as `Bytes(data)` does. Raises `TypeError` for what is not bytes-like.
    """

    def __cinit__(self):
        self.data = share(None, NULL, 0)

    def __init__(self, data=b""):
        self.data = adopt(data)
        self.ptr = self.data.ptr
        self.len = self.data.len

    def __repr__(self):
        return f"Cursor({builtin_copy(self.data)!r}, position={self.position})"

    cdef object piece(self):
        return export(self.data.block, self.ptr, self.len, True)

    @property
    def position(self):
        """How many bytes have been consumed. May be set, to at most the length of the whole (else `ValueError`)."""
        return self.data.len - self.len

    @position.setter
    def position(self, Py_ssize_t position):
        check_count(position)
        if position > self.data.len:
            raise ValueError(f"position {position} is behind the end, at {self.data.len}")
        self.ptr = self.data.ptr + position
        self.len = self.data.len - position

    def get_ref(self):
        """All of the bytes, consumed or not; O(1)."""
        return self.data

    def split_to(self, Py_ssize_t n):
        """Take the next `n` bytes, sharing storage; O(1). Raises `BufferUnderflow` (nothing consumed), `ValueError`."""
        check_count(n)
        return share(self.data.block, <unsigned char*>take(self, n), n)

    def copy_to_bytes(self, Py_ssize_t n):
        """The same as `split_to`."""
        return self.split_to(n)

    def truncate(self, Py_ssize_t length):
        """Keep the next `length` unread bytes and forget what is behind them; a no-op if there are fewer; O(1)."""
        check_count(length)
        if length < self.len:
            self.data = share(self.data.block, self.data.ptr, self.data.len - self.len + length)
            self.ptr = self.data.ptr + (self.data.len - length)
            self.len = length


# ---- BytesMut ------------------------------------------------------------------------------------------------------


cdef class BytesMut(Window):
    """A unique, growable, unhashable buffer: appended to at the end, consumed from the front, split in O(1).

    `BytesMut(data)` copies `data`. Two handles never share a writable byte, and what is beyond `len` can be written but
    not read. Raises `TypeError` for what is not bytes-like.
    """

    def __cinit__(self):
        self.end = NOTHING
        self.lent = -1

    def __init__(self, data=b""):
        cdef Py_buffer source
        self.check_still()
        acquire(data, &source)
        try:
            self.begin(source.len, False)
            memcpy(self.ptr, source.buf, source.len)
            self.len = source.len
        finally:
            PyBuffer_Release(&source)

    @classmethod
    def with_capacity(cls, Py_ssize_t capacity):
        """An empty buffer with room for `capacity` bytes. Raises `ValueError` if negative, `MemoryError`."""
        cdef BytesMut made = BytesMut.__new__(BytesMut)
        check_count(capacity)
        made.begin(capacity, False)
        return made

    @classmethod
    def zeroed(cls, Py_ssize_t length):
        """A buffer of `length` zero bytes. Raises `ValueError` if negative, `MemoryError`."""
        cdef BytesMut made = BytesMut.__new__(BytesMut)
        check_count(length)
        made.begin(length, True)
        made.len = length
        return made

    # -- storage

    cdef int begin(self, Py_ssize_t capacity, bint zeroed) except -1:
        """Start anew, empty, on a block of `capacity` bytes. Caller must know capacity >= 0."""
        self.let_go()
        if capacity:
            self.block = new_block(capacity, original_capacity(capacity), zeroed)
            self.settle(0)
        return 0

    cdef void let_go(self) noexcept:
        """Become empty, on no block."""
        self.ptr = self.end = NOTHING
        self.len = 0
        self.lent = -1
        self.wanted = 0
        self.payload = 0
        self.block = None

    cdef void settle(self, Py_ssize_t offset) noexcept:
        """Point this handle at `offset` of its block, whose rest is its range. A lease on earlier storage is void."""
        self.ptr = self.block.data + offset
        self.end = self.block.data + self.block.size
        self.lent = -1

    cdef int grow(self, Py_ssize_t extra, bint allocate) except -1:
        """Make `extra` bytes of room by the rules of `bytes`; 0 if that needs memory and `allocate` is false, else 1.

        Caller must know that the spare bytes do not suffice. Where the block can be reused, reuse it, else double it;
        under a live view do the same in a new block. A block that other handles stand on is left to them, for one of
        the capacity that this buffer began with.
        """
        cdef Py_ssize_t size = 0, offset = 0, need
        cdef bint viewed = False
        if self.block is not None:
            size = self.block.size
            offset = self.ptr - self.block.data
            viewed = self.block.views != 0
        if extra > PY_SSIZE_T_MAX - self.len - offset:
            if allocate:
                raise MemoryError(f"cannot reserve {extra} bytes beside {self.len}")
            return 0
        need = self.len + extra
        if self.block is not None and (self.block.owner != NULL or handles(<PyObject*>self.block) != 1):
            return self.relocate(max(need, self.block.original), 0) if allocate else 0
        if size - offset >= need and not viewed:  # the range behind ours belonged to a handle that is gone
            self.end = self.ptr + need
            return 1
        # As much was consumed as is moved now, so that each byte pays for one move.
        if size >= need and offset >= self.len and (allocate or not viewed):
            return self.relocate(size, 0)
        return self.relocate(max(doubled(size), offset + need, LEAST_GROWTH), offset) if allocate else 0

    cdef int relocate(self, Py_ssize_t total, Py_ssize_t offset) except -1:
        """Have the readable bytes at `offset` of a block of `total` bytes: this one if nobody else holds it.

        Caller must know that `offset` is 0 or where the bytes are now, and that they fit.
        """
        cdef bint follows = self.ptr == self.payload_at
        self.check_still()
        if self.block is None or not reusable(self):
            self.move_out(new_block(total, 0 if self.block is None else self.block.original), offset)
        elif total == self.block.size:
            memmove(self.block.data + offset, self.ptr, self.len)
        else:
            self.stretch(total)
        self.settle(offset)
        if follows:
            self.payload_at = self.ptr
        else:
            self.payload = 0  # or the new place could be mistaken for where the payload began
        return 1

    cdef void move_out(self, Block fresh, Py_ssize_t offset) noexcept:
        """Copy the readable bytes to `offset` of `fresh`, which becomes the block."""
        memcpy(fresh.data + offset, self.ptr, self.len)
        self.block = fresh

    cdef int stretch(self, Py_ssize_t total) except -1:
        """Resize the block in place. Caller must know that nobody else holds it and that it is ours."""
        cdef unsigned char* data = <unsigned char*>PyMem_Realloc(self.block.data, total)
        if data == NULL:
            raise MemoryError(f"cannot allocate {total} bytes")
        self.block.data = data
        self.block.size = total
        return 0

    cdef int check_still(self) except -1:
        """Refuse to move or split storage under a view of `chunk_mut`."""
        if self.writers:
            raise BufferError("a view of chunk_mut() is still alive: release it first")
        return 0

    @property
    def capacity(self):
        """How long this buffer can get before storage moves; O(1). Consuming from the front reduces it."""
        return self.end - self.ptr

    def reserve(self, Py_ssize_t additional):
        """Make sure that `additional` more bytes fit; O(1) if they do, else may copy the readable bytes.

        Beside a lease nothing moves now: the next lease does it. Raises `ValueError` if negative, `MemoryError`, and
        `BufferError` if storage would move under a view of `chunk_mut`.
        """
        check_count(additional)
        if additional <= spare(self):
            return
        if self.lent >= 0:
            self.wanted = max(self.wanted, additional)
        else:
            self.grow(additional, True)

    def try_reclaim(self, Py_ssize_t additional):
        """As `reserve`, but never allocates: true if the bytes fit, perhaps after a move to the front of the block."""
        check_count(additional)
        return additional <= spare(self) or (self.lent < 0 and self.grow(additional, False) == 1)

    # -- as a sequence

    def __richcmp__(self, other, int op):
        return compare(snapshot(self), other, op)

    def __repr__(self):
        return f"BytesMut({builtin_copy(snapshot(self))!r})"

    def __iter__(self):
        return iter(self.piece())

    def __contains__(self, sub):
        return search(snapshot(self), sub, None, None, FIRST) >= 0

    def __getitem__(self, key):
        cdef Py_ssize_t at
        cdef Bytes section
        if isinstance(key, slice):
            section = cut(snapshot(self), key)
            return copy_of(section.ptr, section.len)
        at = clamped(key, <PyObject*>IndexError)  # may run Python: look at this buffer only after it
        return self.ptr[index_of(at, self.len)]

    def __setitem__(self, key, value):
        cdef Py_ssize_t at = index_of(key, self.len)
        cdef int byte = byte_value(value)
        self.ptr[index_of(at, self.len)] = <unsigned char>byte  # again, for the value may have run Python

    def __iadd__(self, data):
        self.extend(data)
        return self

    def __copy__(self):
        return BytesMut(self)

    def __deepcopy__(self, memo):
        return BytesMut(self)

    def __reduce__(self):
        return BytesMut, (self.to_bytes(),)

    cdef object piece(self):
        return export(self.block, self.ptr, self.len, True)

    def view(self):
        """The readable bytes as a read-only view; O(1). The memory stays valid; storage does not move under it."""
        return self.piece()

    def to_bytes(self):
        """The bytes as builtin `bytes`; copies."""
        return PyBytes_FromStringAndSize(<char*>self.ptr, self.len)

    def __bytes__(self):
        return PyBytes_FromStringAndSize(<char*>self.ptr, self.len)

    # -- as builtin bytes do

    def find(self, sub, start=None, end=None):
        """The lowest index of `sub` within `[start:end]`, or -1; O(n), no copy."""
        return search(snapshot(self), sub, start, end, FIRST)

    def rfind(self, sub, start=None, end=None):
        """The highest index of `sub` within `[start:end]`, or -1; O(n), no copy."""
        return search(snapshot(self), sub, start, end, LAST)

    def index(self, sub, start=None, end=None):
        """As `find`, but raises `ValueError` where there is none."""
        return found(search(snapshot(self), sub, start, end, FIRST))

    def rindex(self, sub, start=None, end=None):
        """As `rfind`, but raises `ValueError` where there is none."""
        return found(search(snapshot(self), sub, start, end, LAST))

    def count(self, sub, start=None, end=None):
        """How often `sub` occurs within `[start:end]`, without overlaps; O(n), no copy."""
        return search(snapshot(self), sub, start, end, ALL)

    def startswith(self, prefix, start=None, end=None):
        """True if `[start:end]` begins with `prefix`, or with one of a tuple of them; no copy."""
        return has_affix(snapshot(self), prefix, start, end, False)

    def endswith(self, suffix, start=None, end=None):
        """True if `[start:end]` ends with `suffix`, or with one of a tuple of them; no copy."""
        return has_affix(snapshot(self), suffix, start, end, True)

    def hex(self, sep=None, bytes_per_sep=1):
        """Two hexadecimal digits for each byte, as `bytes.hex`; O(n)."""
        return digits(snapshot(self), sep, bytes_per_sep)

    def decode(self, encoding="utf-8", errors="strict"):
        """The bytes as text; O(n). Raises `UnicodeDecodeError`."""
        return text(snapshot(self), encoding, errors)

    # -- consuming, splitting and joining

    cdef int drop(self, Py_ssize_t n) except -1:
        self.ptr += n
        self.len -= n
        return 0

    cdef Bytes take_front(self, Py_ssize_t n):
        cdef Bytes front
        self.check_still()
        front = share(self.block, self.ptr, n)
        self.ptr += n
        self.len -= n
        return front

    def copy_to_bytes(self, Py_ssize_t n):
        """Take `n` bytes off the front as `Bytes`, sharing storage; O(1). Raises `BufferUnderflow`, `BufferError`."""
        check_front(self, n)
        return self.take_front(n)

    def truncate(self, Py_ssize_t length):
        """Keep the first `length` bytes; a no-op if there are fewer; O(1). Capacity stays."""
        check_count(length)
        awaited(self)
        if length < self.len:
            self.len = length

    def clear(self):
        """Forget all readable bytes; O(1). Capacity stays."""
        self.len = 0
        self.payload = 0

    def split_to(self, Py_ssize_t n):
        """Take the first `n` bytes off as a buffer of exactly that capacity; O(1).

        Raises `BufferUnderflow` (nothing consumed), `BufferError`.
        """
        check_front(self, n)
        return front_of(self, n)

    def split_off(self, Py_ssize_t n):
        """Keep the first `n` bytes of *capacity* and return all that is behind them; O(1).

        Raises `BufferUnderflow` if `n` is above the capacity, `BufferError`.
        """
        cdef BytesMut back
        check_count(n)
        if n > self.end - self.ptr:
            raise BufferUnderflow(n, self.end - self.ptr)
        self.check_still()
        back = part_of(self, self.ptr + n, max(0, self.len - n), self.end)
        self.end = self.ptr + n
        self.len = min(self.len, n)
        self.payload = 0
        return back

    def split(self):
        """Take all readable bytes off, keeping the spare ones; O(1). Raises `BufferError`."""
        return front_of(self, self.len)

    def freeze(self):
        """The readable bytes as `Bytes`, sharing storage; O(1). This buffer is left empty, without capacity.

        The whole block stays alive with them, see `Bytes.compact`. Raises `BufferError`.
        """
        cdef Bytes frozen
        self.check_still()
        frozen = share(self.block, self.ptr, self.len)
        self.let_go()
        return frozen

    def unsplit(self, BytesMut other not None):
        """Append `other`, which is left empty and without capacity; O(1) where it was split from here, else copies.

        Raises `ValueError` for the buffer itself, `BufferError`.
        """
        check_joinable(self, other)
        if self.len == 0:
            self.take_over(other)
        elif not join(self, other):
            self.append(other.ptr, other.len)
            other.let_go()

    def try_unsplit(self, BytesMut other not None):
        """As `unsplit`, but only where that needs no copy: else false, and nothing has changed; O(1)."""
        check_joinable(self, other)
        return join(self, other)

    cdef void take_over(self, BytesMut other) noexcept:
        """Stand where `other` stood, in place of it. Caller must know `check_still` of both."""
        self.block = other.block
        self.ptr = other.ptr
        self.len = other.len
        self.end = other.end
        self.lent = -1
        self.payload = 0
        other.let_go()

    # -- appending

    cdef unsigned char* room(self, Py_ssize_t n) except NULL:
        if spare(self) < n:
            self.grow(n, True)
        return self.ptr + self.len

    cdef int append(self, const void* data, Py_ssize_t n) except -1:
        """Append `n` bytes at `data`, which someone else holds. Caller must know n >= 0."""
        memmove(self.room(n), data, n)
        self.len += n
        return 0

    def extend(self, data):
        """Append a copy of `data`; amortised O(n). Raises `TypeError`, `MemoryError`, `BufferError` as `reserve`."""
        cdef Py_buffer source
        acquire(data, &source)
        try:
            self.append(source.buf, source.len)
        finally:
            PyBuffer_Release(&source)

    def put_slice(self, data):
        """The same as `extend`."""
        self.extend(data)

    def extend_from_within(self, Py_ssize_t start, Py_ssize_t stop):
        """Append a copy of our own bytes `start` to before `stop`. Raises `IndexError` if out of bounds."""
        cdef unsigned char* tail
        if not 0 <= start <= stop <= self.len:
            raise IndexError(f"range {start}:{stop} is not within 0:{self.len}")
        tail = self.room(stop - start)
        memcpy(tail, self.ptr + start, stop - start)
        self.len += stop - start

    def resize(self, Py_ssize_t length, value=0):
        """Shorten to `length`, or append as many `value` bytes as are missing. Raises as `put_bytes` does."""
        cdef uint64_t byte = fit_unsigned(value, 1)
        check_count(length)
        if length <= self.len:
            self.truncate(length)
        else:
            self.repeat(<int>byte, length - self.len)

    cdef int repeat(self, int byte, Py_ssize_t n) except -1:
        """Append `n` times the same byte. Caller must know n >= 0."""
        memset(self.room(n), byte, n)
        self.len += n
        return 0

    def put_bytes(self, value, Py_ssize_t count):
        """Append `count` bytes of the same `value`; O(n). Raises as `put_u8` and `put_slice` do."""
        cdef uint64_t byte = fit_unsigned(value, 1)
        check_count(count)
        self.repeat(<int>byte, count)

    def put(self, src):
        """Append all of `src`: a buffer to read from (it is consumed) or bytes-like (copied); O(n).

        If this buffer has no capacity and `src` is a `BytesMut`, its storage is taken over; O(1).
        """
        cdef Window unread
        if isinstance(src, Window):
            unread = src
            if self.ptr == self.end and unread.len and isinstance(src, BytesMut):
                (<BytesMut>src).check_still()
                self.check_still()
                self.take_over(<BytesMut>src)
            else:
                drain(self, unread)
        elif hasattr(src, "remaining") and hasattr(src, "chunk") and hasattr(src, "advance"):
            drain_pieces(self, src)
        else:
            self.extend(src)

    def remaining_mut(self):
        """How many bytes can still be appended: as many as Python can count; O(1)."""
        return PY_SSIZE_T_MAX - self.len

    def has_remaining_mut(self):
        """True if anything can be appended; O(1)."""
        return self.len < PY_SSIZE_T_MAX

    def chunk_mut(self):
        """The spare bytes as a writable view (64 are made where there are none). Release it, then `advance_mut`.

        While it, or a slice of it, is alive, what would move or hand on storage raises `BufferError`: `advance_mut`,
        `freeze`, `split`, `split_to`, `split_off`, `unsplit`, and a `reserve` that does not fit.
        """
        if spare(self) == 0:
            self.grow(CHUNK, True)
        return export(self.block, self.ptr + self.len, spare(self), False, self)

    def advance_mut(self, Py_ssize_t n):
        """Make `n` bytes, written through `chunk_mut`, readable; O(1). Raises `BufferError` beyond the spare bytes."""
        self.check_still()
        check_count(n)
        if n > spare(self):
            raise BufferError(f"cannot advance by {n} bytes: {spare(self)} are spare")
        self.len += n

    def put_u8(self, value):
        """Append one unsigned byte."""
        put_be(self, fit_unsigned(value, 1), 1)

    def put_i8(self, value):
        """Append one signed byte."""
        put_be(self, fit_signed(value, 1), 1)

    def put_u16(self, value):
        """Append 2 bytes: an unsigned big-endian integer."""
        put_be(self, fit_unsigned(value, 2), 2)

    def put_u16_le(self, value):
        """Append 2 bytes: an unsigned little-endian integer."""
        put_le(self, fit_unsigned(value, 2), 2)

    def put_u16_ne(self, value):
        """Append 2 bytes: an unsigned native-endian integer."""
        put_ne(self, fit_unsigned(value, 2), 2)

    def put_i16(self, value):
        """Append 2 bytes: a signed big-endian integer."""
        put_be(self, fit_signed(value, 2), 2)

    def put_i16_le(self, value):
        """Append 2 bytes: a signed little-endian integer."""
        put_le(self, fit_signed(value, 2), 2)

    def put_i16_ne(self, value):
        """Append 2 bytes: a signed native-endian integer."""
        put_ne(self, fit_signed(value, 2), 2)

    def put_u32(self, value):
        """Append 4 bytes: an unsigned big-endian integer."""
        put_be(self, fit_unsigned(value, 4), 4)

    def put_u32_le(self, value):
        """Append 4 bytes: an unsigned little-endian integer."""
        put_le(self, fit_unsigned(value, 4), 4)

    def put_u32_ne(self, value):
        """Append 4 bytes: an unsigned native-endian integer."""
        put_ne(self, fit_unsigned(value, 4), 4)

    def put_i32(self, value):
        """Append 4 bytes: a signed big-endian integer."""
        put_be(self, fit_signed(value, 4), 4)

    def put_i32_le(self, value):
        """Append 4 bytes: a signed little-endian integer."""
        put_le(self, fit_signed(value, 4), 4)

    def put_i32_ne(self, value):
        """Append 4 bytes: a signed native-endian integer."""
        put_ne(self, fit_signed(value, 4), 4)

    def put_u64(self, value):
        """Append 8 bytes: an unsigned big-endian integer."""
        put_be(self, fit_unsigned(value, 8), 8)

    def put_u64_le(self, value):
        """Append 8 bytes: an unsigned little-endian integer."""
        put_le(self, fit_unsigned(value, 8), 8)

    def put_u64_ne(self, value):
        """Append 8 bytes: an unsigned native-endian integer."""
        put_ne(self, fit_unsigned(value, 8), 8)

    def put_i64(self, value):
        """Append 8 bytes: a signed big-endian integer."""
        put_be(self, fit_signed(value, 8), 8)

    def put_i64_le(self, value):
        """Append 8 bytes: a signed little-endian integer."""
        put_le(self, fit_signed(value, 8), 8)

    def put_i64_ne(self, value):
        """Append 8 bytes: a signed native-endian integer."""
        put_ne(self, fit_signed(value, 8), 8)

    def put_u128(self, value):
        """Append 16 bytes: an unsigned big-endian integer."""
        put_wide(self, value, False, False)

    def put_u128_le(self, value):
        """Append 16 bytes: an unsigned little-endian integer."""
        put_wide(self, value, False, True)

    def put_u128_ne(self, value):
        """Append 16 bytes: an unsigned native-endian integer."""
        put_wide(self, value, False, not BIG_ENDIAN_HOST)

    def put_i128(self, value):
        """Append 16 bytes: a signed big-endian integer."""
        put_wide(self, value, True, False)

    def put_i128_le(self, value):
        """Append 16 bytes: a signed little-endian integer."""
        put_wide(self, value, True, True)

    def put_i128_ne(self, value):
        """Append 16 bytes: a signed native-endian integer."""
        put_wide(self, value, True, not BIG_ENDIAN_HOST)

    def put_f32(self, value):
        """Append 4 bytes: a big-endian IEEE 754 number."""
        put_be(self, float_bits(value), 4)

    def put_f32_le(self, value):
        """Append 4 bytes: a little-endian IEEE 754 number."""
        put_le(self, float_bits(value), 4)

    def put_f32_ne(self, value):
        """Append 4 bytes: a native-endian IEEE 754 number."""
        put_ne(self, float_bits(value), 4)

    def put_f64(self, value):
        """Append 8 bytes: a big-endian IEEE 754 number."""
        put_be(self, double_bits(value), 8)

    def put_f64_le(self, value):
        """Append 8 bytes: a little-endian IEEE 754 number."""
        put_le(self, double_bits(value), 8)

    def put_f64_ne(self, value):
        """Append 8 bytes: a native-endian IEEE 754 number."""
        put_ne(self, double_bits(value), 8)

    def put_uint(self, value, Py_ssize_t n):
        """Append `n` bytes (0 to 8): an unsigned big-endian integer. Raises `ValueError` for another `n`."""
        put_be(self, fit_unsigned(value, width(n)), n)

    def put_uint_le(self, value, Py_ssize_t n):
        """Append `n` bytes (0 to 8): an unsigned little-endian integer. Raises `ValueError` for another `n`."""
        put_le(self, fit_unsigned(value, width(n)), n)

    def put_uint_ne(self, value, Py_ssize_t n):
        """Append `n` bytes (0 to 8): an unsigned native-endian integer. Raises `ValueError` for another `n`."""
        put_ne(self, fit_unsigned(value, width(n)), n)

    def put_int(self, value, Py_ssize_t n):
        """Append `n` bytes (0 to 8): a signed big-endian integer. Raises `ValueError` for another `n`."""
        put_be(self, fit_signed(value, width(n)), n)

    def put_int_le(self, value, Py_ssize_t n):
        """Append `n` bytes (0 to 8): a signed little-endian integer. Raises `ValueError` for another `n`."""
        put_le(self, fit_signed(value, width(n)), n)

    def put_int_ne(self, value, Py_ssize_t n):
        """Append `n` bytes (0 to 8): a signed native-endian integer. Raises `ValueError` for another `n`."""
        put_ne(self, fit_signed(value, width(n)), n)

    # -- receiving: what a transport and a codec use together
    #
    #   lease --> the transport writes --> commit --> the codec reads, perhaps `expect`s a payload --> lease ...
    #
    # Storage moves, grows and shrinks in `lease` alone, so nothing changes under a transport that still holds its view.

    def lease(self, Py_ssize_t minimum=1):
        """Lend the spare bytes, at least `minimum`, to whoever fills them; `commit` then makes them readable.

        The view may stay alive for ever: it keeps its memory valid and makes nothing raise. Storage moves, grows and
        shrinks here and not while bytes arrive: an empty buffer goes back to the front of its block, or drops it where
        it is far larger than asked for. While a payload is expected, the view ends where the payload ends and may be
        shorter than `minimum`. Raises `ValueError` if `minimum` is not positive, `MemoryError`.
        """
        if minimum < 1:
            raise ValueError(f"a lease of {minimum} bytes cannot receive anything")
        if awaited(self):
            self.land_payload(minimum)
        else:
            self.land(max(minimum, self.wanted))
            self.wanted = 0
        self.lent_at = self.ptr + self.len
        self.lent = spare(self)
        return export(self.block, self.lent_at, self.lent, False)

    def commit(self, Py_ssize_t n):
        """Make the first `n` bytes of the last lease readable, and end it; O(1).

        Raises `ValueError` if there is no lease, if it lent less, or if the buffer's end has moved since.
        """
        check_count(n)
        if self.lent < 0 or self.lent_at != self.ptr + self.len:
            raise ValueError(f"cannot commit {n} bytes: nothing is lent at the end of this buffer")
        if n > min(self.lent, spare(self)):
            raise ValueError(f"cannot commit {n} bytes: {min(self.lent, spare(self))} were lent")
        self.lent = -1
        self.len += n

    @property
    def expected(self):
        """The length of the payload that is being received, or 0; O(1). For transports that move it elsewhere."""
        return awaited(self)

    def expect(self, Py_ssize_t length):
        """The readable bytes begin one payload of `length` bytes: receive the rest of it in its final place.

        The next lease moves them to a block for this payload alone. At most `max(1 MiB, twice what has arrived)` of it
        is reserved at once. Ends when the payload is complete, or when anything is taken off. A no-op if it is
        complete already; O(1).
        """
        check_count(length)
        awaited(self)
        if length > self.len:
            self.payload = length
            self.payload_at = self.ptr

    cdef int land(self, Py_ssize_t minimum) except -1:
        """Have at least `minimum` spare bytes; an empty buffer starts over at the front of a block of fitting size."""
        if self.len == 0 and self.block is not None and not self.writers:
            if self.block.size > KEEP and (self.block.size - 1) >> 2 >= minimum:  # size > 4 * minimum
                self.move_out(new_block(minimum, original_capacity(minimum)), 0)
                self.settle(0)
            elif reusable(self):
                self.settle(0)
        if spare(self) < minimum:
            self.grow(minimum, True)
        return 0

    cdef int land_payload(self, Py_ssize_t minimum) except -1:
        """Have the expected payload in a block of its own, with as much room as may be reserved at once.

        Caller must know that the payload is not whole.
        """
        cdef Py_ssize_t size = min(self.payload, max(doubled(self.len), PAYLOAD_STEP))
        cdef bint landed = self.owns_payload_block()
        if landed and (size <= self.block.size or spare(self) >= minimum):
            return 0
        self.check_still()
        if landed and Py_REFCNT(<PyObject*>self.block) == 1:
            self.stretch_payload(size)
        else:
            self.move_out(payload_block(size, 0 if self.block is None else self.block.original), 0)
        self.settle(0)
        self.payload_at = self.ptr
        return 0

    cdef bint owns_payload_block(self) noexcept:
        """This handle covers a whole payload block, which can still become the one that is expected."""
        return (self.block is not None and self.block.owner != NULL and self.block.size <= self.payload
                and self.ptr == self.block.data and self.end == self.block.data + self.block.size)

    cdef int stretch_payload(self, Py_ssize_t size) except -1:
        """Resize the payload's `bytes` object in place. Caller must know that nobody else has seen it."""
        if resize_bytes(&self.block.owner, size) < 0:
            self.block.data = NULL  # the old object is gone too
            self.let_go()
            return -1
        self.block.data = <unsigned char*>PyBytes_AS_STRING(<object>self.block.owner)
        self.block.size = size
        return 0


# -- helpers of BytesMut


cdef inline bint reusable(BytesMut b) noexcept:
    """The memory is ours (no payload) and nobody else stands on or views it: it may move. Caller must know a block."""
    return b.block.owner == NULL and Py_REFCNT(<PyObject*>b.block) == 1


cdef inline Py_ssize_t spare(BytesMut b) noexcept:
    """Writable bytes behind the readable ones."""
    return b.end - b.ptr - b.len


cdef inline Py_ssize_t awaited(BytesMut b) noexcept:
    """The length of the expected payload; 0 if none is, because the front has moved or all of it is here."""
    if b.ptr != b.payload_at or b.len >= b.payload:
        b.payload = 0
    return b.payload


cdef inline Py_ssize_t doubled(Py_ssize_t size) noexcept:
    return size if size > PY_SSIZE_T_MAX >> 1 else 2 * size


cdef inline int check_front(BytesMut b, Py_ssize_t n) except -1:
    """Refuse unless `n` bytes are there to take off."""
    check_count(n)
    if n > b.len:
        raise BufferUnderflow(n, b.len)
    return 0


cdef inline BytesMut part_of(BytesMut b, unsigned char* ptr, Py_ssize_t size, unsigned char* end):
    """A new handle on the block of `b`, or on none if without capacity. Caller takes its range away from `b`."""
    cdef BytesMut made = BytesMut.__new__(BytesMut)
    if end != ptr:
        made.block = b.block
        made.ptr = ptr
        made.len = size
        made.end = end
    return made


cdef BytesMut front_of(BytesMut b, Py_ssize_t n):
    """Take `n` bytes off. Caller must know 0 <= n <= len."""
    cdef BytesMut front
    b.check_still()
    front = part_of(b, b.ptr, n, b.ptr + n)
    b.ptr += n
    b.len -= n
    return front


cdef int check_joinable(BytesMut b, BytesMut other) except -1:
    if b is other:
        raise ValueError("a buffer cannot be joined to itself")
    b.check_still()
    other.check_still()
    return 0


cdef bint join(BytesMut b, BytesMut other) noexcept:
    """Take the range of `other` if it follows that of `b`. Caller must know `check_joinable`."""
    if other.end == other.ptr:
        other.let_go()
        return True
    if b.block is not other.block or b.ptr + b.len != other.ptr:
        return False
    b.len += other.len
    b.end = other.end
    other.let_go()
    return True


cdef int drain(BytesMut b, Window src) except -1:
    """Move all unread bytes of `src`, which may be `b` itself, to the end of `b`."""
    cdef Py_ssize_t n = src.len
    cdef unsigned char* tail = b.room(n)
    memmove(tail, src.ptr, n)
    b.len += n
    src.ptr += n
    src.len -= n
    return 0


cdef int drain_pieces(BytesMut b, object src) except -1:
    """Move all unread bytes of any other `Buf` to the end of `b`."""
    cdef Py_ssize_t left = src.remaining(), n
    check_count(left)
    b.room(left)
    while left:
        piece = src.chunk()[:left]
        n = len(piece)
        if n == 0:
            raise BufferError(f"chunk() is empty where {left} bytes should remain")
        b.extend(piece)
        piece.release()
        src.advance(n)
        left -= n
    return 0


cdef inline int put_be(BytesMut b, uint64_t value, Py_ssize_t n) except -1:
    store_be(b.room(n), value, n)
    b.len += n
    return 0


cdef inline int put_le(BytesMut b, uint64_t value, Py_ssize_t n) except -1:
    store_le(b.room(n), value, n)
    b.len += n
    return 0


cdef inline int put_ne(BytesMut b, uint64_t value, Py_ssize_t n) except -1:
    store_ne(b.room(n), value, n)
    b.len += n
    return 0


cdef int put_wide(BytesMut b, object value, bint is_signed, bint little) except -1:
    """Append an integer of 16 bytes."""
    cdef bytes data
    number = PyNumber_Index(value)
    try:
        data = number.to_bytes(16, "little" if little else "big", signed=is_signed)
    except OverflowError:
        raise misfit(number, 16, is_signed) from None
    return b.append(PyBytes_AS_STRING(data), 16)
