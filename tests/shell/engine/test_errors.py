"""Errors: their form, what they end, and who catches them."""

from __future__ import annotations

import pytest

from tests.shell.support import Shell


async def test_error_has_powershell_s_form() -> None:
    assert await Shell().errors("Get-CsRgsQueue -Name x") == (
        'Get-CsRgsQueue : There is no queue "x".\n'
        "At line:1 char:1\n"
        "+ Get-CsRgsQueue -Name x\n"
        "+ ~~~~~~~~~~~~~~~~~~~~~~\n"
        "    + CategoryInfo          : ObjectNotFound: (x:String) [Get-CsRgsQueue], NotThere\n"
        "    + FullyQualifiedErrorId : NotThere,GetCsRgsQueue\n"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Get-Nope", "The term 'Get-Nope' is not recognized as the name of a cmdlet, function"),
        ("Get-CsRgsQueue -Foo 1", "cannot be found that matches parameter name 'Foo'."),
        ("Get-CsRgsQueue -Own", "Missing an argument for parameter 'Owner'."),
        ("Set-CsRgsQueue -T 5", "Cannot validate argument on parameter 'Timeout'."),
        ("Set-CsRgsQueue -Timeout x", "Cannot bind parameter 'Timeout'. Cannot convert value"),
        ("Set-CsRgsQueue -Timeout 99999", "too large or too small for an Int16."),
        ("Set-CsRgsQueue -Kind no", 'does not belong to the set "Formal,Informal"'),
        ("Set-CsRgsQueue -Active maybe", "Boolean parameters accept only Boolean values"),
        ("Set-CsRgsQueue", "one or more missing mandatory parameters: Instance."),
        ("Set-CsRgsQueue $null", "'Instance' because it is null."),
        ("Set-CsRgsQueue 5", 'Cannot convert the "5" value of type "System.Int32"'),
        ("5 | Set-CsRgsQueue", "The input object cannot be bound to any parameters"),
        ("Get-CsRgsQueue -Name a -Name b", "is specified more than once."),
        ("Get-CsRgsQueue a b", "that accepts argument 'b'."),
        ("Get-CsRgsQueue -Identity a -Name b", "Parameter set cannot be resolved"),
        ("Get-Content -E x", "is ambiguous. Possible matches include: -Encoding -Err"),
        ("Write-Host -x", "cannot be found that matches parameter name 'x'."),
        ("Set-CsRgsQueue -W", "ambiguous. Possible matches include"),
        ("1 / 0", "Attempted to divide by zero."),
        ("$true = 1", "Cannot overwrite variable true because it is read-only or constant."),
        ("$null.Foo()", "You cannot call a method on a null-valued expression."),
        ("(5).Foo()", "[System.Int32] does not contain a method named 'Foo'."),
        ("'a' -match '('", 'parsing "("'),
        ("[int]'x'", 'Cannot convert value "x" to type "System.Int32".'),
        ("1 = 2", "The assignment expression is not valid."),
    ],
)
async def test_mistake_is_told(text: str, told: str) -> None:
    assert told in await Shell().errors(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1/0; 'after'", ["after"]),
        ("Get-CsRgsQueue -Name x; $?", ["False"]),
        ("throw 'x'; 'after'", []),
        ("Get-CsRgsQueue -Name x -ErrorAction Stop; 'after'", []),
        ("$ErrorActionPreference = 'Stop'; Get-CsRgsQueue -Name x; 'after'", []),
        ("try { Get-Nope; 'no' } catch { 'caught' } finally { 'last' }", ["caught", "last"]),
        ("try { 1/0 } catch { $_.Exception.Message }", ["Attempted to divide by zero."]),
        ("try { throw 'x' } catch [System.ArgumentException] { 1 } catch { \"$_\" }", ["x"]),
        ("function F { Get-Nope; 'no' } try { F } catch { 'caught' }", ["caught"]),
        ("try { Get-CsRgsQueue -Name x } catch { 'no' }; 'after'", ["after"]),
        ("try { try { throw 'x' } finally { 'inner' } } catch { 'outer' }", ["inner", "outer"]),
        (
            "Get-CsRgsQueue -Name x -EA 0 -EV e; $e.Count; $e[0].CategoryInfo.Category",
            ["1", "ObjectNotFound"],
        ),
        (
            "Get-CsRgsQueue -Name x 2>$null; $Error[0].FullyQualifiedErrorId",
            ["NotThere,GetCsRgsQueue"],
        ),
        ("Get-CsRgsQueue -OV o | Out-Null; $o.Count", ["2"]),
    ],
)
async def test_error_ends_what_it_should(text: str, shown: list[str]) -> None:
    assert await Shell().lines(text) == shown


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("'x'", 0),
        ("throw 'x'", 1),
        ("Get-CsRgsQueue -Name x", 1),
        ("Get-CsRgsQueue -Name x; 'fine'", 0),
        ("Get-Nope; 'fine'", 1),
        ("try { Get-Nope } catch { }", 0),
        ("if (", 2),
        ("exit 5; 'no'", 5),
        ("exit", 0),
    ],
)
async def test_exit_code_says_how_it_ended(text: str, code: int) -> None:
    assert await Shell().session.run(text) == code
