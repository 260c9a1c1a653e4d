"""What is no proper request to the agent service is a SOAP fault, whatever it is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from emulator.api.agent_service import service
from emulator.api.agent_service.wish import MAX_GROUPS
from emulator.api.exchange import MAX_BODY_BYTES
from tests.support.doors import Door
from tests.support.soap import ENVELOPE, SERVICE, envelope, fault_of, post

GUID = "00000000-0000-0000-0000-000000000000"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
BILLION = (
    '<!DOCTYPE e [<!ENTITY a "lol">'
    + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
INSIDE = f'<!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/hostname">]>{envelope("<IsAgent>&x;</IsAgent>").decode()}'
DEFAULTS = f'<!DOCTYPE e [<!ATTLIST g x CDATA "{"y" * 100_000}">]>'

FAULTS: dict[str, tuple[bytes, str, str]] = {
    "nothing": (b"", "malformed-request", "Client"),
    "no XML": (b"hello", "malformed-request", "Client"),
    "half": (envelope("<IsAgent/>")[:-5], "malformed-request", "Client"),
    "NUL": (envelope("<IsAgent>\0</IsAgent>"), "malformed-request", "Client"),
    "two roots": (envelope("<IsAgent/>") * 2, "malformed-request", "Client"),
    "no UTF-8": (envelope("<IsAgent/>") + b"<!--\xff-->", "malformed-request", "Client"),
    "UTF-16": (envelope("<IsAgent/>").decode().encode("utf-16"), "malformed-request", "Client"),
    "undefined entity": (envelope("<IsAgent>&x;</IsAgent>"), "malformed-request", "Client"),
    "unbound prefix": (envelope("<q:IsAgent/>"), "malformed-request", "Client"),
    "too deep": (envelope("<a>" * 300 + "</a>" * 300), "malformed-request", "Client"),
    "no envelope": (b"<IsAgent/>", "malformed-request", "Client"),
    "envelope of nowhere": (b"<Envelope/>", "version-mismatch", "VersionMismatch"),
    "envelope of somebody": (
        b'<Envelope xmlns="urn:x"/>', "version-mismatch", "VersionMismatch",
    ),
    "no body": (f'<Envelope xmlns="{ENVELOPE}"/>'.encode(), "malformed-request", "Client"),
    "header alone": (
        f'<Envelope xmlns="{ENVELOPE}"><Header/></Envelope>'.encode(),
        "malformed-request", "Client",
    ),
    "body before header": (
        f'<Envelope xmlns="{ENVELOPE}"><Body/><Header/></Envelope>'.encode(),
        "malformed-request", "Client",
    ),
    "empty body": (envelope(""), "malformed-request", "Client"),
    "text for a body": (envelope("IsAgent"), "malformed-request", "Client"),
    "two in the body": (envelope("<IsAgent/><IsAgent/>"), "malformed-request", "Client"),
    "SOAP 1.2": (
        f'<Envelope xmlns="{SOAP_12}"><Body/></Envelope>'.encode(),
        "version-mismatch", "VersionMismatch",
    ),
    "header to understand": (
        envelope(
            "<IsAgent/>",
            header='<s:Header><To s:mustUnderstand="1" xmlns="urn:x">y</To></s:Header>',
        ),
        "not-understood", "MustUnderstand",
    ),
    "unknown operation": (envelope("<SignEverybodyIn/>"), "unknown-operation", "Client"),
    "operation of nowhere": (envelope('<IsAgent xmlns=""/>'), "unknown-operation", "Client"),
    "operation in other case": (envelope("<isagent/>"), "unknown-operation", "Client"),
    "an answer": (envelope("<IsAgentResponse/>"), "unknown-operation", "Client"),
    "argument where none is": (
        envelope("<IsAgent><agent>alice</agent></IsAgent>"), "malformed-request", "Client",
    ),
    "no group": (envelope("<SignIn/>"), "malformed-request", "Client"),
    "group of nowhere": (
        envelope(f'<SignIn><groupId xmlns="">{GUID}</groupId></SignIn>'),
        "malformed-request", "Client",
    ),
    "two groups": (
        envelope(f"<SignIn>{f'<groupId>{GUID}</groupId>' * 2}</SignIn>"),
        "malformed-request", "Client",
    ),
    "no GUID": (
        envelope("<SignIn><groupId>billing</groupId></SignIn>"), "malformed-request", "Client",
    ),
    "GUID in braces": (
        envelope(f"<SignIn><groupId>{{{GUID}}}</groupId></SignIn>"), "malformed-request", "Client",
    ),
    "elements in a GUID": (
        envelope(f"<SignIn><groupId>{GUID}<x/></groupId></SignIn>"), "malformed-request", "Client",
    ),
    "no groups": (
        envelope("<SignInMultiple><groupIds/></SignInMultiple>"), "malformed-request", "Client",
    ),
    "something else among groups": (
        envelope(f"<SignOutMultiple><groupIds><string>{GUID}</string></groupIds></SignOutMultiple>"),
        "malformed-request", "Client",
    ),
    "too many groups": (
        envelope(
            "<SignInMultiple><groupIds>"
            + f"<guid>{GUID}</guid>" * (MAX_GROUPS + 1)
            + "</groupIds></SignInMultiple>"
        ),
        "malformed-request", "Client",
    ),
    "entity bomb": (
        f"{BILLION}{envelope('<IsAgent>&i;</IsAgent>').decode()}".encode(),
        "malformed-request", "Client",
    ),
    "entity of a file": (INSIDE.encode(), "malformed-request", "Client"),
    "defaults of attributes": (
        f"{DEFAULTS}{envelope('<g/>' * 10_000).decode()}".encode(), "malformed-request", "Client",
    ),
    "document type elsewhere": (
        b'<!DOCTYPE e SYSTEM "http://127.0.0.1:1/x.dtd">' + envelope("<IsAgent/>"),
        "malformed-request", "Client",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
async def test_broken_request_is_told_by_a_fault(door: Door, name: str) -> None:
    data, kind, code = FAULTS[name]
    before = await door.get("console/carol")

    reply = await post(door, data)

    told = fault_of(reply)
    assert reply.status == 400
    assert (told.kind, told.code, told.cell) == (kind, code, None)
    assert len(told.text) < 1_000
    assert await door.get("console/carol") == before
    assert (await post(door, envelope("<IsAgent/>"))).status == 200


async def test_refusal_of_a_file_s_entity_tells_nothing_of_the_file(door: Door) -> None:
    reply = await post(door, INSIDE.encode())

    assert "document type" in fault_of(reply).text


@pytest.mark.parametrize(
    "content",
    [
        "<?xml version='1.0' encoding='utf-8'?>{}",
        "\ufeff{}",
        "<?xml version='1.0' encoding='utf-16'?>{}",
        "<!-- a <DOCTYPE> -->{}<?pi?>\n",
    ],
)
async def test_what_xml_may_have_around_an_envelope_is_taken(door: Door, content: str) -> None:
    data = content.format(envelope("<!-- x --><IsAgent/>").decode()).encode()

    assert (await post(door, data)).status == 200


@pytest.mark.parametrize(
    "header",
    [
        "<s:Header/>",
        '<s:Header><To xmlns="urn:x" s:mustUnderstand="0">y</To></s:Header>',
        '<s:Header><To xmlns="urn:x" s:mustUnderstand="1" s:actor="urn:other">y</To></s:Header>',
    ],
)
async def test_header_that_need_not_be_understood_is_passed_over(door: Door, header: str) -> None:
    assert (await post(door, envelope("<IsAgent/>", header=header))).status == 200


@pytest.mark.parametrize("action", ["", '""', f'"{SERVICE}:IsAgent"', f"{SERVICE}:IsAgent", None])
async def test_soap_action_may_be_missing_or_empty(door: Door, action: str | None) -> None:
    headers = {} if action is None else {"SOAPAction": action}

    assert (await post(door, envelope("<IsAgent/>"), **headers)).status == 200


async def test_soap_action_of_another_operation_is_refused(door: Door) -> None:
    reply = await post(door, envelope("<IsAgent/>"), SOAPAction=f'"{SERVICE}:SignIn"')

    assert reply.status == 400
    assert "SOAPAction" in fault_of(reply).text


async def test_soap_1_2_by_its_media_type_is_unsupported(door: Door) -> None:
    data = f'<e:Envelope xmlns:e="{SOAP_12}"><e:Body/></e:Envelope>'.encode()

    reply = await post(door, data, Content_Type='application/soap+xml; charset=utf-8; action="x"')

    assert reply.status == 415
    assert fault_of(reply).code == "VersionMismatch"


async def test_most_groups_that_one_request_may_name_are_read(door: Door) -> None:
    ids = f"<guid> {GUID} </guid>" * MAX_GROUPS

    reply = await post(
        door, envelope(f"<SignInMultiple><groupIds>{ids}</groupIds></SignInMultiple>")
    )

    assert reply.status == 404


async def test_body_that_is_too_large_is_a_fault(door: Door) -> None:
    reply = await post(door, envelope("<IsAgent/>") + b" " * MAX_BODY_BYTES)

    assert reply.status == 413
    assert fault_of(reply).kind == "body-too-large"


async def test_body_that_does_not_come_is_not_waited_for(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BODY_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", door.server.port)
    writer.write(
        b"POST /RgsClients/AgentService.svc HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: text/xml\r\nAuthorization: Basic Ym9iOng=\r\nContent-Length: 100\r\n\r\n<"
    )

    async with asyncio.timeout(10):
        answer = await reader.read()

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"timed-out" in answer
    writer.close()


async def test_fault_of_the_emulator_s_own_shows_no_traceback(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(service, "carry_out", fail)

    reply = await post(door, envelope("<IsAgent/>"))

    told = fault_of(reply)
    assert reply.status == 500
    assert (told.code, told.kind) == ("Server", "internal-fault")
    assert "secret" not in reply.text


async def test_faults_have_the_status_that_says_what_they_are(door: Door) -> None:
    unknown = await post(door, envelope(f"<SignIn><groupId>{GUID}</groupId></SignIn>"))
    stranger = await post(door, envelope("<GetGroups/>"), user="nobody")

    assert (unknown.status, stranger.status) == (404, 403)
