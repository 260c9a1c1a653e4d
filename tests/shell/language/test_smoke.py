"""The language reads what administrators type."""

from __future__ import annotations

import pytest

from emulator.shell.language import parse


@pytest.mark.parametrize(
    "text",
    [
        "Get-CsRgsQueue -Name x",
        "$x = Get-CsRgsQueue; $x.Name = 'a'; $x.List.Add($y)",
        "if ($a -eq 1) { 'x' }\nelseif ($b) { 'y' }\nelse { 'z' }\n'next'",
    ],
)
def test_script_is_read(text: str) -> None:
    assert parse(text).statements
