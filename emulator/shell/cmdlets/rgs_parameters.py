"""The parameters that many of the Response Group cmdlets have.

The engine binds strings where Lync has an identity or a word of a closed set: what a script gives
is taken by its text, so that an object stands for its identity.
"""

from __future__ import annotations

from emulator.shell.engine import Parameter

__all__ = [
    "ENGINE_TYPES",
    "FORCE",
    "IN_MEMORY",
    "NAMED",
    "OWNER",
    "PARENT",
    "SHOW_ALL",
    "SOUGHT",
    "boolean_parameter",
    "force",
    "instance",
    "object_parameter",
    "word_parameter",
]

_RGS = "Microsoft.Rtc.Rgs.Management."
# What the engine binds, by the type that Microsoft's pages name.
ENGINE_TYPES = {
    "RgsIdentity": "String",
    "PSListModifier": "Object",
    "Action": "String",
    "OverflowCandidate": "String",
    "ParticipationPolicy": "String",
    "RoutingMethod": "String",
    f"System.Collections.ObjectModel.Collection`1[{_RGS}RgsIdentity]": "Collection[String]",
    "System.Collections.ObjectModel.Collection`1[System.Uri]": "Collection[Uri]",
    f"System.Collections.ObjectModel.Collection`1[{_RGS}WritableSettings.Holiday]": (
        "Collection[Holiday]"
    ),
}

FORCE = Parameter(
    name="Force", type="Switch", help="Keeps back warnings and questions that do not end it."
)
SHOW_ALL = Parameter(
    name="ShowAll",
    type="Switch",
    help="Shows imported copies too: objects whose owner is another pool than their parent.",
)
OWNER = Parameter(
    name="Owner", help="The service whose objects are wanted, its imported copies included."
)
SOUGHT = Parameter(
    name="Identity",
    position=0,
    help="A service, service:ApplicationServer:FQDN, or an object on it, with /GUID after that.",
)
NAMED = Parameter(name="Name", help="The name; wildcards are allowed.")
PARENT = Parameter(
    name="Parent",
    position=0,
    is_mandatory=True,
    help="The service that is to own the object, such as service:ApplicationServer:FQDN.",
)
IN_MEMORY = Parameter(
    name="InMemory",
    type="Switch",
    help="Makes the object without storing it; the Set- cmdlet stores it by -Instance.",
)


def force(told: str) -> Parameter:
    """-Force, where it does more than elsewhere."""
    return Parameter(name="Force", type="Switch", help=told)


def instance(type_name: str, *, position: int | None = 0, sets: tuple[str, ...] = ()) -> Parameter:
    """-Instance: a whole object, by the pipeline too."""
    return Parameter(
        name="Instance",
        type=type_name,
        position=position,
        sets=sets,
        is_mandatory=True,
        from_pipeline=True,
        help="The object, as the Get- cmdlet or a New- cmdlet with -InMemory has given it.",
    )


def object_parameter(
    name: str, type_name: str, told: str, *, is_mandatory: bool = False
) -> Parameter:
    """A parameter that takes an object of Lync's."""
    return Parameter(name=name, type=type_name, is_mandatory=is_mandatory, help=told)


def word_parameter(
    name: str, choices: tuple[str, ...], told: str, *, is_mandatory: bool = False
) -> Parameter:
    """A parameter that takes one of a few words."""
    return Parameter(name=name, choices=choices, is_mandatory=is_mandatory, help=told)


def boolean_parameter(name: str, told: str) -> Parameter:
    """A parameter that takes $true or $false."""
    return Parameter(name=name, type="Boolean", help=told)
