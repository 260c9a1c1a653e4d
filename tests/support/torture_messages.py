"""The torture messages of RFC 4475 and RFC 5118, with what may be answered to each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

__all__ = ["TORTURE", "TortureMessage", "torture_message"]

_FOLDER = Path(__file__).parent / "torture"


@dataclass(frozen=True, slots=True)
class TortureMessage:
    """One message, and what an element that is UAS, registrar and B2BUA may answer to it.

    `best` and `ok` hold status codes, `any-400` (anything but a parser's refusal), `4xx` and
    `none`; `tcp` says what differs on a stream.
    """

    name: str
    section: str
    is_request: bool
    kind: str
    best: frozenset[str]
    ok: frozenset[str]
    tcp: str | None
    data: bytes

    @property
    def permitted(self) -> frozenset[str]:
        """Every outcome that is not a failure."""
        return self.best | self.ok


def _load() -> tuple[TortureMessage, ...]:
    rows = json.loads((_FOLDER / "verdicts.json").read_text(encoding="utf-8"))
    return tuple(
        TortureMessage(
            name=row["file"].removesuffix(".dat"),
            section=f"{row['suite']} §{row['section']}",
            is_request=row["kind"] == "req",
            kind=row["cls"],
            best=frozenset(row["best"]),
            ok=frozenset(row["ok"]),
            tcp=row["tcp"],
            data=(_FOLDER / row["suite"] / row["file"]).read_bytes(),
        )
        for row in rows
    )


TORTURE = _load()


def torture_message(name: str) -> bytes:
    """The octets of the message that the RFC calls `name`."""
    return next(message.data for message in TORTURE if message.name == name)
