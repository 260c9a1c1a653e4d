"""Get-CsPool and Get-CsService: the pools' names and services, as far as runbooks ask for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from emulator.shell.cmdlets.administered import Administered
from emulator.shell.cmdlets.rgs_identities import Site, not_found
from emulator.shell.engine import Call, Cmdlet, Example, Parameter, PSObject, to_text
from emulator.shell.engine.patterns import wildcard

__all__ = ["service_cmdlets"]

_XDS = "Microsoft.Rtc.Management.Xds."
_SERVICE = "Microsoft.Rtc.Management.Deploy.Internal.ServiceRoles.ApplicationService"
_BY_IDENTITY, _BY_FILTER, _BY_ROLE = "Identity", "Filter", "Role"


async def _pools(administered: Administered, call: Call) -> AsyncIterator[Any]:
    site = await administered.site()
    wanted = to_text(call.get("Identity"))
    if wanted and site.pool_of(wanted) is None:
        raise not_found(
            f'There is no pool "{wanted}"; the pools are {" and ".join(site.fqdns.values())}.',
            wanted,
        )
    pattern = wildcard(wanted or to_text(call.get("Filter", "*")))
    for pool, fqdn in site.fqdns.items():
        if pattern.fullmatch(fqdn):
            yield PSObject(
                f"{_XDS}DisplayCluster",
                {
                    "Identity": fqdn,
                    "Fqdn": fqdn,
                    "BackupPoolFqdn": site.fqdns[_other(pool)],
                    "Services": [site.service(pool)],
                },
                display=fqdn,
            )


async def _services(administered: Administered, call: Call) -> AsyncIterator[Any]:
    site = await administered.site()
    if "Identity" in call:
        yield _service(site, site.pool(call["Identity"], "Identity"))
        return
    wanted = to_text(call.get("PoolFqdn"))
    if wanted and site.pool_of(wanted) is None:
        raise not_found(
            f'There is no pool "{wanted}"; the pools are {" and ".join(site.fqdns.values())}.',
            wanted,
        )
    for pool in site.fqdns:
        if not wanted or site.pool_of(wanted) == pool:
            yield _service(site, pool)


def _service(site: Site, pool: str) -> PSObject:
    identity = site.service(pool)
    return PSObject(
        _SERVICE,
        {
            "Identity": identity,
            "PoolFqdn": site.fqdns[pool],
            "Role": "ApplicationServer",
            "Applications": ["urn:application:RGS"],
        },
        display=identity,
    )


def _other(pool: str) -> str:
    return "backup" if pool == "primary" else "primary"


def service_cmdlets(administered: Administered) -> tuple[Cmdlet, ...]:
    """The cmdlets that name pools and services."""
    return (
        Cmdlet(
            name="Get-CsPool",
            synopsis="Gives the pools.",
            run=partial(_pools, administered),
            default_set=_BY_IDENTITY,
            class_name=f"{_XDS}GetPoolCmdlet",
            parameters=(
                Parameter(
                    name="Identity", position=0, sets=(_BY_IDENTITY,), help="The pool, by its name."
                ),
                Parameter(name="Filter", sets=(_BY_FILTER,), help="Names with wildcards."),
            ),
            output_types=(f"{_XDS}DisplayCluster",),
            examples=(Example("(Get-CsPool).Fqdn"),),
        ),
        Cmdlet(
            name="Get-CsService",
            synopsis="Gives the application servers that response groups run on.",
            description="Of the roles that the real cmdlet knows, there is this one here.",
            run=partial(_services, administered),
            default_set=_BY_ROLE,
            class_name=f"{_XDS}GetServiceCmdlet",
            parameters=(
                Parameter(
                    name="Identity", position=0, sets=(_BY_IDENTITY,), help="The service itself."
                ),
                Parameter(
                    name="ApplicationServer",
                    type="Switch",
                    sets=(_BY_ROLE,),
                    help="Only application servers, which all of them are.",
                ),
                Parameter(name="PoolFqdn", type="Fqdn", sets=(_BY_ROLE,), help="Only that pool's."),
            ),
            output_types=(_SERVICE,),
            examples=(
                Example(
                    "Get-CsRgsQueue -Identity (Get-CsService -ApplicationServer -PoolFqdn "
                    "pool1.contoso.example).Identity"
                ),
            ),
        ),
    )
