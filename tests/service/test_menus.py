"""Interactive workflows: callers are asked, press keys by INFO, and go where the answers lead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emulator.model.calls import CallState
from emulator.model.configuration import ObjectKind
from emulator.model.topology import Group, NamedQueue
from emulator.rules import Kind, Pool, Style
from emulator.testing.call import ClientCall
from sip.message import Request, Response
from tests.support.house import House

_TOPOLOGY = """
blackhole_seconds: 0.2
imported: {imported}
agents:
  - {{name: ann, home: backup}}
  - {{name: ben, home: backup}}
  - {{name: cas, home: backup, answer_after_ms: null}}
groups:
  - name: reception
    kind: {kind}
    owner: {owner}
    handover: {handover}
    menu:
      prompt: {{text: "Press 1 for sales, 2 for everything else."}}
      answer_seconds: {answer_seconds}
      tries: {tries}
      answers:
        - {{dtmf: "1", action: {{queue: front}}}}
        - {{dtmf: "3", action: {{uri: "sip:ben@contoso.example"}}}}
        - {{dtmf: "9", action: {{uri: "sip:reception@contoso.example"}}}}
        - dtmf: "2"
          action:
            question:
              prompt: {{text: "Press 1 for support, 2 for more."}}
              answers:
                - {{dtmf: "1", action: {{queue: support}}}}
                - dtmf: "2"
                  action:
                    question:
                      prompt: {{text: "Press star for Ben, hash to hang up, 0 to wait."}}
                      answers:
                        - {{dtmf: "*", action: {{uri: "sip:ben@contoso.example"}}}}
                        - {{dtmf: "#", action: {{terminate: {{}}}}}}
                        - {{dtmf: "0", action: {{queue: quiet}}}}
  - {{name: support, owner: {owner}, kind: anonymous, agents: [ben]}}
agent_groups:
  - {{name: desk, owner: {owner}, agents: [ann]}}
  - {{name: sleepers, owner: {owner}, agents: [cas]}}
queues:
  - {{name: front, owner: {owner}, agent_groups: [desk]}}
  - {{name: quiet, owner: {owner}, agent_groups: [sleepers]}}
