"""The command table as data: what each command and subcommand of Redis 7.0, Redis 8.0 and Valkey 9.1 is.

What belongs here is known without a server: names, numbers and places of arguments, flags, categories, versions. What
commands do is bound to these names by the server.

`table` joins the files of the groups; `command` is the form of an entry, `keys`, `arguments`, `repeats` and `timeouts`
are the forms of its parts, and `servers` says which server has what. Where the facts come from, and what to do when a
new version of a server is there, is said in `tests/against/test_facts.py`, which compares all of it with live servers.
"""

from framewire.redis.facts.arguments import Argument
from framewire.redis.facts.command import Command
from framewire.redis.facts.keys import KeySpec
from framewire.redis.facts.servers import SERVERS
from framewire.redis.facts.table import COMMANDS, blocks, find, lookup, repeat_of, walk

__all__ = ["COMMANDS", "SERVERS", "Argument", "Command", "KeySpec", "blocks", "find", "lookup", "repeat_of", "walk"]
