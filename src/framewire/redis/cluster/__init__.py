"""Clusters: which node a request goes to, and what becomes of it when the cluster says otherwise.

    slot map (CLUSTER SLOTS or SHARDS)         an error reply of a node
              |                                          |
          map_replies.py                           redirects.py
               `------------> topology.py <-------------'
                                |      |
         refreshing.py <--------'      `--------> decisions.py: send there, again, give up
         (when to ask for the map)

    what is known of the nodes
      addresses.py    where a node is: what replies call it, and what we call it
      slot_map.py     the map
      map_replies.py  how a reply becomes one
      changes.py      what a new map changes
      redirects.py    what an error reply says to who knows other nodes
      settings.py     how patient a client is: numbers
      told.py         what its parts are told, out of its options
      refreshing.py   when the map is asked for again
      failures.py     which nodes have just failed
      topology.py     all that together: the map in, decisions out
      decisions.py    what is told of an attempt, and what is decided
      replicas.py     which node of a shard a read goes to

    requests, and their replies
      routing.py      where a request goes: one slot, several, all nodes, any
      splitting.py    a request in parts that each have one slot
      combining.py    the replies of several nodes, made one
      partial.py      what came of a request of which some parts failed
      scanning.py     SCAN, while slots move
      cursors.py      its cursor, as one number
      own_slots.py    what a node says of its own slots
      slot_sets.py    sets of slots

    subscriptions/    which node's link hears which topic
    aio/, blocking/   links to the nodes, and calls that find their way among them

Only `aio` and `blocking` do I/O: to all others, time and chance are passed in.
"""
