"""How threads share a link, wait for one another, and come and go.

    turns.py        which thread sends, which receives for all, which waits
    waits.py        threads on a link that do not ask and wait in one step: listeners, readers, who asks several at once
    waiter.py       who waits for a reply
    reader.py       a thread for what no other thread does
    worker.py       a thread that reads one listener for its handlers' sake
    forks.py        what a forked child begins anew
"""
