"""Really registered agents: every contact of theirs is rung, through the director."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from emulator.model.agents import Agent
from emulator.model.ladder import Party
from emulator.service.branches import Seeker
from emulator.service.late import end_late_answer
from emulator.service.wording import ELSEWHERE, Lines
from sip.message import Request, Response
from sip.proxy import Branch, Target, loop_mark

if TYPE_CHECKING:
    from emulator.service.site import Site

__all__ = ["RegisteredBranch"]


class AnswerCarrier(Protocol):
    """Who carries a call that a registered endpoint has answered."""

    def on_answer_again(self, branch: RegisteredBranch, response: Response) -> None:
        """The endpoint repeats its 2xx, as the ACK has not reached it."""
        ...


class RegisteredBranch:
    """Rings the contacts of one registered agent; the first that answers is it.

    `requests` are INVITEs with the contacts that they are for. Answers that come after the branch
    is over are acknowledged and ended. A contact whose connection closes has failed.
    """

    __slots__ = ("_branches", "_carrier", "_failures", "_is_dead", "_is_over", "_late",
                 "_requests", "_seeker", "_site", "agent", "winner")  # fmt: skip

    def __init__(
        self,
        site: Site,
        seeker: Seeker,
        agent: Agent | None,
        requests: list[tuple[Request, Target]],
    ) -> None:
        self._site = site
        self._seeker = seeker
        self._requests = requests
        self.agent = agent
        self._branches: list[Branch] = []
        self._is_over = False
        self._is_dead = False
        self._failures: list[tuple[int, Response | None]] = []
        self.winner: Branch | None = None
        self._carrier: AnswerCarrier | None = None
        self._late: dict[Branch, bytes] = {}  # the ACKs of those who answered too late

    def ring(self) -> None:
        """Send an INVITE to every contact."""
        director = self._site.elements.director.endpoint
        self._branches = [
            Branch(director, request, target, self) for request, target in self._requests
        ]
        mark = loop_mark(self._seeker.caller.request)
        for branch in list(self._branches):
            self._seeker.call.saw_request(Party.DIRECTOR, Party.AGENT, b"INVITE")
            flow = branch.target.flow
            if flow.reliable:
                flow.watch(branch, partial(self._lose, branch))
            branch.start(mark)
        if not self._branches:  # the last contact has expired just now
            self._site.deadlines.later(0.0, RegisteredBranch._conclude, self)

    def cancel(self, why: Lines) -> None:
        """Stop ringing; the agent is free."""
        self._is_over = True
        for branch in self._branches:
            self._cancel_one(branch, why)
        self._release()

    def abandon(self) -> None:
        """The pool that rang is dead: no CANCEL, and nothing of what still comes is heeded."""
        self._is_over = True
        self._is_dead = True
        for branch in self._branches:
            _let_go(branch)
            branch.abandon()
        self._release()

    def hand_to(self, carrier: AnswerCarrier) -> None:
        """The call has its answer: who carries it now is told when the answer is repeated."""
        self._carrier = carrier

    def cancel_others(self, why: Lines) -> None:
        """One contact has answered: the agent's other ones stop ringing."""
        for branch in self._branches:
            if branch is not self.winner:
                self._cancel_one(branch, why)

    def turn_down(self, response: Response) -> None:
        """Nobody takes the answer that `winner` has given: it is as good as late."""
        winner, self.winner = self.winner, None
        if winner is not None:
            self._on_late_answer(winner, response)
        self.cancel(())

    def on_branch_response(self, branch: Branch, response: Response) -> None:
        """A contact has responded (for the branch)."""
        if self._is_dead:
            return
        status = response.status
        call = self._seeker.call
        call.saw_response(Party.AGENT, Party.DIRECTOR, status, b"INVITE")
        if status < 200:
            if not self._is_over:
                self._seeker.on_ringing(self, response)
        elif status < 300:
            _let_go(branch)
            if branch is self.winner:
                if self._carrier is not None:
                    self._carrier.on_answer_again(self, response)
            elif self._is_over:
                self._on_late_answer(branch, response)
            else:
                self._is_over = True
                self.winner = branch
                self._seeker.on_answered(self, response)
        else:
            self._fail(branch, status, response)

    def on_branch_failed(self, branch: Branch, status: int) -> None:
        """A contact is silent or gone (for the branch)."""
        self._fail(branch, status, None)

    def _on_late_answer(self, branch: Branch, response: Response) -> None:
        """The call is somebody else's by now, or over: the pool ends what has been answered."""
        if self._site.is_mute(self._seeker.call.host):
            return
        ack = self._late.get(branch)
        if ack is None:
            self._late[branch] = end_late_answer(self._site, branch, response, ELSEWHERE)
        else:
            branch.flow.send(ack)

    def _lose(self, branch: Branch) -> None:
        """The connection of a contact has closed: with it, its binding has ended (RFC 5626)."""
        if not branch.is_final and branch in self._branches:
            branch.abandon()
            self._fail(branch, 503, None)

    def _cancel_one(self, branch: Branch, why: Lines) -> None:
        if not branch.is_final:
            self._seeker.call.saw_request(Party.DIRECTOR, Party.AGENT, b"CANCEL")
            branch.cancel(why)

    def _fail(self, branch: Branch, status: int, response: Response | None) -> None:
        _let_go(branch)
        self._branches.remove(branch)
        self._failures.append((status, response))
        if self._is_over:
            return
        if status >= 600:  # §16.7 item 5: the person has said no, wherever else it rings
            for other in self._branches:
                self._cancel_one(other, ())
        elif self._branches:
            return
        self._conclude()

    def _conclude(self) -> None:
        """No contact will answer: the best of what they said is what the agent says (§16.7)."""
        if self._is_over:
            return
        self._is_over = True
        status, response = min(self._failures, key=_preference, default=(480, None))
        if self.agent is not None:
            self.agent.release()
        self._seeker.on_declined(self, status, response)
        if self.agent is not None:
            self._site.elements.offer_waiting(self.agent)

    def _release(self) -> None:
        if self.agent is not None:
            self.agent.release()
            self._site.elements.offer_waiting(self.agent)


def _let_go(branch: Branch) -> None:
    """Heed the connection of a contact no longer."""
    flow = branch.target.flow
    if flow.reliable:
        flow.unwatch(branch)


def _preference(failure: tuple[int, Response | None]) -> tuple[int, int]:
    """A no before a busy before an error; silence last."""
    status, _ = failure
    if status >= 600:
        return (0, status)
    return (9 if status in (408, 503) else status // 100, status)
