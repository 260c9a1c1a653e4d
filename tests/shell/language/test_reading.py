"""What is read as what, and what is refused with which words."""

from __future__ import annotations

import pytest

from emulator.shell.language import ParseError, parse, printed


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Get-CsRgsQueue -Name x  # all", "Get-CsRgsQueue -Name x"),
        ("Get-X `\n -A 1 |\n  Out-Null", "Get-X -A 1 | Out-Null"),
        ("Get-X -A:$false -Uri sip:+15550100@contoso.example", None),
        ("Export-X C:\\RgsExport.zip +15550100", "Export-X C:\\RgsExport.zip +15550100"),
        ("Get-X \u2013Name \u201ca\u201d", "Get-X -Name a"),
        ("Get-X 'a',b, $c", "Get-X a, b, ${c}"),
        ("if(!$x){exit 3}", "if (-not ${x}) { exit 3 }"),
        ("$x.Name += 'a'", "${x}.Name += 'a'"),
        ("$x -EQ 5 -And $y -iLike 'a*'", "${x} -eq 5 -and ${y} -like 'a*'"),
        ("@{ a = 1\n b = Get-Date }", "@{ 'a' = 1; 'b' = Get-Date }"),
        ('"$x.Name ${y}$($z.Name)"', '"${x}.Name ${y}$(${z}.Name)"'),
        ('@"\n"$x"\n"@', '"`"${x}`""'),
        ("@'\n$x\n'@", "'$x'"),
        ("function F($a) { $a } F 1", "function F { param(${a}); ${a} }; F 1"),
        ("if ($a) { 1 }\nelse { 2 }\n3", "if (${a}) { 1 } else { 2 }; 3"),
        ("echo $env:TEMP\\x $x.Name $y[0]", 'echo "${env:TEMP}\\x" ${x}.Name ${y}[0]'),
        ("1 + 2 * 3..4", "1 + 2 * 3 .. 4"),
        ("<# a\n b #> Get-X", "Get-X"),
    ],
)
def test_text_is_read_as_what_is_meant(text: str, meant: str | None) -> None:
    shown = printed(parse(text))
    assert meant is None or shown == meant
    assert parse(shown) == parse(text)


@pytest.mark.parametrize(
    ("text", "error_id", "is_incomplete"),
    [
        ("Get-X |", "EmptyPipeElement", True),
        ("Get-X | | Get-Y", "EmptyPipeElement", False),
        ("if ($x) {", "MissingEndCurlyBrace", True),
        ("(1, 2", "MissingEndParenthesisInExpression", True),
        ("'abc", "TerminatorExpectedAtEndOfString", True),
        ("<# abc", "MissingTerminatorMultiLineComment", True),
        ("1 +", "ExpectedValueExpression", True),
        ("$x 5", "UnexpectedToken", False),
        ("foo )", "UnexpectedToken", False),
        ("$x -foo 5", "UnexpectedToken", False),
        ("Get-X | $y", "ExpressionsMustBeFirstInPipeline", False),
        ("Get-X & Get-Y", "AmpersandNotAllowed", False),
        ('"$x: y"', "InvalidVariableReferenceWithDrive", False),
        ("(" * 100, "ScriptTooComplicated", False),
        ("-" + " -not" * 1000 + " 1", "ScriptTooComplicated", False),
        ("1" + " + 1" * 5000, "ScriptTooComplicated", False),
        ('"$(' * 50, "ScriptTooComplicated", False),
    ],
)
def test_text_that_is_no_script_is_refused(text: str, error_id: str, is_incomplete: bool) -> None:
    with pytest.raises(ParseError) as refusal:
        parse(text)
    assert (refusal.value.error_id, refusal.value.is_incomplete) == (error_id, is_incomplete)


def test_refusal_points_at_what_is_wrong() -> None:
    with pytest.raises(ParseError) as refusal:
        parse("Get-X\n  foo )\n")
    assert refusal.value.described().splitlines()[:4] == [
        "At line:2 char:7",
        "+   foo )",
        "+       ~",
        "Unexpected token ')' in expression or statement.",
    ]
