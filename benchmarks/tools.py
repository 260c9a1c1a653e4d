"""The outside tools that the rows need, and the Debian package that each comes in."""

from __future__ import annotations

import shutil
from collections.abc import Iterable

PACKAGES = {"sipp": "sip-tester", "kamailio": "kamailio"}
# Debian keeps servers in sbin, which is on root's search path only.
SEARCH_PATH_ENDS = ("/usr/sbin", "/usr/local/sbin")


class MissingTool(Exception):
    """A tool that a row needs is not installed; the text names it and its package."""


def path_of(tool: str) -> str:
    """The full path of `tool`; MissingTool when it is not installed."""
    found = shutil.which(tool) or shutil.which(tool, path=":".join(SEARCH_PATH_ENDS))
    if found is None:
        raise MissingTool(f"{tool} (Debian package {PACKAGES.get(tool, tool)})")
    return found


def missing(tools: Iterable[str]) -> list[str]:
    """What of `tools` is not installed, each with its Debian package."""
    absent = []
    for tool in sorted(set(tools)):
        try:
            path_of(tool)
        except MissingTool as error:
            absent.append(str(error))
    return absent
