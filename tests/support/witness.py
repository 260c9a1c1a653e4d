"""Runs a module and writes down, once each, the addresses that it sends or connects to.

    python -m tests.support.witness FILE MODULE [ARGUMENT...]

What the interpreter's own sockets do is seen; a loop that has sockets of its own (uvloop's TCP
connections) is not.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import IO, Any

__all__: list[str] = []


def _watch(file: IO[str]) -> None:
    seen: set[str] = set()

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in ("socket.sendto", "socket.sendmsg", "socket.connect"):
            return
        address = arguments[1]
        if isinstance(address, tuple) and address[0] not in seen:
            seen.add(address[0])
            file.write(f"{address[0]}\n")
            file.flush()

    sys.addaudithook(note)


def _main() -> None:
    path, module, *arguments = sys.argv[1:]
    file = Path(path).open("w", encoding="utf-8")  # noqa: SIM115 - until the process ends
    _watch(file)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _main()
