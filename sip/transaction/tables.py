"""The four transaction machines as tables (RFC 3261 §17, with RFC 6026's Accepted).

(state, event) -> (next state, actions in order). What is not in a table changes nothing.
Hold `INVITE_SERVER` against RFC 6026 figure 7, `INVITE_CLIENT` against its figure 5,
`SERVER` and `CLIENT` against RFC 3261 figures 8 and 6.
"""

from __future__ import annotations

from enum import IntEnum

__all__ = [
    "CLIENT",
    "INVITE_CLIENT",
    "INVITE_SERVER",
    "SERVER",
    "Action",
    "Event",
    "State",
    "Table",
]


class State(IntEnum):
    """Where a transaction is."""

    CALLING = 0
    TRYING = 1
    PROCEEDING = 2
    ACCEPTED = 3
    COMPLETED = 4
    CONFIRMED = 5
    TERMINATED = 6


class Event(IntEnum):
    """What happens to a transaction."""

    START = 0
    REQUEST = 1  # the request, or a retransmission of it
    ACK = 2
    PROVISIONAL = 3  # a response: received by a client, sent by a server's user
    SUCCESS = 4
    FAILURE = 5
    RESEND = 6  # Timers A, E, G
    TIMEOUT = 7  # Timers B, F, H
    FORGET = 8  # Timers D, I, J, K, L, M
    TRANSPORT_ERROR = 9


class Action(IntEnum):
    """What a transaction does."""

    SEND = 0  # the request, or the response at hand
    SEND_ACK = 1  # the ACK to a failure (§17.1.1.3)
    PASS = 2  # hand the message at hand to the transaction's user
    TELL_TIMEOUT = 3
    TELL_ERROR = 4  # tell a client's user; count it for a server
    START_RESEND = 5  # Timers A, E, G: none over a reliable transport
    SLOW_RESEND = 6  # Timer E where it fires after a provisional response: T2
    STOP_RESEND = 7
    START_TIMEOUT = 8  # Timers B, F, H
    STOP_TIMEOUT = 9
    START_FORGET = 10  # Timers D, I, J, K: at once over a reliable transport
    START_LINGER = 11  # Timers L, M: 64*T1 over any transport
    END = 12


_S, _E, _A = State, Event, Action
Table = dict[tuple[State, Event], tuple[State, tuple[Action, ...]]]

INVITE_SERVER: Table = {
    (_S.PROCEEDING, _E.REQUEST): (_S.PROCEEDING, (_A.SEND,)),
    (_S.PROCEEDING, _E.PROVISIONAL): (_S.PROCEEDING, (_A.SEND,)),
    (_S.PROCEEDING, _E.SUCCESS): (_S.ACCEPTED, (_A.SEND, _A.START_LINGER)),
    (_S.PROCEEDING, _E.FAILURE): (
        _S.COMPLETED,
        (_A.SEND, _A.START_RESEND, _A.START_TIMEOUT),
    ),
    (_S.PROCEEDING, _E.TRANSPORT_ERROR): (_S.PROCEEDING, (_A.TELL_ERROR,)),
    (_S.ACCEPTED, _E.REQUEST): (_S.ACCEPTED, ()),
    (_S.ACCEPTED, _E.ACK): (_S.ACCEPTED, (_A.PASS,)),
    (_S.ACCEPTED, _E.SUCCESS): (_S.ACCEPTED, (_A.SEND,)),
    (_S.ACCEPTED, _E.TRANSPORT_ERROR): (_S.ACCEPTED, (_A.TELL_ERROR,)),
    (_S.ACCEPTED, _E.FORGET): (_S.TERMINATED, (_A.END,)),
    (_S.COMPLETED, _E.REQUEST): (_S.COMPLETED, (_A.SEND,)),
    (_S.COMPLETED, _E.RESEND): (_S.COMPLETED, (_A.SEND, _A.START_RESEND)),
    (_S.COMPLETED, _E.ACK): (
        _S.CONFIRMED,
        (_A.STOP_RESEND, _A.STOP_TIMEOUT, _A.START_FORGET),
    ),
    (_S.COMPLETED, _E.TIMEOUT): (
        _S.TERMINATED,
        (_A.STOP_RESEND, _A.TELL_TIMEOUT, _A.END),
    ),
    (_S.COMPLETED, _E.TRANSPORT_ERROR): (_S.COMPLETED, (_A.TELL_ERROR,)),
    (_S.CONFIRMED, _E.ACK): (_S.CONFIRMED, ()),
    (_S.CONFIRMED, _E.REQUEST): (_S.CONFIRMED, ()),
    (_S.CONFIRMED, _E.FORGET): (_S.TERMINATED, (_A.END,)),
}

SERVER: Table = {
    (_S.TRYING, _E.REQUEST): (_S.TRYING, ()),
    (_S.TRYING, _E.PROVISIONAL): (_S.PROCEEDING, (_A.SEND,)),
    (_S.TRYING, _E.SUCCESS): (_S.COMPLETED, (_A.SEND, _A.START_FORGET)),
    (_S.TRYING, _E.FAILURE): (_S.COMPLETED, (_A.SEND, _A.START_FORGET)),
    (_S.PROCEEDING, _E.REQUEST): (_S.PROCEEDING, (_A.SEND,)),
    (_S.PROCEEDING, _E.PROVISIONAL): (_S.PROCEEDING, (_A.SEND,)),
    (_S.PROCEEDING, _E.SUCCESS): (_S.COMPLETED, (_A.SEND, _A.START_FORGET)),
    (_S.PROCEEDING, _E.FAILURE): (_S.COMPLETED, (_A.SEND, _A.START_FORGET)),
    (_S.COMPLETED, _E.REQUEST): (_S.COMPLETED, (_A.SEND,)),
    (_S.COMPLETED, _E.FORGET): (_S.TERMINATED, (_A.END,)),
    (_S.PROCEEDING, _E.TRANSPORT_ERROR): (_S.TERMINATED, (_A.TELL_ERROR, _A.END)),
    (_S.COMPLETED, _E.TRANSPORT_ERROR): (_S.TERMINATED, (_A.TELL_ERROR, _A.END)),
}

