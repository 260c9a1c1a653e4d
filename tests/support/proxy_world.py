"""A proxy without a network: a caller's flow, some targets, and what passes between them."""

from __future__ import annotations

import asyncio

from sip.endpoint import Endpoint
from sip.message import Request, Response, parse_message
from sip.proxy import Forward, Target
from sip.timers import Timers
from tests.support.fake_flow import FakeFlow
from tests.support.manual_time import ManualTime
from tests.support.sip_messages import message
from tests.support.transaction_users import UserRecord

__all__ = ["World", "request_of"]


def request_of(
    method: bytes = b"INVITE",
    *lines: bytes,
    uri: bytes = b"sip:agents@example.com",
    vias: tuple[bytes, ...] = (b"SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-up",),
    cseq: int = 1,
    to_tag: bytes = b"",
) -> Request:
    parsed = parse_message(
        message(
            b"%b %b SIP/2.0" % (method, uri),
            *(b"Via: " + via for via in vias),
            b"From: <sip:caller@example.com>;tag=theirs",
            b"To: <sip:agents@example.com>" + (b";tag=" + to_tag if to_tag else b""),
            b"Call-ID: call@example",
            b"CSeq: %d %b" % (cseq, method),
            *lines,
            b"Content-Length: 0",
        )
    )
    assert isinstance(parsed, Request)
    return parsed


class World:
    """An endpoint that does not listen, a flow to the caller, and flows to some targets."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.time = ManualTime()
        self.user = UserRecord()
        self.endpoint = Endpoint("proxy", self.user, loop, self.time.deadlines, Timers())
        self.upstream = FakeFlow()
        self.flows: list[FakeFlow] = []
        self.done: list[int] = []
        self.passed: list[tuple[int, bytes]] = []

    def forward(self, targets: int = 1, request: Request | None = None) -> Forward:
        """Forward a request that has come in to so many targets."""
        asked = request or request_of()
        self.endpoint.layer.receive_request(asked, self.upstream)
        self.flows = [FakeFlow(remote=("192.0.2.10", 5060 + n)) for n in range(targets)]
        made = Forward(
            self.endpoint,
            self.user.transactions[-1],
            asked,
            [Target(b"sip:agent%d@192.0.2.10" % n, flow) for n, flow in enumerate(self.flows)],
            on_response=lambda r, branch: self.passed.append((r.status, branch.target.uri)),
            on_done=self.done.append,
        )
        made.start()
        return made

    def respond(self, target: int, *statuses: int, **lines: bytes) -> None:
        """Let the target with number `target` respond."""
        sent = self.flows[target].requests()[0]
        headers = [(name.replace("_", "-").encode(), value) for name, value in lines.items()]
        for status in statuses:
            response = Response.build(sent, status, to_tag=b"t%d" % target, headers=headers)
            self.endpoint.layer.receive_response(response, self.flows[target])

    @property
    def statuses(self) -> list[int]:
        """What went back, but for 100."""
        return [status for status in self.upstream.statuses() if status != 100]

    def methods(self, target: int) -> list[bytes]:
        return self.flows[target].methods()
