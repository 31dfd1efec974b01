"""The grammar of replies, for C: how to get a reader for it. The rest is its own business."""

from framewire._native.resp_outputs cimport Output
from framewire._native.resp_reader cimport Reader

cdef Reader new_replies(Output output, object limits, bint surfacing)
