"""Wildcards and regular expressions, as PowerShell writes them, in Python's terms."""

from __future__ import annotations

import re
from functools import lru_cache

from emulator.shell.engine.errors import CmdletError, ErrorCategory

__all__ = ["has_wildcards", "regex", "replacement", "wildcard"]


def has_wildcards(pattern: str) -> bool:
    """Whether `pattern` holds any of * ? [."""
    return any(character in pattern for character in "*?[")


@lru_cache(maxsize=256)
def wildcard(pattern: str, *, is_exact_case: bool = False) -> re.Pattern[str]:
    """What matches the whole of a text that the wildcard `pattern` describes."""
    made: list[str] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "*":
            if made[-1:] != [".*"]:
                made.append(".*")
        elif character == "?":
            made.append(".")
        elif character == "`" and at + 1 < len(pattern):
            at += 1
            made.append(re.escape(pattern[at]))
        elif character == "[" and (end := pattern.find("]", at + 2)) > 0:
            inner = pattern[at + 1 : end].replace("\\", "\\\\").replace("^", "\\^")
            made.append(f"[{inner.replace('[', chr(92) + '[')}]")
            at = end
        else:
            made.append(re.escape(character))
        at += 1
    try:
        return re.compile("".join(made), re.DOTALL | (0 if is_exact_case else re.IGNORECASE))
    except re.error:
        raise CmdletError(
            f"The specified wildcard character pattern is not valid: {pattern}",
            "WildcardPatternException",
            exception="WildcardPatternException",
        ) from None


@lru_cache(maxsize=256)
def regex(pattern: str, *, is_exact_case: bool = False) -> re.Pattern[str]:
    """The regular expression `pattern`, which may name groups as .NET does."""
    translated = re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", pattern)
    try:
        return re.compile(translated, 0 if is_exact_case else re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        raise CmdletError(
            f'parsing "{pattern}" - {error}.',
            "InvalidRegularExpression",
            ErrorCategory.INVALID_OPERATION,
            target=pattern,
            exception="RuntimeException",
        ) from None


def replacement(text: str, match: re.Match[str]) -> str:
    """What the replacement `text` with its $1 and ${name} makes of `match`."""

    def group(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if found[0] == "$$":
            return "$"
        if found[0] == "$&":
            return match[0]
        try:
            return match[int(name) if name.isdigit() else name] or ""
        except (IndexError, KeyError):
            return found[0]

    return re.sub(r"\$(?:\$|&|(\d+)|\{(\w+)\})", group, text)
