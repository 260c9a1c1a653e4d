"""The four tables, cell by cell as the figures of RFC 3261 §17 and RFC 6026 have them."""

from __future__ import annotations

import pytest

from sip.transaction.tables import (
    CLIENT,
    INVITE_CLIENT,
    INVITE_SERVER,
    SERVER,
    Action,
    Event,
    State,
    Table,
)

S, E, A = State, Event, Action

# (state, event) -> (next state, what is done in any order, but the order that matters is tested
# with the transactions themselves). What a figure does not draw changes nothing.
FIGURE_5 = {  # INVITE client, with Accepted of RFC 6026
    (S.CALLING, E.START): (S.CALLING, {A.SEND, A.START_RESEND, A.START_TIMEOUT}),
    (S.CALLING, E.RESEND): (S.CALLING, {A.SEND, A.START_RESEND}),
    (S.CALLING, E.TIMEOUT): (S.TERMINATED, {A.STOP_RESEND, A.TELL_TIMEOUT, A.END}),
    (S.CALLING, E.TRANSPORT_ERROR): (
        S.TERMINATED,
        {A.STOP_RESEND, A.STOP_TIMEOUT, A.TELL_ERROR, A.END},
    ),
    (S.CALLING, E.PROVISIONAL): (S.PROCEEDING, {A.STOP_RESEND, A.STOP_TIMEOUT, A.PASS}),
    (S.CALLING, E.SUCCESS): (
        S.ACCEPTED,
        {A.STOP_RESEND, A.STOP_TIMEOUT, A.START_LINGER, A.PASS},
    ),
    (S.CALLING, E.FAILURE): (
        S.COMPLETED,
        {A.STOP_RESEND, A.STOP_TIMEOUT, A.SEND_ACK, A.START_FORGET, A.PASS},
    ),
    (S.PROCEEDING, E.PROVISIONAL): (S.PROCEEDING, {A.PASS}),
    (S.PROCEEDING, E.SUCCESS): (S.ACCEPTED, {A.STOP_TIMEOUT, A.START_LINGER, A.PASS}),
    (S.PROCEEDING, E.FAILURE): (
        S.COMPLETED,
        {A.STOP_TIMEOUT, A.SEND_ACK, A.START_FORGET, A.PASS},
    ),
    (S.PROCEEDING, E.TIMEOUT): (S.TERMINATED, {A.TELL_TIMEOUT, A.END}),  # §9.1, after CANCEL
    (S.ACCEPTED, E.SUCCESS): (S.ACCEPTED, {A.PASS}),
    (S.ACCEPTED, E.FORGET): (S.TERMINATED, {A.END}),
    (S.COMPLETED, E.FAILURE): (S.COMPLETED, {A.SEND_ACK}),
    (S.COMPLETED, E.FORGET): (S.TERMINATED, {A.END}),
    (S.COMPLETED, E.TRANSPORT_ERROR): (S.TERMINATED, {A.END}),  # its user knows the end already
}
FIGURE_6 = {  # client of other requests
    (S.TRYING, E.START): (S.TRYING, {A.SEND, A.START_RESEND, A.START_TIMEOUT}),
    (S.TRYING, E.RESEND): (S.TRYING, {A.SEND, A.START_RESEND}),
    (S.TRYING, E.PROVISIONAL): (S.PROCEEDING, {A.PASS}),
    (S.PROCEEDING, E.RESEND): (S.PROCEEDING, {A.SEND, A.SLOW_RESEND}),
    (S.PROCEEDING, E.PROVISIONAL): (S.PROCEEDING, {A.PASS}),
    **{
        (state, event): (S.COMPLETED, {A.STOP_RESEND, A.STOP_TIMEOUT, A.START_FORGET, A.PASS})
        for state in (S.TRYING, S.PROCEEDING)
        for event in (E.SUCCESS, E.FAILURE)
    },
    **{
        (state, E.TIMEOUT): (S.TERMINATED, {A.STOP_RESEND, A.TELL_TIMEOUT, A.END})
        for state in (S.TRYING, S.PROCEEDING)
    },
    **{
        (state, E.TRANSPORT_ERROR): (
            S.TERMINATED,
            {A.STOP_RESEND, A.STOP_TIMEOUT, A.TELL_ERROR, A.END},
        )
        for state in (S.TRYING, S.PROCEEDING)
    },
    (S.COMPLETED, E.FORGET): (S.TERMINATED, {A.END}),
}
FIGURE_7 = {  # INVITE server, with Accepted of RFC 6026
    (S.PROCEEDING, E.REQUEST): (S.PROCEEDING, {A.SEND}),
    (S.PROCEEDING, E.PROVISIONAL): (S.PROCEEDING, {A.SEND}),
    (S.PROCEEDING, E.SUCCESS): (S.ACCEPTED, {A.SEND, A.START_LINGER}),
    (S.PROCEEDING, E.FAILURE): (S.COMPLETED, {A.SEND, A.START_RESEND, A.START_TIMEOUT}),
    (S.PROCEEDING, E.TRANSPORT_ERROR): (S.PROCEEDING, {A.TELL_ERROR}),
    (S.ACCEPTED, E.REQUEST): (S.ACCEPTED, set()),
    (S.ACCEPTED, E.ACK): (S.ACCEPTED, {A.PASS}),
    (S.ACCEPTED, E.SUCCESS): (S.ACCEPTED, {A.SEND}),
    (S.ACCEPTED, E.TRANSPORT_ERROR): (S.ACCEPTED, {A.TELL_ERROR}),
    (S.ACCEPTED, E.FORGET): (S.TERMINATED, {A.END}),
    (S.COMPLETED, E.REQUEST): (S.COMPLETED, {A.SEND}),
    (S.COMPLETED, E.RESEND): (S.COMPLETED, {A.SEND, A.START_RESEND}),
    (S.COMPLETED, E.ACK): (S.CONFIRMED, {A.STOP_RESEND, A.STOP_TIMEOUT, A.START_FORGET}),
    (S.COMPLETED, E.TIMEOUT): (S.TERMINATED, {A.STOP_RESEND, A.TELL_TIMEOUT, A.END}),
    (S.COMPLETED, E.TRANSPORT_ERROR): (S.COMPLETED, {A.TELL_ERROR}),
    (S.CONFIRMED, E.REQUEST): (S.CONFIRMED, set()),
    (S.CONFIRMED, E.ACK): (S.CONFIRMED, set()),
    (S.CONFIRMED, E.FORGET): (S.TERMINATED, {A.END}),
}
FIGURE_8 = {  # server of other requests
    (S.TRYING, E.REQUEST): (S.TRYING, set()),
    (S.TRYING, E.PROVISIONAL): (S.PROCEEDING, {A.SEND}),
    (S.PROCEEDING, E.REQUEST): (S.PROCEEDING, {A.SEND}),
    (S.PROCEEDING, E.PROVISIONAL): (S.PROCEEDING, {A.SEND}),
    **{
        (state, event): (S.COMPLETED, {A.SEND, A.START_FORGET})
        for state in (S.TRYING, S.PROCEEDING)
        for event in (E.SUCCESS, E.FAILURE)
    },
    (S.COMPLETED, E.REQUEST): (S.COMPLETED, {A.SEND}),
    **{
        (state, E.TRANSPORT_ERROR): (S.TERMINATED, {A.TELL_ERROR, A.END})
        for state in (S.PROCEEDING, S.COMPLETED)
    },
    (S.COMPLETED, E.FORGET): (S.TERMINATED, {A.END}),
}
FIGURES = {
    "figure-5-invite-client": (FIGURE_5, INVITE_CLIENT),
    "figure-6-client": (FIGURE_6, CLIENT),
    "figure-7-invite-server": (FIGURE_7, INVITE_SERVER),
    "figure-8-server": (FIGURE_8, SERVER),
}
Figure = dict[tuple[State, Event], tuple[State, set[Action]]]
CELLS = [
    pytest.param(figure, table, state, event, id=f"{name}-{state.name}-{event.name}".lower())
    for name, (figure, table) in FIGURES.items()
    for state in State
    for event in Event
]


@pytest.mark.parametrize(("figure", "table", "state", "event"), CELLS)
def test_a_cell_is_as_the_figure_draws_it(
    figure: Figure, table: Table, state: State, event: Event
) -> None:
    found = table.get((state, event))

    drawn = None if found is None else (found[0], set(found[1]))
    assert drawn == figure.get((state, event))


@pytest.mark.parametrize("table", [t for _, t in FIGURES.values()], ids=list(FIGURES))
def test_a_transaction_that_ends_has_stopped_what_it_started(table: Table) -> None:
    for (state, event), (after, actions) in table.items():
        if after != S.TERMINATED or state not in (S.CALLING, S.TRYING):
            continue
        assert A.STOP_RESEND in actions
        assert event == E.TIMEOUT or A.STOP_TIMEOUT in actions


@pytest.mark.parametrize("table", [t for _, t in FIGURES.values()], ids=list(FIGURES))
def test_the_user_is_told_last_so_that_it_may_do_anything(table: Table) -> None:
    for _, actions in table.values():
        for tell in (A.PASS, A.TELL_TIMEOUT, A.TELL_ERROR):
            if tell in actions:
                assert set(actions[actions.index(tell) + 1 :]) <= {A.END}
