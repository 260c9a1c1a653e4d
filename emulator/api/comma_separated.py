"""Answers as comma-separated values (RFC 4180), for spreadsheets and for programs."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from aiohttp import web

from emulator.api.exchange import READ_SECONDS

__all__ = ["MEDIA_TYPE", "csv_answer", "csv_lines"]

MEDIA_TYPE = "text/csv"
_PART = 200
# What makes a formula of a cell, in both widths. https://owasp.org/www-community/attacks/CSV_Injection
_BEGINS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001

_Item = TypeVar("_Item")


def csv_lines(rows: Sequence[Sequence[Any]]) -> bytes:
    """The rows as lines that end with CRLF; None is an empty cell.

    An apostrophe is put before text that a spreadsheet would take for a formula.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")


async def csv_answer(
    request: web.Request,
    name: str,
    columns: Sequence[str],
    items: Sequence[_Item],
    show: Callable[[_Item], dict[str, Any]],
) -> web.StreamResponse:
    """The answer that is the file NAME.csv: a line of column names, then one for each item.

    It is written in parts: others get their turn between them.
    """
    response = web.StreamResponse(
        headers={
            "Cache-Control": "no-store",
            "Vary": "Accept",
            "Content-Type": f"{MEDIA_TYPE}; charset=utf-8; header=present",
            "Content-Disposition": f'attachment; filename="{name}.csv"',
        }
    )
    await response.prepare(request)
    part = csv_lines([columns])
    for start in range(0, len(items), _PART):
        shown = (show(item) for item in items[start : start + _PART])
        part += csv_lines([[each[column] for column in columns] for each in shown])
        async with asyncio.timeout(READ_SECONDS):
            await response.write(part)
        part = b""
        await asyncio.sleep(0)
    await response.write_eof(part)
    return response


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    # Some spreadsheets take spaces off first.
    is_formula = text.startswith(_BEGINS_FORMULA) or text.lstrip().startswith(_BEGINS_FORMULA)
    return f"'{text}" if is_formula else text
