"""The agent console's web service, in SOAP 1.1: modelled on MS-RGSWS, with a WSDL of its own."""

from emulator.api.agent_service.names import is_agent_service
from emulator.api.agent_service.service import add_agent_service

__all__ = ["add_agent_service", "is_agent_service"]
