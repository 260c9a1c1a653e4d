"""Registered agents who race: one socket for all of them, each INVITE a leg with its own fate."""

from __future__ import annotations

import itertools

from tests.races.dialogs import DialogEnd
from tests.races.letters import SDP, Address, Letter, branch, request, response
from tests.races.post import Post

__all__ = ["AgentLeg", "Phones"]

_numbers = itertools.count(1)


class AgentLeg:
    """One INVITE that has come to an agent."""

    def __init__(self, person: str, invite: Letter, own: Address) -> None:
        self.person = person
        self.invite = invite
        self.number = next(_numbers)
        self.tag = f"a{self.number}"
        self.final: int | None = None
        self.is_cancelled = False
        end = self.end = DialogEnd(
            person, own, invite.call_id, f"{invite.one('to')};tag={self.tag}", invite.one("from"), 0
        )
        end.target = invite.contact
        end.routes = invite.all("record-route")

    def __str__(self) -> str:
        end = self.end
        return (
            f"leg {self.number} of {self.person} in {end.call_id}: final {self.final}, cancelled "
            f"{self.is_cancelled}, ACK {end.is_acknowledged}, BYE here {end.ended_here} there "
            f"{end.ended_there}, answers {end.answers}, awaited {end.awaited}"
        )


class Phones:
    """The socket behind all registered agents of one story."""

    def __init__(self, domain: str) -> None:
        self._domain = domain
        self.post = Post(self._read)
        self.legs: list[AgentLeg] = []
        self.registered: dict[str, int] = {}
        self._cseq = itertools.count(1)

    def register(self, person: str, registrar: Address, expires: int = 600) -> None:
        """Send a REGISTER for `person`; its status will be in `registered`."""
        host, port = self.post.address
        lines = [
            ("Via", f"SIP/2.0/UDP {host}:{port};branch={branch()};rport"),
            ("Max-Forwards", "70"),
            ("From", f"<sip:{person}@{self._domain}>;tag=r{person}"),
            ("To", f"<sip:{person}@{self._domain}>"),
            ("Call-ID", f"register-{person}-{port}"),
            ("CSeq", f"{next(self._cseq)} REGISTER"),
            ("Contact", f"<sip:{person}@{host}:{port}>"),
            ("Expires", str(expires)),
        ]
        self.registered.pop(person, None)
        self.post.send(request("REGISTER", f"sip:{self._domain}", lines), registrar)

    @property
    def ringing(self) -> list[AgentLeg]:
        """The legs that wait for what the agent does."""
        return [leg for leg in self.legs if leg.final is None]

    @property
    def talking(self) -> list[AgentLeg]:
        """The legs that the agents take for calls that stand."""
        return [leg for leg in self.legs if leg.end.believes_in_call]

    def answer(self, leg: AgentLeg, status: int = 200) -> None:
        """Answer a leg that still rings."""
        if leg.final is not None:
            return
        leg.final = status
        if status == 200:
            leg.end.is_established = True
        self._respond(leg, status)

    def answer_again(self, leg: AgentLeg) -> None:
        """Repeat the 200, as its ACK has not come."""
        self._respond(leg, 200)

    def hang_up(self, leg: AgentLeg) -> None:
        """Send BYE, if the call stands and its ACK has come (§15)."""
        if leg.end.believes_in_call and leg.end.is_acknowledged:
            self.post.send(leg.end.bye(), leg.end.next_hop)

    def reinvite(self, leg: AgentLeg) -> None:
        """Send a re-INVITE, if the call stands and none is under way."""
        end = leg.end
        if end.believes_in_call and end.is_acknowledged and "INVITE" not in end.awaited:
            self.post.send(end.reinvite(), end.next_hop)

    def _respond(self, leg: AgentLeg, status: int) -> None:
        host, port = self.post.address
        contact = [("Contact", f"<sip:{leg.person}@{host}:{port}>")] if status < 300 else []
        body = SDP if status == 200 else ""
        self.post.send(
            response(leg.invite, status, tag=leg.tag, headers=contact, body=body),
            leg.invite.source,
        )

    def _read(self, letter: Letter) -> None:
        if letter.status:
            self._hear(letter)
        elif letter.method == "INVITE" and not letter.to_tag:
            person = letter.uri.partition(":")[2].partition("@")[0]
            if any(_is_same(leg, letter) for leg in self.legs):
                return
            leg = AgentLeg(person, letter, self.post.address)
            self.legs.append(leg)
            self._respond(leg, 180)
        elif letter.method == "CANCEL":
            self._on_cancel(letter)
        else:
            self._on_request(letter)

    def _hear(self, letter: Letter) -> None:
        if letter.method == "REGISTER":
            self.registered[letter.one("to").partition(":")[2].partition("@")[0]] = letter.status
            return
        for leg in self.legs:
            if leg.tag == letter.from_tag:
                leg.end.hear(letter)
                if letter.method == "INVITE" and letter.status >= 200:
                    self.post.send(*leg.end.ack(letter))

    def _on_cancel(self, letter: Letter) -> None:
        for leg in self.legs:
            if _is_same(leg, letter):
                self.post.send(response(letter, 200, tag=leg.tag), letter.source)
                if leg.final is None:
                    leg.is_cancelled = True
                    leg.final = 487
                    self._respond(leg, 487)
                return
        self.post.send(response(letter, 481), letter.source)

    def _on_request(self, letter: Letter) -> None:
        leg = next((leg for leg in self.legs if leg.tag == letter.to_tag), None)
        if letter.method == "ACK":
            if leg is not None and leg.final == 200:
                leg.end.is_acknowledged = True
            return
        if leg is None or leg.end.ended_there:
            self.post.send(response(letter, 481), letter.source)
            return
        if letter.method == "BYE":
            leg.end.ended_there = True
        host, port = self.post.address
        contact = [("Contact", f"<sip:{leg.person}@{host}:{port}>")]
        body = SDP if letter.method == "INVITE" else ""
        self.post.send(response(letter, 200, headers=contact, body=body), letter.source)


def _is_same(leg: AgentLeg, letter: Letter) -> bool:
    """Whether a request has the transaction of the leg's INVITE."""
    return leg.invite.one("via") == letter.one("via")
