"""Pipelines, functions, loops, and the questions that cmdlets ask."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.shell.support import Shell


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("get-csrgsqueue | WHERE-object name -EQ sales | foreach name", "sales"),
        ("Get-CsRgsQueue | ? { $_.Name -like 's?p*' } | % { $_.Name.ToUpper() }", "SUPPORT"),
        ("(Get-CsRgsQueue).Count", "2"),
        ("$q = Get-CsRgsQueue; ($q | sort Name).Name", "sales support"),
        ("1..5 | select -First 2; 1..5 | select -Last 1; 1..5 | select -Skip 4", "1 2 5 5"),
        ("& { while ($true) { 1 } } | select -First 1; 'x'", "1 x"),
        ("1..3 | measure -Sum | select -ExpandProperty Sum", "6"),
        ("'b', 'a', 'b' | sort -Unique; 'a', 'A', 'a' | select -Unique", "a b a A"),
        ("Get-CsRgsQueue | group TimeoutThreshold | % Count", "2"),
        ("Get-CsRgsQueue | select Name, @{N='T'; E={$_.TimeoutThreshold * 2}} | % T", "60 60"),
        ("'{\"a\": [1, 2]}' | ConvertFrom-Json | % a", "1 2"),
        ("@{a=1} | ConvertTo-Json -Compress", '{"a":1}'),
        ("function F($a, $b = 2) { $a + $b } F 1; F 1 5; F -b 1 -a 1", "3 6 2"),
        (
            'function F { param([switch]$All, [string]$N) "$All$N" } F; F -All; F -A -N x',
            "False True Truex",
        ),
        ("function F { $input | % { $_ + 1 } } 1, 2 | F", "2 3"),
        ("function F { return 1; 2 } F", "1"),
        ("function F { $args[1] } F a b", "b"),
        ('& { $x = 1 }; "<$x>"', "<>"),
        (". { $x = 1 }; $x", "1"),
        ("$b = { $args[0] * 2 }; & $b 4", "8"),
        ("foreach ($i in 1..9) { if ($i -eq 2) { continue }; if ($i -gt 3) { break }; $i }", "1 3"),
        ("$i = 0; while ($i -lt 3) { $i++ } $i; do { $i-- } while ($i -gt 0); $i", "3 0"),
        ("$x = if ($true) { 'yes' } else { 'no' }; $x", "yes"),
        ("$p = @{Name = 'x'; EA = 'SilentlyContinue'}; Get-CsRgsQueue @p; 'on'", "on"),
        ("$x = foreach ($i in 1..3) { $i }; $x.Count", "3"),
        ("1..3 | ForEach-Object { if ($_ -eq 2) { return }; $_ }", "1 3"),
        ("$null | % { 'once' }; @() | % { 'never' }", "once"),
        (",@(1, 2) | % { $_.Count }", "2"),
        ("Get-CsRgsQueue > $null; Import-Module Lync; 'quiet'", "quiet"),
        ("Get-Command *-CsRgs* | % Name", "Get-CsRgsQueue Set-CsRgsQueue"),
        (
            "$VerbosePreference; $ConfirmPreference; $PSVersionTable.PSVersion",
            "SilentlyContinue High 5.1",
        ),
        ("Get-Date '2026-11-30 10:00' -Format 'dd.MM.yyyy HH:mm'", "30.11.2026 10:00"),
        ("(New-TimeSpan -Minutes 90).TotalHours", "1.5"),
    ],
)
async def test_script_puts_out(text: str, shown: str) -> None:
    assert " ".join(await Shell().lines(text)) == shown


async def test_records_of_up_to_four_properties_are_a_table() -> None:
    assert await Shell().lines("Get-CsRgsQueue") == [
        "",
        "Name    TimeoutThreshold Agents",
        "----    ---------------- ------",
        "support               30 {alice, bob}",
        "sales                 30 {alice, bob}",
        "",
    ]


async def test_records_of_more_properties_are_a_list() -> None:
    shown = await Shell().lines("[pscustomobject]@{a=1; bb=2; c=3; d=4; e='x'}")
    assert shown == ["", "a  : 1", "bb : 2", "c  : 3", "d  : 4", "e  : x", ""]


async def test_what_if_says_what_would_be_done_and_does_nothing() -> None:
    shell = Shell()
    shown = await shell.lines("(Get-CsRgsQueue)[0] | Set-CsRgsQueue -WhatIf")
    assert shown == ['What if: Performing the operation "Set-CsRgsQueue" on target "support".']
    assert shell.changed == []


@pytest.mark.parametrize(
    ("answers", "changed"),
    [
        (["y", "n"], ["support"]),
        (["", "y"], ["support", "sales"]),
        (["a"], ["support", "sales"]),
        (["l"], []),
        (["?", "n", "y"], ["sales"]),
        ([], []),
    ],
)
async def test_confirm_asks_before_each(answers: list[str], changed: list[str]) -> None:
    shell = Shell(answers=answers)
    await shell.run("Get-CsRgsQueue | Set-CsRgsQueue -Confirm")
    assert shell.changed == changed


async def test_preferences_stand_for_the_common_parameters() -> None:
    shell = Shell()
    await shell.run("$WhatIfPreference = $true; Get-CsRgsQueue | Set-CsRgsQueue")
    assert shell.changed == []
    talk = await shell.errors(
        "$WhatIfPreference = $false; $VerbosePreference = 'Continue'\n"
        "Get-CsRgsQueue | Set-CsRgsQueue; (Get-CsRgsQueue)[0] | Set-CsRgsQueue -Verbose:$false"
    )
    assert talk.count("VERBOSE: Looking at support.") == 1


async def test_endless_loop_can_be_interrupted() -> None:
    shell = Shell()
    running = asyncio.ensure_future(shell.run("try { while ($true) { } } finally { 'last' }"))
    await asyncio.sleep(0.05)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await shell.lines("'next'") == ["next"]


async def test_output_is_redirected_to_a_file(tmp_path: Path) -> None:
    await Shell().run(f"'a' > '{tmp_path}/x'; Get-CsRgsQueue | % Name >> {tmp_path}/x")
    assert (tmp_path / "x").read_text().split() == ["a", "support", "sales"]


async def test_help_gives_the_syntax_of_each_parameter_set() -> None:
    shown = await Shell().run("Get-Help Get-CsRgsQueue")
    assert "Get-CsRgsQueue [[-Identity] <String>] [-Owner <String>] [-ShowAll] [<Comm" in shown
    assert "Get-CsRgsQueue [-Name <String>] [-Owner <String>] [-ShowAll] [<Common" in shown
