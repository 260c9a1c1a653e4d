"""Get- and Set-CsRgsConfiguration, and Import-CsRgsAudioFile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from emulator.shell.client import Document, segment
from emulator.shell.cmdlets.administered import Administered
from emulator.shell.cmdlets.rgs_actions import audio_file, audio_name
from emulator.shell.cmdlets.rgs_fields import Limits, RgsObject, invalid, out_of_limits
from emulator.shell.cmdlets.rgs_identities import SHELL, Site
from emulator.shell.cmdlets.rgs_kinds import update
from emulator.shell.cmdlets.rgs_parameters import FORCE
from emulator.shell.engine import Call, Cmdlet, CmdletError, Example, Parameter, to_text
from emulator.shell.engine.conversion import convert

__all__ = ["settings_cmdlets"]

_GRACE = Limits(30, 600)
_GRACE_SECONDS = 60
_CLASS = "Microsoft.Rtc.Rgs.Management.Cmdlets."
_BY_IDENTITY, _BY_INSTANCE = "Identity", "Instance"


def settings_cmdlets(administered: Administered) -> tuple[Cmdlet, ...]:
    """The cmdlets of a pool's settings and files."""
    return (
        Cmdlet(
            name="Get-CsRgsConfiguration",
            synopsis="Gives the settings of the Response Group service on a pool.",
            run=partial(_get, administered),
            class_name=f"{_CLASS}GetServiceSettingsCmdlet",
            parameters=(
                Parameter(
                    name="Identity", position=0, is_mandatory=True, help="The service of the pool."
                ),
            ),
            output_types=("Microsoft.Rtc.Rgs.Management.WritableSettings.ServiceSettings",),
            examples=(
                Example("Get-CsRgsConfiguration service:ApplicationServer:pool1.contoso.example"),
            ),
        ),
        Cmdlet(
            name="Set-CsRgsConfiguration",
            synopsis="Changes the settings of the Response Group service on a pool.",
            run=partial(_set, administered),
            supports_should_process=True,
            default_set=_BY_IDENTITY,
            class_name=f"{_CLASS}SetServiceSettingsCmdlet",
            parameters=(
                Parameter(
                    name="Identity",
                    type="Object",  # which keeps an object that stands first from becoming text
                    position=0,
                    sets=(_BY_IDENTITY,),
                    is_mandatory=True,
                    help="The service of the pool.",
                ),
                Parameter(
                    name="Instance",
                    type="ServiceSettings",
                    position=0,
                    sets=(_BY_INSTANCE,),
                    is_mandatory=True,
                    from_pipeline=True,
                    help="The settings, as Get-CsRgsConfiguration gives them.",
                ),
                Parameter(
                    name="AgentRingbackGracePeriod",
                    type="Int16",
                    sets=(_BY_IDENTITY,),
                    least=_GRACE.least,
                    most=_GRACE.most,
                    help="Seconds until a call may return to an agent who declined it, 30 to 600.",
                ),
                Parameter(
                    name="DefaultMusicOnHoldFile",
                    type="AudioFile",
                    sets=(_BY_IDENTITY,),
                    help="What waiting callers hear if their workflow has nothing of its own.",
                ),
                Parameter(
                    name="DisableCallContext",
                    type="Boolean",
                    sets=(_BY_IDENTITY,),
                    help="Whether agents are not told what the caller has answered.",
                ),
                FORCE,
            ),
            examples=(
                Example(
                    "Set-CsRgsConfiguration service:ApplicationServer:pool1.contoso.example "
                    "-AgentRingbackGracePeriod 90"
                ),
            ),
        ),
        Cmdlet(
            name="Import-CsRgsAudioFile",
            synopsis="Stores an audio file on a pool, for prompts and music.",
            run=partial(_import_audio, administered),
            supports_should_process=True,
            class_name=f"{_CLASS}ImportAudioFileCmdlet",
            parameters=(
                Parameter(
                    name="Identity",
                    position=0,
                    is_mandatory=True,
                    help="The service of the pool, or an object on it.",
                ),
                Parameter(
                    name="Content", type="Byte[]", is_mandatory=True, help="What is in the file."
                ),
                Parameter(name="FileName", is_mandatory=True, help="Its name, with .wav or .wma."),
                FORCE,
            ),
            examples=(
                Example(
                    "Import-CsRgsAudioFile service:ApplicationServer:pool1.contoso.example "
                    "-FileName hello.wav -Content "
                    "(Get-Content hello.wav -Encoding Byte -ReadCount 0)"
                ),
            ),
        ),
    )


