"""What kind of value each option of a client takes, from Python and as text in a URL.

What belongs here: the rules for values alone. Which options there are, what they mean and what they are when nobody
says is in `options`, which has the same names.
"""

from __future__ import annotations

import codecs
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.credentials import is_provider
from framewire.redis.client.retries import Retry

__all__ = ["KINDS", "READ_FROM", "Kind"]

_YES = ("1", "t", "true", "y", "yes", "on")
_NO = ("0", "f", "false", "n", "no", "off")
READ_FROM: Final = ("primary", "any", "nearest", "zone")
"""Which of the servers that hold a key commands that only read may be sent to."""

_TLS_VERSIONS = {"TLSV1": 0x0301, "TLSV1_1": 0x0302, "TLSV1_2": 0x0303, "TLSV1_3": 0x0304}
"""The numbers that TLS itself gives its versions; `ssl.TLSVersion` has them too."""


@dataclass(frozen=True, slots=True)
class Kind:
    """what: in words, for errors. takes: whether a Python value is right. reads: the value that a text means, or a
    `ValueError`; `None` for what cannot be written in a URL. optional: `None` is right too, which is `none` in a URL.
    secret: it is not shown.
    """

    what: str
    takes: Callable[[Any], bool]
    reads: Callable[[str], Any] | None
    optional: bool = False
    secret: bool = False

    def check(self, name: str, value: object) -> None:
        """Raises `ValueError` where the option called `name` cannot have this value."""
        if not (value is None and self.optional) and not self.takes(value):
            raise self._refusal(name, value)

    def read(self, name: str, text: str | bytes) -> object:
        """The value that `text` means. Raises `ValueError` where it means none."""
        if self.reads is None:
            raise ValueError(f"{name} cannot be said behind the ? of a URL; it is a keyword argument")
        if self.secret:
            return text
        if self.optional and isinstance(text, str) and text.lower() == "none":
            return None
        try:
            value = self.reads(text) if isinstance(text, str) else None
        except ValueError:
            value = None
        if value is None or not self.takes(value):
            raise self._refusal(name, text)
        return value

    def _refusal(self, name: str, value: object) -> ValueError:
        given = "" if self.secret or "@" in str(value) else f", not {value!r}"  # with an @, it may be half a password
        return ValueError(f"{name} must be {self.what}{' or None' if self.optional else ''}{given}")


# -- the kinds --------------------------------------------------------------------------------------------------------


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_secret(value: object) -> bool:
    return isinstance(value, str | bytes)


def _is_word(value: object) -> bool:
    """What CLIENT SETNAME and SETINFO take."""
    return isinstance(value, str) and value != "" and all("!" <= char <= "~" for char in value)


def _is_time(value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 < value < math.inf  # type: ignore[operator]


def _is_encoding(value: object) -> bool:
    try:
        return isinstance(value, str) and codecs.lookup(value) is not None
    except LookupError:
        return False


def _is_handler(value: object) -> bool:
    try:
        return isinstance(value, str) and codecs.lookup_error(value) is not None
    except LookupError:
        return False


def _are_addresses(value: object) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(one, tuple) and len(one) == 2 and _is_text(one[0]) and _is_whole(one[1]) and 0 < one[1] < 65536
        for one in value
    )


