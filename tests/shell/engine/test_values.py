"""Operators, conversions, properties and methods give what PowerShell gives."""

from __future__ import annotations

import pytest

from tests.shell.support import Shell


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1 + '5'", "6"),
        ("'1' + 5", "15"),
        ("10 / 4; 10 / 5; 7 % 3; -7 % 3", "2.5 2 1 -1"),
        ("'x' * 3", "xxx"),
        ("1..3 + 5", "1 2 3 5"),
        ("3..1", "3 2 1"),
        ("1, 2, 3 -gt 1", "2 3"),
        ("'ABC' -eq 'abc'; 'ABC' -ceq 'abc'", "True False"),
        ("'pool1' -like 'POOL?'; 'a' -notlike 'b*'", "True True"),
        ("'10' -lt 9; 10 -lt '9'", "True False"),
        ("'pool17' -match '(?<n>\\d+)'; $Matches['n']", "True 17"),
        ("'a1b2' -replace '\\d', '-'; 'ab' -replace '(a)(b)', '$2$1'", "a-b- ba"),
        ("'a,b' -split ','; 'a', 'b' -join '+'", "a b a+b"),
        ("'a', 'b' -contains 'B'; 'c' -in 'a', 'b'", "True False"),
        ("5 -is [int]; '5' -is [int]; '5' -as [int]; 'x' -as [int]", "True False 5"),
        ("'{0:N2}|{1,4}|{2:X}' -f 1234.5, 'a', 255", "1,234.50|   a|FF"),
        ("-not @(); !1; @($null).Count; @().Count", "True False 1 0"),
        ("$true -and 0; 1 -xor 1", "False False"),
        ("[int]'42' + 1; [int]2.5; [bool]'false'; [string]1.50", "43 2 True 1.5"),
        ("1kb; 0x1F; 1e3; 1.0", "1024 31 1000 1"),
        ("([TimeSpan]'1.02:00:00').TotalHours", "26"),
        ("([DateTime]'2026-11-30').AddDays(1).ToString('yyyy-MM-dd')", "2026-12-01"),
        ("([Uri]'sip:help@contoso.example').Scheme", "sip"),
        ("$x = 1, 2, 3; $x[0]; $x[-1]; $x[9]; $x.Count", "1 3 3"),
        ("$x = @(); $x += 1; $x += 2, 3; $x.Length", "3"),
        ("$h = @{a=1}; $h.b = 2; $h['c'] = 3; $h.Count; $h.B; $h.ContainsKey('C')", "3 2 True"),
        ("$a, $b = 1, 2, 3; $a; $b.Count", "1 2"),
        ("$i = 5; $i++; ++$i; $i", "7"),
        ("($i = 5) + 1", "6"),
        ("'Abc'.ToUpper().Substring(1); ' a '.Trim().Length; 'a.b'.Split('.')", "BC 1 a b"),
        ("'abc'.StartsWith('ab'); 'abc'.Replace('b', '-')", "True a-c"),
        ("$q = Get-CsRgsQueue; $q.Name; $q[0].NAME", "support sales support"),
        ('"$(1..3) $x|$($q.Count)"', "1 2 3 |0"),
        ("$null.Name; $null[0]", ""),
        ("[Math]::Max(1 + 2, 2); [string]::IsNullOrEmpty('')", "3 True"),
        ("@{a=@{b=5}}.a.b", "5"),
        ('([ordered]@{z=1; a=2}).GetEnumerator() | % { "$($_.Key)=$($_.Value)" }', "z=1 a=2"),
        ("([pscustomobject]@{a=1}).a; \"$([pscustomobject]@{a=1; b='x'})\"", "1 @{a=1; b=x}"),
    ],
)
async def test_expression_gives(text: str, shown: str) -> None:
    assert " ".join(await Shell().lines(text)) == shown


async def test_collection_grows_and_shrinks_in_place() -> None:
    shown = await Shell().lines(
        "$c = New-Object 'System.Collections.ObjectModel.Collection[string]'\n"
        "$c.Add('a'); $c.Add('b'); $d = $c; $d.Remove('a'); $c.Count; $c.Contains('b')"
    )
    assert shown == ["True", "1", "True"]


async def test_array_does_not_grow_in_place() -> None:
    assert "Collection was of a fixed size." in await Shell().errors("(1, 2).Add(3)")


async def test_property_keeps_its_type() -> None:
    shell = Shell()
    assert await shell.lines(
        "$q = (Get-CsRgsQueue)[0]; $q.TimeoutThreshold = '45'; $q.TimeoutThreshold + 1"
    ) == ["46"]
    errors = await shell.errors("$q.TimeoutThreshold = 'soon'")
    assert 'Cannot convert value "soon" to type "System.Int16"' in errors


@pytest.mark.parametrize(
    "text",
    [
        "'x' * 1000000000",
        "1..100000000",
        "$ErrorActionPreference = 'Stop'; $x = 'x' * 1000000; while ($true) { $x += $x }",
        "$ErrorActionPreference = 'Stop'; $x = 1..1000; while ($true) { $x += $x }",
        "'{0,99999999}' -f 1",
        "'a'.PadLeft(999999999)",
        "function F { F } F",
        "& { & { & { function G { try { G } finally { } } G } } }",
    ],
)
async def test_what_would_grow_without_bound_is_an_error(text: str) -> None:
    shell = Shell()
    assert "FullyQualifiedErrorId" in await shell.errors(text)
    assert await shell.lines("'still here'") == ["still here"]