"""


async def _build(
    house: House,
    *,
    kind: str = "normal",
    owner: str = "primary",
    handover: str = "proxy",
    imported: bool = False,
    answer_seconds: float = 60,
    tries: int = 3,
    style: Style = Style.GRACEFUL,
) -> None:
    text = _TOPOLOGY.format(
        kind=kind,
        owner=owner,
        handover=handover,
        imported=str(imported).lower(),
        answer_seconds=answer_seconds,
        tries=tries,
    )
    await house.build(text, style)


async def _asked(
    house: House,
    via: str = "director",
    transport: str = "udp",
    *,
    simple: bool = False,
    headers: dict[str, str] | None = None,
) -> ClientCall:
    """A call whose caller is asked."""
    caller = await house.client("caller", transport, simple=simple)
    call = await caller.invite("reception", via=via, wait="ringing", headers=headers)
    assert call.status == 183
    return call


async def _press(call: ClientCall, *keys: str, via: str | None = None) -> None:
    """Press keys one after the other, each of which is heard."""
    for key in keys:
        body = f"Signal={key}\r\nDuration=160\r\n".encode()
        kind = {"Content-Type": "application/dtmf-relay"}
        assert (await call.request("INFO", headers=kind, body=body, via=via)).status == 200


def _statuses(call: ClientCall) -> list[int]:
    """What the caller has heard of its INVITE."""
    heard = [each for each in call.messages if isinstance(each, Response)]
    return [each.status for each in heard if each.method == b"INVITE"]


# -- being asked -----------------------------------------------------------------------------------


async def test_the_caller_hears_183_in_the_pools_own_dialog_and_nobody_rings(house: House) -> None:
    await _build(house)

    call = await _asked(house)

    assert _statuses(call) == [183]
    assert call.dialog is not None
    host, port = house.addresses["primary"]
    assert f"{host}:{port}" in (call.remote_target or "")
    assert house.call.state == CallState.PENDING
    assert not any(agent.calls for agent in house.site.agents.values())


@pytest.mark.parametrize(
    ("keys", "agent", "group"),
    [
        ("1", "ann", "reception"),
        ("3", "ben", "reception"),
        ("21", "ben", "support"),
        ("22*", "ben", "reception"),
    ],
    ids=["queue", "person", "second level", "third level"],
)
async def test_keys_lead_through_the_questions_to_who_answers(
    house: House, keys: str, agent: str, group: str
) -> None:
    await _build(house)
    call = await _asked(house)

    await _press(call, *keys)

    await call.expect(200)
    found = house.call
    assert found.agent is house.site.agents[agent]
    assert found.group is not None
    assert found.group.name == group


async def test_a_key_may_end_the_call(house: House) -> None:
    await _build(house)
    call = await _asked(house)

    await _press(call, *"22#")

    await call.expect(486)
    assert house.call.ended_by == "queue"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/dtmf-relay", b"Signal=1\r\nDuration=160\r\n"),
        ("application/dtmf-relay", b"Signal= 1\r\nDuration= 160"),
        ("Application/DTMF-Relay; charset=utf-8", b"Duration=160\r\nSignal=1\r\n"),
        ("application/dtmf", b"1"),
        ("application/dtmf", b"1\r\n"),
    ],
)
async def test_both_kinds_of_info_are_understood(
    house: House, content_type: str, body: bytes
) -> None:
    await _build(house)
    call = await _asked(house)

    await call.request("INFO", headers={"Content-Type": content_type}, body=body)

    await call.expect(200)


@pytest.mark.parametrize("key", ["*", "10"], ids=["sign", "event of RFC 4733"])
async def test_the_star_is_a_key_by_its_sign_and_by_its_number(house: House, key: str) -> None:
    await _build(house)
    call = await _asked(house)

    await _press(call, "2", "2", key)

    await call.expect(200)
    assert house.call.agent is house.site.agents["ben"]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("came_by", ["director", "primary", "backup"])
@pytest.mark.parametrize("is_simple", [False, True], ids=["by the dialog", "simple"])
async def test_keys_are_heard_whichever_way_they_come(
    house: House, transport: str, came_by: str, *, is_simple: bool
) -> None:
    await _build(house)
    call = await _asked(house, came_by, transport, simple=is_simple)

    await _press(call, "1")

    await call.expect(200)


async def test_a_key_that_a_client_sends_twice_by_one_request_counts_once(house: House) -> None:
    await _build(house)
    call = await _asked(house)
    kind = {"Content-Type": "application/dtmf-relay"}

    exchange = await call.send("INFO", headers=kind, body=b"Signal=2\r\n", repeats=False)
    exchange.link.send(exchange.request.to_bytes())
    await exchange.answer(5.0, 200)
    await _press(call, "2", "*")

    await call.expect(200)
    assert house.call.agent is house.site.agents["ben"]


async def test_emulated_agents_who_call_are_asked_too(house: House) -> None:
    await _build(house)

    call = await house.deployment.place_call("cas", "reception")

    assert call.state == CallState.PENDING
    house.deployment.hang_up(call)
    await house.until(lambda: not house.site.agents["cas"].calls)


# -- wrong answers, and none -----------------------------------------------------------------------


async def test_a_wrong_key_has_the_question_asked_again(house: House) -> None:
    await _build(house, tries=3)
    call = await _asked(house)

    await _press(call, "7", "#", "1")

    await call.expect(200)
    assert _statuses(call) == [183, 180, 200]


async def test_too_many_wrong_keys_end_the_call(house: House) -> None:
    await _build(house, tries=2)
    call = await _asked(house)
    await _press(call, "7")
    assert house.call.state == CallState.PENDING

    await _press(call, "7")

    await call.expect(486)
    assert house.call.ended_by == "queue"


async def test_silence_ends_the_call_when_it_has_been_asked_often_enough(house: House) -> None:
    await _build(house, tries=2, answer_seconds=0.1)
    caller = await house.client("caller")

    call = await caller.invite("reception")

    assert _statuses(call) == [183, 486]
    assert house.call.ended_by == "queue"


async def test_each_question_has_tries_of_its_own(house: House) -> None:
    await _build(house, tries=2)
    call = await _asked(house)

    await _press(call, "7", "2", "7", "7", "1")

    await call.expect(200)
    assert house.call.agent is house.site.agents["ben"]


async def test_an_answer_may_lead_back_to_the_beginning(house: House) -> None:
    await _build(house, tries=2)
    call = await _asked(house)

    await _press(call, "7", "9", "7", "1")

    await call.expect(200)
    assert house.call.agent is house.site.agents["ann"]


async def test_who_goes_round_in_a_menu_for_ever_is_let_go(house: House) -> None:
    await _build(house)
    call = await _asked(house)

    await _press(call, *"9" * 17)

    await call.expect(482)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/sdp", b"Signal=1\r\n"),
        ("application/dtmf-relay", b"Duration=160\r\n"),
        ("application/dtmf-relay", b""),
        ("application/dtmf", b"flash"),
    ],
)
async def test_info_that_tells_of_no_key_is_no_answer(
    house: House, content_type: str, body: bytes
) -> None:
    await _build(house, tries=1)
    call = await _asked(house)

    await call.request("INFO", headers={"Content-Type": content_type}, body=body)
    await _press(call, "1")

    await call.expect(200)


# -- keys while nobody asks ------------------------------------------------------------------------


async def test_a_key_pressed_while_somebody_rings_does_nothing(house: House) -> None:
    await _build(house)
    call = await _asked(house)
    await _press(call, *"220")
    await call.expect(180)

    await _press(call, *"1#2")

    assert _statuses(call) == [183, 180]
    assert house.site.agents["cas"].calls == 1
    await call.cancel()
    await call.expect(487)


async def test_a_key_pressed_by_a_caller_whom_nobody_ever_asked_does_nothing(house: House) -> None:
    await _build(house)
    ben = await house.agent("ben")
    caller = await house.client("caller")
    call = await caller.invite("support", wait=None)
    offered = await ben.expect_call()
    await offered.ring()
    await call.expect(180)

    await _press(call, "1")

    await offered.answer()
    await call.expect(200)


async def test_who_waits_behind_a_menu_hears_the_status_of_waiting_calls(house: House) -> None:
    await _build(house)
    call = await _asked(house)
    busy = await house.deployment.place_call("ben", "cas")
    await house.until(lambda: house.site.agents["cas"].calls)

    await _press(call, *"220")

    await call.expect(182)
    house.deployment.hang_up(busy)
    await call.expect(180)


# -- giving up -------------------------------------------------------------------------------------


async def test_cancel_while_asked_ends_the_call(house: House) -> None:
    await _build(house)
    call = await _asked(house)

    assert (await call.cancel()).status == 200

    await call.expect(487)
    assert house.call.ended_by == "caller"


async def test_bye_while_asked_ends_the_call(house: House) -> None:
    await _build(house)
    call = await _asked(house)

    assert (await call.request("BYE")).status == 200

    await call.expect(487)
    assert house.call.ended_by == "caller"


async def test_a_connection_that_closes_while_its_caller_is_asked_ends_the_call(
    house: House,
) -> None:
    await _build(house)
    call = await _asked(house, transport="tcp")

    await call.client.close()

    await house.until(lambda: house.call.state == CallState.ENDED)
    assert house.call.ended_by == "caller"


@pytest.mark.parametrize("gives_up", ["CANCEL", "phase", "key"])
async def test_a_question_is_over_with_its_call(house: House, gives_up: str) -> None:
    await _build(house, answer_seconds=0.1, tries=100)
    call = await _asked(house)

    caller = house.call.carrier.caller

    if gives_up == "CANCEL":
        await call.cancel()
    elif gives_up == "phase":
        await house.enter("outage")
    else:
        await _press(call, *"22#")

    await house.until(lambda: call.status >= 300)
    assert caller.menu is None


# -- who answers in the end ------------------------------------------------------------------------


@pytest.mark.parametrize("keys", ["1", "3"], ids=["queue", "person"])
@pytest.mark.parametrize("kind", list(Kind))
async def test_calls_behind_a_menu_are_carried_as_the_kind_of_its_group_says(
    house: House, kind: Kind, keys: str
) -> None:
    await _build(house, kind=kind)
    agent = await house.agent("ann" if keys == "1" else "ben")
    call = await _asked(house)

    await _press(call, *keys)
    taken = await agent.expect_call()
    await taken.answer()
    await call.expect(200)

    assert house.call.kind is kind
    pool = "{}:{}".format(*house.addresses["primary"])
    is_hidden = pool in (call.remote_target or "")
    assert is_hidden is (kind is Kind.ANONYMOUS)
    assert (await taken.hang_up()).status == 200
    await call.expect("BYE")


async def test_a_group_of_the_other_kind_behind_a_menu_makes_the_call_its_own(
    house: House,
) -> None:
    await _build(house, kind="normal")
    call = await _asked(house)

    await _press(call, *"21")

    await call.expect(200)
    assert house.call.kind is Kind.ANONYMOUS
    await house.enter("outage")
    await call.expect("BYE")


async def test_a_normal_call_that_came_by_a_menu_outlives_its_pool(house: House) -> None:
    await _build(house, style=Style.CRASH)
    call = await _asked(house)
    await _press(call, "1")
    await call.expect(200)

    await house.enter("outage")

    assert house.call.state == CallState.CONNECTED
    assert (await call.hang_up()).status == 200
    assert house.call.ended_by == "caller"


async def test_who_can_be_transferred_is_asked_in_the_early_dialog_all_the_same(
    house: House,
) -> None:
    await _build(house, handover="transfer")
    call = await _asked(house, headers={"Supported": "replaces", "Allow": "INVITE, ACK, REFER"})

    await _press(call, "1")

    await call.expect(200)
    assert house.call.agent is house.site.agents["ann"]


# -- phases while asked ----------------------------------------------------------------------------


async def test_the_outage_drops_who_is_asked_by_the_pending_row(house: House) -> None:
    await _build(house)
    call = await _asked(house)

    await house.enter("outage")

    refusal = await call.expect(503)
    rule = refusal.header("X-RGS-Rule") or ""
    assert rule.startswith("cell=pending/outage/"), rule
    assert house.call.ended_by == "rule"


async def test_the_outage_in_silence_answers_408_to_who_was_asked_by_the_director(
    house: House,
) -> None:
    await _build(house, style=Style.BLACKHOLE)
    call = await _asked(house)

    await house.enter("outage")

    await call.expect(408)
    assert house.call.ended_by == "rule"


async def test_the_crash_leaves_who_was_asked_by_the_pool_itself_without_a_word(
    house: House,
) -> None:
    await _build(house, style=Style.CRASH)
    call = await _asked(house, via="primary")

    await house.enter("outage")

    await call.expect_nothing(until=call.client.request("OPTIONS"))
    assert house.call.ended_by == "rule"


@pytest.mark.parametrize("owner", ["backup", "primary"], ids=["own", "copy"])
async def test_the_backup_pool_asks_on_while_the_primary_is_gone(house: House, owner: str) -> None:
    await _build(house, owner=owner, imported=True)
    if owner == "primary":
        await house.enter("outage")
    call = await _asked(house)
    assert house.call.host is Pool.BACKUP
    await house.enter("failing_over" if owner == "primary" else "outage")

    await _press(call, "1")

    await call.expect(200)
    assert (house.call.host, house.call.agent) == (Pool.BACKUP, house.site.agents["ann"])


async def test_failing_back_drops_who_is_asked_by_a_copy(house: House) -> None:
    await _build(house, imported=True)
    await house.enter("outage", "failing_over", "failed_over")
    call = await _asked(house)

    await house.enter("failing_back")

    rule = (await call.expect(503)).header("X-RGS-Rule") or ""
    assert rule.startswith("cell=pending/failing_back/"), rule


async def test_a_key_that_crosses_the_change_of_phase_moves_nothing(house: House) -> None:
    await _build(house)
    call = await _asked(house)
    caller = house.call.carrier.caller
    info = Request.build(
        b"INFO",
        b"sip:pool",
        via=b"SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1",
        from_value=b"<sip:a@b>;tag=1",
        to_value=b"<sip:c@d>;tag=2",
        call_id=b"1",
        cseq=2,
        headers=[(b"Content-Type", b"application/dtmf")],
        body=b"1",
    )

    heard: list[bool] = []

    def press() -> None:
        """The verdict has been given; what it says is on its way to the caller."""
        if not heard and house.call.ended is not None:
            heard.append(caller.menu is not None)
            caller.menu.hear(info)

    stop = house.site.journal.listen(press)
    await house.enter("outage")
    stop()

    await call.expect(503)
    assert house.call.ended_by == "rule"
    assert heard == [True]


# -- changes while asked ---------------------------------------------------------------------------


def _change_reception(house: House, change: Group | None, pool: Pool = Pool.PRIMARY) -> None:
    """Let the group be another from the next call on, or (None) gone."""
    hosting = house.site.hosting
    configuration = hosting.configuration[pool]
    found = configuration.find(ObjectKind.WORKFLOW, "reception")
    assert found is not None
    if change is None:
        hosting.adopt(configuration.with_changes((), [found.key]))
        return
    changed = replace(found, value=change, version=hosting.next_version())
    hosting.adopt(configuration.with_changes([changed]))


def _reception(house: House) -> Group:
    found = house.site.hosting.configuration[Pool.PRIMARY].find(ObjectKind.WORKFLOW, "reception")
    assert found is not None
    assert isinstance(found.value, Group)
    return found.value


async def test_a_change_of_the_menu_is_for_the_next_call(house: House) -> None:
    await _build(house)
    call = await _asked(house)

    menu = _reception(house).menu
    assert menu is not None
    swapped = replace(menu, answers=(replace(menu.answers[0], dtmf="5"),))
    _change_reception(house, replace(_reception(house), menu=swapped))

    await _press(call, "1")
    await call.expect(200)
    await call.hang_up()
    other = await _asked(house)
    await _press(other, "1", "5")
    await other.expect(200)


async def test_who_is_asked_by_a_group_that_is_removed_is_refused(house: House) -> None:
    await _build(house)
    call = await _asked(house)

    _change_reception(house, None)

    await call.expect(480)


async def test_who_waits_in_a_queue_by_the_menu_of_a_group_that_is_removed_is_refused(
    house: House,
) -> None:
    await _build(house)
    call = await _asked(house)
    await _press(call, *"220")
    await call.expect(180)

    _change_reception(house, None)

    await call.expect(480)
    await house.until(lambda: not house.site.agents["cas"].calls)


async def test_who_waits_in_a_queue_goes_on_with_what_the_queue_has_become(
    house: House,
) -> None:
    await _build(house)
    call = await _asked(house)
    busy = await house.deployment.place_call("ben", "cas")
    await house.until(lambda: house.site.agents["cas"].calls)
    await _press(call, *"220")
    await call.expect(182)

    hosting = house.site.hosting
    configuration = hosting.configuration[Pool.PRIMARY]
    quiet = configuration.find(ObjectKind.QUEUE, "quiet")
    assert quiet is not None
    other = NamedQueue("quiet", ("desk",))
    changed = replace(quiet, value=other, version=hosting.next_version())
    hosting.adopt(configuration.with_changes([changed]))

    await call.expect(200)
    assert house.calls[0].agent is house.site.agents["ann"]
    house.deployment.hang_up(busy)


async def test_calls_to_a_menu_that_leads_to_nobody_are_refused(house: House) -> None:
    await house.build(
        """
groups:
  - name: reception
    menu: {prompt: {text: ?}, answers: [{dtmf: "1", action: {queue: empty}}]}
queues: [{name: empty}]
""".replace("?", "Who?")
    )
    call = await _asked(house)

    await _press(call, "1")

    await call.expect(480)
