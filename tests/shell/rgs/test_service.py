"""Settings, audio files, exports, imports, moves, and the pair of pools."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shell.rgs.conftest import RgsShell

_POOL = "pool1.contoso.example"


# -- settings and files ----------------------------------------------------------------------------


async def test_settings_are_changed_by_identity_and_by_instance(shell: RgsShell) -> None:
    await shell.type(
        "$f = Import-CsRgsAudioFile -Identity $primary -FileName hold.wma -Content "
        "([Byte[]](1, 2, 3)) -Force; Set-CsRgsConfiguration -Identity $primary "
        "-AgentRingbackGracePeriod 90 -DefaultMusicOnHoldFile $f -DisableCallContext $true -Force"
    )
    found = await shell.get("settings?pool=primary")
    assert (found["ringback_grace_seconds"], found["music"]) == (90, "hold.wma")
    assert found["disable_call_context"] is True
    await shell.type(
        "$s = Get-CsRgsConfiguration -Identity $primary; $s.AgentRingbackGracePeriod = 120; "
        "Set-CsRgsConfiguration -Instance $s -Force"
    )
    assert await shell.type(
        "(Get-CsRgsConfiguration $primary).AgentRingbackGracePeriod; "
        "(Get-CsRgsConfiguration $backup).AgentRingbackGracePeriod"
    ) == ["120", "60"]


@pytest.mark.parametrize("switch", ["-WhatIf", "-Confirm"])
async def test_settings_and_files_stay_where_that_is_wanted(shell: RgsShell, switch: str) -> None:
    shell.answers = ["N", "N"]
    await shell.type(
        f"Set-CsRgsConfiguration $primary -AgentRingbackGracePeriod 90 {switch}; "
        f"Import-CsRgsAudioFile $primary -FileName a.wav -Content ([Byte[]](1,2)) {switch}"
    )
    assert (await shell.get("settings?pool=primary"))["ringback_grace_seconds"] is None


# -- exports and imports ---------------------------------------------------------------------------


async def test_an_export_is_imported_with_every_switch(shell: RgsShell, tmp_path: Path) -> None:
    file, back = tmp_path / "out.zip", tmp_path / "back.zip"
    await shell.type("Set-CsRgsConfiguration $primary -AgentRingbackGracePeriod 90")
    await shell.type(f"Export-CsRgsConfiguration -FileName {file} -Source $primary -Force")
    assert "already" in await shell.fails(
        f"Export-CsRgsConfiguration -FileName {file} -Source $primary"
    )
    await shell.type(
        f"Import-CsRgsConfiguration -Destination $backup -FileName {file} -Force "
        "-ReplaceExistingRgsSettings -ResolveNameConflicts"
    )
    assert (await shell.get("settings?pool=backup"))["ringback_grace_seconds"] == 90
    assert (await shell.door.get("state"))["imported"] is True
    await shell.type(
        f"Export-CsRgsConfiguration -FileName {back} -Source $backup -Owner $primary "
        "-RemoveExportedConfiguration"
    )
    assert (await shell.door.get("state"))["imported"] is False
    await shell.type(
        f"Import-CsRgsConfiguration -Destination $primary -FileName {back} -OverwriteOwner"
    )
    assert await shell.type("(Get-CsRgsWorkflow -Identity $primary).Count") == ["6"]


async def test_moving_gives_everything_to_the_other_pool(shell: RgsShell) -> None:
    await shell.type(
        f"Move-CsRgsConfiguration -Source {_POOL} -Destination pool2.contoso.example -Force "
        "-ResolveNameConflicts"
    )
    assert await shell.type("(Get-CsRgsWorkflow | Group-Object OwnerPool).Name") == [
        "pool2.contoso.example"
    ]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip"])
async def test_a_damaged_file_is_refused(shell: RgsShell, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bad.zip"
    file.write_bytes(content)
    told = await shell.fails(f"Import-CsRgsConfiguration -Destination $backup -FileName {file}")
    assert "zip file" in told
    none = tmp_path / "none.zip"
    told = await shell.fails(f"Import-CsRgsConfiguration -Destination $backup -FileName {none}")
    assert "cannot be read" in told


# -- the pair of pools -----------------------------------------------------------------------------


async def test_failover_and_failback_take_every_parameter_and_go_to_the_end(
    shell: RgsShell,
) -> None:
    await shell.run(
        f"Invoke-CsPoolFailOver -PoolFqdn {_POOL} -Confirm:$false -FlushStorageService -Force "
        "-WaitTime 00:00:15 -DatabaseCommandTimeoutInSeconds 30 -ServicesStopDelayMins 1 "
        "-SkipDataVerification"
    )
    assert (await shell.door.get("state"))["phase"] == "failed_over"
    await shell.run(
        f"Invoke-CsPoolFailBack -PoolFqdn {_POOL} -Confirm:$false -DisasterMode -Force "
        "-WaitTime 00:00:15 -DatabaseCommandTimeoutInSeconds 30 -SkipDataVerification"
    )
    assert (await shell.door.get("state"))["phase"] == "failed_back"


async def test_verbose_tells_the_account(shell: RgsShell) -> None:
    await shell.door.connected("carol", "hotline")
    _, told = await shell.run(f"Invoke-CsPoolFailOver {'-PoolFqdn'} {_POOL} -Verbose")
    assert "connected/failing_over/anonymous/primary 0 kept, 1 dropped" in told
    assert "failed_over 100%" in told


async def test_disaster_mode_is_for_a_pool_that_is_gone(shell: RgsShell) -> None:
    await shell.door.phase("outage")
    assert "-DisasterMode" in await shell.fails(f"Invoke-CsPoolFailOver -PoolFqdn {_POOL}")
    assert (await shell.door.get("state"))["phase"] == "outage"
    await shell.run(f"Invoke-CsPoolFailOver -PoolFqdn {_POOL} -DisasterMode")
    assert (await shell.door.get("state"))["phase"] == "failed_over"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Invoke-CsPoolFailOver -PoolFqdn pool2.contoso.example", "backup pool"),
        ("Invoke-CsPoolFailOver -PoolFqdn pool3.contoso.example", "no pool"),
        (f"Invoke-CsPoolFailBack -PoolFqdn {_POOL}", "normal is not followed by failing_back"),
    ],
)
async def test_what_the_pair_does_not_do_is_refused(shell: RgsShell, typed: str, told: str) -> None:
    assert told in await shell.fails(typed)
    assert (await shell.door.get("state"))["phase"] == "normal"


@pytest.mark.parametrize("verb", ["FailOver", "FailBack"])
async def test_what_if_and_a_no_leave_the_phase(shell: RgsShell, verb: str) -> None:
    if verb == "FailBack":
        await shell.run(f"Invoke-CsPoolFailOver -PoolFqdn {_POOL}")
    before = (await shell.door.get("state"))["phase"]
    shell.answers = ["N"]
    for switch in ("-WhatIf", "-Confirm"):
        await shell.type(f"Invoke-CsPool{verb} -PoolFqdn {_POOL} {switch}")
    assert (await shell.door.get("state"))["phase"] == before


async def test_the_pair_is_told(shell: RgsShell) -> None:
    relation = f"Get-CsPoolBackupRelationship -PoolFqdn {_POOL} -Force -LocalStore"
    assert await shell.type(f"({relation}).BackupPoolFqdn") == ["pool2.contoso.example"]
    fabric = f"Get-CsPoolFabricState -PoolFqdn {_POOL} -QueryTimeout 5"
    assert await shell.type(f"({fabric} -ServiceName RTCRGS -ShowAll).HealthState") == ["Ok"]
    assert await shell.type(f"@({fabric} -HealthState).Count") == ["0"]
    await shell.door.phase("outage")
    down = f"({fabric} -HealthState -Type ApplicationServer).ServiceName"
    assert await shell.type(down) == ["RTCRGS"]


async def test_the_central_management_store_is_failed_over_and_restored(
    shell: RgsShell, tmp_path: Path
) -> None:
    master = "(Get-CsManagementStoreReplicationStatus -CentralManagementStoreStatus)"
    report = tmp_path / "report.html"
    await shell.type(
        "Invoke-CsManagementServerFailover -BackupSqlServerFqdn sql2.contoso.example "
        "-BackupMirrorSqlInstanceName m -BackupMirrorSqlServerFqdn sql3.contoso.example "
        f"-BackupSqlInstanceName rtc -Force -Confirm:$false -Report {report}"
    )
    assert await shell.type(f"{master}.ActiveMasterFQDN") == ["pool2.contoso.example"]
    assert "pool2.contoso.example" in report.read_text()
    await shell.type("Invoke-CsManagementServerFailover -Restore -WhatIf")
    assert await shell.type(f"{master}.ActiveMasterFQDN") == ["pool2.contoso.example"]
    await shell.type(f"Invoke-CsManagementServerFailover -Restore -Confirm:$false -Report {report}")
    assert await shell.type(f"{master}.ActiveMasterFQDN") == [_POOL]
    await shell.door.phase("outage")
    status = f"Get-CsManagementStoreReplicationStatus -ReplicaFqdn {_POOL}"
    assert await shell.type(f"({status}).UpToDate") == ["False"]
