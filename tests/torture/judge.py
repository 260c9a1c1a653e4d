"""Says of what came back for a torture message whether it is right, acceptable or wrong."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from tests.support.torture_messages import TortureMessage
from tests.torture.exchange import Outcome

__all__ = ["Verdict", "judge_tcp", "judge_udp"]

# What only a parser says, which has not understood a message.
_PARSER_REFUSALS = frozenset((400, 416, 500, 505, 513))


class Verdict(StrEnum):
    """What an outcome is worth."""

    PASS = "PASS"
    ACCEPTABLE = "ACCEPTABLE"
    FAIL = "FAIL"


def judge_udp(message: TortureMessage, outcome: Outcome) -> Verdict:
    """Judge an outcome over UDP, where one datagram holds one message: one answer at most."""
    if len(outcome.replies) > 1:
        return Verdict.FAIL
    status = outcome.statuses[0] if outcome.statuses else None
    if _is_among(message.best, status):
        return Verdict.PASS
    return Verdict.ACCEPTABLE if _is_among(message.ok, status) else Verdict.FAIL


def judge_tcp(message: TortureMessage, outcome: Outcome) -> Verdict:
    """Judge an outcome over TCP, where some messages fare otherwise."""
    if message.tcp is None:
        return _judge_same(message, outcome)
    if message.tcp.isdigit():
        is_wanted = outcome.statuses == (int(message.tcp),)
        if is_wanted:
            return Verdict.PASS
        return min(judge_udp(message, outcome), Verdict.ACCEPTABLE, key=_rank)
    return _ON_STREAMS[message.tcp](message, outcome)


def _rank(verdict: Verdict) -> int:
    return [Verdict.FAIL, Verdict.ACCEPTABLE, Verdict.PASS].index(verdict)


def _is_among(permitted: frozenset[str], status: int | None) -> bool:
    if status is None:
        return "none" in permitted
    return (
        str(status) in permitted
        or ("any-400" in permitted and status not in _PARSER_REFUSALS)
        or ("4xx" in permitted and 400 <= status < 500)
    )


def _judge_same(message: TortureMessage, outcome: Outcome) -> Verdict:
    # What is well formed is no reason to give a connection up, nor is a response to nobody.
    if message.kind in ("valid", "response") and not outcome.is_open:
        return Verdict.FAIL
    return judge_udp(message, outcome)


def _two_replies(message: TortureMessage, outcome: Outcome) -> Verdict:
    methods = [reply.method for reply in outcome.replies]
    are_right = methods == ["REGISTER", "INVITE"] and not _PARSER_REFUSALS & {*outcome.statuses}
    return Verdict.PASS if are_right else Verdict.FAIL


def _closed_in_silence(message: TortureMessage, outcome: Outcome) -> Verdict:
    return Verdict.PASS if not outcome.replies and not outcome.is_open else Verdict.FAIL


def _closed(message: TortureMessage, outcome: Outcome) -> Verdict:
    if outcome.is_open or not all(400 <= status < 500 for status in outcome.statuses):
        return Verdict.FAIL
    return Verdict.PASS if outcome.replies else Verdict.ACCEPTABLE


def _error_or_closed(message: TortureMessage, outcome: Outcome) -> Verdict:
    is_error = bool(outcome.replies) and all(400 <= status < 500 for status in outcome.statuses)
    return Verdict.PASS if is_error or not outcome.is_open else Verdict.FAIL


def _reply_then_junk(message: TortureMessage, outcome: Outcome) -> Verdict:
    # Of the junk that follows nothing more is asked than what any outcome shows: the connection
    # is closed, or carries on.
    first = Outcome(outcome.replies[:1])
    return judge_udp(message, first)


_ON_STREAMS: dict[str, Callable[[TortureMessage, Outcome], Verdict]] = {
    "two replies (REGISTER and INVITE)": _two_replies,
    "no reply; connection closed after idle timeout; must not buffer forever": _closed_in_silence,
    "wait/close": _closed_in_silence,
    "error and connection CLOSED": _closed,
    "error and/or connection CLOSED": _error_or_closed,
    "reply, then junk tolerated or connection closed": _reply_then_junk,
    "as 4.6": _reply_then_junk,
}
