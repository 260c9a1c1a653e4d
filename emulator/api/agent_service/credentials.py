"""Who asks: HTTP Basic credentials (RFC 7617) in the place of Windows authentication."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from emulator.api.agent_service.faults import FaultKind, ServiceFault
from emulator.model.agents import Agent

__all__ = ["Credentials", "identify", "read_credentials"]

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="RgsClients", charset="UTF-8"'}
# A user's name ends at the first colon (RFC 7617 §2), but for the one of an address' scheme.
_USER = re.compile(r"((?:sip:(?=[^:@]+@))?[^:]+):(.*)", re.DOTALL | re.IGNORECASE)
_ADDRESS = re.compile(r"(?:sip:)?([^@]+)@(.+)", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Credentials:
    """The user, an agent's name or SIP address, and the password."""

    user: str
    password: str = field(repr=False)


def read_credentials(authorization: str | None) -> Credentials:
    """What the Authorization header carries; raises ServiceFault with a challenge."""
    scheme, _, given = (authorization or "").strip().partition(" ")
    if scheme.lower() == "bearer":
        raise _refused("a bearer token doesn't say which agent asks: send Basic credentials")
    if scheme.lower() != "basic":
        raise _refused("send Basic credentials: an agent's name or SIP address, and the password")
    try:
        octets = base64.b64decode(given.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refused("the Basic credentials are no base64") from error
    found = _USER.fullmatch(_text(octets))
    if found is None:
        raise _refused("the Basic credentials are no user:password")
    return Credentials(*found.groups())


def identify(
    credentials: Credentials, agents: Mapping[str, Agent], domain: str, *, has_token: bool
) -> str | None:
    """The name of the agent who asks, None for somebody who is no agent; raises ServiceFault.

    has_token  whether the API asks for a token: then only a password of the topology's opens.
    """
    agent = agents.get(_name(credentials.user, domain))
    expected = None if agent is None else agent.settings.password
    if expected is None and has_token:
        raise _refused(
            "this server asks for a token, in place of which only the password of an agent is "
            "taken, and the topology gives this user none"
        )
    if expected is not None and not hmac.compare_digest(
        credentials.password.encode(), expected.encode()
    ):
        raise _refused("the password is not this agent's")
    return None if agent is None else agent.name


def _name(user: str, domain: str) -> str:
    """The agent's name that `user` stands for, as a name or an address; else what no agent has."""
    address = _ADDRESS.fullmatch(user)
    if address is None:
        return user
    name, host = address.groups()
    return name if host.lower() == domain.lower() else user


def _text(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")  # as clients send it that know no charset


def _refused(text: str) -> ServiceFault:
    return ServiceFault(
        HTTPStatus.UNAUTHORIZED, FaultKind.CREDENTIALS_REQUIRED, text, headers=_CHALLENGE
    )
