"""Clients behind Sentinel, from threads."""
