"""Pub/sub over a cluster, without I/O: which node's link hears which topic, and what becomes of it when that changes.

    placing.py  which nodes are to be told of a topic
    places.py   what must be known of the cluster for that
    book.py     the book of one node's link, among others
    board.py    all of them: listeners whose topics may be at several nodes, topics that move, and those without a place
"""
