"""How a method is defined once and has exact types on asyncio clients, on blocking ones, and in pipelines.

What belongs here: `command`, the decorator of all definitions, and what it tells type checkers. At run time it returns
the function as it is: a definition builds the request, and gives it to `self._run`, which sends and returns what its
class returns: a future, the result, or a place in a pipeline.

    class Strings(Runs[S]):
        @command
        def get(self, name: Key) -> Reply[S | None]:
            return self._run((b"GET", name))

`S` is what strings of the server are: `bytes`, or `str` in text views. Where the type of a reply depends on an
argument, `signature` writes down each form and `either` binds them to the one that does the work:

        @signature
        def _lpop(self, name: Key) -> Reply[S | None]: raise NotImplementedError
        @signature
        def _lpop_many(self, name: Key, count: int) -> Reply[list[S] | None]: raise NotImplementedError
        @either(_lpop, _lpop_many)
        def lpop(self, name: Key, count: int | None = None) -> Reply[Any]:
            ...

A flag that makes the difference is `Literal[False] = False` in one form and `Literal[True]`, by keyword, in the other.
"""

from __future__ import annotations

from asyncio import Future
from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, cast, overload

__all__ = ["Asyncio", "Command", "Either", "Future", "OneOfThree", "Pending", "Queued", "Reply", "Runs", "S", "Threads",
           "command", "either", "signature"]  # fmt: skip

P = ParamSpec("P")
P2 = ParamSpec("P2")
P3 = ParamSpec("P3")
T = TypeVar("T")
T2 = TypeVar("T2")
T3 = TypeVar("T3")
T_co = TypeVar("T_co", covariant=True)
T2_co = TypeVar("T2_co", covariant=True)
T3_co = TypeVar("T3_co", covariant=True)
S = TypeVar("S", bytes, str)


class Reply(Generic[T_co]):
    """For type checkers: what `_run` returns, whatever that is on the class at hand. There are no instances."""


class Pending(Protocol[T_co]):
    """The place of a command in a pipeline, which knows its result once the pipeline was executed."""

    def result(self) -> T_co:
        """The result. Raises the command's error, and `RuntimeError` before the pipeline was executed."""


class Runs(Generic[S]):
    """What a definition may use: it is run by whoever inherits it."""

    def _run(self, request: tuple[Any, ...], shape: Callable[[Any], T] | None = None) -> Reply[Any]:
        """Send `request`, whose name is bytes in capitals, and make of its reply what `shape` says.

        Without a shape the reply is taken as it is: bulks, numbers, and lists of them.
        """
        raise NotImplementedError

    def _run_raw(self, request: tuple[Any, ...], shape: Callable[[Any], T] | None = None) -> Reply[Any]:
        """As `_run`, but bytes stay bytes in text views too."""
        raise NotImplementedError

    def _run_blocking(
        self, request: tuple[Any, ...], shape: Callable[[Any], T] | None, seconds: float | None
    ) -> Reply[Any]:
        """As `_run`, on a link of its own: the server may take `seconds` to answer, for ever with 0 or `None`."""
        raise NotImplementedError

    def _run_here(
        self, request: tuple[Any, ...], shape: Callable[[Any], T] | None, seconds: float | None
    ) -> Reply[Any]:
        """As `_run_blocking`, but the answer is about what this very link did before: WAIT.

        On a link that has written nothing, WAIT tells that all replicas have all of it. So a client whose calls do not
        know which link they go by should refuse it; a dedicated link and a pipeline run it where they are.
        """
        return self._run_blocking(request, shape, seconds)


class Asyncio:
    """Whose methods return futures."""


class Threads:
    """Whose methods return results."""


class Queued:
    """Whose methods return a `Pending`."""


class Command(Generic[P, T_co]):
    """For type checkers: a method that was defined with `command`."""

    @overload
    def __get__(self, instance: Asyncio, owner: Any = None) -> Callable[P, Future[T_co]]: ...
    @overload
    def __get__(self, instance: Threads, owner: Any = None) -> Callable[P, T_co]: ...
    @overload
    def __get__(self, instance: Queued, owner: Any = None) -> Callable[P, Pending[T_co]]: ...
    @overload
    def __get__(self, instance: Runs[Any], owner: Any = None) -> Callable[P, Reply[T_co]]: ...
    def __get__(self, instance: Any, owner: Any = None) -> Any:
        raise NotImplementedError


