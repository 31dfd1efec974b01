"""A link opened: a socket to where the options say the server is (TCP, TLS, Unix, memory), and hands shaken.

What belongs here: one attempt, what may go wrong in it, and attempts until one succeeds or makes no sense. Who needs a
link, and when, is elsewhere.
"""

from __future__ import annotations

import builtins
import contextlib
import random
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from typing import Any, Protocol

from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.threads.forks import begins_anew
from framewire.redis.client.blocking.wire import wire_over
from framewire.redis.client.credentials import CredentialProvider, auth_arguments
from framewire.redis.client.errors import ConnectionError, RedisError, TimeoutError
from framewire.redis.client.hooks import Hooks
from framewire.redis.client.options import Options
from framewire.redis.client.repeating import may_pass
from framewire.redis.client.tcp import set_tcp_options
from framewire.redis.client.tls import not_opened, ssl_context
from framewire.redis.urls import factory

__all__ = ["Finder", "Opener"]


class Finder(Protocol):
    """Who knows where a server is at the moment."""

    def find(self, options: Options, ends: float | None) -> Options:
        """The options with the place that a link of these options goes to, found before it `ends`. Raises what the
        clients raise.
        """

    def opening(self, link: Link) -> None:
        """`link` has a socket there, and is about to shake hands."""

    def failed(self, options: Options) -> None:
        """A link could not be opened to the place that `find` has told."""

    def close(self) -> None:
        """Nothing is to be found any more."""


class Opener:
    """Opens the links of one client, and of its siblings for other databases: to where each one's options say.

    Who it is, TLS and a server in memory are the client's, and so the same for all of them.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._context: ssl.SSLContext | None = None
        self._hold: Any = factory("memory")(options.memory) if options.memory is not None else None
        self.finder: Finder | None = None  # who is asked where links go to, where their options do not say it
        self.hooks: Hooks | None = None  # who is told of what was opened
        self.provider = options.credential_provider
        self.renewed: Sequence[bytes] = options.auth  # the newest that is known to be taken
        self.renewals = 0
        self.closed = threading.Event()
        begins_anew(self)

    def begin_anew(self) -> None:
        """In a forked child: another thread may have held the lock inside."""
        closed, self.closed = self.closed.is_set(), threading.Event()
        if closed:
            self.closed.set()

    def open(self, options: Options, deadline: float | None, *, patient: bool = False) -> Link:
        """A link, tried again as the options say, but not behind `deadline` (of the monotonic clock).

        Raises `ConnectionError` and its kin, `TimeoutError`, or the server's refusal: of the last attempt.
        """
        attempts = 0
        if self.closed.is_set():
            raise ConnectionError("the client is closed")
        while True:
            try:
                return self.connect(options, deadline, patient)
            except RedisError as failure:
                attempts += 1
                pause = options.retry.pause(attempts, random.random())
                too_late = deadline is not None and time.monotonic() + pause > deadline
                if attempts > options.retry.retries or too_late or not may_pass(failure):
                    raise
            if self.closed.wait(pause):
                raise ConnectionError("the client is closed")

    def connect(
        self, options: Options, deadline: float | None, patient: bool, lock: threading.Lock | None = None
    ) -> Link:
        """One attempt, within `socket_connect_timeout`, to where these `options` say; the link uses `lock`, if there is
        one.
        """
        ends = _earlier(options.socket_connect_timeout, deadline)
        if self.finder is None:
            return self._connect(options, ends, patient, lock)
        options = self.finder.find(options, ends)
        try:
            return self._connect(options, ends, patient, lock)
        except RedisError:
            self.finder.failed(options)
            raise

    def _connect(self, options: Options, ends: float | None, patient: bool, lock: threading.Lock | None) -> Link:
        began = time.monotonic()
        with contextlib.ExitStack() as undo:
            try:
                sock = self._socket(options, ends)
                undo.callback(sock.close)
                link = Link(wire_over(sock), options, patient=patient, lock=lock)
                link.renewals = self.renewals
                if self.finder is not None:
                    self.finder.opening(link)
                link.greet(self.credentials(), _left(ends))
            except builtins.TimeoutError as error:
                seconds = time.monotonic() - began
                raise TimeoutError(f"could not connect to {options.url} within {seconds:.3g} s") from error
            except RedisError:
                raise
            except (OSError, ValueError, RuntimeError) as error:
                raise not_opened(options.url, error) from error
            undo.pop_all()
        if self.hooks is not None:
            link.hooks = self.hooks
            self.hooks.opened(options, time.monotonic() - began)
        return link

    def _socket(self, options: Options, ends: float | None) -> socket.socket:
        """Raises `OSError`, `ssl.SSLError`, `ValueError` (of TLS options) and `RuntimeError` (of memory)."""
        if self._hold is not None:
            return self._hold.connect()  # type: ignore[no-any-return]
        if options.path is not None:
            return _unix_socket(options.path, ends)
        sock = socket.create_connection((options.host, options.port), _left(ends))
        try:
            set_tcp_options(sock, options.socket_keepalive)
            return self._secured(sock, options.host, ends) if options.ssl else sock
        except BaseException:
            sock.close()
            raise

    def _secured(self, sock: socket.socket, host: str, ends: float | None) -> socket.socket:
        if self._context is None:
            self._context = ssl_context(self._options)
        assert self._context is not None
        sock.settimeout(_left(ends))
        return self._context.wrap_socket(sock, server_hostname=host, suppress_ragged_eofs=False)

    # -- who it is ----------------------------------------------------------------------------------------------------

    def credentials(self) -> Sequence[bytes]:
        """What stands behind AUTH, as it was last given, or from the provider."""
        if self.provider is None:
            return self.renewed
        if not isinstance(self.provider, CredentialProvider):
            raise ValueError("a blocking client asks get_credentials, which this credential_provider has not")
        return auth_arguments(self.provider.get_credentials())

    def renew(self, auth: Sequence[bytes]) -> None:
        """From now on links are opened and lent with these."""
        self.renewed = auth
        self.renewals += 1

    def close(self) -> None:
        """Nothing more is opened: a server in memory that nobody else holds ends."""
        self.closed.set()
        if self.finder is not None:
            self.finder.close()
        if self._hold is not None:
            self._hold.release()


def _unix_socket(path: str, ends: float | None) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX)
    try:
        sock.settimeout(_left(ends))
        sock.connect(path)
    except BaseException:
        sock.close()
        raise
    return sock


def _earlier(seconds: float | None, deadline: float | None) -> float | None:
    """The end of `seconds` from now, or `deadline`, whichever comes first."""
    if seconds is None:
        return deadline
    end = time.monotonic() + seconds
    return end if deadline is None else min(end, deadline)


def _left(ends: float | None) -> float | None:
    """Seconds until then; not 0, which to a socket would mean not to wait at all."""
    return None if ends is None else max(0.001, ends - time.monotonic())
