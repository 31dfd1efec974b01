"""Clients behind Sentinel, from asyncio."""
