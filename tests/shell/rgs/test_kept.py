"""Set- keeps what Lync has no word for and what was not touched, and may be used in turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from emulator.shell.client import ApiClient
from emulator.topology import parse_topology
from tests.shell.rgs.conftest import RgsShell
from tests.support.doors import Doors

_TOPOLOGY = """
domain: contoso.example
pools: {primary: {fqdn: pool1.contoso.example}, backup: {fqdn: pool2.contoso.example}}
agents: [{name: alice}]
groups:
  - name: quick
    handover: transfer
    queued_response: 183
    agent_groups: [{name: quick-agents, alert_seconds: 0.5, agents: [alice]}]
    queue: {timeout_seconds: 2.5, timeout_action: {uri: "sip:alice@contoso.example"}}
  - name: asking
    greeting: {text: Welcome}
    menu:
      prompt: {text: One or two?}
      answer_seconds: 3
      tries: 2
      answers: [{dtmf: "1", action: {queue: quick}}]
  - {name: nowhere, shared_queue: null}
failover_seconds: 0.2
failback_seconds: 0.2
ringback_grace_seconds: 5
"""


@pytest.fixture
async def shell(doors: Doors) -> AsyncIterator[RgsShell]:
    """A shell for a topology with values that Lync does not have."""
    door = await doors.open(topology=parse_topology(_TOPOLOGY, name="kept"))
    async with ApiClient(door.url) as client:
        yield RgsShell(door, client)


def _fields(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in ("version", "description")}


@pytest.mark.parametrize(
    ("noun", "path"),
    [
        ("AgentGroup", "agent-groups/quick-agents"),
        ("Queue", "queues/quick"),
        ("Workflow", "workflows/quick"),
        ("Workflow", "workflows/asking"),
        ("Workflow", "workflows/nowhere"),
    ],
)
async def test_what_was_not_touched_goes_back_as_it_came(
    shell: RgsShell, noun: str, path: str
) -> None:
    before = await shell.get(path)
    name = path.partition("/")[2]
    await shell.type(f"$x = Get-CsRgs{noun} -Name {name}; $x.Description = 'y'; Set-CsRgs{noun} $x")
    after = await shell.get(path)
    assert after["description"] == "y"
    assert _fields(after) == _fields(before)


@pytest.mark.parametrize(
    ("noun", "change", "told"),
    [
        ("AgentGroup", "$x.AgentAlertTime = 9", "AgentAlertTime"),
        ("AgentGroup", "$x.RoutingMethod = 'Random'", "RoutingMethod"),
        ("AgentGroup", "$x.AgentsByUri.Add('sip:alice@other.example')", "AgentsByUri"),
        ("Queue", "$x.TimeoutThreshold = 5", "from 10 to 65535"),
        ("Queue", "$x.OverflowThreshold = 1001", "from 0 to 1000"),
        ("Queue", "$x.TimeoutAction.Action = 'TransferToQuestion'", "TransferToQuestion"),
        ("Workflow", "$x.DefaultAction.Action = 'Terminate'", "TransferToQueue"),
        ("Workflow", "$x.DefaultAction = $null", "DefaultAction"),
        ("Workflow", "$x.LineUri = '+15550100'", "LineUri"),
    ],
)
async def test_a_change_beyond_the_limits_is_refused_by_set(
    shell: RgsShell, noun: str, change: str, told: str
) -> None:
    await shell.type(f"$x = Get-CsRgs{noun} -Name quick*; {change}")
    assert told in await shell.fails(f"Set-CsRgs{noun} -Instance $x")


async def test_a_changed_menu_keeps_its_patience(shell: RgsShell) -> None:
    await shell.type(
        "$x = Get-CsRgsWorkflow -Name asking; "
        "$end = New-CsRgsCallAction -Action Terminate; "
        "$x.DefaultAction.Question.AnswerList.Add((New-CsRgsAnswer -DtmfResponse 2 -Action $end)); "
        "Set-CsRgsWorkflow $x"
    )
    menu = (await shell.get("workflows/asking"))["menu"]
    assert (menu["answer_seconds"], menu["tries"]) == (3, 2)
    assert [answer["dtmf"] for answer in menu["answers"]] == ["1", "2"]


async def test_a_list_of_answers_may_be_a_modifier(shell: RgsShell) -> None:
    make = (
        "New-CsRgsQuestion -Prompt (New-CsRgsPrompt -TextToSpeechPrompt x) -AnswerList @{{{}="
        "(New-CsRgsAnswer -DtmfResponse 1 -Action (New-CsRgsCallAction -Action Terminate))}}"
    )
    assert await shell.type(f"({make.format('Add')}).AnswerList.DtmfResponse") == ["1"]
    assert await shell.type(f"({make.format('Replace')}).AnswerList.DtmfResponse") == ["1"]
    assert "AnswerList" in await shell.fails(make.format("Remove"))


@pytest.mark.parametrize("form", ["Set-CsRgsConfiguration $s", "$s | Set-CsRgsConfiguration"])
async def test_settings_can_be_changed_again_and_again(shell: RgsShell, form: str) -> None:
    await shell.type(f"$s = Get-CsRgsConfiguration $primary; $s.DisableCallContext = $true; {form}")
    found = await shell.get("settings?pool=primary")
    assert found["ringback_grace_seconds"] is None  # which is 5, and was not touched
    await shell.type(f"$s.AgentRingbackGracePeriod = 30; {form}")
    found = await shell.get("settings?pool=primary")
    assert (found["ringback_grace_seconds"], found["disable_call_context"]) == (30, True)


async def test_settings_are_not_set_from_another_object(shell: RgsShell) -> None:
    told = await shell.fails("Set-CsRgsConfiguration (Get-CsRgsQueue -Name quick)")
    assert "Get-CsRgsConfiguration" in told


async def test_what_is_in_memory_can_be_named_before_it_is_stored(shell: RgsShell) -> None:
    await shell.type(
        "$g = New-CsRgsAgentGroup $primary -Name G -InMemory; "
        "$q = New-CsRgsQueue $primary -Name Q -AgentGroupIDList $g.Identity -InMemory; "
        "Set-CsRgsAgentGroup $g; Set-CsRgsQueue $q; $q.Description = 'y'; Set-CsRgsQueue $q"
    )
    stored = await shell.get("queues/Q")
    assert (stored["agent_groups"], stored["description"]) == (["G"], "y")


async def test_a_database_that_does_not_answer_is_told_and_the_other_is_shown(
    shell: RgsShell,
) -> None:
    await shell.type("New-CsRgsAgentGroup $backup -Name B | Out-Null")
    await shell.door.ask("PUT", "pools/primary/database", {"up": False})
    out, told = await shell.run("(Get-CsRgsAgentGroup).Name")
    assert out == ["B"]
    assert "pool1.contoso.example" in told
    assert "ResourceUnavailable" in told
    assert "ResourceUnavailable" in await shell.fails("Get-CsRgsAgentGroup $primary")


async def test_the_middle_phase_is_waited_for_if_the_emulator_completes_it(
    shell: RgsShell,
) -> None:
    _, told = await shell.run("Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.example -Verbose")
    assert "failing_over takes 0.2 seconds" in told
    assert (await shell.door.get("state"))["phase"] == "failed_over"
    await shell.run("Invoke-CsPoolFailBack -PoolFqdn pool1.contoso.example")
    assert (await shell.door.get("state"))["phase"] == "failed_back"


@pytest.mark.parametrize(("switch", "is_warned"), [("", True), ("-Force", False)])
async def test_disaster_mode_warns_while_the_pool_serves(
    shell: RgsShell, switch: str, is_warned: bool
) -> None:
    _, told = await shell.run(
        f"Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.example -DisasterMode {switch}"
    )
    assert ("WARNING" in told) == is_warned
    assert (await shell.door.get("state"))["phase"] == "failed_over"


async def test_failing_over_twice_is_refused_in_the_words_of_the_api(shell: RgsShell) -> None:
    over = "Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.example -DisasterMode"
    await shell.run(over)
    assert "failed_over is not followed by failing_over" in await shell.fails(over)
