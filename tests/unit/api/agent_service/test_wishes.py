"""The element of a body to the operation and the groups that it names."""

from __future__ import annotations

from uuid import UUID

import pytest
from lxml import etree

from emulator.api.agent_service.faults import FaultKind, ServiceFault
from emulator.api.agent_service.names import SERVICE, Operation
from emulator.api.agent_service.wish import MAX_GROUPS, Wish, read_wish

ONE = "0a1b2c3d-0000-1111-2222-0123456789AB"
OTHER = "ffffffff-0000-1111-2222-0123456789ab"


def element(text: str) -> etree._Element:
    """`text`, whose root has the service's namespace."""
    read: etree._Element = etree.fromstring(text.replace(">", f' xmlns="{SERVICE}">', 1))
    return read


def several(operation: str, *ids: str) -> etree._Element:
    """`operation` about `ids`."""
    guids = "".join(f"<guid>{each}</guid>" for each in ids)
    return element(f"<{operation}><groupIds>{guids}</groupIds></{operation}>")


@pytest.mark.parametrize(
    "operation", [Operation.IS_AGENT, Operation.GET_AGENT, Operation.GET_GROUPS]
)
def test_operation_without_an_argument_is_read(operation: Operation) -> None:
    assert read_wish(element(f"<{operation}></{operation}>"), None) == Wish(operation)


@pytest.mark.parametrize("operation", [Operation.SIGN_IN, Operation.SIGN_OUT])
def test_operation_on_one_group_is_read(operation: Operation) -> None:
    text = f"<{operation}><groupId>\n {ONE}</groupId></{operation}>"

    assert read_wish(element(text), operation.action) == Wish(operation, (UUID(ONE),))


@pytest.mark.parametrize("operation", [Operation.SIGN_IN_MULTIPLE, Operation.SIGN_OUT_MULTIPLE])
def test_operation_on_several_groups_names_each_once_in_its_order(operation: Operation) -> None:
    wish = read_wish(several(operation, OTHER, ONE, OTHER.upper()), "")

    assert wish == Wish(operation, (UUID(OTHER), UUID(ONE)))


def test_bound_of_groups_counts_those_that_are_named_twice() -> None:
    assert read_wish(several("SignInMultiple", *[ONE] * MAX_GROUPS), None).groups == (UUID(ONE),)
    with pytest.raises(ServiceFault, match=f"{MAX_GROUPS} are the most"):
        read_wish(several("SignInMultiple", *[ONE] * (MAX_GROUPS + 1)), None)


@pytest.mark.parametrize(
    "guid", ["", "x", ONE[:-1], f"{ONE}0", ONE.replace("-", ""), f"{{{ONE}}}", f"urn:uuid:{ONE}",
             ONE.replace("0", "\u0660")]
)  # fmt: skip
def test_what_is_no_guid_is_malformed(guid: str) -> None:
    with pytest.raises(ServiceFault) as refused:
        read_wish(element(f"<SignIn><groupId>{guid}</groupId></SignIn>"), None)

    assert refused.value.kind is FaultKind.MALFORMED_REQUEST


def test_unknown_operation_is_told_the_known_ones() -> None:
    with pytest.raises(ServiceFault) as refused:
        read_wish(element("<SignUp></SignUp>"), None)

    assert refused.value.kind is FaultKind.UNKNOWN_OPERATION
    assert "SignInMultiple" in refused.value.text
