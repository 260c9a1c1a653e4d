"""Exports as files, taken in again: owners, names that are taken, files that are none."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from tests.support.doors import Door, Reply

_SHELL = "config/management-shell"
_ZIP = {"Content-Type": "application/zip"}


async def _export(door: Door, **order: Any) -> bytes:
    reply = await door.ask("POST", f"{_SHELL}/export", order)
    assert reply.status == 200, reply.text
    return reply.data


async def _import(door: Door, data: bytes, destination: str, **switches: str) -> Reply:
    query = "&".join([f"destination={destination}", *(f"{k}={v}" for k, v in switches.items())])
    return await door.ask("POST", f"{_SHELL}/import?{query}", data=data, headers=_ZIP)


def _manifest(data: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        found: dict[str, Any] = json.loads(packed.read("manifest.json"))
    return found


def _packed(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return buffer.getvalue()


async def _copies(door: Door) -> list[str]:
    listed = await door.get(f"{_SHELL}/groups?pool=backup&show_all=true")
    return [each["name"] for each in listed["groups"] if each["imported"]]


async def test_an_export_that_is_imported_into_the_backup_pool_is_an_import(door: Door) -> None:
    data = await _export(door, source="primary")
    assert (await _import(door, data, "backup")).status == 200
    assert (await door.get("state"))["imported"] is True
    assert await _copies(door) == ["helpdesk", "hotline", "lobby", "vault", "onlyprimary", "formal"]
    await door.phase("outage")
    call = await door.connected("carol", "helpdesk")
    assert (call["host"], call["imported"]) == ("backup", True)


async def test_the_drill_of_the_planning_guide_ends_as_it_began(door: Door) -> None:
    before = await door.get(f"{_SHELL}/groups")
    data = await _export(door, source="primary")
    await door.phase("outage")
    await _import(door, data, "backup")
    await door.phase("failing_over")
    await door.phase("failed_over")
    back = await _export(door, source="backup", owner="primary")
    await door.phase("failing_back")
    await door.phase("failed_back")
    assert (await _import(door, back, "primary", overwrite_owner="true")).status == 200
    await _export(door, source="backup", owner="primary", remove=True)
    assert (await door.get("state"))["imported"] is False
    after = await door.get(f"{_SHELL}/groups")
    for each in (*before["groups"], *after["groups"]):
        del each["version"]
    assert after == before


async def test_what_was_changed_on_the_copy_comes_back_with_the_import(door: Door) -> None:
    await door.ask("POST", "import")
    await door.phase("outage")
    path = f"{_SHELL}/groups/helpdesk?pool=backup"
    copy = await door.get(path)
    assert (await door.ask("PUT", path, copy | {"description": "while away"})).status == 200
    data = await _export(door, source="backup", owner="primary")
    await door.phase("normal")
    await _import(door, data, "primary", overwrite_owner="true")
    assert (await door.get(f"{_SHELL}/groups/helpdesk"))["description"] == "while away"


async def test_a_name_that_something_else_has_is_refused_or_gets_a_number(door: Door) -> None:
    data = await _export(door, source="primary")
    manifest = _manifest(data)
    for each in manifest["objects"]:
        each["id"] = each["id"][:-4] + "0000"
    strange = _packed({"manifest.json": json.dumps(manifest).encode()})
    refused = await _import(door, strange, "primary")
    assert (refused.status, refused.problem["type"]) == (409, "/docs#conflict")

    taken = await _import(door, strange, "primary", resolve_name_conflicts="true")
    assert taken.status == 200, taken.text
    renamed = {(each["kind"], each["from"]): each["to"] for each in taken.json["renamed"]}
    assert renamed["workflow", "helpdesk"] == "helpdesk-2"
    assert renamed["queue", "helpdesk"] == "helpdesk (2)"
    second = await door.get(f"{_SHELL}/workflows/helpdesk-2")
    assert (second["display_name"], second["shared_queue"]) == ("helpdesk (2)", "helpdesk (2)")


async def test_the_primary_pool_takes_no_copies(door: Door) -> None:
    data = await _export(door, source="backup")
    refused = await _import(door, data, "primary")
    assert refused.status == 409
    refused = await _import(door, data, "primary", overwrite_owner="true")
    assert refused.status == 409
    assert "is owned by the backup pool" in refused.problem["detail"]


async def test_settings_are_replaced_where_that_is_wanted(door: Door) -> None:
    await door.ask("PUT", f"{_SHELL}/settings?pool=primary", {"ringback_grace_seconds": 90})
    data = await _export(door, source="primary")
    await _import(door, data, "backup")
    path = f"{_SHELL}/settings?pool=backup"
    assert (await door.get(path))["ringback_grace_seconds"] is None
    assert (await _import(door, data, "backup", replace_settings="true")).json["settings"] is True
    shown = await door.get(path)
    assert (shown["ringback_grace_seconds"], shown["fqdn"]) == (90, "pool2.contoso.example")


async def test_audio_files_go_with_the_prompts_that_name_them(door: Door) -> None:
    path = f"{_SHELL}/audio-files/hello.wav"
    octets = {"Content-Type": "application/octet-stream"}
    put = await door.ask("PUT", f"{path}?pool=primary", data=b"RIFF....", headers=octets)
    assert put.status == 204
    group = await door.get(f"{_SHELL}/groups/helpdesk")
    await door.ask("PUT", f"{_SHELL}/groups/helpdesk", group | {"greeting": {"audio": "hello.wav"}})
    data = await _export(door, source="primary")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.read("audio/hello.wav") == b"RIFF...."
    await _import(door, data, "backup")
    assert await _export(door, source="backup", owner="primary") == _with_source(data, "backup")


def _with_source(data: bytes, source: str) -> bytes:
    """What the other pool exports of the same, its own settings excepted."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    manifest = json.loads(members["manifest.json"])
    manifest["source"] = source
    manifest["settings"]["fqdn"] = "pool2.contoso.example"
    buffer = io.BytesIO()
    epoch = (1980, 1, 1, 0, 0, 0)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        text = json.dumps(manifest, indent=1, ensure_ascii=False)
        packed.writestr(zipfile.ZipInfo("manifest.json", epoch), text, zipfile.ZIP_DEFLATED)
        for name in sorted(set(members) - {"manifest.json"}):
            info = zipfile.ZipInfo(name, epoch)
            packed.writestr(info, members[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


async def test_moving_gives_the_other_pool_what_one_owns(door: Door) -> None:
    moved = await door.ask("POST", f"{_SHELL}/move", {"source": "primary", "destination": "backup"})
    assert moved.status == 200, moved.text
    listed = await door.get(f"{_SHELL}/groups")
    assert {each["owner"] for each in listed["groups"]} == {"backup"}
    await door.phase("outage")
    assert (await door.connected("carol", "helpdesk"))["host"] == "backup"


@pytest.mark.parametrize("phase", ["outage", "failing_over"])
async def test_nothing_is_imported_into_a_pool_that_is_away(door: Door, phase: str) -> None:
    data = await _export(door, source="primary")
    await door.phase(phase)
    refused = await _import(door, data, "primary")
    assert (refused.status, refused.problem["cell"]) == (403, f"config/{phase}/primary")
    moved = await door.ask("POST", f"{_SHELL}/move", {"source": "primary", "destination": "backup"})
    assert moved.status == 403


# -- files that are no exports ---------------------------------------------------------------------

_GOOD = {"format": "rgs-export", "version": 1, "source": "primary", "objects": [], "settings": None}


def _with(**changed: Any) -> bytes:
    return _packed({"manifest.json": json.dumps(_GOOD | changed).encode()})


_HOSTILE = {
    "no zip": b"PK\x03\x04 and then nothing",
    "empty": b"",
    "without a manifest": _packed({"other.json": b"{}"}),
    "a manifest that is no JSON": _packed({"manifest.json": b"{"}),
    "a manifest with a key too many": _with(more=1),
    "of another version": _with(version=2),
    "of another format": _with(format="other"),
    "of a pool that there is not": _with(source="third"),
    "with a path upwards": _packed(
        {"manifest.json": json.dumps(_GOOD).encode(), "audio/../../etc/passwd": b"x"}
    ),
    "with an absolute path": _packed({"manifest.json": json.dumps(_GOOD).encode(), "/x": b"x"}),
    "a bomb": _packed({"manifest.json": b" " * (129 * 1024 * 1024)}),
    "with an object of no kind": _with(
        objects=[{"kind": "thing", "id": "1", "owner": "primary", "fields": {}}]
    ),
    "with an object that cannot be": _with(
        objects=[{"kind": "queue", "id": "1", "owner": "primary", "fields": {"name": 1}}]
    ),
    "with an agent that there is not": _with(
        objects=[
            {
                "kind": "agent_group",
                "id": "1",
                "owner": "primary",
                "fields": {"name": "x", "agents": ["nobody"]},
            }
        ]
    ),
}


@pytest.mark.parametrize("what", list(_HOSTILE))
async def test_a_file_that_is_no_export_is_refused_whole(door: Door, what: str) -> None:
    before = await door.get("topology")
    refused = await _import(door, _HOSTILE[what], "backup")
    assert refused.status in (409, 422), refused.text
    assert refused.problem["detail"]
    assert await door.get("topology") == before


async def test_a_damaged_file_is_refused_whatever_octet_is_wrong(door: Door) -> None:
    data = bytearray(await _export(door, source="primary"))
    before = await door.get("topology")
    for place in range(0, len(data), len(data) // 40):
        damaged = bytes(data[:place]) + bytes([data[place] ^ 0x55]) + bytes(data[place + 1 :])
        reply = await _import(door, damaged, "primary")
        assert reply.status in (200, 409, 422), reply.text
    after = await door.get("topology")
    assert after["groups"] == before["groups"]


async def test_only_zip_files_are_taken(door: Door) -> None:
    refused = await door.ask("POST", f"{_SHELL}/import?destination=backup", {})
    assert refused.status == 415
