"""The form of actions, and of the menus whose answers lead to actions again."""

from typing import Final

from emulator.model.actions import (
    Action,
    Answer,
    Ask,
    Prompt,
    Question,
    Terminate,
    ToPstn,
    ToQueue,
    ToUri,
    ToVoicemail,
)
from emulator.topology.record import Key, Record, keys_of
from emulator.topology.shapes import ListOf, Nullable, Number, Recursive, Text, Whole
from emulator.topology.words import AUDIO, LINE, SPOKEN, TITLE, URI

__all__ = ["ACTION", "PROMPT", "QUESTION", "SIMPLE_ACTION"]

_KEYPAD = Text("a key of the telephone: 0 to 9, * or #", "[0-9*#]", 1)


def _action(
    *,
    terminate: Terminate | None = None,
    queue: str | None = None,
    uri: str | None = None,
    voicemail: str | None = None,
    pstn: str | None = None,
    question: Question | None = None,
    prompt: Prompt | None = None,
) -> Action:
    if queue is not None:
        return ToQueue(queue, prompt)
    if uri is not None:
        return ToUri(uri, prompt)
    if voicemail is not None:
        return ToVoicemail(voicemail, prompt)
    if pstn is not None:
        return ToPstn(pstn, prompt)
    if question is not None:
        return Ask(question, prompt)
    return Terminate(prompt)


PROMPT: Final = Record(
    Prompt,
    keys_of(
        Prompt,
        text=(Nullable(SPOKEN), "what is spoken"),
        audio=(Nullable(AUDIO), "the file that is played"),
    ),
)

_KEYS: Final = {
    "terminate": Key(Record(Terminate, {}), "end the call"),
    "queue": Key(TITLE, "put the call into a queue; a group's own has the group's name"),
    "uri": Key(URI, "send the call to an address in allowed_networks, or to a number"),
    "voicemail": Key(URI, "send the call to the voice mail of that address"),
    "pstn": Key(URI, "send the call to a telephone number"),
}
_SAID: Final = {"prompt": Key(Nullable(PROMPT), "what the caller hears before", default=None)}

# What a queue does, which can't ask.
SIMPLE_ACTION: Final = Record(_action, _KEYS | _SAID, exactly_one_of=tuple(_KEYS))


def _question() -> Record[Question]:
    return _QUESTION


QUESTION: Final = Recursive("question", _question)

ACTION: Final = Record(
    _action,
    _KEYS | {"question": Key(QUESTION, "ask the caller")} | _SAID,
    exactly_one_of=(*_KEYS, "question"),
)

_ANSWER = Record(
    Answer,
    keys_of(
        Answer,
        action=(ACTION, "what becomes of a call that answers so"),
        dtmf=(Nullable(_KEYPAD), "the key that gives this answer"),
        voice=(ListOf(LINE, "words"), "words that would give it; nothing listens to them yet"),
        name=(LINE, "for people"),
    ),
)

_QUESTION: Final = Record(
    Question,
    keys_of(
        Question,
        prompt=(PROMPT, "what is asked"),
        answers=(ListOf(_ANSWER, "answers"), "the answers, each by another key"),
        invalid_answer_prompt=(Nullable(PROMPT), "what a wrong answer is told"),
        no_answer_prompt=(Nullable(PROMPT), "what silence is told"),
        name=(LINE, "for people"),
        answer_seconds=(Number(0.1, 600, "seconds"), "how long an answer is waited for"),
        tries=(Whole(1, 100, "times"), "how often it is asked before the call is ended"),
    ),
)
