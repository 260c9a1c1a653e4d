"""Get-, New-, Set- and Remove- of every kind, with each of their parameters."""

from __future__ import annotations

from typing import Any

import pytest

from tests.shell.rgs.conftest import RgsShell

_MADE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "AgentGroup": (
        (
            "New-CsRgsAgentGroup -Parent $primary -Name 'First Line' -AgentAlertTime 30 "
            "-AgentsByUri sip:alice@contoso.example,sip:carol@contoso.example -Description 'Ours' "
            "-DistributionGroupAddress desk@contoso.example -ParticipationPolicy Formal "
            "-RoutingMethod RoundRobin -Force"
        ),
        "agent-groups/First Line",
        {
            "alert_seconds": 30,
            "agents": ["alice", "carol"],
            "description": "Ours",
            "distribution_group": "desk@contoso.example",
            "participation": "formal",
            "routing": "round_robin",
            "owner": "primary",
        },
    ),
    "Queue": (
        (
            "$g = Get-CsRgsAgentGroup -Name helpdesk-agents; $end = New-CsRgsCallAction -Action "
            "TransferToUri -Uri sip:bob@contoso.example; New-CsRgsQueue $primary -Name 'Help Desk' "
            "-Description 'Ours' -OverflowAction $end -OverflowCandidate OldestCall "
            "-OverflowThreshold 5 -TimeoutAction $end -TimeoutThreshold 60 "
            "-AgentGroupIDList $g.Identity -Force"
        ),
        "queues/Help Desk",
        {
            "agent_groups": ["helpdesk-agents"],
            "description": "Ours",
            "overflow_action": {"uri": "sip:bob@contoso.example"},
            "overflow_candidate": "oldest",
            "overflow_threshold": 5,
            "timeout_action": {"uri": "sip:bob@contoso.example"},
            "timeout_seconds": 60,
        },
    ),
    "HoursOfBusiness": (
        "$a = New-CsRgsTimeRange -Name morning -OpenTime 8:00 -CloseTime 12:00; "
        "$b = New-CsRgsTimeRange -OpenTime 13:00 -CloseTime 1.00:00:00; "
        "New-CsRgsHoursOfBusiness $primary -Name Office -Custom $true "
        + " ".join(
            f"-{day}Hours1 $a -{day}Hours2 $b"
            for day in (
                *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
                *("Saturday", "Sunday"),
            )
        )
        + " -Force",
        "hours-of-business/Office",
        {
            day: [{"open": "08:00", "close": "12:00"}, {"open": "13:00", "close": "24:00"}]
            for day in (
                *("monday", "tuesday", "wednesday", "thursday", "friday"),
                *("saturday", "sunday"),
            )
        }
        | {"custom": True},
    ),
    "HolidaySet": (
        (
            "$day = New-CsRgsHoliday -Name 'New Year' -StartDate 2027-01-01 -EndDate 2027-01-02; "
            "New-CsRgsHolidaySet -Parent $primary -HolidayList $day -Name French -Force"
        ),
        "holiday-sets/French",
        {
            "holidays": [
                {
                    "start": "2027-01-01T00:00:00",
                    "end": "2027-01-02T00:00:00",
                    "name": "New Year",
                }
            ]
        },
    ),
    "Workflow": (
        (
            "$q = Get-CsRgsQueue -Name lobby; $hi = New-CsRgsPrompt -TextToSpeechPrompt 'Welcome'; "
            "$h = New-CsRgsHoursOfBusiness $primary -Name Office; "
            "$s = New-CsRgsHolidaySet $primary -Name French "
            "-HolidayList (New-CsRgsHoliday -StartDate 2027-01-01 -EndDate 2027-01-02); "
            "$f = Import-CsRgsAudioFile $primary -FileName C:\\music.wav "
            "-Content ([Byte[]](82, 73)); "
            "New-CsRgsWorkflow -Parent $primary -Name 'Help Desk' "
            "-PrimaryUri sip:desk@contoso.example -Active $true -Anonymous $true "
            "-BusinessHoursID $h.Identity -CustomMusicOnHoldFile $f -DefaultAction "
            "(New-CsRgsCallAction -Action TransferToQueue -QueueID $q.Identity -Prompt $hi) "
            "-Description Ours -DisplayNumber '555 0177' -EnabledForFederation $true "
            "-HolidayAction (New-CsRgsCallAction -Action Terminate) -Language fr-FR "
            "-LineUri tel:+15550177 -NonBusinessHoursAction (New-CsRgsCallAction -Action "
            "TransferToVoiceMailUri -Uri sip:bob@contoso.example) "
            "-TimeZone 'Romance Standard Time' -HolidaySetIDList $s.Identity -Managed $true "
            "-ManagersByUri sip:bob@contoso.example -Force"
        ),
        "workflows/desk",
        {
            "display_name": "Help Desk",
            "active": True,
            "kind": "anonymous",
            "hours": "Office",
            "music": "music.wav",
            "shared_queue": "lobby",
            "greeting": {"text": "Welcome", "audio": None},
            "description": "Ours",
            "display_number": "555 0177",
            "federation": True,
            "holiday_action": {"terminate": {}},
            "language": "fr-FR",
            "tel": "+15550177",
            "closed_action": {"voicemail": "sip:bob@contoso.example"},
            "time_zone": "Romance Standard Time",
            "holidays": ["French"],
            "managed": True,
            "managers": ["sip:bob@contoso.example"],
        },
    ),
}
_NAMES = {kind: path.partition("/")[2] for kind, (_, path, _) in _MADE.items()}
_NAMES["Workflow"] = "Help Desk"
every_kind = pytest.mark.parametrize("kind", list(_MADE))


