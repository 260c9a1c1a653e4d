"""The page of limits says what the constants say, and has a line for every one that is a bound."""

from __future__ import annotations

import ast
import inspect
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from emulator.model.topology import Topology
from sip.digest import Authenticator
from sip.registrar import Bindings
from sip.sdp import answer_offer
from sip.timers import Timers

SERVING = ("api", "cli", "documents", "model", "operations", "rules", "service", "topology")
ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "limits.md"


def _longest_offer() -> int:
    """The size up to which an offer is answered."""
    offer = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\n"

    def is_refused(size: int) -> bool:
        padded = offer + b"a=x:" + b"x" * (size - len(offer) - 6) + b"\r\n"
        return answer_offer(padded, host=b"127.0.0.1", port=5_000, session=1) is None

    return bisect_left(range(65_536), True, lo=100, key=is_refused) - 1


# What a row of the page is about, and the constants that hold its numbers, in their order.
NAMED: dict[str, tuple[str, ...]] = {
    "a message": ("sip.envelope.MAX_MESSAGE_BYTES",),
    "header lines of a message": ("sip.envelope.MAX_HEADER_LINES",),
    "headers of a message": ("sip.envelope.MAX_HEAD_BYTES",),
    "headers of a message over TCP": ("sip.transport.framing.MAX_HEAD_BYTES",),
    "a message over TCP": ("sip.transport.framing.MAX_MESSAGE_BYTES",),
    "a message over TCP that doesn't become whole": ("sip.transport.tcp.PARTIAL_SECONDS",),
    "TCP connections of one listener": ("sip.transport.tcp.MAX_CONNECTIONS",),
    "bytes that a TCP peer has not read": ("sip.transport.tcp.MAX_UNSENT_BYTES",),
    "a peer that leaves unread what it is sent before its connection closes": (
        "sip.transport.tcp.CLOSE_SECONDS",
    ),
    "keep-alive pings answered of what one read brings": ("sip.transport.tcp.MAX_PONGS",),
    "messages for a connection that is being made": ("sip.transport.tcp.MAX_WAITING_MESSAGES",),
    "making a connection": ("sip.transport.tcp.CONNECT_SECONDS",),
    "a request over UDP to somebody who has registered no flow": ("sip.delivery.MAX_UDP_BYTES",),
    "datagrams read before others get their turn": ("sip.transport.udp.DRAIN_AT_MOST",),
    "peers' addresses remembered by one UDP listener": ("sip.transport.udp.MAX_KNOWN_PEERS",),
    "UDP receive buffer": ("sip.transport.udp.RECEIVE_BUFFER_BYTES",),
    "server transactions of one listener": ("sip.transaction.layer.MAX_TRANSACTIONS",),
    "requests of more than 8 KiB of which one listener keeps something": (
        "sip.transaction.layer.MAX_LARGE_BYTES",
    ),
    "deadlines run before others get their turn": ("sip.deadlines._RUN_AT_MOST",),
    "reports of exceptions that nobody expected": ("sip.endpoint.REPORT_SECONDS",),
    "targets of one host name": ("sip.transport.resolve.MAX_TARGETS",),
    "questions about one host name; seconds for each, for all": (
        "sip.transport.resolve._MAX_QUESTIONS",
        "sip.transport.lookup.QUESTION_SECONDS",
        "sip.transport.lookup.RESOLVE_SECONDS",
    ),
    "look-ups of host names at once; names remembered, and for how long": (
        "sip.transport.lookup.MAX_AT_ONCE",
        "sip.transport.lookup.MAX_KEPT",
        "sip.transport.lookup._MAX_TTL_SECONDS",
    ),
    "URIs whose address is remembered; octets of one": (
        "sip.transport.resolve._MOST_KEPT",
        "sip.transport.resolve._LONGEST_KEPT",
    ),
    "Request-URIs, Contacts, From and To values that are remembered once read, of each kind; "
    "octets of one": (
        "sip.recognise.MAX_REMEMBERED",
        "sip.recognise.MAX_REMEMBERED_BYTES",
    ),
    "names of headers that are remembered, octets of one": (
        "sip.names._MOST_CANONICAL",
        "sip.names._LONGEST_CANONICAL",
    ),
    "live calls": ("emulator.service.site.MAX_LIVE_CALLS",),
    "Call-ID and From of a new call, which ended calls keep": (
        "emulator.model.calls.MAX_KEPT_BYTES",
    ),
    "live calls with one Call-ID": ("emulator.model.calls.MAX_ALIKE",),
    "steps of a call's ladder": ("emulator.model.ladder.MAX_STEPS",),
    "calls looked at by one step of the sweep; reminders sent by it": (
        "emulator.service.sweep._AT_ONCE",
        "emulator.service.sweep._SENDS_AT_ONCE",
    ),
    "how often queues may send one call on": ("emulator.service.pending.MAX_MOVES",),
    "BYEs and refusals of a phase change": ("emulator.service.pacing.BATCH",
                                            "emulator.service.pacing.INTERVAL_SECONDS"),
    "Request-URIs remembered; octets of one": (
        "emulator.service.destinations.MAX_KNOWN",
        "emulator.service.destinations.LONGEST_KNOWN",
    ),
    "phases in the log": ("emulator.model.phase_log.PhaseLog.KEEP",),
    "a call that the admin API places and that does not become one": (
        "emulator.deployment._PLACING_SECONDS",
    ),
    "ending all calls when the emulator ends": (
        "emulator.operations.closing._SEND_SECONDS",
        "emulator.operations.closing._ANSWER_SECONDS",
    ),
    "HTTP connections": ("emulator.api.gate.MAX_CONNECTIONS",),
    "a connection that has asked for nothing yet": ("emulator.api.gate.HEAD_SECONDS",),
    "a connection that asks for nothing more": ("emulator.api.server._KEEP_ALIVE_SECONDS",),
    "the request line, or one header; headers": (
        "emulator.api.server.MAX_LINE_BYTES",
        "emulator.api.server.MAX_HEADERS",
    ),
    "body of a request": (
        "emulator.api.exchange.MAX_BODY_BYTES",
        "emulator.api.exchange.BODY_SECONDS",
    ),
    "a client that leaves a long answer unread": ("emulator.api.exchange.READ_SECONDS",),
    "groups that one request to the agent service names": (
        "emulator.api.agent_service.wish.MAX_GROUPS",
    ),
    "calls that one request lists": ("emulator.api.models._MOST_CALLS",),
    "calls looked at, or counted, before others get their turn": (
        "emulator.operations.calls._AT_ONCE",
        "emulator.api.figures._AT_ONCE",
    ),
    "records made, and stored, before others get their turn": (
        "emulator.operations.records._AT_ONCE",
        "emulator.operations.records._BATCH",
    ),
    "ended calls that have no record yet": ("emulator.operations.records._MOST_PENDING",),
    "clients that wait in `/wait`; how long": (
        "emulator.api.routes.calls.MAX_WAITING",
        "emulator.api.models._LONGEST_WAIT_SECONDS",
    ),
    "clients that follow `/events`": ("emulator.api.routes.events.MAX_LISTENING",),
    "events that can be resumed": ("emulator.model.journal.KEEP_EVENTS",),
    "an SSE client that doesn't read": ("emulator.api.routes.events.SLOW_SECONDS",),
    "lines of one kind in a second": ("emulator.cli.logs.BURST",),
    "kinds of lines that are told apart": ("emulator.cli.logs._MAX_KINDS",),
    "events looked at in one turn, twice a second": ("emulator.cli.chronicle._MOST_AT_ONCE",),
    "a topology or rules file": (
        "emulator.documents.read.MAX_BYTES",
        "emulator.documents.read._MAX_DEPTH",
        "emulator.documents.read._MAX_NODES",
    ),
    "faults told of one file": ("emulator.documents.errors._MOST",),
}  # fmt: skip

