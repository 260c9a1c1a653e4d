"""What is wrong with a topology file."""

from emulator.documents import DocumentError

__all__ = ["TopologyError"]


class TopologyError(DocumentError):
    """A topology file that can't be used; says where, what was found and what was expected."""
