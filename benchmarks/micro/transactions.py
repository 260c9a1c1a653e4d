"""The transaction layer, without a socket: the clock is told, the flow leads nowhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmarks.micro.corpus import sipp_call
from benchmarks.micro.timing import Work

if TYPE_CHECKING:
    from sip.message import Request, Response
    from sip.transaction import ServerTransaction
    from sip.transport.flow import Flow

_CALLS = 256
# Few enough to stay in a core's own cache, which neighbours don't share.
_OTHERS = 2_000
_LONGER_THAN_ANY_TIMER = 100.0


class Nowhere:
    """A datagram flow that takes everything."""

    transport = b"UDP"
    reliable = False
    remote = ("127.0.0.1", 5070)
    name = b"127.0.0.1:5070"
    local = ("127.0.0.1", 5060)
    is_open = True
    is_listening = True

    def send(self, data: bytes) -> bool:
        """Take `data` nowhere."""
        return True

    def watch(self, watcher: object, on_lost: Callable[[], None]) -> None:
        """Nothing is ever lost."""

    def unwatch(self, watcher: object) -> None:
        """Nothing is watched."""


class AnswersEverything:
    """A transaction user that rings and answers."""

    def on_request(self, transaction: ServerTransaction, request: Request) -> None:
        """180 and 200 for an INVITE, 200 for anything else."""
        if request.method == b"INVITE":
            transaction.respond(180, to_tag=b"a73k")
        transaction.respond(200, to_tag=b"a73k")

    def on_ack(self, request: Request, flow: Flow) -> None:
        """The call is up."""

    def on_stray_response(self, response: Response, flow: Flow) -> None:
        """There are none."""


def whole_calls() -> Work:
    """INVITE, ACK and BYE of calls, parsed before, until each transaction is forgotten."""
    from sip.deadlines import Deadlines
    from sip.timers import Timers
    from sip.transaction import TransactionLayer

    now = 0.0
    deadlines = Deadlines(lambda: now)
    layer = TransactionLayer(AnswersEverything(), deadlines, Timers())
    flow = Nowhere()
    requests = [request for number in range(1, _CALLS + 1) for request in _parsed(number)]

    def run() -> None:
        nonlocal now
        for request in requests:
            layer.receive_request(request, flow)
        now += _LONGER_THAN_ANY_TIMER
        while deadlines.run(now):
            pass

    return Work(run, _CALLS)


def found_among_many() -> Work:
    """A request that comes again, found by its key among many others, and answered again."""
    from sip.deadlines import Deadlines
    from sip.timers import Timers
    from sip.transaction import TransactionLayer

    layer = TransactionLayer(AnswersEverything(), Deadlines(lambda: 0.0), Timers())
    flow = Nowhere()
    byes = [_parsed(number)[2] for number in range(1, _OTHERS + 1)]
    for bye in byes:
        layer.receive_request(bye, flow)
    again = [_parsed(number)[2] for number in range(1, _CALLS + 1)]

    def run() -> None:
        for bye in again:
            layer.receive_request(bye, flow)

    return Work(run, len(again))


def _parsed(number: int) -> list[Request]:
    from sip.message import Request, parse_message

    messages = [parse_message(message) for message in sipp_call(number)]
    return [message for message in messages if isinstance(message, Request)]
