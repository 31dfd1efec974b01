"""The fault proxy: it passes on what client and server say, and does to it what its program says.

What belongs here: how traffic is hurt on purpose. Decisions do no I/O, and stand apart from carrying them out:

    bytes --framing--> frames --pairing--> requests, replies, pushes --judge--> actions --line--> steps --flow--> bytes

`rule.py` and `text.py` are what a program is made of and how it is written. Users take it from `framewire.kits`.
"""
