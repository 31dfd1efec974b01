"""The grammar of requests, for C: how to get a reader for it, and who is trusted. The rest is its own business."""

from framewire._native.resp_reader cimport Reader

cdef Reader new_requests(object limits)
cdef int set_stranger(Reader reader, bint stranger) except -1
