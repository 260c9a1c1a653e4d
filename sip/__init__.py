"""A SIP stack of its own: messages, transactions, dialogs, transports, user agents and a proxy.

What is named here can be used alone and does no I/O. What does is public by its module:
`sip.user_agent` (`UserAgent`) and `sip.session` (`Session`) for calls, `sip.endpoint` (`Endpoint`)
for an element's address, `sip.proxy` (`Forward`, `Branch`) for passing requests on,
`sip.transport.lookup` (`Resolver`) for host names.
"""

from sip.deadlines import Deadlines
from sip.dialog import Dialog
from sip.digest import Algorithm, Authenticator, Verdict, authorize
from sip.errors import SipError, SipParseError, TransactionTimeout, TransportError
from sip.headers import NameAddr, Via, parse_contacts, parse_name_addr, parse_via
from sip.message import (
    Message,
    Request,
    Response,
    note_source,
    parse_message,
    response_bytes,
)
from sip.recognise import recognise
from sip.registrar import Binding, Bindings, Refusal, address_of_record
from sip.salvage import Salvaged, salvage
from sip.sdp import answer_offer, hide, make_offer, media_address
from sip.timers import Timers
from sip.uri import OtherUri, SipUri, TelUri, parse_uri

__all__ = [
    "Algorithm",
    "Authenticator",
    "Binding",
    "Bindings",
    "Deadlines",
    "Dialog",
    "Message",
    "NameAddr",
    "OtherUri",
    "Refusal",
    "Request",
    "Response",
    "Salvaged",
    "SipError",
    "SipParseError",
    "SipUri",
    "TelUri",
    "Timers",
    "TransactionTimeout",
    "TransportError",
    "Verdict",
    "Via",
    "address_of_record",
    "answer_offer",
    "authorize",
    "hide",
    "make_offer",
    "media_address",
    "note_source",
    "parse_contacts",
    "parse_message",
    "parse_name_addr",
    "parse_uri",
    "parse_via",
    "recognise",
    "response_bytes",
    "salvage",
]