async def _stored(shell: RgsShell, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = await shell.get(_MADE[kind][1])
    return found


async def _is_there(shell: RgsShell, kind: str) -> bool:
    folder, _, name = _MADE[kind][1].partition("/")
    return name in [each["name"] for each in (await shell.get(folder))["objects"]]


@every_kind
async def test_new_makes_what_its_parameters_say(shell: RgsShell, kind: str) -> None:
    typed, _, wanted = _MADE[kind]
    await shell.type(typed)
    stored = await _stored(shell, kind)
    assert {key: stored[key] for key in wanted} == wanted


@every_kind
async def test_in_memory_stores_nothing_until_it_is_set(shell: RgsShell, kind: str) -> None:
    typed, _, _ = _MADE[kind]
    before, _, new = typed.rpartition("; ")
    await shell.type(f"{before}; $x = {new} -InMemory" if before else f"$x = {new} -InMemory")
    assert not await _is_there(shell, kind)
    await shell.type(f"Set-CsRgs{kind} -Instance $x -Force")
    assert await _is_there(shell, kind)


@every_kind
@pytest.mark.parametrize("switch", ["-WhatIf", "-Confirm"])
async def test_what_if_and_a_no_change_nothing(shell: RgsShell, kind: str, switch: str) -> None:
    before, _, new = _MADE[kind][0].rpartition("; ")
    await shell.type(before)
    shell.answers = ["N"]
    out = await shell.type(f"{new} {switch}")
    assert not await _is_there(shell, kind)
    assert any("Performing the operation" in line for line in out)
    await shell.type(new)
    for verb in ("Set", "Remove"):
        shell.answers = ["N"]
        text = f"$x = Get-CsRgs{kind} -Name '{_NAMES[kind]}'; $x.Name = 'Other'; "
        await shell.type(f"{text}{verb}-CsRgs{kind} -Instance $x {switch}")
        assert await _is_there(shell, kind)


@every_kind
async def test_get_finds_by_service_by_identity_by_name_and_by_owner(
    shell: RgsShell, kind: str
) -> None:
    await shell.type(_MADE[kind][0])
    name = _NAMES[kind]
    for sought in (
        f"-Identity $primary -Name '{name}'",
        f"$primary -Name '{name[:5]}*'",
        f"-Owner $primary -Name '{name}'",
        f"-Name '{name.upper()}'",
    ):
        assert await shell.type(f"(Get-CsRgs{kind} {sought}).Name") == [name], sought
    identity = f"(Get-CsRgs{kind} -Name '{name}').Identity"
    assert await shell.type(f"(Get-CsRgs{kind} -Identity {identity}).Name") == [name]
    assert await shell.type(f"Get-CsRgs{kind} -Identity $backup -Name '{name}'") == []
    assert await shell.type(f"Get-CsRgs{kind} -Name nothing") == []


@every_kind
async def test_copies_are_shown_with_show_all_or_by_owner_alone(shell: RgsShell, kind: str) -> None:
    await shell.type(_MADE[kind][0])
    await shell.door.ask("POST", "import")
    name = _NAMES[kind]
    count = f"@(Get-CsRgs{kind} -Identity $backup -Name '{name}' {{}}).Count"
    assert await shell.type(count.format("")) == ["0"]
    assert await shell.type(count.format("-ShowAll")) == ["1"]
    assert await shell.type(count.format("-Owner $primary")) == ["1"]
    assert await shell.type(count.format("-Owner $backup")) == ["0"]


@every_kind
async def test_set_stores_a_change_and_refuses_what_is_stale(shell: RgsShell, kind: str) -> None:
    await shell.type(_MADE[kind][0])
    name = _NAMES[kind]
    await shell.type(f"$x = Get-CsRgs{kind} -Name '{name}'; $y = Get-CsRgs{kind} -Name '{name}'")
    await shell.type(f"$x.Name = 'Another'; $x | Set-CsRgs{kind} -Force")
    assert await shell.type(f"(Get-CsRgs{kind} -Name Another).Name") == ["Another"]
    assert "ObjectIsStale" in await shell.fails(f"$y.Name = 'Third'; Set-CsRgs{kind} $y")


@every_kind
async def test_remove_takes_it_away(shell: RgsShell, kind: str) -> None:
    await shell.type(_MADE[kind][0])
    await shell.type(f"Get-CsRgs{kind} -Name '{_NAMES[kind]}' | Remove-CsRgs{kind} -Force")
    assert not await _is_there(shell, kind)


@every_kind
async def test_what_the_primary_pool_owns_is_refused_while_it_is_away(
    shell: RgsShell, kind: str
) -> None:
    await shell.type(_MADE[kind][0])
    await shell.door.phase("outage")
    name = _NAMES[kind]
    told = await shell.fails(f"Get-CsRgs{kind} -Name '{name}' | Remove-CsRgs{kind}")
    assert "config/outage/primary" in told
    assert await shell.type(f"(Get-CsRgs{kind} -Name '{name}').Name") == [name]


async def test_an_interactive_workflow_is_made_of_questions_and_answers(shell: RgsShell) -> None:
    await shell.type(
        "$q = Get-CsRgsQueue -Name lobby; "
        "$p = New-CsRgsPrompt -TextToSpeechPrompt 'One or two?'; "
        "$again = New-CsRgsPrompt -TextToSpeechPrompt 'Once more'; "
        "$one = New-CsRgsAnswer -Name first -DtmfResponse 1 -VoiceResponseList one, first -Action "
        "(New-CsRgsCallAction -Action TransferToQueue -QueueID $q.Identity); "
        "$number = New-CsRgsCallAction -Action TransferToPSTN -Uri tel:+15550142; "
        "$deep = New-CsRgsQuestion -Prompt $p -AnswerList (New-CsRgsAnswer -DtmfResponse '*' "
        "-Action $number); "
        "$two = New-CsRgsAnswer -DtmfResponse 2 -Action "
        "(New-CsRgsCallAction -Action TransferToQuestion -Question $deep); "
        "$ask = New-CsRgsQuestion -Name main -Prompt $p -AnswerList $one, $two "
        "-InvalidAnswerPrompt $again -NoAnswerPrompt $again; "
        "New-CsRgsWorkflow $primary -Name Ask -PrimaryUri sip:ask@contoso.example -Active $true "
        "-DefaultAction (New-CsRgsCallAction -Action TransferToQuestion -Question $ask)"
    )
    menu = (await shell.get("workflows/ask"))["menu"]
    first, second = menu["answers"]
    assert (menu["name"], menu["invalid_answer_prompt"]["text"]) == ("main", "Once more")
    assert menu["no_answer_prompt"]["text"] == "Once more"
    assert (first["dtmf"], first["voice"], first["name"]) == ("1", ["one", "first"], "first")
    assert first["action"] == {"queue": "lobby"}
    deep = second["action"]["question"]["answers"][0]
    assert (deep["dtmf"], deep["action"]) == ("*", {"pstn": "tel:+15550142"})


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("New-CsRgsAgentGroup $primary -Name x -AgentAlertTime 9", "AgentAlertTime"),
        ("New-CsRgsAgentGroup $primary -Name x -AgentAlertTime 601", "600"),
        ("New-CsRgsQueue $primary -Name x -TimeoutThreshold 9", "TimeoutThreshold"),
        ("New-CsRgsQueue $primary -Name x -TimeoutThreshold 65536", "65535"),
        ("New-CsRgsQueue $primary -Name x -OverflowThreshold 1001", "OverflowThreshold"),
        ("New-CsRgsTimeRange -OpenTime 9:00 -CloseTime 8:00", "CloseTime"),
        ("New-CsRgsHoliday -StartDate 2027-01-02 -EndDate 2027-01-01", "EndDate"),
        ("New-CsRgsPrompt -TextToSpeechPrompt ('x' * 4097)", "4096"),
        (
            "New-CsRgsQuestion -Prompt (New-CsRgsPrompt -TextToSpeechPrompt x) -Name ('x' * 129)",
            "128",
        ),
        ("New-CsRgsCallAction -Action TransferToQueue", "QueueID"),
        ("New-CsRgsCallAction -Action TransferToUri", "Uri"),
        ("New-CsRgsCallAction -Action Fly", "Fly"),
        (
            "New-CsRgsWorkflow $primary -Name x -PrimaryUri sip:x@contoso.example -Active $true",
            "DefaultAction",
        ),
        ("New-CsRgsWorkflow $primary -Name x -PrimaryUri sip:x@other.example", "PrimaryUri"),
        (
            (
                "New-CsRgsWorkflow $primary -Name x -PrimaryUri sip:x@contoso.example "
                "-DefaultAction (New-CsRgsCallAction -Action Terminate)"
            ),
            "TransferToQueue",
        ),
        ("New-CsRgsQueue service:ApplicationServer:pool9.contoso.example -Name x", "pool9"),
        ("New-CsRgsQueue $primary -Name helpdesk", "already"),
        ("Set-CsRgsConfiguration $primary -AgentRingbackGracePeriod 29", "30"),
    ],
)
async def test_what_cannot_be_is_told_with_its_limit(
    shell: RgsShell, typed: str, told: str
) -> None:
    assert told in await shell.fails(typed)
