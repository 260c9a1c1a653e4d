"""What can become of a call that a workflow or a queue sends on, and the menus that ask the caller.

The names beside each are those of `New-CsRgsCallAction -Action`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

__all__ = [
    "MENU_SECONDS",
    "MENU_TRIES",
    "TERMINATE",
    "Action",
    "Answer",
    "Ask",
    "Prompt",
    "Question",
    "Terminate",
    "ToPstn",
    "ToQueue",
    "ToUri",
    "ToVoicemail",
]

MENU_SECONDS = 10
MENU_TRIES = 3


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a caller hears: text to be spoken, or the name of an audio file, or both."""

    text: str | None = None
    audio: str | None = None


@dataclass(frozen=True, slots=True)
class Terminate:
    """End the call: Terminate."""

    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True)
class ToQueue:
    """Put the call into a queue: TransferToQueue. A group's own queue has the group's name."""

    queue: str
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True)
class ToUri:
    """Send the call to a SIP or tel URI: TransferToUri."""

    uri: str
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True)
class ToVoicemail:
    """Send the call to somebody's voice mail: TransferToVoiceMailUri."""

    voicemail: str
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True)
class ToPstn:
    """Send the call to a telephone number, written as a URI: TransferToPSTN."""

    pstn: str
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the caller: TransferToQuestion."""

    question: Question
    prompt: Prompt | None = None


TERMINATE: Final = Terminate()
Action: TypeAlias = Terminate | ToQueue | ToUri | ToVoicemail | ToPstn | Ask


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a question: the key that gives it, the words that would, and what follows."""

    action: Action
    dtmf: str | None = None
    voice: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A menu. A wrong answer, or none in time, has it asked again, `tries` times in all."""

    prompt: Prompt
    answers: tuple[Answer, ...] = ()
    invalid_answer_prompt: Prompt | None = None
    no_answer_prompt: Prompt | None = None
    name: str = ""
    answer_seconds: float = MENU_SECONDS
    tries: int = MENU_TRIES
