"""The encoder of RESP for C: one small command, without going through Python. All else is called as from Python."""

from framewire._native.mutable cimport BytesMut

cdef Py_ssize_t write_small_command(object command, BytesMut tail) except -2
