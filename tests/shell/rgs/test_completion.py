"""What Tab offers of a running emulator: names, services, pools."""

from __future__ import annotations

import pytest

from emulator.shell.completion import candidates
from tests.shell.rgs.conftest import BACKUP, PRIMARY, RgsShell

_TRANSFERS = [f"TransferTo{each}" for each in ("PSTN", "Question", "Queue", "Uri")]
_TRANSFERS.append("TransferToVoiceMailUri")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("Get-CsRgsWorkflow -Name help", ["helpdesk"]),
        ("Get-CsRgsAgentGroup -Name sales", ["sales-agents"]),
        ("New-CsRgsQueue -Parent service", [PRIMARY, BACKUP]),
        ("Export-CsRgsConfiguration -Source service", [PRIMARY, BACKUP]),
        ("Invoke-CsPoolFailOver -PoolFqdn pool1", ["pool1.contoso.example"]),
        ("New-CsRgsCallAction -Action Transfer", _TRANSFERS),
    ],
)
async def test_tab_offers_what_there_is(shell: RgsShell, typed: str, offered: list[str]) -> None:
    found = [each.text for each in await candidates(typed, shell.interpreter)]
    assert found == offered
