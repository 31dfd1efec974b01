"""The compiled `Bytes`: an immutable, hashable window on a shared block. Public as part of `buffer`.

What belongs here: what never changes after it was made, and looking into it, which `BytesMut` does through a snapshot
of itself. The fields are in `immutable.pxd`, searching in memory is in `searching.pxd`.
"""

cimport cython
from cpython.buffer cimport PyBuffer_IsContiguous, PyBuffer_Release, PyObject_CheckBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.memoryview cimport PyMemoryView_FromObject, PyMemoryView_GET_BUFFER
from cpython.object cimport Py_EQ, Py_GT, Py_LE, Py_LT, Py_NE, PyObject
from libc.string cimport memcmp, memcpy

from framewire._native.block cimport acquire_plain, adopted_block, describe, handles, payload_block
from framewire._native.searching cimport (
    ALL, FIRST, LAST, bounds, byte_value, clamped, find, found, index_of, search_range,
)

from pickle import PickleBuffer

from framewire._pickles import load_bytes

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
    bint PyBytes_CheckExact(PyObject* o)
    int PySlice_Unpack(object s, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t* step) except -1
    Py_ssize_t PySlice_AdjustIndices(Py_ssize_t length, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t step)
    const char* PyUnicode_AsUTF8(object text) except NULL
    str PyUnicode_Decode(const char* data, Py_ssize_t size, const char* encoding, const char* errors)


@cython.no_gc
@cython.freelist(64)
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
        if not is_bytes_like(other):
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
            raise IndexError(f"slice 0:{n} is not within 0:{self.len}")
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
            return load_bytes, (PickleBuffer(self),)
        return load_bytes, (builtin(self),)


# -- making Bytes


cdef Bytes share(Block block, unsigned char* ptr, Py_ssize_t size):
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
    if not is_bytes_like(other):
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


# -- looking into Bytes


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
    if not is_bytes_like(other):
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


# -- taking in what is bytes-like


cdef inline bint is_bytes_like(object data) noexcept:
    return PyObject_CheckBuffer(data) or isinstance(data, Writing)


cdef int acquire(object data, Py_buffer* source) except -1:
    """Get the plain bytes of anything bytes-like; the caller releases `source`. Raises `TypeError`."""
    return acquire_plain(snapshot(<Writing>data) if isinstance(data, Writing) else data, source)
