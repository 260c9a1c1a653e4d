"""Entering phases, and what state the deployment is in."""

from __future__ import annotations

from typing import Any

from emulator.operations.administration import Administration
from emulator.rules import Phase, Pool, Style
from emulator.service.succession import Account

__all__ = ["enter_phase", "show_account", "show_state"]


async def enter_phase(
    administration: Administration,
    to: Phase,
    style: Style | None = None,
    expected_epoch: int | None = None,
) -> Account:
    """Enter the phase `to`; gives what became of the calls that lived at that instant.

    Raises TransitionRefused, StaleEpoch, StyleRefused or PoolCannotReturn: nothing has changed.
    """
    return await administration.deployment.succession.change(to, style, expected_epoch)


def show_account(account: Account) -> dict[str, Any]:
    """What a change of phase did, in plain values."""
    return {
        "phase": account.phase,
        "epoch": account.epoch,
        "decided_ms": account.decided_ms,
        "kept": account.kept,
        "dropped": account.dropped,
        "cells": {
            cell: {"kept": kept, "dropped": dropped}
            for cell, (kept, dropped) in account.cells.items()
        },
    }


def show_state(administration: Administration) -> dict[str, Any]:
    """Phase, import, pools and how many calls there are, in plain values."""
    site = administration.site
    entry, databases = site.entry, administration.stores.databases
    return {
        "phase": entry.phase,
        "epoch": entry.epoch,
        "imported": bool(site.copies),
        "style": entry.style,
        "reading": site.rules.reading,
        "pools": {
            pool: {"serving": not site.is_down(pool), "database": databases[pool].answers}
            for pool in Pool
        },
        "calls": site.calls.counts(),
    }
