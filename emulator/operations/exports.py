"""Exporting and importing configuration as a file, and moving it to the other pool."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from emulator.documents import quoted
from emulator.model.actions import Prompt
from emulator.model.configuration import ConfigObject, Configuration, Key, ObjectKind, Value
from emulator.model.topology import Group, Owned, PoolSettings
from emulator.operations.administration import Administration
from emulator.operations.archives import (
    Archive,
    ArchivedObject,
    BadArchive,
    read_archive,
    write_archive,
)
from emulator.operations.candidates import judge_whole, read_object
from emulator.operations.errors import NotUsable, OperationRefused
from emulator.operations.imports import tell_import
from emulator.operations.references import renamed_in
from emulator.operations.surfaces import permit
from emulator.rules import Pool
from emulator.topology import plain

__all__ = ["ImportWish", "export_configuration", "import_configuration", "move_configuration"]


@dataclass(frozen=True, slots=True)
class ImportWish:
    """Where to import, and how: as the switches of Import-CsRgsConfiguration have it."""

    destination: Pool
    overwrite_owner: bool = False
    replace_settings: bool = False
    resolve_name_conflicts: bool = False


async def export_configuration(
    administration: Administration, source: Pool, owner: Pool | None = None, *, remove: bool = False
) -> bytes:
    """The zip file of what `source` has of `owner`'s, its own without; perhaps removed then.

    Raises DatabaseDown, or ForbiddenByRule where it is to be removed and may not be.
    """
    of_whom = owner or source
    if remove:
        permit(administration, of_whom, f"what the {of_whom} pool owns", is_copy=of_whom != source)
    async with administration.stores.changing(source) as configuration:
        chosen = _owned_by(configuration, of_whom)
        settings = configuration.find(ObjectKind.SETTINGS, "")
        names = {name for each in chosen for name in _audio_of(each.value)}
        if settings is not None:
            names |= set(_audio_of(settings.value))
        audio = await administration.stores.audio(source, names)
        archive = Archive(
            source,
            [_archived(each) for each in chosen],
            None if settings is None else _fields(settings),
            audio,
        )
        if remove and chosen:
            await administration.stores.commit(source, (), [each.key for each in chosen])
    if remove:
        tell_import(administration)
    return write_archive(archive)


async def import_configuration(
    administration: Administration, data: bytes, wish: ImportWish
) -> dict[str, Any]:
    """Take in what an export has, all of it or nothing.

    What was there under the same identity is replaced. Without `overwrite_owner` the owner stays,
    so that what another pool owns becomes a copy. Raises BadArchive, NotUsable, ForbiddenByRule,
    DatabaseDown, and OperationRefused for conflicts of names.
    """
    archive = read_archive(data)
    destination, stores = wish.destination, administration.stores
    incoming = [_unarchived(each, wish) for each in archive.objects]
    for owner in {each.owner for each in incoming}:
        is_copy = owner is not destination
        if is_copy and destination is Pool.PRIMARY:
            raise OperationRefused(
                "the primary pool takes no copies: take the ownership over by overwrite_owner"
            )
        permit(administration, owner, f"what the {owner} pool owns", is_copy=is_copy)
    async with stores.changing(destination) as configuration:
        hosting = administration.site.hosting
        renamed = _conflicts(administration, incoming, wish)
        incoming = [_renamed(each, renamed) for each in incoming]
        put = [replace(each, version=hosting.next_version()) for each in incoming]
        ids = {(each.kind, each.id): each.key for each in put}
        removed = [
            each.key
            for each in configuration
            if each.key not in {one.key for one in put}
            and ids.get((each.kind, each.id)) not in (None, each.key)
        ]
        settings = _settings(configuration, archive, wish, hosting.next_version())
        candidate = configuration.with_changes([*put, *settings], removed)
        is_copy = any(each.owner is not destination for each in put)
        judge_whole(administration, candidate, "", is_copy=is_copy)
        await stores.store_audio(destination, archive.audio)
        await stores.commit(destination, [*put, *settings], removed)
        await stores.forget_sign_ins(destination, put)
    tell_import(administration)
    return {
        "imported": [{"kind": each.kind, "name": each.name} for each in put],
        "renamed": [{"kind": kind, "from": name, "to": to} for (kind, name), to in renamed.items()],
        "settings": bool(settings),
    }


async def move_configuration(
    administration: Administration,
    source: Pool,
    destination: Pool,
    *,
    resolve_name_conflicts: bool = False,
) -> dict[str, Any]:
    """Let `destination` own and have all that `source` owns; raises as `import_configuration`."""
    if source is destination:
        raise NotUsable([("destination", "expected the other pool than the source")])
    for pool in (source, destination):
        permit(administration, pool, f"what the {pool} pool owns", is_copy=False)
    stores, hosting = administration.stores, administration.site.hosting
    async with stores.changing(Pool.PRIMARY), stores.changing(Pool.BACKUP):
        chosen = _owned_by(hosting.configuration[source], source)
        copies = [
            each.key for each in hosting.configuration[Pool.BACKUP] if each.owner is Pool.PRIMARY
        ]
        put = [
            replace(
                each,
                owner=destination,
                version=hosting.next_version(),
                value=_owned_value(each.value, destination),
            )
            for each in chosen
        ]
        audio = {name for each in chosen for name in _audio_of(each.value)}
        contents = await stores.audio(source, audio)
        await stores.store_audio(destination, contents)
        stale = [key for key in copies if key not in {each.key for each in put}]
        await stores.commit(destination, put, stale if destination is Pool.BACKUP else ())
        gone = [each.key for each in chosen]
        await stores.commit(source, (), gone + (copies if source is Pool.BACKUP else []))
    tell_import(administration)
    return {
        "imported": [{"kind": each.kind, "name": each.name} for each in put],
        "renamed": [],
        "settings": False,
    }


def _owned_by(configuration: Configuration, owner: Pool) -> list[ConfigObject]:
    return [
        each
        for each in configuration
        if each.owner is owner and each.kind is not ObjectKind.SETTINGS
    ]


def _fields(found: ConfigObject) -> dict[str, Any]:
    value = found.value
    is_owned = not isinstance(value, Group | PoolSettings)
    written = plain(Owned(found.owner, value) if is_owned else value)
    assert isinstance(written, dict)
    return written


def _archived(found: ConfigObject) -> ArchivedObject:
    return ArchivedObject(
        kind=found.kind.value, id=found.id, owner=found.owner.value, fields=_fields(found)
    )


def _unarchived(each: ArchivedObject, wish: ImportWish) -> ConfigObject:
    try:
        kind, owner = ObjectKind(each.kind), Pool(each.owner)
        _, value = read_object(kind, each.fields)
    except (ValueError, NotUsable) as error:
        raise BadArchive(f"an object in it can't be used: {error}") from error
    if isinstance(value, PoolSettings) or not 0 < len(each.id) <= 36:
        raise BadArchive("an object in it has no place among objects")
    if wish.overwrite_owner:
        owner = wish.destination
    return ConfigObject(kind, value.name, owner, each.id, 0, _owned_value(value, owner))


def _owned_value(value: Value, owner: Pool) -> Value:
    return replace(value, owner=owner) if isinstance(value, Group) else value


def _conflicts(
    administration: Administration, incoming: list[ConfigObject], wish: ImportWish
) -> dict[Key, str]:
    """The new names of what has the name of something else; raises OperationRefused."""
    everything = [
        each
        for configuration in administration.site.hosting.configuration.values()
        for each in configuration
    ]
    holders: dict[Key, set[str]] = {}
    for each in everything:
        holders.setdefault(each.key, set()).add(each.id)
    renamed: dict[Key, str] = {}
    for each in incoming:
        if holders.get(each.key, set()) - {each.id}:
            if not wish.resolve_name_conflicts:
                word = each.kind.replace("_", " ")
                raise OperationRefused(
                    f"there is another {word} {quoted(each.name)} already: rename one of them, or "
                    "have a number appended by resolve_name_conflicts"
                )
            taken = {name for kind, name in holders if kind is each.kind} | set(renamed.values())
            renamed[each.key] = _free_name(each, taken)
    _judge_owners(administration, incoming, wish)
    return renamed


def _judge_owners(
    administration: Administration, incoming: Iterable[ConfigObject], wish: ImportWish
) -> None:
    """Raise OperationRefused if the other pool would go on owning the same objects."""
    other = Pool.BACKUP if wish.destination is Pool.PRIMARY else Pool.PRIMARY
    owned = {
        each.id
        for each in administration.site.hosting.configuration[other]
        if each.owner is other and each.kind is not ObjectKind.SETTINGS
    }
    for each in incoming:
        if each.owner is wish.destination and each.id in owned:
            raise OperationRefused(
                f"{quoted(each.name)} is owned by the {other} pool, and is there: move it "
                "(Move-CsRgsConfiguration), or import it without overwrite_owner"
            )


def _free_name(found: ConfigObject, taken: set[str]) -> str:
    number = 2
    while True:
        is_address = found.kind is ObjectKind.WORKFLOW  # the user part of a URI
        name = f"{found.name}-{number}" if is_address else f"{found.name} ({number})"
        if name not in taken:
            return name
        number += 1


def _renamed(found: ConfigObject, names: Mapping[Key, str]) -> ConfigObject:
    value = renamed_in(found.value, lambda kind, name: names.get((kind, name), name))
    name = names.get(found.key)
    if name is None:
        return replace(found, value=value)
    if isinstance(value, Group):
        number = name.rpartition("-")[2]
        shown = f"{value.display_name or value.name} ({number})"
        return replace(
            found, name=name, value=replace(value, name=name, display_name=shown, tel=None)
        )
    assert not isinstance(value, PoolSettings)
    return replace(found, name=name, value=replace(value, name=name))


def _settings(
    configuration: Configuration, archive: Archive, wish: ImportWish, version: int
) -> list[ConfigObject]:
    found = configuration.find(ObjectKind.SETTINGS, "")
    if not wish.replace_settings or archive.settings is None or found is None:
        return []
    assert isinstance(found.value, PoolSettings)
    try:
        _, value = read_object(ObjectKind.SETTINGS, {**archive.settings, "fqdn": found.value.fqdn})
    except NotUsable as error:
        raise BadArchive(f"the settings in it can't be used: {error}") from error
    return [replace(found, version=version, value=value)]


def _audio_of(value: object) -> Iterable[str]:
    """The names of the audio files that an object has, in prompts and for music."""
    if isinstance(value, Prompt) and value.audio is not None:
        yield value.audio
    if isinstance(value, Group | PoolSettings) and value.music is not None:
        yield value.music
    if isinstance(value, tuple):
        for each in value:
            yield from _audio_of(each)
    elif is_dataclass(value):
        for one in fields(value):
            yield from _audio_of(getattr(value, one.name))
