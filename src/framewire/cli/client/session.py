"""One link to a server, as a person at a prompt has it: what was set on it, and the link anew where it was lost.

What belongs here: what a link remembers (user, database, protocol, name, transaction, watched keys), and what may be
sent again. A request is sent again only where it was not executed, or does no harm when it is executed twice; and
nothing that stood in a transaction goes on without it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from framewire.frames.resp import Error, Simple
from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.errors import ConnectionError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.facts.table import repeat_of

__all__ = ["Session", "place_of"]

OK = Simple(b"OK")


class Session:
    """A link that is there when it is needed: `ask` connects, and connects anew.

    pushes: what came unasked, in order, for whoever shows it.
    tell: is called with a line for the person, when something happened that was not asked for.
    """

    def __init__(self, options: Options, tell: Callable[[str], None] = lambda line: None) -> None:
        self.options = options
        self.pushes: deque[Sequence[Any]] = deque()
        self.in_transaction = False
        self._watching = self._monitoring = False
        self._subscriptions: dict[bool, int] = {}  # how many there are; of shard channels, and of others
        self._tell = tell
        self._opener = Opener(options)
        self._link: Link | None = None

    @property
    def connected(self) -> bool:
        return self._link is not None and not self._link.lost

    @property
    def listening(self) -> bool:
        """Whether messages, or lines of MONITOR, come by themselves."""
        return self._monitoring or any(self._subscriptions.values())

    def connect(self) -> None:
        """Open the link, within `socket_connect_timeout`. Raises `ConnectionError` and its kin, or the refusal."""
        self.drop()
        link = self._opener.open(self.options, None, patient=True)
        link.keeps_errors = True
        link.on_push = self.pushes.append
        self._link = link

    def drop(self) -> None:
        """End the link; what it alone knew is gone."""
        link, self._link = self._link, None
        self._forget()
        if link is not None:
            link.abort()

    def close(self) -> None:
        """End the link for good, and a server in memory with it."""
        self.drop()
        self._opener.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    # -- asking -------------------------------------------------------------------------------------------------------

    def ask(self, request: Sequence[bytes]) -> Any:
        """The reply, an error among the values it may be; of a (un)subscribe the list of its confirmations.

        It waits for as long as the server does. An interrupt ends the link, for the server may still be busy with the
        request. Raises `ConnectionError` and its kin with their `fate`, and `Unpairable` for what would make replies
        that cannot be told apart.
        """
        reply = self._sent(request)
        self._learn(request, reply)
        return reply

    def batch(self, requests: Sequence[Sequence[bytes]]) -> list[Any]:
        """The replies to requests that leave together; nothing is sent again. Raises as `ask`."""
        return self._ready().batch(requests)

    def _sent(self, request: Sequence[bytes]) -> Any:
        try:
            return self._ready().call(request)
        except ConnectionError as error:
            may_repeat = error.fate is Fate.NOT_EXECUTED or repeat_of(request) == "read"
            if self._has_state:
                self.drop()
            if not may_repeat or self._link is None or not self._link.lost:
                raise
        except KeyboardInterrupt:
            self.drop()
            raise
        return self._anew().call(request)

    def wait(self) -> None:
        """Wait for what comes unasked, into `pushes`. Raises `ConnectionError` where the link is lost."""
        self._there().listen(lambda: bool(self.pushes), None)

    def detach(self) -> Any:
        """The socket of a fresh link, hands shaken, for who speaks on it by himself: see `Link.detach`."""
        self.connect()
        link, self._link = self._there(), None
        return link.detach()

    def _there(self) -> Link:
        if self._link is None:
            self.connect()
        assert self._link is not None
        return self._link

    def _ready(self) -> Link:
        """The link; anew, where the server has closed it since."""
        link = self._there()
        link.look()
        if not link.lost:
            return link
        if self._has_state:
            what = "the transaction" if self.in_transaction else "WATCH"
            self.drop()
            raise ConnectionError(f"{link.loss()}; {what} went with it", fate=Fate.NOT_EXECUTED)
        return self._anew()

    @property
    def _has_state(self) -> bool:
        return self.in_transaction or self._watching

    def _anew(self) -> Link:
        why = self._there().loss()
        self.connect()
        self._tell(f"{why}: connected anew")
        return self._there()

    # -- what the link is set to --------------------------------------------------------------------------------------

    def _forget(self) -> None:
        self.in_transaction = self._watching = self._monitoring = False
        self._subscriptions.clear()

    def _learn(self, request: Sequence[bytes], reply: Any) -> None:
        """What a request has changed on the link that has just been answered."""
        if isinstance(reply, Error):
            self._learn_error(request, reply)
            return
        words = [word.lower() for word in request[:2]]
        match words[0]:
            case b"select" if reply == OK:
                self.options = replace(self.options, db=int(request[1]))
            case b"auth" if reply == OK:
                self._remember_user(request[1:])
            case b"hello" if isinstance(reply, (dict, list)):
                self._remember_hello(request)
            case b"client" if words[1:] == [b"setname"] and reply == OK:
                self.options = replace(self.options, client_name=request[2].decode("utf-8", "replace"))
            case b"reset":
                self._forget()
                self.options = replace(self.options, db=0, protocol=2, client_name=None)
            case b"monitor" if reply == OK:
                self._monitoring = True
            case b"subscribe" | b"psubscribe" | b"unsubscribe" | b"punsubscribe" if isinstance(reply, list):
                self._subscriptions[False] = reply[-1][2]
            case b"ssubscribe" | b"sunsubscribe" if isinstance(reply, list):
                self._subscriptions[True] = reply[-1][2]
            case b"multi":
                self.in_transaction = True
            case b"watch":
                self._watching = True
            case b"unwatch" if reply == OK:
                self._watching = False
            case b"exec" | b"discard":
                self.in_transaction = self._watching = False

    def _learn_error(self, request: Sequence[bytes], error: Error) -> None:
        if request[0].lower() == b"exec" and error.code == "EXECABORT":
            self.in_transaction = self._watching = False

    def _remember_hello(self, request: Sequence[bytes]) -> None:
        if len(request) > 1:
            self.options = replace(self.options, protocol=int(request[1]))
        for place, word in enumerate(request[2:-2], 2):
            if word.lower() == b"auth":
                self._remember_user(request[place + 1 : place + 3])

    def _remember_user(self, credentials: Sequence[bytes]) -> None:
        user = credentials[0] if len(credentials) == 2 else None
        self.options = replace(self.options, username=user, password=credentials[-1])


def place_of(options: Options) -> str:
    """Where a server is, as prompts and messages say it: `127.0.0.1:6379`, or the path of a socket."""
    if options.memory is not None:
        return f"memory://{options.memory}"
    return options.path or (f"[{options.host}]" if ":" in options.host else options.host) + f":{options.port}"
