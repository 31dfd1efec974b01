"""What is asked of a server about itself: its parameters, users, counters, commands, replicas and cluster.

What belongs here: methods for who runs a server, not for who keeps data there. A file for each group, as above.
"""
