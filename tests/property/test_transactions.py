"""Whatever happens to transactions in whatever order: what must never happen, doesn't."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from sip.message import Request, Response, parse_message
from sip.transaction import ClientTransaction, State, TransactionLayer
from tests.support.fake_flow import FakeFlow
from tests.support.manual_time import ManualTime
from tests.support.sip_messages import message
from tests.support.transaction_users import ClientRecord, ServerRecord, UserRecord, layer_with

STATUSES = st.sampled_from([100, 180, 183, 200, 202, 302, 404, 487, 503, 603])
SECONDS = st.sampled_from([0.0, 0.1, 0.5, 1.0, 4.0, 5.0, 31.9, 32.0, 64.0])
METHODS = st.sampled_from([b"INVITE", b"OPTIONS"])
TRANSPORTS = st.sampled_from([b"UDP", b"TCP"])


@dataclass(frozen=True)
class Event:
    """Something that happens: its name, and a status or seconds where it has some."""

    name: str
    value: float = 0


SERVER_EVENTS = (
    STATUSES.map(lambda status: Event("respond", status))
    | SECONDS.map(lambda seconds: Event("wait", seconds))
    | st.sampled_from(["again", "ack", "cancel", "release", "fail", "mend"]).map(Event)
)
CLIENT_EVENTS = (
    STATUSES.map(lambda status: Event("respond", status))
    | SECONDS.map(lambda seconds: Event("wait", seconds))
    | st.sampled_from(["cancel", "lose", "fail", "mend"]).map(Event)
)


def received(method: bytes) -> Request:
    parsed = parse_message(
        message(
            method + b" sip:service@192.0.2.99 SIP/2.0",
            b"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-one",
            b"From: <sip:caller@example.com>;tag=theirs",
            b"To: <sip:service@example.com>",
            b"Call-ID: call@example",
            b"CSeq: 1 " + method,
            b"Content-Length: 0",
        )
    )
    assert isinstance(parsed, Request)
    return parsed


class ServerSide:
    """One server transaction, its client, and its user."""

    def __init__(self, method: bytes, transport: bytes) -> None:
        self.method = method
        self.time = ManualTime()
        self.user = UserRecord()
        self.server = ServerRecord()
        self.layer = layer_with(self.user, self.time)
        self.flow = FakeFlow(transport)
        self.layer.receive_request(received(method), self.flow)
        self.transaction = self.user.transactions[0]
        if method == b"INVITE":
            self.user.invite.user = self.server

    def do(self, event: Event) -> None:
        """Let `event` happen."""
        deeds: dict[str, Callable[[], None]] = {
            "respond": lambda: self.transaction.respond(int(event.value), to_tag=b"t"),
            "wait": lambda: self.time.advance(event.value),
            "again": lambda: self.layer.receive_request(received(self.method), self.flow),
            "ack": lambda: self.layer.receive_request(received(b"ACK"), self.flow),
            "cancel": lambda: self.layer.receive_request(received(b"CANCEL"), self.flow),
            "release": self._release,
            "fail": lambda: setattr(self.flow, "fails", True),
            "mend": lambda: setattr(self.flow, "fails", False),
        }
        deeds[event.name]()

    def _release(self) -> None:
        if self.method == b"INVITE" and self.transaction.state == State.ACCEPTED:
            self.user.invite.release()

    def finals(self) -> list[int]:
        """The final responses to the request itself that were sent."""
        return [
            response.status
            for response in self.flow.responses()
            if response.status >= 200 and response.method == self.method
        ]


@settings(max_examples=300, deadline=None)
@given(method=METHODS, transport=TRANSPORTS, events=st.lists(SERVER_EVENTS, max_size=25))
def test_a_server_gives_one_kind_of_final_response_and_ends(
    method: bytes, transport: bytes, events: list[Event]
) -> None:
    side = ServerSide(method, transport)

    for event in events:
        was_over, sent = side.transaction.state == State.TERMINATED, len(side.flow.sent)
        side.do(event)
        if len(side.user.transactions) > 1:
            break  # the request came again when its transaction was over: another story
        finals = side.finals()
        assert len({"2xx" if status < 300 else status for status in finals}) <= 1
        if was_over and event.name != "cancel":
            assert len(side.flow.sent) == sent

    for transaction in side.user.transactions:
        transaction.respond(500, to_tag=b"t")  # what has no answer by now
    side.time.run_out()
    assert side.server.timeouts <= 1
    assert side.layer.servers == {}
    assert len(side.time.deadlines) == 0


class ClientSide:
    """One client transaction, its server, and its user."""

    def __init__(self, method: bytes, transport: bytes) -> None:
        self.time = ManualTime()
        self.client = ClientRecord()
        self.layer: TransactionLayer = layer_with(UserRecord(), self.time)
        self.flow = FakeFlow(transport)
        branch = self.layer.branches.new()
        self.request = Request.build(
            method,
            b"sip:agent@192.0.2.1",
            via=b"SIP/2.0/UDP 192.0.2.99;branch=" + branch,
            from_value=b"<sip:us@example.com>;tag=ours",
            to_value=b"<sip:agent@example.com>",
            call_id=b"ours@example",
            cseq=1,
        )
        self.transaction: ClientTransaction = self.layer.send_request(
            self.request, self.flow, self.client
        )

    def do(self, event: Event) -> None:
        """Let `event` happen."""
        deeds: dict[str, Callable[[], None]] = {
            "respond": lambda: self.layer.receive_response(
                Response.build(self.request, int(event.value), to_tag=b"t"), self.flow
            ),
            "wait": lambda: self.time.advance(event.value),
            "cancel": self.transaction.cancel,
            "lose": self.flow.lose,
            "fail": lambda: setattr(self.flow, "fails", True),
            "mend": lambda: setattr(self.flow, "fails", not self.flow.is_open),
        }
        deeds[event.name]()

    def ends(self) -> list[int | str]:
        """What the user was told of the end: a final response, a timeout, a lost flow."""
        return [told for told in self.client.told if isinstance(told, str) or told >= 200]


@settings(max_examples=300, deadline=None)
@given(method=METHODS, transport=TRANSPORTS, events=st.lists(CLIENT_EVENTS, max_size=25))
def test_a_client_tells_its_user_of_one_end_and_says_nothing_after_its_own(
    method: bytes, transport: bytes, events: list[Event]
) -> None:
    side = ClientSide(method, transport)

    for event in events:
        was_over = side.transaction.state == State.TERMINATED
        sent, told = len(side.flow.sent), len(side.client.told)
        side.do(event)
        ends = side.ends()
        assert len({"2xx" if isinstance(e, int) and e < 300 else e for e in ends}) <= 1
        if method != b"INVITE" or (ends and not str(ends[0]).startswith("2")):
            assert len(ends) <= 1
        if was_over:
            assert len(side.client.told) == told
            # Its CANCEL is a transaction of its own, and may still be repeated.
            assert set(side.flow.methods()[sent:]) <= {b"CANCEL"}

    side.transaction.cancel()  # a call that rings would ring for ever
    side.time.run_out()
    if side.transaction.state == State.PROCEEDING:
        assert side.request.method == b"INVITE"
        side.do(Event("respond", 487))
        side.time.run_out()
    assert len(side.ends()) >= 1
    assert side.flow.methods().count(b"INVITE") <= 7
    assert side.layer.clients == {}
    assert len(side.time.deadlines) == 0
    assert not side.flow.is_watched
