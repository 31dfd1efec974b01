"""What stands between a client and a server of a Redis wire: to break what passes, by rules."""
