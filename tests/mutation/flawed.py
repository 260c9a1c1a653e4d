"""Runs the emulator with one flaw, to show that a campaign finds it.

python -m tests.mutation.flawed FLAW ARGUMENT...

FLAW: `silent` leaves malformed requests unanswered, `raising` fails over every REGISTER, `leaking`
keeps every message.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable

import sip.endpoint
from emulator.service.element import Element
from sip.message import Request
from sip.salvage import Salvaged
from sip.transaction.server import ServerTransaction

__all__: list[str] = []

_kept: list[bytes] = []


def _leave_unanswered() -> None:
    def save_nothing(data: bytes) -> Salvaged | None:
        return None

    sip.endpoint.salvage = save_nothing  # type: ignore[attr-defined]


def _raise_for_register() -> None:
    deal_with = Element.on_request

    def on_request(self: Element, transaction: ServerTransaction, request: Request) -> None:
        if request.method == b"REGISTER":
            raise LookupError("planted")
        deal_with(self, transaction, request)

    Element.on_request = on_request  # type: ignore[method-assign]


def _keep_all() -> None:
    salvage = sip.endpoint.salvage  # type: ignore[attr-defined]

    def keep_and_save(data: bytes) -> Salvaged | None:
        _kept.append(bytes(10_000))
        return salvage(data)

    sip.endpoint.salvage = keep_and_save  # type: ignore[attr-defined]


_FLAWS: dict[str, Callable[[], None]] = {
    "silent": _leave_unanswered,
    "raising": _raise_for_register,
    "leaking": _keep_all,
}

if __name__ == "__main__":
    _FLAWS[sys.argv[1]]()
    sys.argv = ["emulator", *sys.argv[2:]]
    runpy.run_module("emulator", run_name="__main__", alter_sys=True)