DEFAULTS: dict[str, Any] = {each.name: each.default for each in fields(Topology)}

# Those whose bound is the default of a parameter or of the topology, or the system's.
NAMED |= {
    "an export that is imported; unpacked; members in it": (
        "emulator.operations.archives.MAX_ARCHIVE_BYTES",
        "emulator.operations.archives.MAX_UNPACKED_BYTES",
        "emulator.operations.archives.MAX_MEMBERS",
    ),
    "an audio file": ("emulator.operations.audio.MAX_AUDIO_BYTES",),
}

OTHERWISE: dict[str, tuple[float, ...]] = {
    "a session description that is answered": (_longest_offer(),),
    "contacts of one person": (Bindings().max_contacts,),
    "addresses that have contacts": (Bindings().max_addresses,),
    "life of a binding": (Bindings().max_expires,),
    "digest nonces in use; the life of one": (
        inspect.signature(Authenticator).parameters["max_nonces"].default,
        inspect.signature(Authenticator).parameters["nonce_seconds"].default,
    ),
    "methods counted by name": (),
    "open files, connections among them": (),
    "ended calls that can be asked for": (DEFAULTS["keep_calls"],),
    "a call of which nothing is heard": (DEFAULTS["silent_call_seconds"],),
    "a caller who was referred (`handover: transfer`)": (
        Timers().timeout,
        Timers().timeout / Timers().t1,
    ),
    "where calls to URIs may go": (),
}

