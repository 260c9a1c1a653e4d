"""New-CsRgsPrompt, -CallAction, -Question and -Answer: values that are made in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from emulator.shell.cmdlets.rgs_actions import (
    ACTIONS,
    call_action,
    make_action,
    make_answer,
    make_prompt,
    make_question,
)
from emulator.shell.cmdlets.rgs_fields import invalid
from emulator.shell.cmdlets.rgs_parameters import object_parameter, word_parameter
from emulator.shell.engine import Call, Cmdlet, Example, Hashtable, Parameter, to_text
from emulator.shell.engine.conversion import to_list

__all__ = ["VALUE_CMDLETS"]

_CLASS = "Microsoft.Rtc.Rgs.Management.Cmdlets."


async def _new_prompt(call: Call) -> AsyncIterator[Any]:
    yield make_prompt(call.get("TextToSpeechPrompt"), call.get("AudioFilePrompt"))


async def _new_call_action(call: Call) -> AsyncIterator[Any]:
    yield call_action(
        make_action(
            to_text(call["Action"]),
            prompt=call.get("Prompt"),
            question=call.get("Question"),
            queue=call.get("QueueID"),
            uri=call.get("Uri"),
        )
    )


async def _new_question(call: Call) -> AsyncIterator[Any]:
    yield make_question(
        call["Prompt"],
        _listed(call.get("AnswerList"), "AnswerList"),
        invalid_answer=call.get("InvalidAnswerPrompt"),
        no_answer=call.get("NoAnswerPrompt"),
        name=call.get("Name"),
    )


async def _new_answer(call: Call) -> AsyncIterator[Any]:
    name = "VoiceResponseList"
    voice = [to_text(each) for each in _listed(call.get(name), name)]
    dtmf = call.get("DtmfResponse")
    yield make_answer(call["Action"], dtmf or None, call.get("Name"), voice)


def _listed(given: Any, parameter: str) -> list[Any]:
    """The items of a PSListModifier: a list, one value, @{Add=...} or @{Replace=...}.

    Raises CmdletError for another modifier: what is made anew has nothing to remove.
    """
    if not isinstance(given, Hashtable):
        return list(to_list(given))
    found: list[Any] = []
    for name, items in given.items():
        if to_text(name).lower() not in ("add", "replace"):
            raise invalid(
                f"Cannot validate argument on parameter '{parameter}'. The modifier "
                f"{to_text(name)} is not allowed; allowed are Add, Replace.",
                name,
            )
        found.extend(to_list(items))
    return found


VALUE_CMDLETS = (
    Cmdlet(
        name="New-CsRgsPrompt",
        synopsis="Makes a prompt, in memory.",
        run=_new_prompt,
        class_name=f"{_CLASS}NewPromptCmdlet",
        parameters=(
            Parameter(name="TextToSpeechPrompt", help="What is spoken, at most 4096 characters."),
            object_parameter("AudioFilePrompt", "AudioFile", "The file that is played."),
        ),
        examples=(Example('New-CsRgsPrompt -TextToSpeechPrompt "Welcome"'),),
    ),
    Cmdlet(
        name="New-CsRgsCallAction",
        synopsis="Makes what becomes of a call, in memory.",
        run=_new_call_action,
        class_name=f"{_CLASS}NewCallActionCmdlet",
        parameters=(
            word_parameter("Action", ACTIONS, "What becomes of the call.", is_mandatory=True),
            object_parameter("Prompt", "Prompt", "What the caller hears before."),
            object_parameter("Question", "Question", "What is asked, for TransferToQuestion."),
            Parameter(name="QueueID", help="The queue, for TransferToQueue."),
            Parameter(name="Uri", help="The address or number, for the other transfers."),
        ),
        examples=(Example("New-CsRgsCallAction -Action TransferToQueue -QueueID $queue.Identity"),),
    ),
    Cmdlet(
        name="New-CsRgsQuestion",
        synopsis="Makes a question, in memory.",
        run=_new_question,
        class_name=f"{_CLASS}NewQuestionCmdlet",
        parameters=(
            object_parameter("Prompt", "Prompt", "What is asked.", is_mandatory=True),
            Parameter(name="AnswerList", type="Object", help="The answers."),
            object_parameter("InvalidAnswerPrompt", "Prompt", "What a wrong answer is told."),
            Parameter(name="Name", help="For people, at most 128 characters."),
            object_parameter("NoAnswerPrompt", "Prompt", "What silence is told."),
        ),
        examples=(Example("New-CsRgsQuestion -Prompt $prompt -AnswerList $one, $two"),),
    ),
    Cmdlet(
        name="New-CsRgsAnswer",
        synopsis="Makes an answer to a question, in memory.",
        run=_new_answer,
        class_name=f"{_CLASS}NewAnswerCmdlet",
        parameters=(
            object_parameter(
                "Action", "CallAction", "What becomes of a call that answers so.", is_mandatory=True
            ),
            Parameter(name="DtmfResponse", help="The key that gives it: 0 to 9, * or #."),
            Parameter(name="Name", help="For people."),
            Parameter(name="VoiceResponseList", type="Object", help="Words that would give it."),
        ),
        examples=(Example("New-CsRgsAnswer -Action $action -DtmfResponse 1"),),
    ),
)
