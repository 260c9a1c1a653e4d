"""What tests of SIP clients are written with: an emulator to run, clients and agents to call.

The pytest plugin `emulator.testing.plugin` gives them as the fixtures `rgs`, `caller` and `agent`;
without pytest, `Emulator.start()` and `SipClient.open()` do. Names are imported when they are
used, as the plugin is loaded in every run of pytest and most of them need none.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.testing.agent import Agent
    from emulator.testing.call import ClientCall
    from emulator.testing.client import Lost, SipClient
    from emulator.testing.exchange import Exchange, Pace
    from emulator.testing.failures import (
        EmulatorFailed,
        ExpectationFailed,
        NoAnswer,
        RequestRefused,
        Unreachable,
    )
    from emulator.testing.process import EmulatorProcess
    from emulator.testing.running import Emulator

__all__ = [
    "Agent",
    "ClientCall",
    "Emulator",
    "EmulatorFailed",
    "EmulatorProcess",
    "Exchange",
    "ExpectationFailed",
    "Lost",
    "NoAnswer",
    "Pace",
    "RequestRefused",
    "SipClient",
    "Unreachable",
]

_HOMES = {
    "Agent": "agent",
    "ClientCall": "call",
    "Emulator": "running",
    "EmulatorProcess": "process",
    "Exchange": "exchange",
    "Lost": "client",
    "Pace": "exchange",
    "SipClient": "client",
}


def __getattr__(name: str) -> object:
    """Give a public name from the module that it lives in."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'failures')}"), name)
