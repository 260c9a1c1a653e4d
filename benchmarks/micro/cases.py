"""The hot paths that are timed: add a Case to CASES to watch another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import TypeAlias

from benchmarks.micro.corpus import phone_call, sipp_call
from benchmarks.micro.timing import Case, Work
from benchmarks.micro.transactions import found_among_many, whole_calls

# More calls than a processor's caches make one of, few enough to be prepared at once.
_CALLS = 256
_INVITE, _ACK, _BYE = range(3)
_BODY = (
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=audio 6000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
)
_HEADERS = b"Contact: <sip:127.0.0.1:5090>\r\nContent-Type: application/sdp\r\n"

# INVITE, ACK and BYE of the call with that number.
MessagesOfCall: TypeAlias = Callable[[int], tuple[bytes, bytes, bytes]]


def _each(function: Callable[[bytes], object], messages: Sequence[bytes]) -> Work:
    """The work of applying `function` to every message, none of which must be declined."""
    for message in messages:
        if function(message) is None:
            raise ValueError(f"declined: {message[:80]!r}")

    def run() -> None:
        for message in messages:
            function(message)

    return Work(run, len(messages))


def _recognising(call: MessagesOfCall, which: int) -> Callable[[], Work]:
    def prepare() -> Work:
        from sip.recognise import recognise

        return _each(recognise, [call(number)[which] for number in range(1, _CALLS + 1)])

    return prepare


def _parsing(call: MessagesOfCall, which: int) -> Callable[[], Work]:
    def prepare() -> Work:
        from sip.message import parse_message

        return _each(parse_message, [call(number)[which] for number in range(1, _CALLS + 1)])

    return prepare


def _reading(call: MessagesOfCall, which: int) -> Callable[[], Work]:
    """As an endpoint reads: by recognition, and in full what that declines."""

    def prepare() -> Work:
        from sip.message import parse_message
        from sip.recognise import recognise

        messages = [call(number)[which] for number in range(1, _CALLS + 1)]
        return _each(lambda message: recognise(message) or parse_message(message), messages)

    return prepare


def _building() -> Work:
    from sip.message import Request, parse_message, response_bytes

    requests = [
        request
        for number in range(1, _CALLS + 1)
        if isinstance(request := parse_message(sipp_call(number)[_INVITE]), Request)
    ]

    def run() -> None:
        for request in requests:
            response_bytes(request, 200, to_tag=b"a73k", headers_block=_HEADERS, body=_BODY)

    return Work(run, len(requests))


def _verdicts() -> Work:
    from emulator.rules import Phase, every_situation, load_rules, verdict

    rules = load_rules()
    questions = list(product(every_situation(), Phase))

    def run() -> None:
        for situation, phase in questions:
            verdict(situation, phase, rules)

    return Work(run, len(questions))


def _choosing(routing: str) -> Callable[[], Work]:
    """Choose among twenty agents, who each take what they are given and let it go again."""

    def prepare() -> Work:
        from emulator.model import topology
        from emulator.model.agents import Agent, IdleClock
        from emulator.model.groups import HostedGroup
        from emulator.rules import Kind, Pool

        names = tuple(f"agent{number}" for number in range(20))
        clock = IdleClock()
        agents = {
            name: Agent(topology.Agent(name=name), number, "contoso.example", clock)
            for number, name in enumerate(names)
        }
        twenty = topology.AgentGroup("twenty", names, topology.Routing(routing))
        settings = topology.Group("twenty", Pool.PRIMARY, Kind.NORMAL, agent_groups=(twenty,))
        (group,) = HostedGroup(settings, Pool.PRIMARY, agents).agent_groups

        def run() -> None:
            for _ in range(_CALLS):
                (agent,) = group.choose(())
                agent.claim()
                agent.release()

        return Work(run, _CALLS)

    return prepare


CASES = (
    Case("recognise SIPp's INVITE", _recognising(sipp_call, _INVITE)),
    Case("recognise SIPp's ACK", _recognising(sipp_call, _ACK)),
    Case("recognise SIPp's BYE", _recognising(sipp_call, _BYE)),
    Case("parse SIPp's INVITE", _parsing(sipp_call, _INVITE)),
    Case("parse SIPp's ACK", _parsing(sipp_call, _ACK)),
    Case("parse SIPp's BYE", _parsing(sipp_call, _BYE)),
    Case("parse a phone's INVITE", _parsing(phone_call, _INVITE)),
    Case("parse a phone's ACK", _parsing(phone_call, _ACK)),
    Case("parse a phone's BYE", _parsing(phone_call, _BYE)),
    Case("read a phone's INVITE, recognised or not", _reading(phone_call, _INVITE)),
    Case("build a 200 with a body", _building),
    Case("transactions of a whole call", whole_calls),
    Case("transaction found by its key", found_among_many),
    Case("verdict of the rules", _verdicts),
    Case("choice of an agent, longest idle", _choosing("longest_idle")),
    Case("choice of an agent, round robin", _choosing("round_robin")),
    Case("choice of an agent, serial", _choosing("serial")),
)