def _shown(document: Document, site: Site) -> RgsObject:
    seconds = document["ringback_grace_seconds"]
    if seconds is None:
        seconds = site.topology.get("ringback_grace_seconds", _GRACE_SECONDS)
    return RgsObject(
        "ServiceSettings",
        document,
        properties={
            "Identity": site.service(document["pool"]),
            "DefaultMusicOnHoldFile": audio_file(document["music"]) if document["music"] else None,
            "AgentRingbackGracePeriod": round(seconds),
            "DisableCallContext": document["disable_call_context"],
        },
        display=lambda each: to_text(each["Identity"]),
        property_types={"AgentRingbackGracePeriod": "Int16", "DisableCallContext": "Boolean"},
    )


async def _get(administered: Administered, call: Call) -> AsyncIterator[Any]:
    site = await administered.site()
    pool = site.pool(call["Identity"], "Identity")
    yield _shown(await administered.client.get(f"{SHELL}/settings", pool=pool), site)


async def _set(administered: Administered, call: Call) -> None:
    site = await administered.site()
    given = call.get("Instance", call.get("Identity"))
    if not isinstance(given, RgsObject):
        pool = site.pool(call["Identity"], "Identity")
        given = _shown(await administered.client.get(f"{SHELL}/settings", pool=pool), site)
    elif not given.type_name.endswith(".ServiceSettings"):
        raise invalid(
            "Set-CsRgsConfiguration takes what Get-CsRgsConfiguration gives, or a service.", given
        )
    for name in ("AgentRingbackGracePeriod", "DefaultMusicOnHoldFile", "DisableCallContext"):
        if name in call:
            given[name] = call[name]
    document = _document(given, site)
    if await call.should_process(to_text(given)):
        origin = given.origin
        then = await administered.client.send(
            "PUT",
            f"{SHELL}/settings",
            document,
            version=origin["version"],
            pool=origin["pool"],
        )
        update(given, _shown(then, site))


def _document(given: RgsObject, site: Site) -> Document:
    """What the API is to have; a period that was not changed stays as it is there."""
    origin = given.origin
    period = convert(given["AgentRingbackGracePeriod"], "Int16")
    seconds = origin["ringback_grace_seconds"]
    if period != _shown(origin, site)["AgentRingbackGracePeriod"]:
        if not _GRACE.least <= period <= _GRACE.most:
            raise out_of_limits("AgentRingbackGracePeriod", period, _GRACE, " seconds")
        seconds = period
    return {
        "ringback_grace_seconds": seconds,
        "music": audio_name(given["DefaultMusicOnHoldFile"], "DefaultMusicOnHoldFile"),
        "disable_call_context": convert(given["DisableCallContext"], "Boolean"),
    }


async def _import_audio(administered: Administered, call: Call) -> AsyncIterator[Any]:
    site = await administered.site()
    identity = site.identity(call["Identity"])
    name = to_text(call["FileName"]).replace("\\", "/").rpartition("/")[2]
    content = call["Content"]
    if not isinstance(content, bytes):
        raise CmdletError("Parameter 'Content' takes bytes.", "CannotConvertArgument")
    if await call.should_process(f"{site.service(identity.pool)}/{name}"):
        await administered.client.upload(
            "PUT",
            f"{SHELL}/audio-files/{segment(name)}",
            content,
            "application/octet-stream",
            pool=identity.pool,
        )
        yield audio_file(name)
