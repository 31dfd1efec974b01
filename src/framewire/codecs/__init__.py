"""The codecs: one file for each wire format. Bytes in, frames out, and back; no I/O."""
