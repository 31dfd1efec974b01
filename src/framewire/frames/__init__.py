"""Frames: what one protocol message is once it has left the wire. Data and no meaning, no I/O, no parsing."""
