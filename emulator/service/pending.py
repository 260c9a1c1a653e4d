"""A pending call: a caller waits, in the pool's own dialog, while an agent is sought.

Greeting, queue and ringing live in the pool's own early dialog with one To tag, whatever
branches ring. The first branch that answers has the call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.agent_groups import AgentGroup
from emulator.model.agents import Agent
from emulator.model.calls import Call, EndedBy
from emulator.model.groups import HostedGroup
from emulator.model.ladder import StepKind
from emulator.model.topology import Action, Ask, Routing, Terminate
from emulator.rules import Style, Verdict
from emulator.service.avoided import NOBODY, Avoided
from emulator.service.branches import Branch, CallerSide
from emulator.service.lines import (
    change_line,
    join_queue,
    leave_queue,
    seek_agents,
    seek_no_agents,
)
from emulator.service.menu import Menu
from emulator.service.reception import receive
from emulator.service.wording import ELSEWHERE, Lines, rule_lines
from sip.deadlines import Deadline
from sip.message import Request, Response
from sip.transaction.server import ServerTransaction

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.held import HeldCaller
    from emulator.service.pool import PoolService

__all__ = ["MAX_MOVES", "PendingCall"]

MAX_MOVES = 16  # how often queues may send one call on
_GIVEN_UP: Lines = ((b"Reason", b'SIP;cause=487;text="Request Terminated"'),)
_NOT_IN_TIME: Lines = ((b"Reason", b'SIP;cause=408;text="Request Timeout"'),)


class PendingCall:
    """Seeks an agent for one call to a group that `pool` hosts."""

    __slots__ = ("_alert", "_avoided", "_branches", "_moves", "_queue", "_ringing_group", "_told",
                 "call", "caller", "group", "held", "pool", "queued_at")  # fmt: skip

    def __init__(
        self,
        pool: PoolService,
        call: Call,
        group: HostedGroup,
        caller: CallerSide,
        held: HeldCaller | None = None,
    ) -> None:
        """`held` is the caller where that is one whom the pool has answered already.

        `queued_at` is since when it waits, in the deadlines' time; None while it doesn't.
        """
        self.pool = pool
        self.call = call
        self.group = group
        self.caller = caller
        self.held = held
        self._branches: list[Branch] = []
        self._told = 0  # the provisional status that the caller heard last
        self._avoided: Avoided | None = None
        self._alert: Deadline | None = None
        self._queue: Deadline | None = None
        self.queued_at: float | None = None
        self._ringing_group: AgentGroup | None = None
        self._moves = 0

    # -- seeking ----------------------------------------------------------------------------------

    def begin(self) -> None:
        """Enter the group's queue: from now on its time runs, whether an agent rings or not."""
        group = self.group
        if not group.has_agents:
            self._end(480, EndedBy.QUEUE)
            return
        seconds = group.settings.queue.timeout_seconds
        if seconds is not None:
            self._queue = self.pool.site.deadlines.after(
                seconds, PendingCall._on_queue_timeout, self
            )
        self.hunt()

    def hunt(self) -> None:
        """Ring whom the routing method says, or wait if there is nobody."""
        if self.call.ended is not None:
            return
        avoided = self._avoided
        if self._ring_next(NOBODY if avoided is None else avoided.agents):
            return
        if avoided is not None and avoided.try_all_again() and self._ring_next(avoided.declined):
            return
        self._wait()

    def offer(self, agent: Agent) -> bool:
        """`agent` has become available: ring if this call can use it; say whether it does."""
        avoided = self._avoided
        declined = NOBODY if avoided is None else avoided.declined
        if self.call.ended is not None or agent in declined:
            return False
        if self._branches:
            return self._join(agent)
        if not self._ring_next(declined):
            return False
        if avoided is not None:
            avoided.try_all_again()
        return True

    @property
    def is_ringing(self) -> bool:
        """Whether some agent rings for the call."""
        return bool(self._branches)

    def _join(self, agent: Agent) -> bool:
        """Let `agent` ring beside those who do, where an attendant group rings."""
        group = self._ringing_group
        if group is None or group.routing is not Routing.ATTENDANT:
            return False
        if agent not in group.members or not group.is_available(agent):
            return False
        if any(branch.agent is agent for branch in self._branches):
            return False
        if self.held is not None and self.held.must_refer([agent]):
            return False
        self._ring(agent)
        return True

    def _ring_next(self, excluded: frozenset[Agent]) -> bool:
        held = self.held
        if held is not None and held.is_referred:
            return True
        for agent_group in self.group.agent_groups:
            agents = agent_group.choose(excluded)
            if agents:
                leave_queue(self)
                if held is not None and held.must_refer(agents):
                    held.refer(self.hunt)
                    return True
                self._ringing_group = agent_group
                ringer = self.pool.ringer
                if len(agents) > 1 or not ringer.answers_within(
                    agents[0], agent_group.alert_seconds
                ):
                    self._alert = self.pool.site.deadlines.after(
                        agent_group.alert_seconds, PendingCall._on_alert_over, self
                    )
                    if agent_group.routing is Routing.ATTENDANT:  # those freed meanwhile join in
                        seek_agents(self)
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

    # -- waiting ----------------------------------------------------------------------------------

    def _wait(self) -> None:
        if self.queued_at is not None:
            return
        if join_queue(self):
            self._tell(self.group.settings.queued_response)

    def progress(self) -> None:
        """The caller is in the pool's early dialog from now on: 183, if it heard nothing yet."""
        if not self._told:
            self._tell(183)

    def _tell(self, status: int) -> None:
        if status == self._told:
            return
        self._told = status
        caller = self.caller
        caller.tell(status, self.pool.early_headers(caller.transaction.flow.transport))

    def leave_by(self, action: Action, cause: StepKind | None = None) -> None:
        """Do as a queue, a closed workflow or a menu has it: end, go elsewhere, or ask.

        cause  what is noted of a call that a queue sends on.

        Nothing, once the call has ended: a caller whom a change of phase has not reached yet may
        still press a key.
        """
        if self.call.ended is not None:
            return
        if isinstance(action, Terminate):
            self._end(486, EndedBy.QUEUE, "queue")
            return
        if isinstance(action, Ask):
            Menu(self, action.question).ask()
            return
        self._moves += 1
        if self._moves > MAX_MOVES:
            self._end(482, EndedBy.QUEUE, "queues send the call round in a circle")
            return
        if cause is not None:
            self.call.note(cause, 0)
        leave_queue(self)
        self._stop_alert()
        self._stop_queue()
        self._cancel_branches(_NOT_IN_TIME)
        self.pool.site.elements.departures.send_on(self, action)

    def move_to(self, group: HostedGroup, pool: PoolService, *, enters: bool = False) -> None:
        """Go on in the queue of another group, perhaps in that of the other pool.

        enters  as a new call of it.
        """
        if self._avoided is not None:
            self._avoided.try_all_again()
        self.pool.site.calls.move(self.call, group)
        self.group = group
        self.pool = pool
        if enters:
            receive(self)
        else:
            self.begin()

    def follow(self, group: HostedGroup) -> None:
        """The configuration of the group has changed: go on with what it is now."""
        earlier, self.group = self.group, group
        change_line(self, earlier)

    def continue_with(self, caller: CallerSide) -> None:
        """The caller, who was held, has called again as it was asked to."""
        self.caller = caller
        self.held = None

    def release(self) -> None:
        """Somebody else goes on with the call."""
        self._forget_deadlines()

    # -- what branches tell -----------------------------------------------------------------------

    def on_ringing(self, branch: Branch, response: Response | None) -> None:
        """The caller hears 180, in the pool's own early dialog."""
        self._tell(180)

    def on_answered(self, branch: Branch, response: Response | None) -> None:
        """The first answer has the call; the others are cancelled."""
        self._branches.remove(branch)
        if self.call.ended is not None:
            self.pool.turn_down(self.call, branch, response)
            return
        if self.caller.is_gone:
            self.pool.turn_down(self.call, branch, response)
            self._end(480, EndedBy.FAULT, "no answer can reach the caller")
            return
        self._stop_seeking(ELSEWHERE)
        self.pool.connect(self, branch, response)

    def on_declined(self, branch: Branch, status: int, response: Response | None) -> None:
        """The agent will not take it; it may be offered again after the grace period."""
        self._branches.remove(branch)
        agent = branch.agent
        assert agent is not None
        if self.call.ended is not None:
            return
        if status == 408 or (status == 503 and not agent.bindings):  # silent, or gone
            self._avoid().miss([agent])
        else:
            self._avoid().decline(agent)
        if not self._branches:
            self._stop_alert()
            self.hunt()

    def rung_agents(self) -> set[Agent]:
        """The agents who ring for the call."""
        return {branch.agent for branch in self._branches if branch.agent is not None}

    def forsake(self, agent: Agent, why: Lines) -> None:
        """`agent` has become unreachable: its branch is cancelled, the call goes on seeking."""
        for branch in [each for each in self._branches if each.agent is agent]:
            self._branches.remove(branch)
            branch.cancel(why)
        if not self._branches and self.queued_at is None:
            self._stop_alert()
            self.hunt()

    # -- what the caller does ---------------------------------------------------------------------

    def owns(self, request: Request) -> bool:
        """Whether `request` is within the dialog with the caller."""
        return self.caller.owns(request)

    def on_request(
        self, transaction: ServerTransaction, request: Request, element: Element
    ) -> None:
        """A request within the dialog with the caller."""
        self.caller.on_request(transaction, request, element)

    def on_ack(self, request: Request) -> None:
        """Nothing: an ACK to a failure is the transaction's."""

    def give_up(self, ended_by: str, why: Lines) -> None:
        """The caller hangs up, or is gone."""
        self._end(487, ended_by, branches_why=why)

    # -- the end ----------------------------------------------------------------------------------

    def refuse(self, status: int, ended_by: str, why: Lines, ruling: Verdict | None) -> None:
        """End it for the caller with `status`, saying why; branches are cancelled."""
        self._end(status, ended_by, ruling=ruling, why=why)

    def disconnect(self, ruling: Verdict, style: Style) -> None:
        """Let the ends hear that a phase change has ended the call.

        Its pool dies in `style`, or lives, which is graceful.
        """
        call = self.call
        if style is Style.GRACEFUL:
            self._stop_seeking(rule_lines(ruling, call.host, call.is_imported))
        else:
            leave_queue(self)
            self._forget_deadlines()
            branches, self._branches = self._branches, []
            for branch in branches:
                branch.abandon()
        self.caller.dismiss(ruling, style)

    def _end(
        self,
        status: int,
        ended_by: str,
        reason: str | None = None,
        *,
        ruling: Verdict | None = None,
        why: Lines = (),
        branches_why: Lines = (),
    ) -> None:
        if self.call.ended is not None:
            return
        self._stop_seeking(branches_why or why or _GIVEN_UP)
        self.caller.end(status, ended_by, why, ruling=ruling, reason=reason)

    def _stop_seeking(self, why: Lines) -> None:
        leave_queue(self)
        self._forget_deadlines()
        self._cancel_branches(why)

    def _cancel_branches(self, why: Lines) -> None:
        branches, self._branches = self._branches, []
        for branch in branches:
            branch.cancel(why)

    def _forget_deadlines(self) -> None:
        menu = self.caller.menu
        if menu is not None:
            menu.close()
        self._stop_alert()
        self._stop_queue()
        if self._avoided is not None:
            self._avoided.clear()

    def _stop_queue(self) -> None:
        if self._queue is not None:
            self._queue.cancel()
            self._queue = None

    def _stop_alert(self) -> None:
        if self._alert is not None:
            self._alert.cancel()
            self._alert = None
            if self.queued_at is None:
                seek_no_agents(self)

    # -- what time brings -------------------------------------------------------------------------

    def _on_alert_over(self) -> None:
        """The alert time is over: those who ring have missed it; the next ones are rung."""
        if self.call.ended is None:
            self._stop_alert()
            self._avoid().miss(self.rung_agents())
            self._cancel_branches(_NOT_IN_TIME)
            self.hunt()

    def _on_queue_timeout(self) -> None:
        """The queue's time is over, whether an agent rings or not."""
        self._queue = None
        if self.call.ended is None:
            self.leave_by(self.group.settings.queue.timeout_action, StepKind.TIMED_OUT)

    def _avoid(self) -> Avoided:
        if self._avoided is None:
            site = self.pool.site
            grace_seconds = site.hosting.grace_seconds(self.pool.pool)
            self._avoided = Avoided(site.deadlines, grace_seconds, self._on_grace_over)
        return self._avoided

    def _on_grace_over(self, agent: Agent) -> None:
        if agent.can_ring:
            self.offer(agent)
