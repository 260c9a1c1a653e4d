"""What goes in and out of the admin API, as models: the OpenAPI document is made from them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from emulator.rules import Kind, Phase, Pool, Style

__all__ = ["CallListQuery", "CallQuery", "Model", "PhaseChange"]

CallStateWord = Literal["pending", "connected", "ended"]
_MOST_CALLS = 100_000


class Model(BaseModel):
    """Takes exactly the fields that it names, in their own types."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)


class PhaseChange(Model):
    """The phase to enter."""

    to: Phase
    style: Style | None = None
    """How the primary pool goes down; only where it does."""
    expected_epoch: int | None = Field(None, ge=0)
    """Refuse the change if the epoch is another by now."""


class CallQuery(Model):
    """Which calls are meant."""

    state: CallStateWord | None = None
    group: str | None = None
    kind: Kind | None = None
    host: Pool | None = None
    caller: str | None = None
    """The caller's URI, or its user part."""
    call_id: str | None = None
    """Call-ID of either leg."""


class CallListQuery(CallQuery):
    """Which calls are meant, and how many of them: the newest."""

    limit: int = Field(100, ge=0, le=_MOST_CALLS)
    latest: int | None = Field(None, ge=0, le=_MOST_CALLS)
    """That many of the newest, newest first; without it they are listed oldest first."""