def _read_flag(text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise ValueError


def _read_verification(text: str) -> str:
    return text.lower().removeprefix("cert_")


def _read_tls_version(text: str) -> int:
    return _TLS_VERSIONS.get(text.upper().replace(".", "_")) or int(text)


def _read_flags(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.strip("[]").split(","))


def _are_flags(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(flag, str) or _is_whole(flag) for flag in value)


def _whole(least: int, most: float = math.inf, *, optional: bool = False) -> Kind:
    what = f"a whole number from {least}" + ("" if most == math.inf else f" to {most}")
    return Kind(what, lambda value: _is_whole(value) and least <= value <= most, int, optional)


_NAME = Kind("a text that is not empty", _is_text, str)
_TEXT = Kind("a text that is not empty", _is_text, str, optional=True)
_FILE = Kind("a path", _is_text, str, optional=True)
_WORD = Kind("a text of printable ASCII without spaces", _is_word, str, optional=True)
_SECRET = Kind("str or bytes", _is_secret, str, optional=True, secret=True)
_FLAG = Kind("True or False", lambda value: isinstance(value, bool), _read_flag)
_TIME = Kind("a number of seconds above 0", _is_time, float, optional=True)
_ADDRESSES = Kind("addresses, each a tuple of host and port", _are_addresses, None)
_TLS_FLAGS = Kind("names of ssl.VerifyFlags", _are_flags, _read_flags)

KINDS: Final[Mapping[str, Kind]] = {
    # where
    "host": _NAME,
    "port": _whole(1, 65535),
    "path": _FILE,
    "memory": Kind("the name of a server in memory", lambda value: isinstance(value, str), None, optional=True),
    "db": _whole(0),
    # of several servers
    "startup_nodes": _ADDRESSES,
    "sentinels": _ADDRESSES,
    "service": _TEXT,
    "sentinel_username": Kind("str or bytes", _is_secret, str, optional=True),
    "sentinel_password": _SECRET,
    "sentinel_ssl": Kind("True or False", lambda value: isinstance(value, bool), _read_flag, optional=True),
    "read_from": Kind("'primary', 'any', 'nearest' or 'zone'", lambda value: value in READ_FROM, str.lower),
    "zone": _TEXT,
    "address_remap": Kind("a function from one (host, port) to another", callable, None, optional=True),
    "max_redirects": _whole(0),
    "topology_age": Kind("a number of seconds above 0", _is_time, float),
    # who
    "username": Kind("str or bytes", _is_secret, str, optional=True),
    "password": _SECRET,
    "credential_provider": Kind(
        "an object with get_credentials() or get_credentials_async()", is_provider, None, optional=True, secret=True
    ),
    "client_name": _WORD,
    "lib_name": _WORD,
    "lib_version": _WORD,
    # the link
    "protocol": Kind("2 or 3", lambda value: _is_whole(value) and value in (2, 3), int, optional=True),
    "socket_timeout": _TIME,
    "socket_connect_timeout": _TIME,
    "socket_keepalive": _FLAG,
    "health_check_interval": Kind(
        "a number of seconds, or 0 for never", lambda value: value == 0 or _is_time(value), float
    ),
    "retry": Kind("a Retry", lambda value: isinstance(value, Retry), None),
    "integrity": _FLAG,
    "cache": Kind("a CacheConfig", lambda value: isinstance(value, CacheConfig), None, optional=True),
    # how much at once
    "max_connections": _whole(1),
    "max_in_flight": _whole(1),
    "max_in_flight_bytes": _whole(1),
    "max_queued_bytes": _whole(0),
    # text
    "encoding": Kind("the name of an encoding", _is_encoding, str),
    "encoding_errors": Kind("the name of an error handler", _is_handler, str),
    "decode_responses": _FLAG,
    # TLS
    "ssl": _FLAG,
    "ssl_keyfile": _FILE,
    "ssl_certfile": _FILE,
    "ssl_password": _SECRET,
    "ssl_cert_reqs": Kind(
        "'none', 'optional', 'required', None or an ssl.VerifyMode",
        lambda value: value in (None, "none", "optional", "required") or (_is_whole(value) and 0 <= value <= 2),
        _read_verification,
    ),
    "ssl_include_verify_flags": _TLS_FLAGS,
    "ssl_exclude_verify_flags": _TLS_FLAGS,
    "ssl_ca_certs": _FILE,
    "ssl_ca_path": _FILE,
    "ssl_ca_data": Kind(
        "certificates, in PEM or DER", lambda value: bool(value and _is_secret(value)), str, optional=True
    ),
    "ssl_check_hostname": _FLAG,
    "ssl_min_version": Kind(
        "an ssl.TLSVersion from TLSv1 to TLSv1_3",
        lambda value: _is_whole(value) and value in _TLS_VERSIONS.values(),
        _read_tls_version,
        optional=True,
    ),
    "ssl_ciphers": _TEXT,
}
"""The kind of each option."""
