"""Replies in one Python form, whatever the protocol: functions from what the decoder gave to what a method returns.

    basic.py      words, flags, numbers, maps, pairs; the text views
    (others)      replies that only one group of commands has

A shape takes a value of the values decoder (see `framewire.frames.resp.RespValue`) as RESP2 or RESP3 has it, and
returns plain Python containers, whose `bytes` a text view then turns into `str`.
"""
