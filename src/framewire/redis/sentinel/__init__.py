"""Clients behind Sentinel: one primary that may change, and sentinels that know which it is.

    aio/, blocking/   route ----> links, each opened where `finding` says
                                     |  asks, when nobody knows: asking
                                     |  ends links, when it is told: watching
                                     v
    discovery   what is believed: who the primary is, whom to ask next, whom to leave
    answers     what sentinels answer, and what they publish, as values
    told        what links to sentinels are told; reads: what may be sent to a replica

What belongs here: finding the server. What goes over a link is the clients' business, as with one server; no I/O but in
the two rooms that are named after how they wait.
"""
