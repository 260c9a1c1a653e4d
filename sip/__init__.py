"""A SIP stack of its own: messages, transactions, dialogs, transports, user agents and a proxy."""

from sip.errors import SipError, SipParseError, TransactionTimeout, TransportError
from sip.message import (
    Message,
    Request,
    Response,
    note_source,
    parse_message,
    response_bytes,
)
from sip.uri import OtherUri, SipUri, TelUri, parse_uri

__all__ = [
    "Message",
    "OtherUri",
    "Request",
    "Response",
    "SipError",
    "SipParseError",
    "SipUri",
    "TelUri",
    "TransactionTimeout",
    "TransportError",
    "note_source",
    "parse_message",
    "parse_uri",
    "response_bytes",
]
