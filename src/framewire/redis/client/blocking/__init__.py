"""The blocking client, for threads.

    client.py       `BlockingClient`, and its text view
    route.py        where requests go: what a client needs of that
    node.py         one server: its shared link, links of their own, and what listens
    server.py       its shared link: connecting, and trying again
    link.py         one connection: calls, deadlines, silence
    turns.py        which thread sends, which receives for all, which waits
    waits.py        threads on a link that do not ask and wait in one step: listeners, readers, who asks several at once
    waiter.py       who waits for a reply
    wire.py         a socket: what waits for it waits for a beat at most
    opening.py      sockets, TLS, memory: a link for the options
    pool.py         links of their own: blocking commands, transactions that watch, MONITOR
    pubsub.py       one listener, as an iterator
    worker.py       a thread that reads one listener for its handlers' sake
    key_events.py   keyspace events
    listening.py    the methods of the client that make listeners
    subscriber.py   who listens: subscribing, and the wait until that is confirmed
    feed.py         the one link of all listeners
    reader.py       a thread for what no other thread does
    hooked.py       calls that hooks are told of
    forks.py        what a forked child begins anew
"""
