"""The zip file of an export: written, and read with suspicion.

What is in the real one is not known in public. Here it is `manifest.json`, which says what made it
and holds the objects in the topology file's terms, and `audio/NAME` for each audio file.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from emulator.operations.errors import OperationRefused
from emulator.rules import Pool

__all__ = ["MAX_ARCHIVE_BYTES", "Archive", "BadArchive", "read_archive", "write_archive"]

FORMAT: Final = "rgs-export"
VERSION: Final = 1
MAX_ARCHIVE_BYTES: Final = 32 * 1024 * 1024
MAX_UNPACKED_BYTES: Final = 128 * 1024 * 1024
MAX_MEMBERS: Final = 2_000
_MANIFEST = "manifest.json"
_AUDIO = "audio/"
_EPOCH = (1980, 1, 1, 0, 0, 0)


class BadArchive(OperationRefused):
    """A file that is no export, or not one of this format; nothing of it is taken."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ArchivedObject(_Model):
    """One object: its kind, identity, owner, and fields."""

    kind: str
    id: str
    owner: str
    fields: dict[str, JsonValue]


class _Manifest(_Model):
    format: str
    version: int
    source: str
    objects: list[ArchivedObject]
    settings: dict[str, JsonValue] | None


@dataclass(slots=True)
class Archive:
    """What was exported: from which pool, its objects, the pool's settings, audio files."""

    source: Pool
    objects: list[ArchivedObject] = field(default_factory=list)
    settings: dict[str, Any] | None = None
    audio: dict[str, bytes] = field(default_factory=dict)


def write_archive(archive: Archive) -> bytes:
    """The zip file; the same bytes for the same content."""
    manifest = _Manifest(
        format=FORMAT,
        version=VERSION,
        source=archive.source.value,
        objects=archive.objects,
        settings=archive.settings,
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        written = json.dumps(manifest.model_dump(), indent=1, ensure_ascii=False)
        packed.writestr(zipfile.ZipInfo(_MANIFEST, _EPOCH), written, zipfile.ZIP_DEFLATED)
        for name, content in sorted(archive.audio.items()):
            packed.writestr(zipfile.ZipInfo(_AUDIO + name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def read_archive(data: bytes) -> Archive:
    """Read a zip file whole, or raise BadArchive."""
    if len(data) > MAX_ARCHIVE_BYTES:
        raise BadArchive(f"it has more than {MAX_ARCHIVE_BYTES} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = _unpacked(packed)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadArchive(f"it is no zip file that can be read: {error}") from error
    manifest = _manifest(members)
    audio = {
        name.removeprefix(_AUDIO): content for name, content in members.items() if name != _MANIFEST
    }
    return Archive(Pool(manifest.source), manifest.objects, manifest.settings, audio)


def _manifest(members: dict[str, bytes]) -> _Manifest:
    if _MANIFEST not in members:
        raise BadArchive(f"it has no {_MANIFEST}, and so is no export of this emulator")
    try:
        manifest = _Manifest.model_validate_json(members[_MANIFEST])
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise BadArchive(f"{_MANIFEST}: {where}: {first['msg']}") from error
    if (manifest.format, manifest.version) != (FORMAT, VERSION):
        told = f"found {manifest.format} {manifest.version}, expected {FORMAT} {VERSION}"
        raise BadArchive(f"it is of another format: {told}")
    if manifest.source not in set(Pool):
        raise BadArchive(f"{_MANIFEST}: source: there is no such pool")
    return manifest


def _unpacked(packed: zipfile.ZipFile) -> dict[str, bytes]:
    infos = packed.infolist()
    if len(infos) > MAX_MEMBERS:
        raise BadArchive(f"it has {len(infos)} members, expected {MAX_MEMBERS} at most")
    found: dict[str, bytes] = {}
    left = MAX_UNPACKED_BYTES
    for info in infos:
        name = info.filename
        is_audio = name.startswith(_AUDIO) and _is_plain(name.removeprefix(_AUDIO))
        if name != _MANIFEST and not is_audio:
            raise BadArchive(f"it has a member that no export has: {name[:100]!r}")
        if name in found:
            raise BadArchive(f"it has two members {name[:100]!r}")
        with packed.open(info) as member:  # what a header says of the size is not believed
            content = member.read(left + 1)
        left -= len(content)
        if left < 0:
            raise BadArchive(f"unpacked it has more than {MAX_UNPACKED_BYTES} bytes")
        found[name] = content
    return found


def _is_plain(name: str) -> bool:
    return bool(name) and not set(name) & set("/\\:\0") and name not in (".", "..")
