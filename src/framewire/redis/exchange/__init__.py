"""Requests and replies of one Redis link, paired: requests in, bytes out; bytes in, replies to whoever waits for them.

    knowledge.py    which commands have no reply, several, or change how what follows is read
    calls.py        what is told of a request that was not answered, and what an owner is asked
    sending.py      what the requests that were sent make of the replies to those behind them
    reading.py      what the replies that came have made of the link, and what of what comes is no reply
    several.py      requests that have not simply one reply
    slots.py        one request that waits for its reply
    backlog.py      those that may not leave yet
    _pure.py        the exchange itself, the specification
    _native.pyx     the same, compiled
    _impl.py        which of them is used

What belongs here: what anybody must know who sends requests over a link of their own: clients, the proxy, the tap. No
I/O, no time but what is passed in, no retries: a link's fate is its owner's business.
"""
