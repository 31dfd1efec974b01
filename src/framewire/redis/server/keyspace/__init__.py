"""Databases: keys and their values, when they expire, who waits for a key and who watches one."""
