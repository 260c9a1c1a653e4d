"""What the rules say of a call, of an agent and of a change of phase. Pure: no I/O, no clock."""

from emulator.rules.book import Rules
from emulator.rules.cells import Outcome, Pool
from emulator.rules.errors import TransitionRefused
from emulator.rules.phases import Cause, Phase
from emulator.rules.situation import Situation, Verdict

__all__ = ["agent_reachable", "is_agent_reachable", "transition", "verdict"]


def verdict(situation: Situation, phase: Phase, rules: Rules) -> Verdict:
    """Say what becomes of `situation` in `phase`, and which cell of the rules says so.

    Calls of groups owned by the backup pool carry the cell of phase normal; the verdict's `phase`
    is still the one that was asked about.
    """
    return rules.call_verdicts[situation, phase]


def agent_reachable(home: Pool, phase: Phase, rules: Rules) -> Verdict:
    """Say whether agents homed on `home` may be rung in `phase`, for groups of either owner."""
    return rules.agent_verdicts[home, phase]


def is_agent_reachable(home: Pool, phase: Phase, rules: Rules) -> bool:
    """Say the same in one word."""
    return rules.agent_verdicts[home, phase].outcome is Outcome.REACHABLE


def transition(source: Phase, target: Phase, rules: Rules) -> Cause:
    """Give the cause of going from `source` to `target`; raises TransitionRefused if none."""
    permitted = rules.transitions[source]
    if target not in permitted:
        raise TransitionRefused(source, target, permitted)
    return permitted[target]