INVITE_CLIENT: Table = {
    (_S.CALLING, _E.START): (
        _S.CALLING,
        (_A.SEND, _A.START_RESEND, _A.START_TIMEOUT),
    ),
    (_S.CALLING, _E.RESEND): (_S.CALLING, (_A.SEND, _A.START_RESEND)),
    (_S.CALLING, _E.TIMEOUT): (
        _S.TERMINATED,
        (_A.STOP_RESEND, _A.TELL_TIMEOUT, _A.END),
    ),
    (_S.CALLING, _E.TRANSPORT_ERROR): (
        _S.TERMINATED,
        (_A.STOP_RESEND, _A.STOP_TIMEOUT, _A.TELL_ERROR, _A.END),
    ),
    (_S.CALLING, _E.PROVISIONAL): (
        _S.PROCEEDING,
        (_A.STOP_RESEND, _A.STOP_TIMEOUT, _A.PASS),
    ),
    (_S.CALLING, _E.SUCCESS): (
        _S.ACCEPTED,
        (_A.STOP_RESEND, _A.STOP_TIMEOUT, _A.START_LINGER, _A.PASS),
    ),
    (_S.CALLING, _E.FAILURE): (
        _S.COMPLETED,
        (_A.STOP_RESEND, _A.STOP_TIMEOUT, _A.SEND_ACK, _A.START_FORGET, _A.PASS),
    ),
    (_S.PROCEEDING, _E.PROVISIONAL): (_S.PROCEEDING, (_A.PASS,)),
    (_S.PROCEEDING, _E.SUCCESS): (_S.ACCEPTED, (_A.STOP_TIMEOUT, _A.START_LINGER, _A.PASS)),
    (_S.PROCEEDING, _E.FAILURE): (
        _S.COMPLETED,
        (_A.STOP_TIMEOUT, _A.SEND_ACK, _A.START_FORGET, _A.PASS),
    ),
    # §9.1: a CANCEL without a final response within 64*T1 gives the INVITE up.
    (_S.PROCEEDING, _E.TIMEOUT): (_S.TERMINATED, (_A.TELL_TIMEOUT, _A.END)),
    (_S.ACCEPTED, _E.SUCCESS): (_S.ACCEPTED, (_A.PASS,)),
    (_S.ACCEPTED, _E.FORGET): (_S.TERMINATED, (_A.END,)),
    (_S.COMPLETED, _E.FAILURE): (_S.COMPLETED, (_A.SEND_ACK,)),
    # Figure 5 informs the user here too. It has its final response by then, and nothing that it
    # could do for the ACK: whoever is told of one end need not be ready for another.
    (_S.COMPLETED, _E.TRANSPORT_ERROR): (_S.TERMINATED, (_A.END,)),
    (_S.COMPLETED, _E.FORGET): (_S.TERMINATED, (_A.END,)),
}

CLIENT: Table = {
    (_S.TRYING, _E.START): (_S.TRYING, (_A.SEND, _A.START_RESEND, _A.START_TIMEOUT)),
    (_S.TRYING, _E.RESEND): (_S.TRYING, (_A.SEND, _A.START_RESEND)),
    (_S.TRYING, _E.TIMEOUT): (
        _S.TERMINATED,
        (_A.STOP_RESEND, _A.TELL_TIMEOUT, _A.END),
    ),
    (_S.TRYING, _E.TRANSPORT_ERROR): (
        _S.TERMINATED,
        (_A.STOP_RESEND, _A.STOP_TIMEOUT, _A.TELL_ERROR, _A.END),
    ),
    (_S.TRYING, _E.PROVISIONAL): (_S.PROCEEDING, (_A.PASS,)),
    (_S.TRYING, _E.SUCCESS): (
        _S.COMPLETED,
        (_A.STOP_RESEND, _A.STOP_TIMEOUT, _A.START_FORGET, _A.PASS),
    ),
    (_S.TRYING, _E.FAILURE): (
        _S.COMPLETED,
        (_A.STOP_RESEND, _A.STOP_TIMEOUT, _A.START_FORGET, _A.PASS),
    ),
    (_S.PROCEEDING, _E.RESEND): (_S.PROCEEDING, (_A.SEND, _A.SLOW_RESEND)),
    (_S.PROCEEDING, _E.PROVISIONAL): (_S.PROCEEDING, (_A.PASS,)),
    (_S.PROCEEDING, _E.SUCCESS): (
        _S.COMPLETED,
        (_A.STOP_RESEND, _A.STOP_TIMEOUT, _A.START_FORGET, _A.PASS),
    ),
    (_S.PROCEEDING, _E.FAILURE): (
        _S.COMPLETED,
        (_A.STOP_RESEND, _A.STOP_TIMEOUT, _A.START_FORGET, _A.PASS),
    ),
    (_S.PROCEEDING, _E.TIMEOUT): (
        _S.TERMINATED,
        (_A.STOP_RESEND, _A.TELL_TIMEOUT, _A.END),
    ),
    (_S.PROCEEDING, _E.TRANSPORT_ERROR): (
        _S.TERMINATED,
        (_A.STOP_RESEND, _A.STOP_TIMEOUT, _A.TELL_ERROR, _A.END),
    ),
    (_S.COMPLETED, _E.FORGET): (_S.TERMINATED, (_A.END,)),
}
