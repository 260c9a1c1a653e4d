"""Writes the messages of a campaign: a seed of chance and a number give the same one again."""

from __future__ import annotations

import re
from random import Random

from tests.mutation.draft import Draft, Duty, Expectation, nonce_of
from tests.mutation.mutators import MAX_BYTES, mutate, splice
from tests.mutation.oracle import Framing, expect, frame_of
from tests.mutation.seeds import Scene, Writer, pick_seed

__all__ = ["write_draft"]

_QUAD = re.compile(rb"(?<![0-9])[0-9]++(?:\.[0-9]++){3}")
_WAY = re.compile(rb"(?im)^(?:Contact|m|Route|Record-Route)[ \t]*:[^\r\n]*\[(?!::1\])")
_LENGTH = re.compile(rb"(?i)(\r\n(?:Content-Length|l)[ \t]*:[ \t]*)[0-9]+")


def write_draft(campaign: int, index: int, scene: Scene) -> Draft:
    """Write message `index` for `scene`: a valid one or two, damaged."""
    chance = Random(f"{campaign}/{index}")
    while True:
        draft = _attempt(chance, index, scene)
        if stays_here(draft.data):
            return draft


def _attempt(chance: Random, index: int, scene: Scene) -> Draft:
    nonces = [nonce_of(2 * index)]
    origin, data = pick_seed(Writer(scene, chance, nonces[0]), chance)
    mutators: tuple[str, ...] = ()
    if chance.random() < 0.08:
        nonces.append(nonce_of(2 * index + 1))
        other, second = pick_seed(Writer(scene, chance, nonces[1]), chance)
        data, mutators = splice(chance, data, second)[:MAX_BYTES] or b"\x00", (f"splice {other}",)
    if not mutators or chance.random() < 0.3:
        data, names = mutate(chance, data)
        mutators += names
    is_stream = scene.transport == "TCP"
    if is_stream and frame_of(data) is not Framing.WHOLE and chance.random() < 0.6:
        # Else most connections would end after a few messages.
        data = _with_true_length(data)
        mutators += ("true length",)
    expected = expect(data, nonces, None if is_stream else scene.address[1])
    if is_stream and expected.duty is Duty.NOTHING and frame_of(data) is not Framing.WHOLE:
        expected = Expectation(Duty.ANYTHING)  # what is behind it may be a request
    return Draft(index, scene.transport, origin, mutators, data, tuple(nonces), expected)


def _with_true_length(data: bytes) -> bytes:
    head, end, body = data.partition(b"\r\n\r\n")
    return _LENGTH.sub(lambda found: b"%b%d" % (found[1], len(body)), head) + end + body


def stays_here(data: bytes) -> bool:
    """Whether nothing that follows from `data` can leave this machine.

    A server sends in-dialog requests to a Contact, so no address but 127/8 may stand anywhere.
    """
    return all(quad.startswith(b"127.") for quad in _QUAD.findall(data)) and not _WAY.search(data)
