"""What goes into the admin API, as models that judge it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, RootModel

from emulator.model.records import CallType, UsageBy
from emulator.rules import Kind, Phase, Pool, Style
from emulator.topology import group_schema

__all__ = [
    "CallListQuery",
    "CallOrder",
    "CallQuery",
    "DatabaseChange",
    "ExportOrder",
    "GroupDocument",
    "GroupListQuery",
    "GroupsNamed",
    "ImportQuery",
    "LadderQuery",
    "Model",
    "MoveOrder",
    "ObjectDocument",
    "ObjectListQuery",
    "PhaseChange",
    "PoolQuery",
    "RecordListQuery",
    "SettingsDocument",
    "SettingsQuery",
    "SignIn",
    "TopologyQuery",
    "UsageQuery",
    "WaitQuery",
]

CallStateWord = Literal["pending", "connected", "ended"]
Name = Annotated[str, Field(min_length=1, max_length=256)]
Text = Annotated[str, Field(min_length=1, max_length=2048)]
_MOST_CALLS = 100_000
_LONGEST_WAIT_SECONDS = 3600


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


class GroupsNamed(Model):
    """Which groups; all of them when none are named."""

    groups: list[Name] | None = Field(None, min_length=1, max_length=10_000)


class DatabaseChange(Model):
    """Whether the database answers from now on."""

    up: bool


class CallOrder(Model):
    """A call that an emulated agent is to place."""

    from_: Name = Field(alias="from")
    """The agent's name."""
    to: Text
    """A group, a person, a number or a URI."""
    on_behalf_of: Name | None = None
    """The group on whose behalf."""


class SignIn(Model):
    """Which groups to sign in to, or out of."""

    groups: list[Name] = Field(min_length=1, max_length=10_000)
    imported: bool | None = None
    """True: the imported copies, false: the originals; without it, whichever permits it."""


def describe_group(described: dict[str, Any]) -> None:
    """Let `described` be the schema of a group in the topology file's terms, and where it is."""
    described.update(group_schema() | {key: described[key] for key in ("title", "description")})
    described["properties"] |= {
        "pool": {"enum": list(Pool), "description": "The pool that this configuration is on."},
        "imported": {"type": "boolean", "description": "Whether it is an imported copy."},
        "version": {"type": "integer", "description": "Another after each change."},
    }


class GroupDocument(RootModel[dict[str, JsonValue]]):
    """A response group in the topology file's terms; `version` is taken back and not heeded."""

    model_config = ConfigDict(json_schema_extra=describe_group)


class PoolQuery(Model):
    """Where the configuration of a group is."""

    pool: Pool | None = None
    """The owner without it; `backup` for the imported copy of a group of the primary pool."""


class GroupListQuery(Model):
    """Which groups are listed."""

    pool: Pool | None = None
    """Only those on that pool."""
    show_all: bool = False
    """Imported copies too: only in the management shell."""


class ObjectDocument(RootModel[dict[str, JsonValue]]):
    """An object in the topology file's terms.

    A workflow as under `groups`, with `shared_queue` or `menu`; others as under `queues`,
    `agent_groups`, `hours` and `holiday_sets`.
    """


class ObjectListQuery(GroupListQuery):
    """Which objects are listed."""

    owner: Pool | None = None
    """Only what that pool owns, wherever it is: only in the management shell."""


class SettingsQuery(Model):
    """On which pool."""

    pool: Pool = Pool.PRIMARY


class SettingsDocument(Model):
    """The settings of the Response Group service on a pool; what is left out has its default."""

    ringback_grace_seconds: float | None = None
    """Until a call may go back to an agent who declined it; null: as the topology has it."""
    music: str | None = None
    """The file that waiting callers hear if their group has none."""
    disable_call_context: bool = False
    """Whether agents are not told what the caller answered."""
    fqdn: str | None = Field(None, exclude=True)
    pool: Pool | None = Field(None, exclude=True)
    version: int | None = Field(None, exclude=True)


class ExportOrder(Model):
    """What is to be exported."""

    source: Pool
    owner: Pool | None = None
    """Only what that pool owns; without it, what the source owns."""
    remove: bool = False
    """Whether it is removed from the source then."""


class ImportQuery(Model):
    """Where an export is imported, and how."""

    destination: Pool
    overwrite_owner: bool = False
    """Whether the destination owns it from then on."""
    replace_settings: bool = False
    """Whether the settings in the file replace those of the pool."""
    resolve_name_conflicts: bool = False
    """Whether what has a name that is taken gets a number after it."""


class MoveOrder(Model):
    """What is to be moved, and where."""

    source: Pool
    destination: Pool
    resolve_name_conflicts: bool = False


class TopologyQuery(Model):
    """How much of the topology is shown."""

    secrets: bool = False
    """Passwords and tokens too."""


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
    """How many at most: the newest. They are listed oldest first."""
    latest: int | None = Field(None, ge=0, le=_MOST_CALLS)
    """That many of the newest, listed newest first."""


class RecordQuery(Model):
    """Which records are meant, and how they are written."""

    group: str | None = None
    """The workflow that was called."""
    from_: datetime | None = Field(None, alias="from")
    """Only calls that began then or later; without a zone it is UTC."""
    to: datetime | None = None
    """Only calls that began before."""
    format: Literal["json", "csv"] | None = None
    """Without it the Accept header says so."""


class RecordListQuery(RecordQuery):
    """Which records are meant, and how many of them: the newest."""

    agent: str | None = None
    caller: str | None = None
    """The caller's URI, or its user part."""
    kind: Kind | None = None
    host: Pool | None = None
    calls: CallType | None = None
    """Only calls that the usage report counts as such."""
    limit: int = Field(100, ge=0, le=_MOST_CALLS)
    """How many at most: the newest. They are listed oldest first."""
    latest: int | None = Field(None, ge=0, le=_MOST_CALLS)
    """That many of the newest, listed newest first."""


class UsageQuery(RecordQuery):
    """Which calls the report is on, and what its rows stand for."""

    by: UsageBy = UsageBy.WORKFLOW


class WaitQuery(CallQuery):
    """Which call is waited for, and how long."""

    timeout: float = Field(30, ge=0, le=_LONGEST_WAIT_SECONDS)
    """In seconds."""


class LadderQuery(Model):
    """How the ladder is to be drawn; without it the Accept header says so."""

    format: Literal["text", "mermaid", "svg"] | None = None
