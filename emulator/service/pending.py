"""A pending call: the pool's early dialog with a caller, while an agent is sought.

Greeting, queue and ringing live in the pool's own early dialog with one To tag, whatever
branches ring. The first branch that answers has the call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.agent_groups import AgentGroup
from emulator.model.agents import Agent
from emulator.model.calls import Call, EndedBy
from emulator.model.groups import HostedGroup
from emulator.model.ladder import Party, StepKind
from emulator.model.topology import Action, OverflowCandidate, Routing, Terminate
from emulator.rules import Style, Verdict
from emulator.service.branches import Branch
from emulator.service.wording import Lines, rendered, rule_lines
from sip.deadlines import Deadline
from sip.message import Request, Response
from sip.transaction.server import InviteServer, ServerTransaction

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.pool import PoolService

__all__ = ["ELSEWHERE", "PendingCall"]

ELSEWHERE: Lines = ((b"Reason", b'SIP;cause=200;text="Call completed elsewhere"'),)
_GIVEN_UP: Lines = ((b"Reason", b'SIP;cause=487;text="Request Terminated"'),)
_NOT_IN_TIME: Lines = ((b"Reason", b'SIP;cause=408;text="Request Timeout"'),)


_NOBODY: frozenset[Agent] = frozenset()


class PendingCall:
    """Seeks an agent for one call to a group that `pool` hosts."""

    __slots__ = ("_alert", "_branches", "_declined", "_grace", "_has_rung", "_missed", "_queue",
                 "_queued_at", "_ringing_group", "call", "element", "group", "pool", "request",
                 "tag", "transaction")  # fmt: skip

    def __init__(
        self,
        pool: PoolService,
        call: Call,
        group: HostedGroup,
        transaction: InviteServer,
        request: Request,
        element: Element,
    ) -> None:
        self.pool = pool
        self.call = call
        self.group = group
        self.transaction = transaction
        self.request = request
        self.element = element
        self.tag = element.endpoint.new_tag()
        self._branches: list[Branch] = []
        self._has_rung = False
        self._missed: frozenset[Agent] = _NOBODY
        self._declined: frozenset[Agent] = _NOBODY
        self._alert: Deadline | None = None
        self._queue: Deadline | None = None
        self._queued_at: float | None = None
        self._grace: list[Deadline] | None = None
        self._ringing_group: AgentGroup | None = None

    # -- seeking ----------------------------------------------------------------------------------

    def hunt(self) -> None:
        """Ring whom the routing method says, or wait in the queue if there is nobody."""
        if self.call.ended is not None:
            return
        if self._ring_next(self._declined | self._missed if self._missed else self._declined):
            return
        if self._missed:  # all have been tried: another round
            self._missed = _NOBODY
            if self._ring_next(self._declined):
                return
        self._wait()

    def offer(self, agent: Agent) -> bool:
        """`agent` has become available: ring if this call can use it; say whether it does."""
        if self.call.ended is not None:
            return False
        if self._branches:
            group = self._ringing_group
            if (
                group is not None
                and group.routing is Routing.ATTENDANT
                and agent in group.members
                and group.is_available(agent)
                and agent not in self._declined
                and all(branch.agent is not agent for branch in self._branches)
            ):
                self._ring(agent)
                return True
            return False
        if agent in self._declined:
            return False
        if self._ring_next(self._declined):
            self._missed = _NOBODY
            return True
        return False

    @property
    def is_ringing(self) -> bool:
        """Whether some agent rings for the call."""
        return bool(self._branches)

    def _ring_next(self, excluded: frozenset[Agent]) -> bool:
        for agent_group in self.group.agent_groups:
            agents = agent_group.choose(excluded)
            if agents:
                self._leave_queue()
                self._ringing_group = agent_group
                ringer = self.pool.ringer
                if len(agents) > 1 or not ringer.answers_within(
                    agents[0], agent_group.alert_seconds
                ):
                    self._alert = self.pool.site.deadlines.after(
                        agent_group.alert_seconds, _alert_is_over, self
                    )
                    if agent_group.routing is Routing.ATTENDANT:  # those freed meanwhile join in
                        self._seek_agents()
                for agent in agents:
                    if self.call.ended is not None or self.call.carrier is not self:
                        return True  # somebody has answered, or refused for good, already
                    self._ring(agent)
                return True
        return False

    def _ring(self, agent: Agent) -> None:
        call = self.call
        call.note(StepKind.RINGS, agent.number)
        agent.claim()
        bridge = self.pool if self.group.is_anonymous else None
        branch = self.pool.ringer.branch(self, agent, bridge)
        self._branches.append(branch)
        branch.ring()

    def _wait(self) -> None:
        call, group, site = self.call, self.group, self.pool.site
        if self._queued_at is None:
            self._queued_at = site.deadlines.clock()
            queue = group.settings.queue
            group.waiting[call.number] = self
            self._seek_agents()
            if queue.timeout_seconds is not None and self._queue is None:
                self._queue = site.deadlines.after(queue.timeout_seconds, _queue_timed_out, self)
            threshold = queue.overflow_threshold
            if threshold is not None and len(group.waiting) > threshold:
                newest = queue.overflow_candidate is OverflowCandidate.NEWEST
                number = next(reversed(group.waiting)) if newest else next(iter(group.waiting))
                candidate: PendingCall = group.waiting[number]
                candidate.leave_by(queue.overflow_action)
                if candidate is self:
                    return
        self._respond(group.settings.queued_response)

    def _leave_queue(self) -> None:
        if self._queued_at is not None:
            site = self.pool.site
            self.group.waiting.pop(self.call.number, None)
            self._seek_no_agents()
            site.tally.count_queued(site.deadlines.clock() - self._queued_at)
            self._queued_at = None

    def leave_by(self, action: Action) -> None:
        """Leave the queue: the action of a time-out or an overflow."""
        self._leave_queue()
        if isinstance(action, Terminate):
            self._end(486, EndedBy.QUEUE, "queue")
        else:
            self._stop_seeking(_NOT_IN_TIME)
            self.pool.transfer(self, action)

    def move_to(self, group: HostedGroup) -> None:
        """Go on in the queue of another group of the same pool."""
        self._stop_seeking(_NOT_IN_TIME)
        self._missed = _NOBODY
        self.group = group
        self.hunt()

    # -- what branches tell -----------------------------------------------------------------------

    def on_ringing(self, branch: Branch, response: Response | None) -> None:
        """The caller hears 180 once, in the pool's own early dialog."""
        if not self._has_rung:
            self._has_rung = True
            self._respond(180)

    def on_answered(self, branch: Branch, response: Response | None) -> None:
        """The first answer has the call; the others are cancelled."""
        if self.call.ended is not None:
            self.pool.turn_down(self.call, branch, response)
            return
        self._branches.remove(branch)
        self._stop_seeking(ELSEWHERE)
        self._leave_queue()
        self.pool.connect(self, branch, response)

    def on_declined(self, branch: Branch, status: int, response: Response | None) -> None:
        """The agent will not take it; it may be offered again after the grace period."""
        self._branches.remove(branch)
        agent = branch.agent
        assert agent is not None
        if status == 408:
            self._missed = self._missed | {agent}
        else:
            self._declined = self._declined | {agent}
            self._grace = self._grace or []
            self._grace.append(
                self.pool.site.deadlines.after(
                    self.pool.site.topology.ringback_grace_seconds, _grace_is_over, (self, agent)
                )
            )
        if not self._branches and self.call.ended is None:
            self._stop_alert()
            self.hunt()

    def rung_agents(self) -> set[Agent]:
        """The agents who ring for the call."""
        return {branch.agent for branch in self._branches if branch.agent is not None}

    def forsake(self, agent: Agent, why: Lines) -> None:
        """`agent` has become unreachable: its branch is cancelled, the call goes on seeking."""
        for branch in list(self._branches):
            if branch.agent is agent:
                self._branches.remove(branch)
                branch.cancel(why)
        if not self._branches and self._queued_at is None:
            self._stop_alert()
            self.hunt()

    # -- what the caller does ---------------------------------------------------------------------

    def owns(self, request: Request) -> bool:
        """Whether `request` is within the early dialog."""
        return request.to_tag == self.tag and request.from_tag == self.request.from_tag

    def on_cancel(self, transaction: InviteServer, cancel: Request) -> None:
        """The caller gives up: 487."""
        self.call.saw_request(Party.CALLER, self.element.party, b"CANCEL")
        if self.call.ended is not None:  # by rule; what its caller is told is on its way
            transaction.respond(487, to_tag=self.tag)
            return
        self._end(487, EndedBy.CALLER)

    def on_server_timeout(self, transaction: InviteServer) -> None:
        """The refusal was not acknowledged: nothing is left to be done."""

    def on_request(
        self, transaction: ServerTransaction, request: Request, element: Element
    ) -> None:
        """BYE ends it, INFO and OPTIONS are answered, the rest has no place here."""
        method = request.method
        self.call.saw_request(Party.CALLER, element.party, method)
        if method == b"BYE":
            transaction.respond(200)
            self._end(487, EndedBy.CALLER)
        elif method in (b"INFO", b"OPTIONS"):
            transaction.respond(200)
        elif method in (b"INVITE", b"UPDATE"):
            # §14.2 and RFC 3311 §5.2: an offer of ours or theirs is still open
            transaction.respond(500, headers=b"Retry-After: 5\r\n")
        else:
            transaction.respond(405)

    def on_ack(self, request: Request) -> None:
        """An ACK to a failure is the transaction's; any other means nothing here."""

    # -- the end ----------------------------------------------------------------------------------

    def refuse(self, status: int, ended_by: str, why: Lines, ruling: Verdict | None) -> None:
        """End it for the caller with `status`, saying why; branches are cancelled."""
        self._end(status, ended_by, ruling=ruling, why=why)

    def disconnect(self, ruling: Verdict, style: Style) -> None:
        """Let the ends hear that a phase change has ended the call.

        Its pool dies in `style`, or lives, which is graceful.
        """
        site, call = self.pool.site, self.call
        why = rule_lines(ruling, call.host, call.is_imported)
        self._leave_queue()
        if style is Style.GRACEFUL:
            self._stop_seeking(why)
            call.status = site.topology.responses.get(ruling.cell, 503)
            call.saw_response(self.element.party, Party.CALLER, call.status, b"INVITE")
            self.transaction.respond(call.status, to_tag=self.tag, headers=rendered(why))
            return
        self._forget_deadlines()
        branches, self._branches = self._branches, []
        for branch in branches:
            branch.abandon()
        self.pool.leave_caller(self.transaction, self.element, call, self.tag, why, style)

    def _end(
        self,
        status: int,
        ended_by: str,
        reason: str | None = None,
        *,
        ruling: Verdict | None = None,
        why: Lines = (),
    ) -> None:
        call = self.call
        if call.ended is not None:
            return
        self._leave_queue()
        self._stop_seeking(why or _GIVEN_UP)
        call.saw_response(self.element.party, Party.CALLER, status, b"INVITE")
        self.transaction.respond(status, to_tag=self.tag, headers=rendered(why) if why else b"")
        self.pool.site.end_call(
            call,
            ended_by,
            status=status,
            reason=ruling.cell if ruling is not None else reason,
            ruling=ruling,
        )

    def _stop_seeking(self, why: Lines) -> None:
        self._forget_deadlines()
        branches, self._branches = self._branches, []
        for branch in branches:
            branch.cancel(why)

    def _forget_deadlines(self) -> None:
        self._stop_alert()
        if self._queue is not None:
            self._queue.cancel()
            self._queue = None
        if self._grace:
            for deadline in self._grace:
                deadline.cancel()
            self._grace = None

    def _stop_alert(self) -> None:
        if self._alert is not None:
            self._alert.cancel()
            self._alert = None
            if self._queued_at is None:
                self._seek_no_agents()

    def _seek_agents(self) -> None:
        """Let agents who become available be offered this call."""
        self.pool.site.seekers[self.call.number] = self
        self.group.seekers[self.call.number] = self

    def _seek_no_agents(self) -> None:
        self.pool.site.seekers.pop(self.call.number, None)
        self.group.seekers.pop(self.call.number, None)

    def _respond(self, status: int) -> None:
        element = self.element
        if status == 180:
            self.call.saw(element.steps.ringing)
        else:
            self.call.saw_response(element.party, Party.CALLER, status, b"INVITE")
        transaction = self.transaction
        transaction.respond(
            status,
            to_tag=self.tag,
            headers=self.pool.early_headers(transaction.flow.transport),
        )

    def on_alert_over(self) -> None:
        """The alert time is over: those who ring have missed it; the next ones are rung."""
        branches, self._branches = self._branches, []
        self._stop_alert()
        for branch in branches:
            if branch.agent is not None:
                self._missed = self._missed | {branch.agent}
            branch.cancel(_NOT_IN_TIME)
        self.hunt()

    def on_queue_timeout(self) -> None:
        """The queue's time is over, whether an agent rings or not."""
        self._queue = None
        self.leave_by(self.group.settings.queue.timeout_action)

    def on_grace_over(self, agent: Agent) -> None:
        """`agent` may be offered the call again."""
        self._declined = self._declined - {agent}
        if not self._branches and self.call.ended is None:
            self.offer(agent)


def _alert_is_over(pending: PendingCall) -> None:
    pending.on_alert_over()


def _queue_timed_out(pending: PendingCall) -> None:
    pending.on_queue_timeout()


def _grace_is_over(what: tuple[PendingCall, Agent]) -> None:
    pending, agent = what
    pending.on_grace_over(agent)
