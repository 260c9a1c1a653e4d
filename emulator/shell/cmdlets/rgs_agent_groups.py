"""Get-, New-, Set- and Remove-CsRgsAgentGroup."""

from __future__ import annotations

from typing import Any

from emulator.shell.client import Document
from emulator.shell.cmdlets.administered import Administered
from emulator.shell.cmdlets.rgs_fields import (
    Field,
    Limits,
    name_in,
    number,
    optional_text,
    text,
    uri_of,
    word,
)
from emulator.shell.cmdlets.rgs_identities import Site
from emulator.shell.cmdlets.rgs_kinds import OWNER_POOL, Kind
from emulator.shell.cmdlets.rgs_objects import object_cmdlets
from emulator.shell.cmdlets.rgs_parameters import word_parameter
from emulator.shell.engine import Cmdlet, Collection, Parameter
from emulator.shell.engine.conversion import to_list

__all__ = ["agent_group_cmdlets"]

_ALERT = Limits(10, 600)
_CLIENTS_REJECT_SECONDS = 180
_PARTICIPATION = {"Informal": "informal", "Formal": "formal"}
_ROUTING = {
    "Parallel": "parallel",
    "LongestIdle": "longest_idle",
    "RoundRobin": "round_robin",
    "Serial": "serial",
    "Attendant": "attendant",
}


def _show_agents(document: Document, site: Site) -> Collection:
    return Collection((uri_of(name, site) for name in document["agents"]), item_type="Uri")


def _store_agents(value: Any, site: Site) -> Document:
    return {"agents": [name_in(each, site, "AgentsByUri") for each in to_list(value)]}


def _remark(document: Document) -> str:
    if document["alert_seconds"] < _CLIENTS_REJECT_SECONDS:
        return ""
    return (
        f"AgentAlertTime is {_CLIENTS_REJECT_SECONDS} seconds or more: clients may reject calls "
        "that ring for so long."
    )


_AGENT_GROUP = Kind(
    noun="AgentGroup",
    path="agent-groups",
    fields=(
        text("Name", "name"),
        text("Description", "description"),
        word("ParticipationPolicy", "participation", _PARTICIPATION),
        number(
            "AgentAlertTime", "alert_seconds", _ALERT, "Int16", is_optional=False, unit=" seconds"
        ),
        word("RoutingMethod", "routing", _ROUTING),
        optional_text("DistributionGroupAddress", "distribution_group"),
        OWNER_POOL,
        Field("AgentsByUri", ("agents",), _show_agents, _store_agents),
    ),
    remark=_remark,
)


def _defaults() -> dict[str, Any]:
    return {
        "Description": "",
        "ParticipationPolicy": "Informal",
        "AgentAlertTime": 20,
        "RoutingMethod": "Parallel",
        "AgentsByUri": Collection(item_type="Uri"),
    }


def agent_group_cmdlets(administered: Administered) -> tuple[Cmdlet, ...]:
    """The cmdlets of agent groups."""
    parameters = (
        Parameter(name="Name", is_mandatory=True, help="A name that no other agent group has."),
        Parameter(
            name="AgentAlertTime",
            type="Int16",
            least=_ALERT.least,
            most=_ALERT.most,
            default=20,
            help="For how many seconds an agent is rung, 10 to 600.",
        ),
        Parameter(
            name="AgentsByUri",
            type="Collection[Uri]",
            help="The SIP addresses of the agents, in the order of serial routing.",
        ),
        Parameter(name="Description", help="For people."),
        Parameter(
            name="DistributionGroupAddress",
            help="The address of a distribution group. It is kept; the agents are AgentsByUri.",
        ),
        word_parameter(
            "ParticipationPolicy", tuple(_PARTICIPATION), "Whether agents sign in to the group."
        ),
        word_parameter("RoutingMethod", tuple(_ROUTING), "How the agent to ring is chosen."),
    )
    return object_cmdlets(
        administered,
        _AGENT_GROUP,
        parameters,
        _defaults,
        many="agent groups",
        example=(
            "New-CsRgsAgentGroup -Parent service:ApplicationServer:pool1.contoso.example "
            "-Name 'Help Desk' -AgentsByUri sip:alice@contoso.example,sip:bob@contoso.example"
        ),
    )
