"""Clients behind Sentinel: one primary that may change, and sentinels that know which it is.

    answers     what sentinels answer, and what they publish, as values
    discovery   what is believed of it: who the primary is, whom to ask next, whom to leave

What belongs here: no I/O but in the files that are named after how they wait.
"""