def command(function: Callable[Concatenate[Any, P], Reply[T_co]]) -> Command[P, T_co]:
    """Define a method; see above."""
    return cast("Command[P, T_co]", function)


# -- methods whose reply depends on their arguments -------------------------------------------------------------------


class Signature(Generic[P, T_co]):
    """For type checkers: one form of such a method."""


class _AsyncioEither(Protocol[P, T, P2, T2]):
    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Future[T]: ...
    @overload
    def __call__(self, *args: P2.args, **kwargs: P2.kwargs) -> Future[T2]: ...


class _ThreadsEither(Protocol[P, T_co, P2, T2_co]):
    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T_co: ...
    @overload
    def __call__(self, *args: P2.args, **kwargs: P2.kwargs) -> T2_co: ...


class _QueuedEither(Protocol[P, T_co, P2, T2_co]):
    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Pending[T_co]: ...
    @overload
    def __call__(self, *args: P2.args, **kwargs: P2.kwargs) -> Pending[T2_co]: ...


class Either(Generic[P, T_co, P2, T2_co]):
    """For type checkers: a method that was defined with `either`."""

    @overload
    def __get__(self, instance: Asyncio, owner: Any = None) -> _AsyncioEither[P, T_co, P2, T2_co]: ...
    @overload
    def __get__(self, instance: Threads, owner: Any = None) -> _ThreadsEither[P, T_co, P2, T2_co]: ...
    @overload
    def __get__(self, instance: Queued, owner: Any = None) -> _QueuedEither[P, T_co, P2, T2_co]: ...
    def __get__(self, instance: Any, owner: Any = None) -> Any:
        raise NotImplementedError


class _AsyncioOneOfThree(Protocol[P, T, P2, T2, P3, T3]):
    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Future[T]: ...
    @overload
    def __call__(self, *args: P2.args, **kwargs: P2.kwargs) -> Future[T2]: ...
    @overload
    def __call__(self, *args: P3.args, **kwargs: P3.kwargs) -> Future[T3]: ...


class _ThreadsOneOfThree(Protocol[P, T_co, P2, T2_co, P3, T3_co]):
    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T_co: ...
    @overload
    def __call__(self, *args: P2.args, **kwargs: P2.kwargs) -> T2_co: ...
    @overload
    def __call__(self, *args: P3.args, **kwargs: P3.kwargs) -> T3_co: ...


class _QueuedOneOfThree(Protocol[P, T_co, P2, T2_co, P3, T3_co]):
    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Pending[T_co]: ...
    @overload
    def __call__(self, *args: P2.args, **kwargs: P2.kwargs) -> Pending[T2_co]: ...
    @overload
    def __call__(self, *args: P3.args, **kwargs: P3.kwargs) -> Pending[T3_co]: ...


class OneOfThree(Generic[P, T_co, P2, T2_co, P3, T3_co]):
    """For type checkers: a method that was defined with `either` and three forms."""

    @overload
    def __get__(self, instance: Asyncio, owner: Any = None) -> _AsyncioOneOfThree[P, T_co, P2, T2_co, P3, T3_co]: ...
    @overload
    def __get__(self, instance: Threads, owner: Any = None) -> _ThreadsOneOfThree[P, T_co, P2, T2_co, P3, T3_co]: ...
    @overload
    def __get__(self, instance: Queued, owner: Any = None) -> _QueuedOneOfThree[P, T_co, P2, T2_co, P3, T3_co]: ...
    def __get__(self, instance: Any, owner: Any = None) -> Any:
        raise NotImplementedError


def signature(function: Callable[Concatenate[Any, P], Reply[T_co]]) -> Signature[P, T_co]:
    """One form of a method: what it takes then, and what it returns. It is never called."""
    return cast("Signature[P, T_co]", function)


@overload
def either(
    first: Signature[P, T_co], second: Signature[P2, T2_co], /
) -> Callable[[Callable[..., Reply[Any]]], Either[P, T_co, P2, T2_co]]: ...
@overload
def either(
    first: Signature[P, T_co], second: Signature[P2, T2_co], third: Signature[P3, T3_co], /
) -> Callable[[Callable[..., Reply[Any]]], OneOfThree[P, T_co, P2, T2_co, P3, T3_co]]: ...
def either(*forms: Signature[..., Any]) -> Callable[[Callable[..., Reply[Any]]], Any]:
    """Define a method that has two forms, or three; checkers try them in this order."""
    return _same


def _same(function: Callable[..., Reply[Any]]) -> Callable[..., Reply[Any]]:
    return function
