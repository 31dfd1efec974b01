"""A cluster, from threads: links to its nodes, and calls that find their way among them.

What belongs here: what waits and sends. What is decided, is decided by the files above, without I/O.

    route           where the requests of a client go: by slot, by policy, or in parts
    places          which node serves a slot: the slot map as nodes
    nodes           the nodes that there are links to
    refreshing      who asks for the slot map, and when
    redirecting     what becomes of a call that a node has refused or lost, or whose slot nobody owns
    pipelining      batches over several nodes, written to all at once, and calls that several nodes answer
    scanning        a page of SCAN
    owning          links of one's own
    apart           batches that wait at their servers
    subscriber      who listens over the cluster: a link to each node that is to be told of something
    watching        the thread that reads one of these links
    calling         one call on its way: what it asks, how it is sent, how often it was
"""
