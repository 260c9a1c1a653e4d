"""Calls that the administrator has placed, and hung up."""

from __future__ import annotations

from emulator.deployment import CallNotPlaced
from emulator.documents import quoted
from emulator.model.agents import EndpointKind
from emulator.model.calls import Call
from emulator.operations.administration import Administration
from emulator.operations.agents import find_agent
from emulator.operations.calls import find_call
from emulator.operations.errors import NotPermitted, NotThere, OperationRefused
from sip.errors import SipParseError

__all__ = ["BadTarget", "hang_up", "place_call"]


class BadTarget(OperationRefused):
    """What was to be called is no name, number or URI."""


async def place_call(
    administration: Administration, from_agent: str, to: str, on_behalf_of: str | None = None
) -> Call:
    """Let the emulated agent `from_agent` call a group, a person, a number or a URI.

    on_behalf_of  the group on whose behalf.

    Raises NotThere for the agent or the group, NotPermitted for who is no agent of that group,
    BadTarget, and OperationRefused where no call comes of it.
    """
    agent = find_agent(administration, from_agent)
    groups = administration.site.groups
    if on_behalf_of is not None:
        if on_behalf_of not in groups:
            raise NotThere("group", on_behalf_of, sorted(groups))
        if not administration.site.hosting.serves(agent, groups[on_behalf_of]):
            raise NotPermitted(f"{from_agent} is no agent of {on_behalf_of}")
    if agent.endpoint != EndpointKind.EMULATED:
        raise OperationRefused(
            f"the endpoint of {from_agent} is {agent.endpoint}: only emulated agents are made to "
            "call by the API"
        )
    try:
        return await administration.deployment.place_call(from_agent, to, on_behalf_of)
    except (ValueError, SipParseError) as error:
        raise BadTarget(f"{quoted(to)} is no name, number or URI") from error
    except CallNotPlaced as error:
        raise OperationRefused(str(error)) from error


def hang_up(administration: Administration, number: str) -> Call:
    """End the call whose id is `number` on both ends; one that has ended stays as it is.

    Raises NotThere.
    """
    call = find_call(administration, number)
    administration.deployment.hang_up(call)
    return call
