"""Callers and callees for tests of user agents, spoken to message by message or over sockets."""

from __future__ import annotations

from collections.abc import Callable

from sip.message import Request, Response, parse_message
from sip.session import Session
from sip.timers import Timers
from sip.user_agent import UserAgent
from tests.support.fake_flow import FakeFlow
from tests.support.sip_messages import SDP, message

__all__ = ["ANSWER", "Callee", "Line", "Log", "Wire"]

Take = Callable[[Session], None]
ANSWER = SDP.replace(b"6000", b"7000")


class Log:
    """What has happened to sessions, in order."""

    def __init__(self) -> None:
        self.entries: list[str] = []

    def hear(self, name: str, session: Session) -> None:
        """Note what `session`, called `name` here, goes through."""
        session.on_ringing = lambda _: self.entries.append(f"{name} ringing")
        session.on_answered = lambda _: self.entries.append(f"{name} answered")
        session.on_ended = lambda s: self.entries.append(f"{name} ended {s.status}")


class Callee:
    """A user agent that takes calls as the test says."""

    def __init__(self, log: Log) -> None:
        self.sessions: list[Session] = []
        self.take: Take = lambda session: session.accept(ANSWER)
        self._log = log
        self.agent = UserAgent(self._on_invite, user=b"callee", timers=Timers(t1=0.05))

    def _on_invite(self, session: Session) -> None:
        self.sessions.append(session)
        self._log.hear("callee", session)
        self.take(session)


class Wire:
    """A callee that is spoken to message by message, over a flow that is none."""

    def __init__(self, log: Log, timers: Timers) -> None:
        self.callee = Callee(log)
        self.callee.agent.close()
        self.callee.agent = UserAgent(self.callee._on_invite, user=b"callee", timers=timers)
        self.flow = FakeFlow(b"TCP")
        self._count = 0

    def receive(
        self, method: bytes, cseq: int, *, tag: bytes = b"", body: bytes = b"", branch: bytes = b""
    ) -> None:
        self._count += 1
        via = branch or b"z9hG4bK%d" % self._count
        request = parse_message(
            message(
                method + b" sip:callee@192.0.2.99 SIP/2.0",
                b"Via: SIP/2.0/TCP 192.0.2.1:5060;branch=" + via,
                b"From: <sip:caller@example.com>;tag=theirs",
                b"To: <sip:callee@example.com>" + (b";tag=" + tag if tag else b""),
                b"Call-ID: call@example",
                b"CSeq: %d %b" % (cseq, method),
                b"Contact: <sip:caller@192.0.2.1;transport=tcp>",
                b"Content-Length: %d" % len(body),
                body=body,
            )
        )
        assert isinstance(request, Request)
        self.callee.agent.endpoint.layer.receive_request(request, self.flow)

    @property
    def session(self) -> Session:
        return self.callee.sessions[0]

    @property
    def tag(self) -> bytes:
        """The callee's tag."""
        assert self.session.dialog is not None
        return self.session.dialog.local_tag

    def answer_call(self) -> None:
        """A call that stands."""
        self.receive(b"INVITE", 1, body=SDP)
        self.receive(b"ACK", 1, tag=self.tag)

    def last(self) -> Response:
        return self.flow.responses()[-1]


class Line:
    """A caller whose INVITE is answered message by message."""

    def __init__(self) -> None:
        self.agent = UserAgent(user=b"caller")
        self.flow = FakeFlow(b"TCP", ("127.0.0.1", 5999))
        self.agent.endpoint.tcp._by_remote[self.flow.remote] = self.flow  # type: ignore[assignment]
        self.session = self.agent.call(b"sip:callee@127.0.0.1:5999;transport=tcp", SDP)

    def respond(self, status: int, tag: bytes = b"theirs", **lines: bytes) -> None:
        invite = self.flow.requests()[0]
        headers = [(name.encode(), value) for name, value in lines.items()]
        response = Response.build(invite, status, to_tag=tag, headers=headers)
        self.agent.endpoint.layer.receive_response(response, self.flow)
