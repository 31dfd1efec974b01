"""Clusters: which node a request goes to, and what becomes of it when the cluster says otherwise.

    slot map (CLUSTER SLOTS or SHARDS)         an error reply of a node
              |                                          |
          slot_map.py                              redirects.py
               `------------> topology.py <-------------'
                                |      |
         refreshing.py <--------'      `--------> decisions.py: send there, again, give up
         (when to ask for the map)

    addresses.py    where a node is: what replies call it, and what we call it
    slot_map.py     the map, out of a reply
    redirects.py    what an error reply says to who knows other nodes
    settings.py     how patient a client is: numbers
    refreshing.py   when the map is asked for again
    failures.py     which nodes have just failed
    topology.py     all that together: the map in, decisions out
    decisions.py    what is told of an attempt, and what is decided
    replicas.py     which node of a shard a read goes to

The files here do no I/O: time and chance are passed in.
"""
