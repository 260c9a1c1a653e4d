"""The operations of the agent service, by way of the console's use cases."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from lxml import etree

from emulator.api.agent_service.envelope import element_of
from emulator.api.agent_service.faults import FaultKind, ServiceFault
from emulator.api.agent_service.group_ids import find_groups, group_id
from emulator.api.agent_service.names import Operation
from emulator.api.agent_service.wish import Wish
from emulator.operations.administration import Administration
from emulator.operations.agents import find_agent
from emulator.operations.console import show_console, sign_in_to, sign_out_of

__all__ = ["carry_out"]

_SIGNING_IN = (Operation.SIGN_IN, Operation.SIGN_IN_MULTIPLE)


async def carry_out(
    administration: Administration, agent: str | None, wish: Wish
) -> etree._Element:
    """Do what `agent` wishes, and give the element that answers it.

    Raises ServiceFault and what the console's use cases raise; nothing has changed then.
    """
    result = await _result(administration, agent, wish)
    return element_of(f"{wish.operation}Response", {f"{wish.operation}Result": result})


async def _result(administration: Administration, agent: str | None, wish: Wish) -> object:
    if wish.operation is Operation.IS_AGENT:
        return agent is not None
    if agent is None:
        raise ServiceFault(
            HTTPStatus.FORBIDDEN,
            FaultKind.NOT_AN_AGENT,
            "whoever asks is no agent of this topology",
        )
    if wish.operation is Operation.GET_AGENT:
        return _agent(administration, agent)
    if wish.operation is Operation.GET_GROUPS:
        return {"Group": _groups(administration, agent)}
    change = sign_in_to if wish.operation in _SIGNING_IN else sign_out_of
    await change(administration, agent, find_groups(administration, agent, wish.groups))
    return True


def _agent(administration: Administration, name: str) -> dict[str, Any]:
    agent = find_agent(administration, name)
    pools = administration.site.topology.pools
    return {
        "Name": name,
        "SipUri": agent.aor,
        "DisplayName": agent.settings.display_name or name,
        "HomePool": pools[agent.home].fqdn,
        "ServedBy": pools[show_console(administration, name)["served_by"]].fqdn,
    }


def _groups(administration: Administration, name: str) -> list[dict[str, Any]]:
    pools = administration.site.topology.pools
    return [
        {
            "Id": group_id(pools[shown["owner"]].fqdn, shown["name"], is_copy=shown["imported"]),
            "Name": shown["name"],
            "OwnerPool": pools[shown["owner"]].fqdn,
            "IsImported": shown["imported"],
            "IsFormal": shown["formal"],
            "CanSignIn": shown["can_sign_in"],
            "IsSignedIn": shown["signed_in"],
        }
        for shown in show_console(administration, name)["groups"]
    ]
