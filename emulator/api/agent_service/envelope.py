"""SOAP 1.1 envelopes: what the network's octets carry, and octets that carry an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from emulator.api.agent_service.names import ENVELOPE, NEXT_ACTOR, SERVICE

__all__ = [
    "EnvelopeError",
    "HeaderNotUnderstood",
    "VersionMismatch",
    "element_of",
    "printable",
    "read_envelope",
    "write_envelope",
]

_DEFAULT: Any = {None: SERVICE}  # lxml's stubs know no default namespace
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class EnvelopeError(Exception):
    """Octets that are no SOAP 1.1 envelope with one element in its body; str() says why."""


class VersionMismatch(EnvelopeError):
    """An envelope of another version of SOAP (§4.4.1)."""


class HeaderNotUnderstood(EnvelopeError):
    """A header that must be understood, and isn't (§4.2.3)."""


def read_envelope(data: bytes) -> etree._Element:
    """The one element that the envelope's body has; raises EnvelopeError.

    It is UTF-8, whatever its XML declaration says, so that nothing hides in another encoding.
    """
    # SOAP 1.1 §3 forbids document types. Looked for before anything is parsed: entities and
    # defaults of attributes come with them.
    if b"<!DOCTYPE" in data:
        raise EnvelopeError("an envelope has no document type declaration")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        envelope = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        told = " ".join((error.msg or "nothing to read").split())
        raise EnvelopeError(f"the body is no XML: {told[:200]}") from error
    _check_version(envelope)
    parts = list(envelope)
    if parts and parts[0].tag == f"{{{ENVELOPE}}}Header":
        for header in parts.pop(0):
            _check_understood(header)
    if not parts or parts[0].tag != f"{{{ENVELOPE}}}Body":
        raise EnvelopeError("the envelope has no Body, or not in its place")
    body = list(parts[0])
    if len(body) != 1:
        raise EnvelopeError(f"the envelope's Body has {len(body)} elements, and should have one")
    content: etree._Element = body[0]
    return content


def write_envelope(element: etree._Element) -> bytes:
    """The envelope that carries `element` in its body, in UTF-8."""
    envelope = etree.Element(etree.QName(ENVELOPE, "Envelope"), nsmap={"s": ENVELOPE})
    etree.SubElement(envelope, etree.QName(ENVELOPE, "Body")).append(element)
    return etree.tostring(envelope, encoding="utf-8", xml_declaration=True)


def element_of(name: str, value: Mapping[str, object]) -> etree._Element:
    """The element `name` of the service with a child for each entry of `value`, in its order.

    A mapping becomes an element with children, a list the same element over and over.
    """
    element = etree.Element(etree.QName(SERVICE, name), nsmap=_DEFAULT)
    _fill(element, value)
    return element


def printable(text: str) -> str:
    """`text` with what no XML document can have replaced."""
    return _NOT_XML.sub("\ufffd", text)


def _fill(element: etree._Element, value: object) -> None:
    if isinstance(value, bool):
        element.text = "true" if value else "false"
    elif isinstance(value, Mapping):
        for name, part in value.items():
            for each in part if isinstance(part, list) else [part]:
                _fill(etree.SubElement(element, etree.QName(SERVICE, name)), each)
    else:
        element.text = printable(str(value))


def _check_version(envelope: etree._Element) -> None:
    """Turn away what is no Envelope, and one of another namespace: a version error (§4.1.2)."""
    name = etree.QName(envelope)
    if name.localname != "Envelope":
        told = f"the body is {name.localname[:100]}, and should be an Envelope of {ENVELOPE}"
        raise EnvelopeError(told)
    if name.namespace != ENVELOPE:
        raise VersionMismatch(f"this is SOAP 1.1: an envelope is of {ENVELOPE}")


def _check_understood(header: etree._Element) -> None:
    """Turn away a header for us that can't be passed over: the service understands none."""
    actor = header.get(f"{{{ENVELOPE}}}actor")
    must = (header.get(f"{{{ENVELOPE}}}mustUnderstand") or "").strip()
    if must in ("1", "true") and actor in (None, "", NEXT_ACTOR):
        name = etree.QName(header).localname
        raise HeaderNotUnderstood(f"the header {name[:100]} is not understood")
