"""YAML files as trees that remember where everything stood, and the errors found in them."""

from emulator.documents.errors import DocumentError, Findings, Problem
from emulator.documents.nodes import Mapping, Mark, Node, Scalar, Sequence
from emulator.documents.read import MAX_BYTES, read_document, read_file
from emulator.documents.wording import listed, nearest, quoted

__all__ = [
    "MAX_BYTES",
    "DocumentError",
    "Findings",
    "Mapping",
    "Mark",
    "Node",
    "Problem",
    "Scalar",
    "Sequence",
    "listed",
    "nearest",
    "quoted",
    "read_document",
    "read_file",
]
