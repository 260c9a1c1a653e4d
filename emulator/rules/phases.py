"""The phases of a pool's failure, how it fails, how rules are read, what causes transitions."""

from enum import StrEnum

__all__ = ["Cause", "Phase", "Reading", "Style"]


class Phase(StrEnum):
    """Where the primary pool stands between working, failing over and failing back."""

    NORMAL = "normal"
    OUTAGE = "outage"
    FAILING_OVER = "failing_over"
    FAILED_OVER = "failed_over"
    FAILING_BACK = "failing_back"
    FAILED_BACK = "failed_back"


class Style(StrEnum):
    """How clients find out that a pool went down."""

    GRACEFUL = "graceful"
    CRASH = "crash"
    BLACKHOLE = "blackhole"


class Reading(StrEnum):
    """How the source's "calls are disconnected" is read: what the primary hosts, or every call."""

    HOSTED = "hosted"
    LITERAL = "literal"


class Cause(StrEnum):
    """Who or what makes a transition happen."""

    FAULT = "fault"
    RECOVERY = "recovery"
    ADMINISTRATOR = "administrator"
    COMPLETION = "completion"
    SETTLE = "settle"
