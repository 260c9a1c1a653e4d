"""The tables of a pool's back-end database."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

__all__ = ["audio_files", "marks", "objects", "pool_metadata"]

pool_metadata: Final = MetaData()

objects: Final = Table(
    "objects",
    pool_metadata,
    Column("kind", String(32), primary_key=True),
    Column("name", String(128), primary_key=True),
    Column("id", String(36), nullable=False),
    Column("owner", String(16), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("place", Integer, nullable=False),  # where it stands in lists
    Column("document", Text, nullable=False),
)

audio_files: Final = Table(
    "audio_files",
    pool_metadata,
    Column("name", String(255), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# `revision` grows with each change; `version` is the highest that any object has had.
marks: Final = Table(
    "marks",
    pool_metadata,
    Column("name", String(16), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
