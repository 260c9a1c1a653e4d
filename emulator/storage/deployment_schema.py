"""The tables of the deployment's own store."""

from typing import Final

from sqlalchemy import BigInteger, Column, Float, MetaData, String, Table

__all__ = ["deployment_metadata", "phases", "sign_ins"]

deployment_metadata: Final = MetaData()

phases: Final = Table(
    "phases",
    deployment_metadata,
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("phase", String(16), nullable=False),
    Column("time", Float, nullable=False),
    Column("style", String(16), nullable=False),
)

sign_ins: Final = Table(
    "sign_ins",
    deployment_metadata,
    Column("host", String(16), primary_key=True),
    Column("agent_group", String(128), primary_key=True),
    Column("agent", String(64), primary_key=True),
)
