"""Audio files on a pool, for prompts and music to name."""

from __future__ import annotations

import re
from typing import Final

from emulator.model.configuration import ObjectKind
from emulator.operations.administration import Administration
from emulator.operations.errors import NotUsable
from emulator.operations.surfaces import Actor, permit, permit_change
from emulator.rules import Pool

__all__ = ["MAX_AUDIO_BYTES", "store_audio"]

MAX_AUDIO_BYTES: Final = 4 * 1024 * 1024
_NAME = re.compile(r"[^/\\:\x00-\x1f\x7f-\x9f]{0,250}\.(?:wav|wma)", re.IGNORECASE).fullmatch


async def store_audio(
    administration: Administration, pool: Pool, name: str, content: bytes, actor: Actor
) -> None:
    """Keep an audio file on `pool`, in the place of one that has the name.

    Raises NotUsable, ForbiddenByRule, NotPermitted or DatabaseDown.
    """
    if not _NAME(name):
        raise NotUsable([("name", "expected the name of a .wav or .wma file")])
    if not content:
        raise NotUsable([("body", "found no content")])
    permit(administration, pool, f"the {pool} pool", is_copy=False)
    async with administration.stores.changing(pool) as configuration:
        permit_change(actor, configuration, ObjectKind.QUEUE, name, None, {}, None)
        await administration.stores.store_audio(pool, {name: content})
