"""The Authorization header to the agent who asks."""

from __future__ import annotations

from base64 import b64encode
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.api.agent_service.credentials import Credentials, identify, read_credentials
from emulator.api.agent_service.faults import ServiceFault
from emulator.model import topology
from emulator.model.agents import Agent, IdleClock

DOMAIN = "contoso.example"
AGENTS = {
    each.name: Agent(each, number, DOMAIN, IdleClock())
    for number, each in enumerate(
        (topology.Agent("alice", password="pä:ss"), topology.Agent("bob"), topology.Agent("sip"))
    )
}


def header(text: str) -> str:
    """Basic credentials of `text`."""
    return f"Basic {b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("text", "user", "password"),
    [
        ("bob:x", "bob", "x"),
        ("bob:", "bob", ""),
        ("bob:x:y", "bob", "x:y"),
        ("sip:bob@contoso.example:x:y", "sip:bob@contoso.example", "x:y"),
        ("SIP:bob@contoso.example:", "SIP:bob@contoso.example", ""),
        ("sip:secret", "sip", "secret"),
        ("bob:sip:x@y:z", "bob", "sip:x@y:z"),
    ],
)
def test_user_ends_at_the_colon_behind_the_address(text: str, user: str, password: str) -> None:
    assert read_credentials(header(text)) == Credentials(user, password)


@given(st.text(max_size=40))
def test_any_text_is_credentials_or_nothing(text: str) -> None:
    for authorization in (text, f"Basic {text}", header(text)):
        with suppress(ServiceFault):
            assert read_credentials(authorization).user


@pytest.mark.parametrize(
    "authorization", [None, "", "Basic", "Basic x", "Bearer x", "Digest x", header("bob")]
)
def test_what_is_no_credentials_is_challenged(authorization: str | None) -> None:
    with pytest.raises(ServiceFault) as refused:
        read_credentials(authorization)

    assert refused.value.status == 401
    assert refused.value.headers["WWW-Authenticate"].startswith("Basic realm=")


@pytest.mark.parametrize(
    ("user", "password", "expected"),
    [
        ("alice", "pä:ss", "alice"),
        ("sip:alice@contoso.example", "pä:ss", "alice"),
        ("bob", "", "bob"),
        ("bob@CONTOSO.example", "x", "bob"),
        ("bob@elsewhere.example", "x", None),
        ("nobody", "x", None),
        ("alice@elsewhere.example", "x", None),
    ],
)
def test_agent_is_known_by_name_or_address(user: str, password: str, expected: str | None) -> None:
    assert identify(Credentials(user, password), AGENTS, DOMAIN, has_token=False) == expected


@pytest.mark.parametrize(
    ("user", "password", "has_token"),
    [("alice", "x", False), ("alice", "x", True), ("bob", "x", True), ("nobody", "x", True)],
)
def test_whoever_has_not_shown_who_he_is_is_challenged(
    user: str, password: str, has_token: bool
) -> None:
    with pytest.raises(ServiceFault) as refused:
        identify(Credentials(user, password), AGENTS, DOMAIN, has_token=has_token)

    assert refused.value.status == 401


def test_password_of_an_agent_opens_where_a_token_is_set() -> None:
    credentials = Credentials("alice", "pä:ss")

    assert identify(credentials, AGENTS, DOMAIN, has_token=True) == "alice"


def test_password_is_not_shown_in_a_log() -> None:
    assert "secret" not in repr(Credentials("bob", "secret"))
