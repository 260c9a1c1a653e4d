"""Prints a tree as text that reads as the same tree."""

from __future__ import annotations


def printed(x: object) -> str:
    """The text of it."""
    return ""
