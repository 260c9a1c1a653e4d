"""How the agent service describes itself: WSDL, page, and the spelling of its address."""

from __future__ import annotations

import asyncio

import pytest
from lxml import etree

from tests.support.doors import Door
from tests.support.soap import PATH, SoapUser, envelope, post

SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"


def location(data: bytes) -> str | None:
    """The address that a WSDL gives."""
    place = etree.fromstring(data).find(f".//{{{SOAP}}}address")
    assert place is not None
    return place.get("location")


@pytest.mark.parametrize("query", ["wsdl", "WSDL", "Wsdl", "singleWsdl", "singlewsdl", "wsdl="])
async def test_wsdl_is_served_by_either_name(door: Door, query: str) -> None:
    reply = await door.ask("GET", f"{PATH}?{query}")

    assert reply.status == 200
    assert reply.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert location(reply.data) == door.url + PATH


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost:1234", "localhost:1234"),
        ("[::1]:80", "[::1]:80"),
        ("10.0.0.1", "10.0.0.1"),
        ("x&y<@127.0.0.1", None),
    ],
)
async def test_wsdl_gives_the_address_that_was_asked(
    door: Door, host: str, expected: str | None
) -> None:
    reply = await door.ask("GET", f"{PATH}?wsdl", headers={"Host": host})

    assert location(reply.data) == f"http://{expected or door.url.partition('//')[2]}{PATH}"


async def test_who_names_no_host_is_given_the_address_of_the_connection(door: Door) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.server.port)
    writer.write(f"GET {PATH}?wsdl HTTP/1.0\r\n\r\n".encode())

    async with asyncio.timeout(10):
        answer = await reader.read()

    assert answer.startswith(b"HTTP/1.0 200 ")
    assert f"{door.url}{PATH}".encode() in answer
    writer.close()


async def test_page_links_to_the_wsdl(door: Door) -> None:
    reply = await door.ask("GET", PATH)

    assert reply.status == 200
    assert reply.headers["Content-Type"].startswith("text/html")
    assert f'<a href="{door.url}{PATH}?wsdl">' in reply.text
    assert "modelled on" in reply.text


@pytest.mark.parametrize(
    "path",
    [PATH.lower(), PATH.upper(), "/rgsclients/AgentService.SVC", "/RGSCLIENTS/agentservice.svc"],
)
async def test_case_of_the_path_makes_no_difference(door: Door, path: str) -> None:
    page = await door.ask("GET", path)
    wsdl = await door.ask("GET", f"{path}?wsdl")

    assert (page.status, wsdl.status) == (200, 200)
    assert location(wsdl.data) == door.url + PATH


async def test_other_paths_of_that_folder_are_not_there(door: Door) -> None:
    for path in ("/RgsClients", "/RgsClients/Tab.aspx", PATH + "/", PATH + "x"):
        assert (await door.ask("GET", path)).status == 404


async def test_other_methods_are_told_which_ones_there_are(door: Door) -> None:
    reply = await door.ask("PUT", PATH, data=envelope("<IsAgent/>"))

    assert reply.status == 405
    assert reply.headers["Allow"] == "GET, HEAD, POST"


async def test_head_is_answered_without_a_body(door: Door) -> None:
    reply = await door.ask("HEAD", f"{PATH}?wsdl")

    assert (reply.status, reply.data) == (200, b"")


async def test_answers_are_not_to_be_kept(door: Door) -> None:
    reply = await post(door, envelope("<IsAgent/>"))

    assert reply.headers["Cache-Control"] == "no-store"


async def test_zeep_finds_every_operation_in_the_wsdl(carol: SoapUser) -> None:
    port = carol.client.wsdl.services["AgentService"].ports["AgentServiceSoap"]

    assert sorted(port.binding.all()) == [
        "GetAgent", "GetGroups", "IsAgent",
        "SignIn", "SignInMultiple", "SignOut", "SignOutMultiple",
    ]  # fmt: skip
