"""URLs as redis-py reads them: the same options come out of the same URL, but for what is written down here.

A difference is a URL with the reason for it. Nearly all are URLs that redis-py reads as something that nobody meant.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio.connection import parse_url as parse_asynchronously
from redis.connection import SSLConnection, UnixDomainSocketConnection, parse_url

from framewire.redis.client.options import Options
from tests.properties import examples

SAME: Final = [
    "redis://", "redis://localhost", "redis://localhost/", "redis://localhost:7000", "redis://localhost:7000/3",
    "redis://LOCALHOST/", "redis://127.0.0.1:6379/0", "redis://[::1]:6379/2", "redis://[2001:DB8::1]", "redis://:7000/1",
    "redis://:pw@h", "redis://user:pw@h", "redis://user@h", "redis://user:@h", "redis://:@h", "redis://@h",
    "redis://us%20er:p%40s%3As%2Fw%23@h/1", "redis://u:p%2525@h", "redis://u:p@s:s@h", "redis://:100%@h",
    "redis://h%2D1/0", "redis://h/%31", "redis://h/0/", "rediss://h", "rediss://u:p@h:6380/1",
    "redis://h?db=2", "redis://h/1?db=2", "redis://h?db=", "redis://h/3?db=", "redis://h?client_name=a%2520b",
    "redis://h?client_name=a%2Bb", "redis://h?client_name=me&&socket_timeout=1.5", "redis://h?socket_timeout=2",
    "redis://h?socket_connect_timeout=0.5&socket_timeout=1e1", "redis://h?protocol=2", "redis://h?protocol=3",
    "redis://h?max_connections=7", "redis://h?health_check_interval=25", "redis://h?password=p%26w+d&username=u",
    "redis://a:b@h?password=c&username=d", "redis://h:1?host=x&port=2", "redis://?host=x",
    *[f"redis://h?socket_keepalive={text}" for text in ("1", "true", "Yes", "0", "False", "no", "n", "F", "")],
    "rediss://h?ssl_cert_reqs=none", "rediss://h?ssl_cert_reqs=required&ssl_ca_certs=%2Fetc%2Fca.pem",
    "rediss://h?ssl_check_hostname=False&ssl_min_version=771", "rediss://h?ssl_certfile=c.pem&ssl_keyfile=k.pem",
    "unix:///tmp/redis.sock", "unix:///tmp/redis.sock?db=2", "unix://user:pw@/tmp/s", "unix:///a%20b%2525", "unix://:p@/s",
    "unix:///s?password=p",
]  # fmt: skip

REFUSED_BY_BOTH: Final = [
    "", "localhost", "http://h", "redis://h:x", "redis://h:65536", "redis://[::1", "redis://::1:6379",
    "redis://h?db=x", "redis://h?socket_timeout=x", "redis://h?protocol=x",
]  # fmt: skip

SILENT_DATABASE = "redis-py goes on with another database than was written, without a word"
NO_SUCH_OPTION = "redis-py finds out at the first connect, with a TypeError, or never"
NO_SENSE = "redis-py takes the value, and the first connect fails or waits for nothing"
SILENT_PART = "redis-py drops a part of the URL without a word"

REFUSED_BY_US: Final = {
    "redis://h/x": SILENT_DATABASE,
    "redis://h/1/2": SILENT_DATABASE,  # it reads 12
    "redis://h?db=1&db=2": "redis-py takes the first, others the last",
    "redis://h/-1": NO_SENSE,
    "redis://h?db=-1": NO_SENSE,
    "redis://h?socket_timeout=0": NO_SENSE,
    "redis://h?socket_timeout=nan": NO_SENSE,
    "redis://h?protocol=4": NO_SENSE,
    "redis://h?max_connections=0": NO_SENSE,
    "redis://h?client_name=a+b": "the server refuses such a name",
    "rediss://h?ssl_cert_reqs=whatever": NO_SENSE,
    "rediss://h?ssl_min_version=1": NO_SENSE,
    "redis://h?socket_keepalive=off-and-on": "redis-py takes every word that it does not know for yes",
    "redis://h?no_such_option=1": NO_SUCH_OPTION,
    "redis://h?DB=1": NO_SUCH_OPTION,
    "redis://h?timeout=5": "an option of another class of redis-py's; the error says so",
    "redis://h?retry_on_timeout=yes": "what is repeated depends on the request; the error says so",
    "redis://h:0": SILENT_PART,
    "redis://h#x": SILENT_PART,
    "redis://h\n": SILENT_PART,
    "redis://[::1]x": SILENT_PART,
    "unix://host/path": SILENT_PART,
    "unix://relative": "redis-py has no path, and says so at the first connect",
    "unix://": "redis-py has no path, and says so at the first connect",
}

OTHERWISE: Final = {
    "redis://:%FF@h": ({"password": b"\xff"}, "redis-py makes another password of bytes that are no UTF-8"),
    "redis://h?socket_keepalive=off": ({"socket_keepalive": False}, "redis-py takes it for yes"),
    "redis://h?decode_responses=False": ({"decode_responses": False}, "redis-py has the text 'False', which is true"),
    "rediss://h?ssl_cert_reqs=CERT_NONE": ({"ssl_cert_reqs": "none"}, "Celery writes it so"),
    "rediss://h?ssl_include_verify_flags=VERIFY_X509_STRICT": (
        {"ssl_include_verify_flags": ("VERIFY_X509_STRICT",)}, "redis-py has the flags of `ssl`, we their names"),
}  # fmt: skip

ONLY_OURS: Final = {
    "REDIS://h": "the letters of a scheme are small or large (RFC 3986, 3.1)",
    "memory://name": "Mini-Redis in this process",
    "redis://h?socket_timeout=none": "None is a value too",
    "rediss://h?ssl_min_version=TLSv1_2": "a name for the number",
}


def theirs(url: str) -> Options:
    """The options that redis-py reads from a URL."""
    said: dict[str, Any] = parse_url(url)
    kind = said.pop("connection_class", None)
    assert kind in (None, SSLConnection, UnixDomainSocketConnection)
    flags = {name: value for name, value in said.items() if value is not None}  # a flag without a value is None
    return Options(**flags, ssl=kind is SSLConnection)


@pytest.mark.parametrize("url", SAME)
def test_the_same_options(url: str) -> None:
    assert Options.from_url(url) == theirs(url)


@pytest.mark.parametrize("url", REFUSED_BY_BOTH)
def test_refused_by_both(url: str) -> None:
    for read in (parse_url, parse_asynchronously, Options.from_url):
        with pytest.raises(ValueError):
            read(url)


@pytest.mark.parametrize("url", REFUSED_BY_US)
def test_refused_by_us(url: str) -> None:
    parse_url(url)
    with pytest.raises(ValueError):
        Options.from_url(url)


@pytest.mark.parametrize(("url", "options"), [(url, options) for url, (options, _) in OTHERWISE.items()])
def test_read_otherwise(url: str, options: dict[str, Any]) -> None:
    said = parse_url(url)
    ours = Options.from_url(url)
    for name, value in options.items():
        assert getattr(ours, name) == value
        assert said[name] != value


@pytest.mark.parametrize("url", ONLY_OURS)
def test_only_ours(url: str) -> None:
    Options.from_url(url)
    try:
        read = theirs(url)
    except (ValueError, TypeError):
        return
    assert read != Options.from_url(url)


@given(
    st.text(st.characters(codec="utf-8"), max_size=8),
    st.text(st.characters(codec="utf-8"), max_size=8),
    st.sampled_from(["", "h", "127.0.0.1", "[::1]"]),
    st.sampled_from(["", ":1", ":65535"]),
    st.sampled_from(["", "/", "/0", "/15", "/7/"]),
    st.sampled_from(["redis", "rediss"]),
)
@examples(300)
def test_encoded_parts_mean_the_same(user: str, password: str, host: str, port: str, db: str, scheme: str) -> None:
    url = f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{host}{port}{db}"
    assert Options.from_url(url) == theirs(url)
