"""Get-, New-, Set- and Remove-CsRgsWorkflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.shell.client import Document
from emulator.shell.cmdlets.administered import Administered
from emulator.shell.cmdlets.rgs_actions import (
    ACTIONS,
    TO_QUESTION,
    TO_QUEUE,
    audio_file,
    audio_name,
    make_action,
    prompt_document,
    question_document,
    require_action,
    show_action,
    show_prompt,
    show_question,
    store_action,
)
from emulator.shell.cmdlets.rgs_fields import (
    Field,
    boolean,
    invalid,
    name_in,
    optional_text,
    text,
    uri_of,
)
from emulator.shell.cmdlets.rgs_identities import Site
from emulator.shell.cmdlets.rgs_kinds import OWNER_POOL, Kind
from emulator.shell.cmdlets.rgs_objects import object_cmdlets
from emulator.shell.cmdlets.rgs_parameters import boolean_parameter, object_parameter
from emulator.shell.engine import Cmdlet, Collection, Parameter, Uri, to_text
from emulator.shell.engine.conversion import convert, to_list

__all__ = ["workflow_cmdlets"]

_DEFAULT_ACTIONS = (TO_QUEUE, TO_QUESTION)
_ANONYMOUS, _NORMAL = "anonymous", "normal"
_OPENED = "default_action"  # queue, menu and greeting in one, as Lync has them


def workflow_cmdlets(administered: Administered) -> tuple[Cmdlet, ...]:
    """The cmdlets of workflows."""
    return object_cmdlets(
        administered,
        _WORKFLOW,
        (
            Parameter(name="Name", is_mandatory=True, help="A name that no other workflow has."),
            Parameter(
                name="PrimaryUri", type="Uri", is_mandatory=True, help="The address to be called."
            ),
            boolean_parameter("Active", "Whether it takes calls."),
            boolean_parameter("Anonymous", "Whether callers never learn who answers."),
            Parameter(name="BusinessHoursID", help="Its hours of business; without, always open."),
            object_parameter("CustomMusicOnHoldFile", "AudioFile", "What waiting callers hear."),
            object_parameter(
                "DefaultAction", "CallAction", "What becomes of calls: a queue, or a question."
            ),
            Parameter(name="Description", help="For people."),
            Parameter(name="DisplayNumber", help="Its number as people write it."),
            boolean_parameter("EnabledForFederation", "Whether federated callers may call."),
            object_parameter("HolidayAction", "CallAction", "What becomes of calls on holidays."),
            Parameter(name="Language", help="The language of its prompts, such as en-US."),
            Parameter(name="LineUri", type="Uri", help="Its number, such as tel:+15550100."),
            object_parameter(
                "NonBusinessHoursAction", "CallAction", "What becomes of calls outside its hours."
            ),
            Parameter(name="TimeZone", help="Where its hours are, by Windows' name or IANA's."),
            Parameter(
                name="HolidaySetIDList", type="Collection[String]", help="The sets that it keeps."
            ),
            boolean_parameter("Managed", "Whether managers may change it."),
            Parameter(
                name="ManagersByUri", type="Collection[Uri]", help="The SIP addresses of managers."
            ),
        ),
        _defaults,
        many="workflows",
        is_removed_by_position=True,
        example=(
            "New-CsRgsWorkflow -Parent service:ApplicationServer:pool1.contoso.example "
            "-Name 'Help Desk' -PrimaryUri sip:help@contoso.example -Active $true "
            "-DefaultAction $action"
        ),
    )


def _defaults() -> dict[str, Any]:
    return {
        "Description": "",
        "Active": False,
        "Language": "en-US",
        "TimeZone": "UTC",
        "Anonymous": False,
        "Managed": False,
        "EnabledForFederation": False,
        "HolidaySetIDList": Collection(item_type="String"),
        "ManagersByUri": Collection(item_type="Uri"),
    }


# The default action is three keys of the API's: the queue, or the menu, and the greeting before.


def _opened(document: Document) -> Document:
    opened = {
        key: value
        for key, value in document.items()
        if key not in ("shared_queue", "menu", "greeting")
    }
    action: Document | None = None
    if document.get("menu") is not None:
        action = {"question": document["menu"]}
    elif document.get("shared_queue"):
        action = {"queue": document["shared_queue"]}
    if action is not None and document.get("greeting") is not None:
        action["prompt"] = document["greeting"]
    return {**opened, _OPENED: action}


def _closed(document: Document) -> Document:
    closed = dict(document)
    action = closed.pop(_OPENED, None) or {}
    if "question" in action:
        closed["menu"] = action["question"]
        closed.pop("shared_queue", None)
    else:
        closed["shared_queue"] = action.get("queue")
        closed.pop("menu", None)
    closed["greeting"] = action.get("prompt")
    return closed


def _judge(document: Document, origin: Document) -> None:
    """Raise CmdletError for an active workflow that leads nowhere, unless it was so before."""
    was_so = origin.get("active") and origin.get(_OPENED) is None
    if document.get("active") and document.get(_OPENED) is None and not was_so:
        raise invalid(
            "Cannot validate argument on parameter 'Active'. A workflow that is active needs a "
            "DefaultAction."
        )


def _action_field(name: str, key: str, allowed: tuple[str, ...]) -> Field:
    def store(value: Any, site: Site) -> Document:
        return {key: None if value is None else store_action(value, site, name)}

    def judge(value: Any) -> None:
        if value is not None:
            require_action(value, name, allowed)

    return Field(
        name,
        (key,),
        lambda document, site: show_action(document.get(key), site, document["pool"]),
        store,
        judge=judge,
    )


def _default_action() -> Field:
    def show(document: Document, site: Site) -> Any:
        held = document.get(_OPENED)
        if held is None:
            return None
        prompt = show_prompt(held.get("prompt"))
        if "question" in held:
            question = show_question(held["question"], site, document["pool"])
            return make_action(TO_QUESTION, prompt=prompt, question=question)
        queue = site.identity_of("queues", held["queue"], document["pool"])
        return make_action(TO_QUEUE, prompt=prompt, queue=queue)

    def store(value: Any, site: Site) -> Document:
        if value is None:
            return {_OPENED: None}
        action = require_action(value, "DefaultAction", _DEFAULT_ACTIONS)
        stored: Document
        if action == TO_QUESTION:
            stored = {"question": question_document(value["Question"], site)}
        else:
            stored = {"queue": site.name_of("queues", value["QueueID"], "QueueID")}
        prompt = prompt_document(value["Prompt"])
        return {_OPENED: stored if prompt is None else {**stored, "prompt": prompt}}

    return Field("DefaultAction", (_OPENED,), show, store)


def _name() -> Field:
    """Lync's name is what people see; the API's is the user part of the address."""
    return Field(
        "Name",
        ("display_name",),
        lambda document, site: document.get("display_name") or document["name"],
        lambda value, site: {"display_name": to_text(value)},
        "String",
    )


def _primary_uri() -> Field:
    return Field(
        "PrimaryUri",
        ("name",),
        lambda document, site: uri_of(document["name"], site),
        lambda value, site: {"name": name_in(value, site, "PrimaryUri")},
    )


def _line_uri() -> Field:
    def store(value: Any, site: Site) -> Document:
        written = to_text(value).strip()
        if not written:
            return {"tel": None}
        if not written.lower().startswith("tel:"):
            raise invalid(
                f"Cannot validate argument on parameter 'LineUri'. \"{written}\" is no tel URI, "
                "such as tel:+15550100."
            )
        return {"tel": written[4:].partition(";")[0]}

    return Field(
        "LineUri",
        ("tel",),
        lambda document, site: Uri(f"tel:{document['tel']}") if document.get("tel") else None,
        store,
    )


def _anonymous() -> Field:
    return Field(
        "Anonymous",
        ("kind",),
        lambda document, site: document.get("kind") == _ANONYMOUS,
        lambda value, site: {"kind": _ANONYMOUS if convert(value, "Boolean") else _NORMAL},
        "Boolean",
    )


def _one(name: str, key: str, kind: str) -> Field:
    """A property that is the identity of an object, or $null."""

    def show(document: Document, site: Site) -> Any:
        held = document.get(key)
        return None if held is None else site.identity_of(kind, held, document["pool"])

    def store(value: Any, site: Site) -> Document:
        is_none = value is None or not to_text(value)
        return {key: None if is_none else site.name_of(kind, value, name)}

    return Field(name, (key,), show, store)


def _holidays() -> Field:
    def show(document: Document, site: Site) -> Collection:
        names = document.get("holidays", ())
        found = [site.identity_of("holiday-sets", name, document["pool"]) for name in names]
        return Collection(found, item_type="String")

    def store(value: Any, site: Site) -> Document:
        name = "HolidaySetIDList"
        return {"holidays": [site.name_of("holiday-sets", each, name) for each in to_list(value)]}

    return Field("HolidaySetIDList", ("holidays",), show, store)


def _music() -> Field:
    return Field(
        "CustomMusicOnHoldFile",
        ("music",),
        lambda document, site: audio_file(document["music"]) if document.get("music") else None,
        lambda value, site: {"music": audio_name(value, "CustomMusicOnHoldFile")},
    )


def _managers() -> Field:
    show: Callable[[Document, Site], Any] = lambda document, site: Collection(  # noqa: E731
        (Uri(each) for each in document.get("managers", ())), item_type="Uri"
    )
    return Field(
        "ManagersByUri",
        ("managers",),
        show,
        lambda value, site: {"managers": [to_text(each) for each in to_list(value)]},
    )


_WORKFLOW = Kind(
    noun="Workflow",
    path="workflows",
    fields=(
        _action_field("NonBusinessHoursAction", "closed_action", ACTIONS),
        _action_field("HolidayAction", "holiday_action", ACTIONS),
        _default_action(),
        _music(),
        _name(),
        text("Description", "description"),
        _primary_uri(),
        boolean("Active", "active"),
        text("Language", "language"),
        text("TimeZone", "time_zone"),
        _one("BusinessHoursID", "hours", "hours-of-business"),
        _anonymous(),
        boolean("Managed", "managed"),
        OWNER_POOL,
        optional_text("DisplayNumber", "display_number"),
        boolean("EnabledForFederation", "federation"),
        _line_uri(),
        _holidays(),
        _managers(),
    ),
    refers_to=("queues", "hours-of-business", "holiday-sets"),
    opened=_opened,
    closed=_closed,
    judge=_judge,
)
