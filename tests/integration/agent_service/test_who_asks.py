"""Who may ask the agent service: Basic credentials, the token, and no page from elsewhere."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
import requests
from lxml import etree

from emulator.model.topology import Topology
from tests.support.doors import Door, Doors
from tests.support.soap import PATH, SERVICE, SoapUser, basic, envelope, fault_of, post

TOKEN = "s3cret-token"
IS_AGENT = envelope("<IsAgent/>")
XML = {"Content-Type": "text/xml"}


def is_agent(reply: Any) -> bool:
    """What IsAgent has answered."""
    assert reply.status == 200, reply.text
    return etree.fromstring(reply.data).findtext(f".//{{{SERVICE}}}IsAgentResult") == "true"


async def ask(door: Door, **headers: str) -> Any:
    """IsAgent with nothing but `headers`."""
    return await door.ask("POST", PATH, data=IS_AGENT, headers={**XML, **headers})


@pytest.fixture
async def known(doors: Doors, with_passwords: Topology) -> Door:
    """A deployment two of whose agents have passwords."""
    return await doors.open(topology=with_passwords)


@pytest.fixture
async def guarded(doors: Doors, with_passwords: Topology) -> Door:
    """The same, and its API asks for a token."""
    return await doors.open(topology=with_passwords, token=TOKEN)


@pytest.mark.parametrize(
    "user",
    [
        "bob", "bob@contoso.example", "sip:bob@contoso.example", "SIP:bob@CONTOSO.example",
    ],
)  # fmt: skip
async def test_name_and_sip_address_stand_for_the_agent(known: Door, user: str) -> None:
    assert is_agent(await ask(known, **basic(user, "any:thing")))


@pytest.mark.parametrize(
    "user",
    ["Bob", "bob@elsewhere.example", "sip:bob", "bob@", "@contoso.example", "x" * 500, "é\n"],
)
async def test_other_names_are_no_agents(known: Door, user: str) -> None:
    assert not is_agent(await ask(known, **basic(user)))


@pytest.mark.parametrize(
    ("user", "password"),
    [("alice", "wonder:land"), ("sip:alice@contoso.example", "wonder:land"), ("carol", "grün")],
)
async def test_password_of_the_topology_opens(known: Door, user: str, password: str) -> None:
    assert is_agent(await ask(known, **basic(user, password)))


async def test_password_in_latin_1_opens_too(known: Door) -> None:
    given = b64encode("carol:grün".encode("latin-1")).decode()

    assert is_agent(await ask(known, Authorization=f"Basic {given}"))


@pytest.mark.parametrize("password", ["", "wonder", "wonder:land ", "WONDER:LAND", "x" * 5_000])
async def test_another_password_does_not_open(known: Door, password: str) -> None:
    reply = await ask(known, **basic("alice", password))

    assert reply.status == 401
    assert fault_of(reply).kind == "credentials-required"


@pytest.mark.parametrize(
    "authorization",
    [
        "", "Basic", "Basic !!!", "Basic YWxpY2U=", "Basic OnB3", "Negotiate TlRMTVNTUAAB",
        "Basic \xff", f"Bearer {TOKEN}", "Digest username=alice",
    ],
)  # fmt: skip
async def test_without_basic_credentials_there_is_a_challenge(
    known: Door, authorization: str
) -> None:
    reply = await ask(known, Authorization=authorization)

    assert reply.status == 401
    assert reply.headers["WWW-Authenticate"].startswith('Basic realm="')
    assert fault_of(reply).kind == "credentials-required"


async def test_no_header_at_all_is_challenged_and_nothing_is_done(door: Door) -> None:
    before = await door.get("console/carol")

    reply = await ask(door)

    assert reply.status == 401
    assert await door.get("console/carol") == before


@pytest.mark.parametrize(
    ("user", "password", "status"),
    [
        ("alice", "wonder:land", 200), ("alice", "wrong", 401), ("alice", TOKEN, 401),
        ("bob", "any", 401), ("nobody", "any", 401), ("bob", TOKEN, 401),
    ],
)  # fmt: skip
async def test_where_a_token_is_set_only_passwords_open(
    guarded: Door, user: str, password: str, status: int
) -> None:
    reply = await ask(guarded, **basic(user, password))

    assert reply.status == status


async def test_agent_without_a_password_is_told_why_the_token_shuts_him_out(
    guarded: Door,
) -> None:
    told = fault_of(await ask(guarded, **basic("bob")))

    assert "token" in told.text
    assert "password" in told.text


async def test_token_does_not_say_which_agent_asks(guarded: Door) -> None:
    reply = await ask(guarded, Authorization=f"Bearer {TOKEN}")

    assert reply.status == 401
    assert "which agent" in fault_of(reply).text


async def test_no_parameter_names_the_agent_in_the_token_s_stead(guarded: Door) -> None:
    reply = await guarded.ask(
        "POST", f"{PATH}?agent=alice", data=IS_AGENT,
        headers={**XML, "Authorization": f"Bearer {TOKEN}"},
    )  # fmt: skip

    assert reply.status == 401


@pytest.mark.parametrize("query", ["", "?wsdl", "?singleWsdl"])
async def test_description_asks_for_the_token_or_a_password_where_one_is_set(
    guarded: Door, query: str
) -> None:
    async def status(**headers: str) -> int:
        return (await guarded.ask("GET", PATH + query, headers=headers)).status

    assert await status() == 401
    assert await status(Authorization=f"Bearer {TOKEN}x") == 401
    assert await status(Authorization=f"Bearer {TOKEN}") == 200
    assert await status(**basic("alice", "wonder:land")) == 200
    assert await status(**basic("bob")) == 401


async def test_basic_credentials_open_nothing_else_where_a_token_is_set(guarded: Door) -> None:
    for path in ("/api/v1/state", f"/api/v1{PATH}", f"{PATH}/state", "/RgsClients/"):
        reply = await guarded.ask("GET", path, headers=basic("alice", "wonder:land"))

        assert reply.status == 401


async def test_zeep_asks_where_a_token_is_set(guarded: Door) -> None:
    async with SoapUser.open(guarded.url, "alice", "wonder:land") as alice:
        assert await alice.ask("IsAgent") is True

    with pytest.raises(requests.HTTPError, match="401"):
        async with SoapUser.open(guarded.url, "bob"):
            pass


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
    ids=str,
)  # fmt: skip
async def test_page_from_elsewhere_can_sign_nobody_in(
    door: Door, carol: SoapUser, headers: dict[str, str]
) -> None:
    billing = (await carol.groups())["billing", False].Id

    reply = await post(door, envelope(f"<SignIn><groupId>{billing}</groupId></SignIn>"), **headers)

    assert reply.status == 403
    assert reply.problem["type"] == "/docs#foreign-origin"
    assert (await carol.groups())["billing", False].IsSignedIn is False


async def test_name_that_somebody_else_s_dns_points_here_is_turned_away(door: Door) -> None:
    reply = await post(door, IS_AGENT, Host="evil.example")

    assert reply.status == 421


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
        "application/xml", "application/json", "text/xml; charset=utf-16", "text/xmlx", "",
        "text/xml; charset=nonsense",
    ],
)  # fmt: skip
async def test_what_a_form_may_send_is_not_taken(door: Door, carol: SoapUser, kind: str) -> None:
    billing = (await carol.groups())["billing", False].Id
    wish = envelope(f"<SignIn><groupId>{billing}</groupId></SignIn>")

    reply = await post(door, wish, Content_Type=kind)

    assert reply.status == 415
    assert fault_of(reply).kind == "unsupported-media-type"
    assert (await carol.groups())["billing", False].IsSignedIn is False


async def test_browser_gets_no_leave_to_send_xml_from_elsewhere(door: Door) -> None:
    reply = await door.ask(
        "OPTIONS", PATH,
        headers={"Origin": door.url, "Access-Control-Request-Method": "POST"},
    )  # fmt: skip

    assert reply.status == 405
    assert not any(name.startswith("Access-Control") for name in reply.headers)
