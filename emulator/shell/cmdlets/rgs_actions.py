"""Prompts, call actions, questions and answers, as objects of Lync's and in the API's terms."""

from __future__ import annotations

from typing import Any

from emulator.shell.client import Document
from emulator.shell.cmdlets.rgs_fields import RgsObject, invalid, too_long
from emulator.shell.cmdlets.rgs_identities import Site
from emulator.shell.engine import CmdletError, Collection, PSObject, to_text
from emulator.shell.engine.conversion import to_list

__all__ = [
    "ACTIONS",
    "QUEUE_ACTIONS",
    "TO_QUESTION",
    "TO_QUEUE",
    "audio_file",
    "audio_name",
    "call_action",
    "make_action",
    "make_answer",
    "make_prompt",
    "make_question",
    "prompt_document",
    "question_document",
    "require_action",
    "show_action",
    "show_prompt",
    "show_question",
    "store_action",
]

TO_QUEUE = "TransferToQueue"
TO_QUESTION = "TransferToQuestion"
_URIS = {
    "TransferToUri": "uri",
    "TransferToVoiceMailUri": "voicemail",
    "TransferToPSTN": "pstn",
}
ACTIONS = ("Terminate", TO_QUEUE, TO_QUESTION, *_URIS)
QUEUE_ACTIONS = tuple(name for name in ACTIONS if name != TO_QUESTION)

_MOST_SPOKEN = 4096
_MOST_NAME = 128


# Prompts and audio files


def audio_file(name: str) -> RgsObject:
    """An audio file on a pool."""
    return RgsObject(
        "AudioFile",
        {},
        properties={"OriginalFileName": name, "UniqueName": name},
        display=name,
        property_types={"OriginalFileName": "String", "UniqueName": "String"},
    )


def audio_name(value: Any, parameter: str) -> str | None:
    """The name under which an audio file is stored. Raises CmdletError."""
    if value is None or (isinstance(value, str) and not value):
        return None
    if isinstance(value, PSObject) and value.type_name.endswith(".AudioFile"):
        return to_text(value["UniqueName"])
    raise invalid(
        f"Cannot validate argument on parameter '{parameter}'. An AudioFile is expected, as "
        "Import-CsRgsAudioFile makes it.",
        value,
    )


def make_prompt(spoken: str | None, audio: Any) -> RgsObject:
    """A prompt. Raises CmdletError for a text that is too long."""
    if spoken is not None and len(spoken) > _MOST_SPOKEN:
        raise too_long("TextToSpeechPrompt", spoken, _MOST_SPOKEN)
    return RgsObject(
        "Prompt",
        {},
        properties={"AudioFilePrompt": audio, "TextToSpeechPrompt": spoken},
        display=lambda prompt: to_text(prompt["TextToSpeechPrompt"] or prompt["AudioFilePrompt"]),
    )


def show_prompt(document: Document | None) -> RgsObject | None:
    """The prompt that the API has."""
    if document is None:
        return None
    name = document.get("audio")
    return RgsObject(
        "Prompt",
        {},
        properties={
            "AudioFilePrompt": audio_file(name) if name else None,
            "TextToSpeechPrompt": document.get("text"),
        },
        display=lambda prompt: to_text(prompt["TextToSpeechPrompt"] or prompt["AudioFilePrompt"]),
    )


def prompt_document(value: Any, parameter: str = "Prompt") -> Document | None:
    """The prompt in the API's terms; None without one. Raises CmdletError."""
    if value is None:
        return None
    _require(value, "Prompt", parameter)
    spoken = to_text(value["TextToSpeechPrompt"]) or None
    audio = audio_name(value["AudioFilePrompt"], "AudioFilePrompt")
    if spoken is None and audio is None:
        return None
    return {"text": spoken, "audio": audio}


# Actions


def make_action(
    action: str,
    *,
    prompt: Any = None,
    question: Any = None,
    queue: Any = None,
    uri: str | None = None,
    origin: Document | None = None,
) -> RgsObject:
    """A call action."""
    return RgsObject(
        "CallAction",
        origin or {},
        properties={
            "Prompt": prompt,
            "Question": question,
            "Action": action,
            "QueueID": queue,
            "Uri": uri,
        },
        display=_action_text,
        property_types={"Action": "String"},
    )


def call_action(given: RgsObject) -> RgsObject:
    """A new call action, if it has what its action needs. Raises CmdletError."""
    action = require_action(given, "Action", ACTIONS)
    if action == TO_QUEUE and not to_text(given["QueueID"]):
        raise invalid(f"Parameter 'QueueID' is needed where Action is {action}.")
    if action == TO_QUESTION and given["Question"] is None:
        raise invalid(f"Parameter 'Question' is needed where Action is {action}.")
    if action in _URIS and not to_text(given["Uri"]):
        raise invalid(f"Parameter 'Uri' is needed where Action is {action}.")
    given["Action"] = action
    return given


def show_action(document: Document | None, site: Site, pool: str) -> RgsObject | None:
    """The action that the API has, for an object on `pool`."""
    if document is None:
        return None
    prompt = show_prompt(document.get("prompt"))
    if "queue" in document:
        queue = site.identity_of("queues", document["queue"], pool)
        return make_action(TO_QUEUE, prompt=prompt, queue=queue)
    if "question" in document:
        question = show_question(document["question"], site, pool)
        return make_action(TO_QUESTION, prompt=prompt, question=question)
    for action, key in _URIS.items():
        if key in document:
            return make_action(action, prompt=prompt, uri=document[key])
    return make_action("Terminate", prompt=prompt)