# Names that sound like a bound and are none that the network could meet.
NO_BOUNDS = {
    "sip.deadlines._MAX_QUEUES": "delays that have a queue of their own; others share one",
    "sip.dialog._MAX_SEQ": "of the protocol",
    "sip.tags._AT_ONCE": "octets of chance asked of the system",
    "sip.transport.udp._MAX_DATAGRAM": "of the protocol",
    "sip.transport.lookup._TTL_OF_NOTHING_SECONDS": "how long a name without records is none",
    "emulator.service.sweep._AT_MOST_EVERY_SECONDS": "a pace",
    "emulator.service.pacing._LEFT_OUT_AT_MOST": "a pace",
    "emulator.service.avoided._LEAST_SECONDS": "a pace",
    "emulator.api.routes.events._AT_ONCE": "events that are written in one piece",
    "emulator.operations.ladder._AT_ONCE_SECONDS": "of a drawing",
    "emulator.operations.calls._FEW": "which of two ways is the quicker one",
    "emulator.documents.read._MAX_LINE_OF_PROBLEM": "of a text that a person reads",
    "emulator.documents.nodes._LONGEST_INTEGER": "of a text that a person writes",
    "emulator.documents.wording._LONGEST": "of a text that a person reads",
    "emulator.documents.wording._MOST_LISTED": "of a text that a person reads",
    "emulator.documents.wording._MOST_COMPARED": "of a text that a person reads",
    "emulator.rules.load._MOST_CELLS_OF_A_STATEMENT": "of a file, beside its size",
    "emulator.model.calls.QUIET_LIMIT_SECONDS": "how far a call's clock reaches",
}
SOUNDS_LIKE_A_BOUND = re.compile(
    r"(?:^|_)(?:MAX|MOST|LONGEST|KEEP|LIMIT|BATCH|BURST|AT_ONCE|AT_MOST)(?:_|$)"
)
UNITS = {"": 1, "ms": 0.001, "s": 1, "hours": 3600, "KiB": 1024, "MiB": 1024 * 1024}
WORDS = {"a day": "24 hours", "an hour": "1 hours"}
NUMBER = re.compile(r"(?<![\w*])([0-9][0-9,]*)(?: (ms|s|hours|KiB|MiB)\b)?")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the page."""

    what: str
    bound: str
    at_the_bound: str
    where: str

    @property
    def numbers(self) -> tuple[float, ...]:
        """The numbers of the bound, in octets, in seconds or in pieces."""
        text = self.bound
        for word, meaning in WORDS.items():
            text = text.replace(word, meaning)
        found = NUMBER.findall(text.partition(", fewer")[0])
        return tuple(int(number.replace(",", "")) * UNITS[unit] for number, unit in found)


def _rows() -> list[Row]:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [Row(*each) for each in cells if each[0] != "what"]


ROWS = _rows()


def _value(name: str) -> float:
    """The value of `package.module.CONSTANT`, or of `package.module.Class.CONSTANT`."""
    parts = name.split(".")
    at = next(i for i, part in enumerate(parts) if not part.islower())
    found: object = import_module(".".join(parts[:at]))
    for part in parts[at:]:
        found = getattr(found, part)
    assert isinstance(found, int | float)
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_the_page_says_what_the_code_does(row: Row) -> None:
    expected = (
        OTHERWISE[row.what]
        if row.what in OTHERWISE
        else tuple(_value(name) for name in NAMED[row.what])
    )

    assert row.numbers == pytest.approx(expected)
    assert row.at_the_bound


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_the_page_says_where_a_bound_is(row: Row) -> None:
    places = [place.strip("` ") for place in row.where.split(",") if place]

    assert all((ROOT / place).exists() for place in places)
    for name in NAMED.get(row.what, ()):
        assert any(name.startswith(place.replace("/", ".").removesuffix("py")) for place in places)


def test_no_row_is_there_twice_and_none_is_missing() -> None:
    whats = [row.what for row in ROWS]

    assert len(set(whats)) == len(whats)
    assert set(whats) == {*NAMED, *OTHERWISE}


def test_every_constant_that_is_a_bound_has_its_line() -> None:
    told = {name for names in NAMED.values() for name in names} | set(NO_BOUNDS)

    assert sorted(set(_bounds()) - told) == []
    assert [name for name in NO_BOUNDS if name not in set(_bounds(of_any_name=True))] == []


def _bounds(*, of_any_name: bool = False) -> Iterator[str]:
    """The constants that are numbers and whose names sound like a bound."""
    for folder in ("sip", *(f"emulator/{each}" for each in SERVING)):
        for path in sorted((ROOT / folder).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for node in ast.parse(path.read_text()).body:
                if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
                    continue
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if not isinstance(target, ast.Name):
                    continue
                is_meant = of_any_name or SOUNDS_LIKE_A_BOUND.search(target.id)
                if target.id.isupper() and is_meant and not _is_text(node.value):
                    yield f"{module}.{target.id}"


def _is_text(node: ast.expr) -> bool:
    return not isinstance(node, ast.Constant | ast.BinOp) or (
        isinstance(node, ast.Constant) and not isinstance(node.value, int | float)
    )
