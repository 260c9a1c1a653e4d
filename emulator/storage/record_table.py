"""The table of call detail records in the deployment's own store."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table, Text

from emulator.storage.deployment_schema import deployment_metadata

__all__ = ["call_records"]

# The columns are the fields of CallRecord; times are microseconds, since 1970 or of a length.
call_records: Final = Table(
    "call_records",
    deployment_metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("call_id", Text, nullable=False),
    Column("agent_call_id", Text),
    Column("workflow", String(128)),
    Column("queue", String(128)),
    Column("kind", String(16), nullable=False),
    Column("owner", String(16)),
    Column("host", String(16), nullable=False),
    Column("imported", Boolean, nullable=False),
    Column("on_behalf_of", String(128)),
    Column("caller", Text, nullable=False),
    Column("agent", String(64)),
    Column("agent_home", String(16)),
    Column("started", BigInteger, nullable=False, index=True),
    Column("queued_seconds", BigInteger, nullable=False),
    Column("offers", Integer, nullable=False),
    Column("picked_up", Boolean, nullable=False),
    Column("answered", BigInteger),
    Column("answered_by", String(16)),
    Column("ended", BigInteger, nullable=False),
    Column("ended_by", String(16), nullable=False),
    Column("transferred", String(16), nullable=False),
    Column("response_code", Integer),
    Column("diagnostic_id", Integer),
    Column("cell", String(128)),
    Column("caller_user", Text, nullable=False),
)
