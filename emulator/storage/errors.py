"""Why something is not stored, or can't be read back."""

from __future__ import annotations

__all__ = ["DatabaseUnavailable", "StorageError", "UnreadableStore"]


class StorageError(Exception):
    """What is to be kept can't be; str() says why, for people."""


class DatabaseUnavailable(StorageError):
    """The database does not answer, not in time, or not as a database does."""


class UnreadableStore(StorageError):
    """What is stored can't be used: it was made by another version, or by something else."""
