"""Get-, New-, Set- and Remove-CsRgsQueue."""

from __future__ import annotations

from typing import Any

from emulator.shell.client import Document
from emulator.shell.cmdlets.administered import Administered
from emulator.shell.cmdlets.rgs_actions import (
    QUEUE_ACTIONS,
    make_action,
    require_action,
    show_action,
    store_action,
)
from emulator.shell.cmdlets.rgs_fields import Field, Limits, number, text, word
from emulator.shell.cmdlets.rgs_identities import Site
from emulator.shell.cmdlets.rgs_kinds import OWNER_POOL, Kind
from emulator.shell.cmdlets.rgs_objects import object_cmdlets
from emulator.shell.cmdlets.rgs_parameters import object_parameter, word_parameter
from emulator.shell.engine import Cmdlet, Collection, Parameter, PSObject
from emulator.shell.engine.conversion import to_list

__all__ = ["queue_cmdlets"]

_TIMEOUT = Limits(10, 65535)
_OVERFLOW = Limits(0, 1000)
_CANDIDATES = {"NewestCall": "newest", "OldestCall": "oldest"}


def _action(name: str, key: str) -> Field:
    def store(value: Any, site: Site) -> Document:
        if value is None:
            return {key: {"terminate": {}}}
        if isinstance(value, PSObject):  # a queue can't ask, and never has an action that does
            require_action(value, name, QUEUE_ACTIONS)
        return {key: store_action(value, site, name)}

    return Field(
        name,
        (key,),
        lambda document, site: show_action(document[key], site, document["pool"]),
        store,
    )


def _show_agent_groups(document: Document, site: Site) -> Collection:
    names = document["agent_groups"]
    found = [site.identity_of("agent-groups", name, document["pool"]) for name in names]
    return Collection(found, item_type="String")


def _store_agent_groups(value: Any, site: Site) -> Document:
    name = "AgentGroupIDList"
    return {"agent_groups": [site.name_of("agent-groups", each, name) for each in to_list(value)]}


def _remark(document: Document) -> str:
    if document["agent_groups"]:
        return ""
    return "The queue has no agent group: calls that come into it are disconnected."


_QUEUE = Kind(
    noun="Queue",
    path="queues",
    fields=(
        _action("TimeoutAction", "timeout_action"),
        _action("OverflowAction", "overflow_action"),
        text("Name", "name"),
        text("Description", "description"),
        number(
            "TimeoutThreshold",
            "timeout_seconds",
            _TIMEOUT,
            "Int32",
            is_optional=True,
            unit=" seconds",
        ),
        number(
            "OverflowThreshold",
            "overflow_threshold",
            _OVERFLOW,
            "Int16",
            is_optional=True,
            unit=" calls",
        ),
        word("OverflowCandidate", "overflow_candidate", _CANDIDATES),
        OWNER_POOL,
        Field("AgentGroupIDList", ("agent_groups",), _show_agent_groups, _store_agent_groups),
    ),
    refers_to=("queues", "agent-groups"),
    remark=_remark,
)


def _defaults() -> dict[str, Any]:
    return {
        "TimeoutAction": make_action("Terminate"),
        "OverflowAction": make_action("Terminate"),
        "Description": "",
        "OverflowCandidate": "NewestCall",
        "AgentGroupIDList": Collection(item_type="String"),
    }


def queue_cmdlets(administered: Administered) -> tuple[Cmdlet, ...]:
    """The cmdlets of queues."""
    parameters = (
        Parameter(name="Name", is_mandatory=True, help="A name that no other queue has."),
        Parameter(name="Description", help="For people."),
        object_parameter("OverflowAction", "CallAction", "What becomes of a call too many."),
        word_parameter(
            "OverflowCandidate", tuple(_CANDIDATES), "Which call leaves a queue too long."
        ),
        Parameter(
            name="OverflowThreshold",
            type="Int16",
            least=_OVERFLOW.least,
            most=_OVERFLOW.most,
            help="How many calls may wait, 0 to 1000; without it any number.",
        ),
        object_parameter("TimeoutAction", "CallAction", "What becomes of a call that waited long."),
        Parameter(
            name="TimeoutThreshold",
            type="Int32",
            least=_TIMEOUT.least,
            most=_TIMEOUT.most,
            help="How many seconds a call may wait, 10 to 65535; without it for ever.",
        ),
        Parameter(
            name="AgentGroupIDList",
            type="Collection[String]",
            help="The agent groups that serve it, in the order in which they are searched.",
        ),
    )
    return object_cmdlets(
        administered,
        _QUEUE,
        parameters,
        _defaults,
        many="queues",
        example=(
            "New-CsRgsQueue -Parent service:ApplicationServer:pool1.contoso.example "
            "-Name 'Help Desk' -TimeoutThreshold 60"
        ),
    )
