"""The exchange: requests to bytes, bytes to waiters; one table or story for each thing it knows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from framewire import Bytes
from framewire.errors import EncodeError, ProtocolError
from framewire.frames.resp import Error, RespLimits, Simple
from framewire.redis.exchange.calls import BacklogFull, IntegrityError, Unpairable
from tests.redis.exchange.owner import Link, Waiter

Make = Callable[..., Link]

OK = Simple(b"OK")
QUEUED = Simple(b"QUEUED")
BIG = bytes(16 * 1024)


def wire(*request: bytes) -> bytes:
    return b"*%d\r\n" % len(request) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in request)


# -- one reply for one request ----------------------------------------------------------------------------------------

REPLIES = [
    (b"+OK\r\n", OK),
    (b":12\r\n", 12),
    (b"$3\r\nabc\r\n", b"abc"),
    (b"$-1\r\n", None),
    (b"_\r\n", None),
    (b"*2\r\n-ERR a\r\n:1\r\n", [Error(b"ERR a"), 1]),
    (b"%1\r\n+a\r\n:1\r\n", {Simple(b"a"): 1}),
    (b"$5\r\nhello\r\n", b"hello"),
    (b"*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nb\r\n", [b"message", b"a", b"b"]),  # nobody has subscribed
    (b'+1690000000.123456 [0 127.0.0.1:50000] "get"\r\n', Simple(b'1690000000.123456 [0 127.0.0.1:50000] "get"')),
]


@pytest.mark.parametrize(("data", "reply"), REPLIES)
def test_a_reply_goes_to_who_waits_for_it(link: Make, data: bytes, reply: object) -> None:
    for pieces in ([data], [data[i : i + 1] for i in range(len(data))]):
        owner = link()
        first, second = owner.ask(b"GET", "k"), owner.ask("GET", 1)
        assert owner.written() == wire(b"GET", b"k") + wire(b"GET", b"1")
        for piece in pieces:
            assert not first.done()
            owner.exchange.feed(piece)
        assert first.result == reply and not second.done()
        assert owner.exchange.unanswered == 1 and owner.exchange.received == len(data)
        assert not (owner.pushes or owner.breaks or owner.refusals)


def test_call_returns_a_waiter_of_the_owners(link: Make) -> None:
    owner = link()
    waiter = owner.exchange.call((b"GET", b"k"))
    assert type(waiter) is Waiter
    owner.answer(b"$1\r\nx\r\n")
    assert waiter.result == b"x"


def test_what_shape_makes_of_a_reply_is_what_the_waiter_gets(link: Make) -> None:
    owner = link()
    good, bad = owner.ask(b"GET", b"k", shape=len), owner.ask(b"GET", b"k", shape=len)
    owner.answer(b"$3\r\nabc\r\n:1\r\n")
    assert good.result == 3 and type(bad.result) is TypeError
    assert not owner.breaks


def test_what_a_future_does_not_take_comes_as_what_a_generator_makes_of_it(link: Make) -> None:
    """Or it would end the link of all."""
    owner = link()
    waiter = owner.ask(b"GET", b"k", shape=lambda reply: next(iter(())))
    owner.answer(b":1\r\n")
    assert type(waiter.result) is RuntimeError and type(waiter.result.__cause__) is StopIteration


def test_an_error_is_for_the_owner_to_decide(link: Make) -> None:
    owner = link()
    owner.time = 7.0
    waiter = owner.ask(b"GET", b"k", shape=len, timeout=5.0)
    owner.exchange.send((b"SET", b"k", b"v"))  # nobody waits: nobody is told
    owner.answer(b"-MOVED 1 h:1\r\n-ERR\r\n")
    ((call, error),) = owner.refusals
    assert error == Error(b"MOVED 1 h:1") and waiter.result is error
    assert call.requests == ((b"GET", b"k"),) and call.waiter is waiter and call.shape is len
    assert (call.batch, call.written, call.replies, call.began, call.deadline) == (False, True, [], 7.0, 12.0)


def test_without_a_waiter_a_reply_is_swallowed(link: Make) -> None:
    owner = link()
    owner.exchange.send((b"SET", b"k", b"v"))
    waiter = owner.ask(b"GET", b"k")
    owner.answer(b"+OK\r\n$1\r\nv\r\n")
    assert waiter.result == b"v"


def test_a_waiter_that_has_gone_swallows_its_reply(link: Make) -> None:
    owner = link()
    waiters = [owner.ask(b"GET", b"k") for _ in range(3)]
    waiters[1].cancel()
    owner.answer(b":1\r\n-ERR\r\n:3\r\n")
    assert [waiter.results for waiter in waiters] == [[1], [], [3]]
    assert not owner.refusals


@pytest.mark.parametrize("request_", [(), (b"GET", None), (b"GET", True), "GET", 5, (b"GET", object()), ("\ud800",)])
def test_what_has_no_wire_form_leaves_nothing_behind(link: Make, request_: Any) -> None:
    for opened in (True, False):
        owner = link(opened=opened)
        owner.exchange.send((b"A",))
        with pytest.raises(EncodeError):
            owner.exchange.send(request_, Waiter(), None, 1.0)
        with pytest.raises(EncodeError):
            owner.exchange.send_batch([(b"B",), request_])
        owner.exchange.open()
        assert owner.written() == wire(b"A") and owner.exchange.unanswered == 1
        assert owner.exchange.queued == owner.exchange.queued_bytes == 0 and owner.exchange.expire(9.0) == []


# -- batches ----------------------------------------------------------------------------------------------------------


def test_a_batch_is_one_slot_with_all_its_replies(link: Make) -> None:
    owner = link(max_requests=1)
    waiter = owner.ask_batch((b"SET", b"k", b"v"), ("GET", "k"), [b"LPOP", b"k"])
    assert owner.exchange.unanswered == 1
    owner.answer(b"+OK\r\n$1\r\nv\r\n")
    assert not waiter.done()
    owner.exchange.feed(b"-WRONGTYPE\r\n")
    assert waiter.result == [OK, b"v", Error(b"WRONGTYPE")] and owner.exchange.unanswered == 0
    assert not owner.refusals


def test_a_batch_may_be_a_transaction(link: Make) -> None:
    owner = link()
    waiter = owner.ask_batch((b"MULTI",), (b"GET", b"k"), (b"EXEC",))
    owner.answer(b"+OK\r\n+QUEUED\r\n*1\r\n$1\r\nv\r\n")
    assert waiter.result == [OK, QUEUED, [b"v"]]


def test_an_empty_batch_is_none(link: Make) -> None:
    with pytest.raises(ValueError, match="a batch needs a request"):
        link().exchange.send_batch([])


@pytest.mark.parametrize(
    "request_",
    [(b"SUBSCRIBE", b"a"), ("sunsubscribe",), (b"HELLO", 3), (b"RESET",), (b"MONITOR",), (b"CLIENT", "reply", b"off")],
)
def test_what_changes_the_link_cannot_stand_in_a_batch(link: Make, request_: Any) -> None:
    owner = link()
    with pytest.raises(Unpairable, match="in a batch: its replies, or those behind it, could not be told apart"):
        owner.exchange.send_batch([(b"GET", b"k"), request_])
    assert not owner.written() and owner.exchange.unanswered == 0


# -- the wire, and the backlog ----------------------------------------------------------------------------------------


def test_it_begins_closed_and_only_what_is_urgent_passes(link: Make) -> None:
    owner = link(opened=False)
    first, second = owner.ask(b"A"), owner.ask(b"B")
    hello = owner.ask(b"HELLO", 3, urgent=True)
    assert owner.written() == wire(b"HELLO", b"3")
    assert (owner.exchange.unanswered, owner.exchange.queued, owner.exchange.queued_bytes) == (1, 2, 22)
    owner.exchange.feed(b"%0\r\n")
    assert hello.result == {} and owner.exchange.protocol == 3
    owner.exchange.open()
    assert owner.written() == wire(b"A") + wire(b"B")
    owner.exchange.feed(b":1\r\n:2\r\n")
    assert (first.result, second.result) == (1, 2)


def test_no_more_requests_are_on_the_wire_than_may_be(link: Make) -> None:
    owner = link(max_requests=2)
    waiters = [owner.ask(b"%d" % i) for i in range(5)]
    assert owner.written() == wire(b"0") + wire(b"1") and owner.exchange.queued == 3
    owner.exchange.feed(b":0\r\n")
    assert owner.written() == wire(b"2")
    owner.exchange.feed(b":1\r\n:2\r\n")
    assert owner.written() == wire(b"3") + wire(b"4") and owner.exchange.queued_bytes == 0
    owner.exchange.feed(b":3\r\n:4\r\n")
    assert [waiter.result for waiter in waiters] == [0, 1, 2, 3, 4]


def test_no_more_bytes_are_on_the_wire_than_may_be_but_for_the_last_request(link: Make) -> None:
    owner = link(max_bytes=12)
    for name in (b"A", b"B", b"C"):
        owner.ask(name)
    assert owner.written() == wire(b"A") + wire(b"B")
    owner.exchange.feed(b":1\r\n")
    assert owner.written() == wire(b"C")


def test_a_paused_link_takes_nothing_more(link: Make) -> None:
    owner = link()
    owner.ask(b"A")
    owner.exchange.pause()
    owner.ask(b"B")
    assert owner.written() == wire(b"A")
    owner.exchange.feed(b":1\r\n")
    assert not owner.written()
    owner.exchange.resume()
    assert owner.written() == wire(b"B")


def test_what_waits_longer_than_the_wire_has_room_is_refused(link: Make) -> None:
    owner = link(opened=False, max_queued=22)
    first = owner.ask(b"A")
    owner.ask(b"B")
    with pytest.raises(BacklogFull, match="22 bytes wait to be sent already, 11 more would pass the limit of 22") as e:
        owner.ask(b"C")
    assert (e.value.queued, e.value.size, e.value.limit) == (22, 11, 22)
    first.cancel()
    owner.exchange.take()
    owner.time = 1.0
    owner.ask(b"D")  # what nobody waits for makes room
    owner.exchange.open()
    assert owner.written() == wire(b"B") + wire(b"D")


def test_without_a_backlog_what_cannot_leave_is_refused(link: Make) -> None:
    owner = link(max_queued=0, max_requests=1)
    owner.ask(b"A")
    with pytest.raises(BacklogFull):
        owner.ask(b"B")


def test_without_a_backlog_calls_wait_for_the_link_all_the_same(link: Make) -> None:
    owner = link(opened=False, max_queued=0, max_requests=1)
    owner.ask(b"A")
    owner.ask(b"B")
    owner.exchange.open()
    assert owner.written() == wire(b"A")
    with pytest.raises(BacklogFull, match="11 bytes wait to be sent already, 11 more would pass the limit of 0"):
        owner.ask(b"C")


def test_the_first_that_waits_may_be_larger_than_what_may_wait(link: Make) -> None:
    owner = link(opened=False, max_queued=22)
    owner.ask(b"LONG", b"x" * 100)
    with pytest.raises(BacklogFull):
        owner.ask(b"A")
    owner.exchange.open()
    assert owner.written() == wire(b"LONG", b"x" * 100)


def test_what_nobody_waits_for_any_more_is_never_sent(link: Make) -> None:
    owner = link(opened=False)
    waiters = [owner.ask(name) for name in (b"A", b"B", b"C")]
    owner.exchange.send((b"D",))
    waiters[1].cancel()
    owner.exchange.open()
    assert owner.written() == wire(b"A") + wire(b"C") + wire(b"D")
    owner.exchange.feed(b":1\r\n:3\r\n:4\r\n")
    assert waiters[2].result == 3


def test_the_owner_is_woken_once_for_each_time_it_takes(link: Make) -> None:
    owner = link()
    owner.ask(b"A")
    owner.ask(b"B")
    assert owner.wakes == 1 and owner.exchange.pending == 22
    owner.exchange.take()
    owner.time = 5.0
    owner.ask(b"C")
    assert owner.wakes == 2 and owner.exchange.now == 5.0 and owner.exchange.take() == [wire(b"C")]
    assert owner.exchange.take() == [] and owner.exchange.pending == 0


def test_the_owner_may_refuse_to_be_woken(link: Make) -> None:
    class WrongThread(Exception):
        pass

    def refuse() -> float:
        raise WrongThread

    owner = link()
    wake, owner.wake = owner.wake, refuse  # type: ignore[method-assign]
    for _ in range(2):
        with pytest.raises(WrongThread):
            owner.ask(b"A")
    owner.wake = wake  # type: ignore[method-assign]
    assert owner.exchange.unanswered == 0 and not owner.written()
    owner.ask(b"B")
    assert owner.wakes == 1 and owner.written() == wire(b"B")


def test_large_payloads_are_not_copied(link: Make) -> None:
    shared = Bytes(BIG)
    for opened in (True, False):
        owner = link(opened=opened)
        owner.ask(b"SET", b"k", BIG)
        owner.ask(b"SET", b"k", shared)
        owner.exchange.open()
        segments = owner.exchange.take()
        assert b"".join(segments) == 2 * wire(b"SET", b"k", BIG)
        assert segments[1] is BIG and type(segments[3]) is memoryview
        assert segments[3].obj is shared.view().obj


def test_a_large_reply_arrives_in_pieces(link: Make) -> None:
    owner = link()
    payload, waiter = bytes(300_000), owner.ask(b"GET", b"k")
    owner.answer(b"$300000\r\n" + payload[:100])
    assert owner.exchange.receiving and not waiter.done()
    owner.exchange.feed(payload[100:] + b"\r\n")
    assert waiter.result == payload and not owner.exchange.receiving


def test_room_for_a_read_is_lent_and_filled(link: Make) -> None:
    owner = link()
    waiter = owner.ask(b"GET", b"k")
    owner.exchange.take()
    room = owner.exchange.get_buffer(-1)
    room[:4] = b":12\r"
    owner.exchange.buffer_updated(4)
    assert owner.exchange.receiving
    owner.exchange.get_buffer(5)[:1] = b"\n"
    owner.exchange.buffer_updated(1)
    assert waiter.result == 12 and not owner.exchange.receiving


# -- pushes -----------------------------------------------------------------------------------------------------------


def test_pushes_stand_anywhere_and_shift_nothing(link: Make) -> None:
    owner = link()
    push = b">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n"
    waiters = [owner.ask(b"GET", b"k"), owner.ask(b"LRANGE", b"l", 0, -1)]
    owner.answer(push + b":1\r\n" + push + b"*2\r\n:1\r\n" + push + b":2\r\n" + push)
    assert [waiter.result for waiter in waiters] == [1, [1, 2]]
    assert owner.pushes == [[b"invalidate", [b"k"]]] * 4


def test_pushes_need_no_request(link: Make) -> None:
    owner = link()
    owner.exchange.feed(b">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n>0\r\n>1\r\n:1\r\n")
    assert owner.pushes == [[b"message", b"a", b"x"], [], [1]] and not owner.breaks


# -- the integrity mode -----------------------------------------------------------------------------------------------


def question(number: int) -> bytes:
    return wire(b"ECHO", b"framewire:%d" % number)


def answer(number: int) -> bytes:
    return b"$11\r\nframewire:%d\r\n" % number


def test_a_reply_is_handed_on_when_the_answer_behind_it_has_come(link: Make) -> None:
    owner = link(integrity=True)
    first, second = owner.ask(b"GET", b"k"), owner.ask(b"GET", b"l")
    assert owner.written() == wire(b"GET", b"k") + question(1) + wire(b"GET", b"l") + question(2)
    owner.exchange.feed(b":1\r\n")
    assert not first.done() and owner.exchange.unanswered == 2
    owner.exchange.feed(answer(1) + b"-ERR no\r\n" + answer(2))
    assert first.result == 1 and second.result == Error(b"ERR no") and owner.exchange.unanswered == 0


def test_a_shifted_reply_is_never_handed_on(link: Make) -> None:
    owner = link(integrity=True)
    first, second = owner.ask(b"GET", b"k"), owner.ask(b"GET", b"l")
    owner.answer(answer(1) + b":2\r\n")  # the first reply was lost
    (error,) = owner.breaks
    assert type(error) is IntegrityError
    assert str(error) == "2 came where b'framewire:1' was to come: replies are shifted"
    assert not (first.done() or second.done())
    assert [call.written for call in owner.exchange.lose()] == [True, True]


def test_a_busy_server_tells_nothing(link: Make) -> None:
    owner = link(integrity=True)
    waiter = owner.ask(b"GET", b"k")
    owner.answer(b"-BUSY Redis is busy\r\n-BUSY Redis is busy\r\n")
    assert waiter.result == Error(b"BUSY Redis is busy") and not owner.breaks


@pytest.mark.parametrize("opened", [True, False])
def test_integrity_asks_behind_each_request_of_a_batch_but_inside_multi(link: Make, opened: bool) -> None:
    owner = link(opened=opened, integrity=True)
    waiter = owner.ask_batch((b"A",), (b"MULTI",), (b"B",), (b"EXEC",), (b"AUTH", b"u", b"p"), (b"C",))
    owner.exchange.open()
    names = [wire(b"A"), question(1), wire(b"MULTI"), wire(b"B"), wire(b"EXEC"), question(2)]
    assert owner.written() == b"".join([*names, wire(b"AUTH", b"u", b"p"), wire(b"C"), question(3)])
    owner.exchange.feed(b":1\r\n" + answer(1) + b"+OK\r\n+QUEUED\r\n*1\r\n:2\r\n" + answer(2) + b"+OK\r\n-ERR\r\n")
    assert not waiter.done()
    owner.exchange.feed(answer(3))
    assert waiter.result == [1, OK, QUEUED, [2], OK, Error(b"ERR")]


def test_integrity_asks_nothing_where_it_could_not_be_answered(link: Make) -> None:
    owner = link(integrity=True)
    owner.ask(b"HELLO", 2, urgent=True)
    for request in [(b"AUTH", b"p"), (b"MULTI",), (b"GET", b"k"), (b"DISCARD",), (b"SUBSCRIBE", b"a"), (b"PING",)]:
        owner.ask(*request)
    asked = [b"HELLO", b"AUTH", b"MULTI", b"GET", b"DISCARD", b"ECHO", b"SUBSCRIBE", b"PING"]
    assert [part for part in owner.written().split(b"\r\n") if part.isalpha() and len(part) > 2] == asked
    owner.exchange.feed(b"*0\r\n+OK\r\n+OK\r\n+QUEUED\r\n+OK\r\n" + answer(1))
    assert owner.exchange.unanswered == 2 and not owner.breaks


# -- what a server must not send --------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"+OK\r\n", b"-ERR max number of clients reached\r\n", b"*1\r\n:1\r\n"])
def test_a_reply_that_nobody_asked_for_ends_the_link(link: Make, data: bytes) -> None:
    owner = link()
    waiter = owner.ask(b"GET", b"k")  # not written yet: this is no answer to it
    owner.exchange.feed(data)
    (error,) = owner.breaks
    assert isinstance(error, ProtocolError) and str(error).startswith("a reply that nobody asked for: ")
    assert not waiter.done() and [call.written for call in owner.exchange.lose()] == [False]


def test_garbage_ends_the_link_behind_what_was_good(link: Make) -> None:
    owner = link()
    waiters = [owner.ask(b"GET", b"k") for _ in range(3)]
    owner.answer(b":1\r\n:2\r\n?what\r\n:3\r\n")
    assert [waiter.results for waiter in waiters] == [[1], [2], []]
    (error,) = owner.breaks
    assert isinstance(error, ProtocolError)
    owner.exchange.feed(b":3\r\n" * 100_000)  # what comes then is forgotten
    assert len(owner.breaks) == 1 and not owner.exchange.receiving
    with pytest.raises(RuntimeError, match="the link is lost"):
        owner.ask(b"GET", b"k")
    assert len(owner.exchange.lose()) == 1


def test_limits_are_the_owners(link: Make) -> None:
    owner = link(limits=RespLimits(max_bulk=10))
    owner.ask(b"GET", b"k")
    owner.answer(b"$11\r\n")
    assert len(owner.breaks) == 1


# -- deadlines --------------------------------------------------------------------------------------------------------


def test_what_is_late_is_told_once_and_its_reply_swallowed(link: Make) -> None:
    owner = link()
    slow, quick, patient = (owner.ask(b"GET", timeout=timeout) for timeout in (3.0, 1.0, None))
    owner.exchange.take()
    assert owner.exchange.expire(0.5) == []
    (call,) = owner.exchange.expire(1.0)
    assert call.waiter is quick and call.written and (call.began, call.deadline) == (0.0, 1.0)
    (call,) = owner.exchange.expire(3.5)
    assert call.waiter is slow and owner.exchange.expire(99.0) == [] and owner.exchange.now == 99.0
    owner.exchange.feed(b":1\r\n:2\r\n:3\r\n")
    assert patient.result == 3 and not (slow.done() or quick.done())


def test_what_is_late_in_the_backlog_is_never_sent(link: Make) -> None:
    owner = link(opened=False)
    late, patient, gone = owner.ask(b"A", timeout=1.0), owner.ask(b"B", timeout=9.0), owner.ask(b"C", timeout=1.0)
    gone.cancel()
    (call,) = owner.exchange.expire(2.0)
    assert call.waiter is late and not call.written and owner.exchange.queued_bytes == 11
    owner.exchange.open()
    assert owner.written() == wire(b"B") and not patient.done()


def test_what_is_about_to_leave_may_have_left(link: Make) -> None:
    """Its bytes cannot be taken back, so nobody may think that it was not executed."""
    owner = link()
    owner.ask(b"A", timeout=0.0)
    (call,) = owner.exchange.expire(0.0)
    assert call.written and owner.written() == wire(b"A")
    owner.exchange.feed(b":1\r\n")
    assert not owner.breaks


def test_who_waits_in_the_backlog_does_not_make_the_server_look_silent(link: Make) -> None:
    owner = link(opened=False)
    assert owner.exchange.oldest == math.inf
    owner.ask(b"A", timeout=60.0)
    owner.exchange.take()
    owner.time = 20.0
    owner.exchange.open()
    assert owner.exchange.oldest == 20.0
    (call,) = owner.exchange.lose()
    assert call.began == 0.0 and call.deadline == 60.0


def test_looking_for_what_is_late_costs_nothing_while_nothing_is(link: Make) -> None:
    owner = link()
    waiters = [owner.ask(b"A", timeout=10.0) for _ in range(100)]
    owner.exchange.take()
    for waiter in waiters:
        waiter.done = None  # type: ignore[assignment, method-assign]  # nobody looks at it
    assert owner.exchange.expire(9.999) == []


# -- the end ----------------------------------------------------------------------------------------------------------


def test_a_lost_link_tells_of_each_that_waits_and_what_became_of_it(link: Make) -> None:
    owner = link(max_requests=4)
    written, batch = owner.ask(b"A"), owner.ask_batch((b"B",), (b"C",))
    gone = owner.ask(b"D")
    owner.answer(b":1\r\n:2\r\n")
    assert written.result == 1
    unwritten, nobody = owner.ask(b"E", shape=len), owner.exchange.send((b"F",))
    queued, forgotten = owner.ask(b"G"), owner.ask(b"H")
    gone.cancel()
    forgotten.cancel()
    calls = owner.exchange.lose()
    assert [call.waiter for call in calls] == [batch, unwritten, nobody, queued]
    assert [call.written for call in calls] == [True, False, False, False]
    assert [call.batch for call in calls] == [True, False, False, False]
    assert calls[0].replies == [2] and calls[1].shape is len
    exchange = owner.exchange
    assert exchange.unanswered == exchange.queued == exchange.queued_bytes == exchange.pending == 0
    assert exchange.oldest == math.inf and exchange.lose() == [] and exchange.take() == []
    with pytest.raises(RuntimeError, match="the link is lost: this exchange takes no more requests"):
        owner.ask(b"A")
    exchange.feed(b":1\r\n")
    exchange.open()
    assert not owner.breaks


# -- owners and waiters that ask from inside --------------------------------------------------------------------------


def test_waiters_may_ask_again_from_inside(link: Make) -> None:
    owner = link(max_requests=2)
    asked: list[Waiter] = []
    waiter = Waiter(lambda: asked.append(owner.ask(b"C")))
    owner.exchange.send((b"A",), waiter)
    owner.ask(b"B")
    queued = owner.ask(b"Q")
    owner.answer(b":1\r\n")
    assert owner.written() == wire(b"Q")  # it was there before
    owner.exchange.feed(b":2\r\n:3\r\n")
    assert owner.written() == wire(b"C") and queued.result == 3
    owner.exchange.feed(b":4\r\n")
    assert asked[0].result == 4


def test_the_owner_may_ask_from_inside_a_push(link: Make) -> None:
    owner = link()
    owner.on_push = lambda: owner.exchange.send((b"PING",))
    owner.exchange.feed(b">1\r\n:1\r\n>1\r\n:2\r\n")
    assert owner.written() == 2 * wire(b"PING")


@pytest.mark.parametrize("where", ["push", "waiter"])
def test_a_link_may_be_given_up_from_inside(link: Make, where: str) -> None:
    owner = link()
    calls: list[Any] = []
    give_up = lambda: calls.extend(owner.exchange.lose())  # noqa: E731
    owner.on_push = give_up
    owner.exchange.send((b"A",), Waiter(give_up if where == "waiter" else None))
    last = owner.ask(b"B")
    owner.answer((b">1\r\n:1\r\n" if where == "push" else b"") + b":1\r\n:2\r\n:3\r\n")
    assert [call.requests[0] for call in calls] == ([(b"A",), (b"B",)] if where == "push" else [(b"B",)])
    assert not last.done() and not owner.breaks


def test_nothing_is_received_from_inside(link: Make) -> None:
    owner = link()
    errors: list[Exception] = []

    def feed() -> None:
        try:
            owner.exchange.feed(b":1\r\n")
        except RuntimeError as error:
            errors.append(error)

    owner.on_push = feed
    waiter = owner.ask(b"A")
    owner.answer(b">1\r\n:1\r\n:7\r\n")
    assert waiter.result == 7
    assert str(errors[0]) == "this exchange receives already: not from inside its callbacks"


@pytest.mark.parametrize("raised", [KeyError, KeyboardInterrupt])
def test_what_a_callback_raises_is_seen_and_ends_the_link(link: Make, raised: type[BaseException]) -> None:
    def fail() -> None:
        raise raised("mine")

    owner = link()
    owner.exchange.send((b"A",), Waiter(fail))
    second = owner.ask(b"B")
    with pytest.raises(raised, match="mine"):
        owner.answer(b":1\r\n:2\r\n")
    owner.exchange.feed(b":3\r\n")
    assert not second.done() and [call.waiter for call in owner.exchange.lose()] == [second]
