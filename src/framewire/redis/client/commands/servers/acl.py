"""Users and what they may do: ACL.

What belongs here: the subcommands of ACL, and how the rules of SETUSER are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from framewire.redis.client.arguments import Key, Value, some
from framewire.redis.client.definition import Reply, Runs, S, command
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.acl import AclLogEntry, AclUser, log, user
from framewire.redis.client.shapes.basic import ok
from framewire.redis.client.shapes.records import word, words

__all__ = ["Acl"]


class Acl(Runs[S]):
    """Users and what they may do."""

    @command
    def acl_whoami(self) -> Reply[str]:
        """ACL WHOAMI: the user of this link. O(1)."""
        return self._run((b"ACL", b"WHOAMI"), word)

    @command
    def acl_users(self) -> Reply[list[str]]:
        """ACL USERS: the names of all users. O(N)."""
        return self._run((b"ACL", b"USERS"), words)

    @command
    def acl_list(self) -> Reply[list[str]]:
        """ACL LIST: all users, as a configuration file has them: with hashes of their passwords. O(N)."""
        return self._run((b"ACL", b"LIST"), words)

    @command
    def acl_getuser(self, username: str) -> Reply[AclUser | None]:
        """ACL GETUSER: what a user may do; `None` where there is none. O(N) of the rules."""
        return self._run((b"ACL", b"GETUSER", username), user)

    @command
    def acl_setuser(
        self, username: str, enabled: bool = False, nopass: bool = False,
        passwords: str | Iterable[str] | None = None, hashed_passwords: str | Iterable[str] | None = None,
        categories: Iterable[str] | None = None, commands: Iterable[str] | None = None,
        keys: Iterable[Key] | None = None, channels: Iterable[Key] | None = None,
        selectors: Iterable[tuple[str, Key]] | None = None, reset: bool = False, reset_keys: bool = False,
        reset_channels: bool = False, reset_passwords: bool = False,
    ) -> Reply[bool]:  # fmt: skip
        """ACL SETUSER: create a user, or change what it may do. `True`. O(N) of the rules.

        It may log in if `enabled`, without a password if `nopass`. `passwords` and `hashed_passwords` (SHA-256, in
        hexadecimal) begin with `+` or `-`: they are added or taken away. So are `categories` and `commands`. `keys` and
        `channels` are patterns (of keys also `%R~...`, `%W~...`); `selectors` are pairs of a command as above and a
        pattern of keys: a permission for the two together. The four resets come first.
        """
        rules: list[Any] = [b"reset"] if reset else []
        rules += [b"resetkeys"] * reset_keys + [b"resetchannels"] * reset_channels + [b"resetpass"] * reset_passwords
        rules.append(b"on" if enabled else b"off")
        if nopass:
            if passwords or hashed_passwords:
                raise DataError("nopass, and passwords")
            rules.append(b"nopass")
        rules += _passwords(passwords, b">", b"<")
        rules += _passwords(hashed_passwords, b"#", b"!")
        rules += (_allowed(category, "@") for category in categories or ())
        rules += (_allowed(command) for command in commands or ())
        rules += (_keys(key) for key in keys or ())
        rules += (b"&" + _encoded(channel) for channel in channels or ())
        rules += (b"(" + _allowed(command) + b" " + _keys(key) + b")" for command, key in selectors or ())
        return self._run((b"ACL", b"SETUSER", username, *rules), ok)

    @command
    def acl_deluser(self, *username: str) -> Reply[int]:
        """ACL DELUSER: remove users, and close their links; returns how many there were. O(1) for each."""
        return self._run((b"ACL", b"DELUSER", *some(username)))

    @command
    def acl_cat(self, category: str | None = None) -> Reply[list[str]]:
        """ACL CAT: all categories, or the commands of one. O(1), or O(N)."""
        return self._run((b"ACL", b"CAT") if category is None else (b"ACL", b"CAT", category), words)

    @command
    def acl_dryrun(self, username: str, *args: Value) -> Reply[str]:
        """ACL DRYRUN: whether a user may run the command `args`: `OK`, or why not. It is not run. O(1)."""
        return self._run((b"ACL", b"DRYRUN", username, *some(args)), word)

    @command
    def acl_genpass(self, bits: int | None = None) -> Reply[str]:
        """ACL GENPASS: a random number of so many bits (256 unsaid), in hexadecimal. O(1)."""
        return self._run((b"ACL", b"GENPASS") if bits is None else (b"ACL", b"GENPASS", bits), word)

    @command
    def acl_log(self, count: int | None = None) -> Reply[list[AclLogEntry]]:
        """ACL LOG: what was refused lately, the newest first; `count` of them, 10 unsaid. O(N)."""
        return self._run((b"ACL", b"LOG") if count is None else (b"ACL", b"LOG", count), log)

    @command
    def acl_log_reset(self) -> Reply[bool]:
        """ACL LOG RESET: forget what was refused. `True`. O(N)."""
        return self._run((b"ACL", b"LOG", b"RESET"), ok)

    @command
    def acl_load(self) -> Reply[bool]:
        """ACL LOAD: read all users from the server's file. `True`; an error, and no change, if it is wrong. O(N)."""
        return self._run((b"ACL", b"LOAD"), ok)

    @command
    def acl_save(self) -> Reply[bool]:
        """ACL SAVE: write all users into the server's file. `True`. O(N)."""
        return self._run((b"ACL", b"SAVE"), ok)

    @command
    def acl_help(self) -> Reply[list[str]]:
        """ACL HELP: what the server says of ACL, line by line. O(1)."""
        return self._run((b"ACL", b"HELP"), words)


# -- rules ------------------------------------------------------------------------------------------------------------


def _encoded(text: Key) -> bytes:
    return text.encode() if isinstance(text, str) else bytes(text)


def _passwords(given: str | Iterable[str] | None, add: bytes, remove: bytes) -> Iterator[bytes]:
    """`+secret` and `-secret` as the server writes them."""
    for password in [given] if isinstance(given, (str, bytes)) else given or ():
        sign, rest = _split(password, "a password")  # which an error must not tell
        yield (add if sign == b"+" else remove) + rest


def _allowed(rule: str, prefix: str = "") -> bytes:
    """`+get`, `-@all`; `prefix` is put in where it is missing."""
    sign, rest = _split(rule, f"{rule!r}")
    start = prefix.encode()
    return sign + (rest if rest.startswith(start) else start + rest)


def _split(rule: str, what: str) -> tuple[bytes, bytes]:
    encoded = _encoded(rule)
    if encoded[:1] not in (b"+", b"-"):
        raise DataError(f"{what} must begin with + to be added, or with - to be taken away")
    return encoded[:1], encoded[1:]


def _keys(pattern: Key) -> bytes:
    encoded = _encoded(pattern)
    return encoded if encoded.startswith((b"~", b"%")) else b"~" + encoded
