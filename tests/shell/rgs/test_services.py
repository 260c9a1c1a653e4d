"""Get-CsPool and Get-CsService: names that runbooks begin with."""

from __future__ import annotations

import pytest

from tests.shell.rgs.conftest import BACKUP, PRIMARY, RgsShell

_POOLS = ["pool1.contoso.example", "pool2.contoso.example"]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("", _POOLS),
        ("pool1.contoso.example", _POOLS[:1]),
        ("-Identity POOL2.contoso.example", _POOLS[1:]),
        ("-Filter pool*", _POOLS),
        ("-Filter *2.contoso.example", _POOLS[1:]),
    ],
)
async def test_pools_are_given_by_name(shell: RgsShell, typed: str, names: list[str]) -> None:
    assert await shell.type(f"(Get-CsPool {typed}).Fqdn") == names


async def test_a_pool_names_its_partner_and_its_service(shell: RgsShell) -> None:
    assert await shell.type(
        "$p = Get-CsPool pool1.contoso.example; $p.BackupPoolFqdn; $p.Services"
    ) == [_POOLS[1], PRIMARY]


@pytest.mark.parametrize(
    ("typed", "identities"),
    [
        ("", [PRIMARY, BACKUP]),
        ("-ApplicationServer", [PRIMARY, BACKUP]),
        ("-ApplicationServer -PoolFqdn pool2.contoso.example", [BACKUP]),
        (f"-Identity {PRIMARY}", [PRIMARY]),
        ("ApplicationServer:pool1.contoso.example", [PRIMARY]),
    ],
)
async def test_services_are_given_by_identity(
    shell: RgsShell, typed: str, identities: list[str]
) -> None:
    assert await shell.type(f"(Get-CsService {typed}).Identity") == identities


async def test_a_service_is_what_objects_are_made_on(shell: RgsShell) -> None:
    await shell.type(
        "$s = Get-CsService -PoolFqdn pool1.contoso.example; "
        "$g = New-CsRgsAgentGroup -Parent $s.Identity -Name Desk"
    )
    assert (await shell.get("agent-groups/Desk"))["owner"] == "primary"


@pytest.mark.parametrize("typed", ["Get-CsPool pool3.x.example", "Get-CsService -PoolFqdn p3"])
async def test_a_pool_that_is_not_there_is_told_with_those_that_are(
    shell: RgsShell, typed: str
) -> None:
    told = await shell.fails(typed)
    assert "pool1.contoso.example and pool2.contoso.example" in told
    assert "ObjectNotFound" in told
