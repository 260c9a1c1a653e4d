"""What the agent service goes by: its path, its namespaces, its operations."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

__all__ = [
    "ENVELOPE",
    "MEDIA_TYPE",
    "NEXT_ACTOR",
    "PATH",
    "SERVICE",
    "Operation",
    "is_agent_service",
]

PATH: Final = "/RgsClients/AgentService.svc"
# The real service's namespace was not found anywhere: this one is our own.
SERVICE: Final = "urn:response-group-emulator:agent-service"
ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
NEXT_ACTOR: Final = "http://schemas.xmlsoap.org/soap/actor/next"
MEDIA_TYPE: Final = "text/xml"


class Operation(StrEnum):
    """What the service can be asked for; an input element has the name of its operation."""

    IS_AGENT = "IsAgent"
    GET_AGENT = "GetAgent"
    GET_GROUPS = "GetGroups"
    SIGN_IN = "SignIn"
    SIGN_IN_MULTIPLE = "SignInMultiple"
    SIGN_OUT = "SignOut"
    SIGN_OUT_MULTIPLE = "SignOutMultiple"

    @property
    def action(self) -> str:
        """The value of its SOAPAction header."""
        return f"{SERVICE}:{self.value}"


def is_agent_service(path: str) -> bool:
    """Whether `path` is the service's: case makes no difference, as with IIS."""
    return path.lower() == PATH.lower()
