"""The WSDL says what the code does, and every part of it explains itself."""

from __future__ import annotations

from uuid import UUID

import pytest
from lxml import etree

from emulator.api.agent_service.description import Description, address_of
from emulator.api.agent_service.group_ids import group_id
from emulator.api.agent_service.names import ENVELOPE, SERVICE, Operation
from emulator.api.agent_service.wish import MAX_GROUPS

NAMES = {
    "wsdl": "http://schemas.xmlsoap.org/wsdl/",
    "soap": "http://schemas.xmlsoap.org/wsdl/soap/",
    "xs": "http://www.w3.org/2001/XMLSchema",
}
WSDL = etree.fromstring(Description().wsdl("http://127.0.0.1"))


def test_wsdl_has_the_operations_that_there_are_with_their_actions() -> None:
    assert WSDL.get("targetNamespace") == SERVICE
    actions = {
        each.getparent().get("name"): each.get("soapAction")  # type: ignore[union-attr]
        for each in WSDL.iterfind("wsdl:binding/wsdl:operation/soap:operation", NAMES)
    }
    assert actions == {each.value: each.action for each in Operation}


def test_wsdl_explains_every_operation_type_and_field() -> None:
    for each in WSDL.iterfind("wsdl:portType/wsdl:operation", NAMES):
        assert each.findtext("wsdl:documentation", namespaces=NAMES)
    types = [
        *WSDL.iterfind(".//xs:complexType[@name]", NAMES),
        *WSDL.iterfind(".//xs:simpleType", NAMES),
    ]
    fields = WSDL.iterfind(".//xs:complexType[@name]/xs:sequence/xs:element", NAMES)
    for each in (*types, *(field for field in fields if field.get("name") != "guid")):
        assert each.findtext("xs:annotation/xs:documentation", namespaces=NAMES)


def test_wsdl_tells_how_many_groups_one_request_may_name() -> None:
    about = WSDL.findtext(
        ".//xs:complexType[@name='ArrayOfGuid']//xs:documentation", namespaces=NAMES
    )

    assert f"{MAX_GROUPS:,} at most" in (about or "")


def test_wsdl_claims_no_name_of_microsoft_s() -> None:
    text = etree.tostring(WSDL).decode()

    assert "modelled on" in " ".join(text.split())
    assert "microsoft" not in text.lower()
    assert ENVELOPE.startswith("http://schemas.xmlsoap.org/")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("pool.example", "pool.example"),
        ("127.0.0.1:8080", "127.0.0.1:8080"),
        ("[::1]:8080", "[::1]:8080"),
        (None, "own:1"),
        ("", "own:1"),
        ("a b", "own:1"),
        ("user@127.0.0.1", "own:1"),
        ("127.0.0.1/evil", "own:1"),
        ("\udcff", "own:1"),
    ],
)
def test_address_is_the_host_s_that_was_asked(host: str | None, expected: str) -> None:
    assert address_of("http", host, "own:1") == f"http://{expected}/RgsClients/AgentService.svc"


def test_guid_of_a_group_never_changes() -> None:
    assert group_id("Pool1.contoso.example", "formal", is_copy=False) == UUID(
        "1f37d673-f959-5ffd-a79b-cefa21023c79"
    )
    others = {
        group_id(pool, name, is_copy=is_copy)
        for pool in ("pool1.contoso.example", "pool2.contoso.example")
        for name in ("formal", "billing")
        for is_copy in (False, True)
    }
    assert len(others) == 8
