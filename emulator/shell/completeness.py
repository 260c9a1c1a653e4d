"""Whether what was typed so far can be run, or goes on in the next line."""

from __future__ import annotations

from emulator.shell.language import ParseError, parse

__all__ = ["is_complete"]


def is_complete(text: str) -> bool:
    """Whether nothing in `text` is still open; what can never be right counts as complete."""
    try:
        parse(text)
    except ParseError as error:
        return not error.is_incomplete
    return True