def store_action(value: Any, site: Site, parameter: str) -> Document:
    """The action in the API's terms. Raises CmdletError."""
    _require(value, "CallAction", parameter)
    action = require_action(value, parameter, ACTIONS)
    stored: Document
    if action == TO_QUEUE:
        stored = {"queue": site.name_of("queues", value["QueueID"], "QueueID")}
    elif action == TO_QUESTION:
        stored = {"question": question_document(value["Question"], site)}
    elif action in _URIS:
        stored = {_URIS[action]: to_text(value["Uri"])}
    else:
        stored = {"terminate": {}}
    prompt = prompt_document(value["Prompt"])
    return stored if prompt is None else {**stored, "prompt": prompt}


def require_action(value: PSObject, parameter: str, allowed: tuple[str, ...]) -> str:
    """The word for what a call action does. Raises CmdletError unless it is `allowed`."""
    given = to_text(value["Action"])
    for name in allowed:
        if name.lower() == given.lower():
            return name
    raise invalid(
        f"Cannot validate argument on parameter '{parameter}'. The action {given} is not "
        f"allowed here; allowed are {', '.join(allowed)}.",
        given,
    )


def _action_text(action: PSObject) -> str:
    lines = [f"Prompt={to_text(action['Prompt'])}", f"Action={to_text(action['Action'])}"]
    queue = action["QueueID"]
    if queue is not None:
        lines.append(f"QueueId={to_text(queue).rpartition('/')[2]}")
    if action["Question"] is not None:
        lines.append(f"Question={to_text(action['Question'])}")
    if action["Uri"]:
        lines.append(f"Uri={to_text(action['Uri'])}")
    return "\n".join(lines)


# Questions and answers


def make_question(
    prompt: Any,
    answers: list[Any],
    *,
    invalid_answer: Any = None,
    no_answer: Any = None,
    name: str | None = None,
    origin: Document | None = None,
) -> RgsObject:
    """A question. Raises CmdletError for a name that is too long."""
    if name is not None and len(name) > _MOST_NAME:
        raise too_long("Name", name, _MOST_NAME)
    return RgsObject(
        "Question",
        origin or {},
        properties={
            "Prompt": prompt,
            "InvalidAnswerPrompt": invalid_answer,
            "NoAnswerPrompt": no_answer,
            "AnswerList": Collection(answers, item_type="Answer"),
            "Name": name or "",
        },
        display=lambda question: to_text(question["Name"] or question["Prompt"]),
        property_types={"Name": "String"},
    )


def make_answer(action: Any, dtmf: str | None, name: str | None, voice: list[str]) -> RgsObject:
    """An answer to a question."""
    return RgsObject(
        "Answer",
        {},
        properties={
            "Action": action,
            "Name": name or "",
            "DtmfResponse": dtmf,
            "VoiceResponseList": Collection(voice, item_type="String"),
        },
        display=lambda answer: to_text(answer["Name"] or answer["DtmfResponse"]),
        property_types={"Name": "String"},
    )


def show_question(document: Document, site: Site, pool: str) -> RgsObject:
    """The question that the API has; what Lync has no word for is kept in its origin."""
    answers: list[Any] = [
        make_answer(
            show_action(answer["action"], site, pool),
            answer.get("dtmf"),
            answer.get("name"),
            list(answer.get("voice") or ()),
        )
        for answer in document.get("answers", ())
    ]
    question = make_question(
        show_prompt(document["prompt"]),
        answers,
        invalid_answer=show_prompt(document.get("invalid_answer_prompt")),
        no_answer=show_prompt(document.get("no_answer_prompt")),
        origin={key: document[key] for key in ("answer_seconds", "tries") if key in document},
    )
    question["Name"] = document.get("name", "")
    return question


def question_document(value: Any, site: Site) -> Document:
    """The question in the API's terms. Raises CmdletError."""
    _require(value, "Question", "Question")
    prompt = prompt_document(value["Prompt"])
    if prompt is None:
        raise invalid("A question needs a Prompt with a text or an audio file.", value)
    kept = value.origin if isinstance(value, RgsObject) else {}
    return {
        **kept,
        "prompt": prompt,
        "answers": [_answer_document(answer, site) for answer in to_list(value["AnswerList"])],
        "invalid_answer_prompt": prompt_document(value["InvalidAnswerPrompt"]),
        "no_answer_prompt": prompt_document(value["NoAnswerPrompt"]),
        "name": to_text(value["Name"]),
    }


def _answer_document(value: Any, site: Site) -> Document:
    _require(value, "Answer", "AnswerList")
    return {
        "action": store_action(value["Action"], site, "Action"),
        "dtmf": to_text(value["DtmfResponse"]) or None,
        "voice": [to_text(word) for word in to_list(value["VoiceResponseList"])],
        "name": to_text(value["Name"]),
    }


def _require(value: Any, type_name: str, parameter: str) -> None:
    if isinstance(value, PSObject) and value.type_name.endswith(f".{type_name}"):
        return
    raise CmdletError(
        f"Cannot convert \"{to_text(value)}\" to the type {type_name} that '{parameter}' needs.",
        "CannotConvertArgument",
        target=value,
    )
