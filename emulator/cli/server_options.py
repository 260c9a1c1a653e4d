"""The options of every command that asks a running emulator."""

from __future__ import annotations

from typing import Annotated, Final

import typer

__all__ = ["URL", "TokenOption", "UrlOption"]

URL: Final = "http://127.0.0.1:8080"
UrlOption = Annotated[
    str, typer.Option("--url", envvar="RGS_URL", help="Where the emulator's admin API is.")
]
TokenOption = Annotated[
    str | None, typer.Option("--token", envvar="RGS_TOKEN", help="Token of the admin API.")
]
