"""The rules of RFC 3261 §25 that headers and URIs share, as fragments of bytes patterns.

Every repetition is possessive: a value is read once from left to right, whatever it holds, so
that no input makes matching slow. Character classes are spelled out because the engine turns
those into one table look-up.

Wider than the letter of §25 in five places, each met in the field: `_` in host names, `#` in a
user part (dialled star codes), octets above 127 in an unquoted display name, IPv6 without
brackets as a parameter's value (RFC 5118 §4.5), and no more than that many digits in a port.
"""

import re

TOKEN_CHARS = rb"A-Za-z0-9_\-.!%*+`'~"
TOKEN = rb"[" + TOKEN_CHARS + rb"]++"
QUOTED = rb'"(?:[^"\\]++|\\.)*+"'
SWS = rb"[ \t]*+"

_ESCAPED = rb"%[0-9A-Fa-f]{2}"
_UNRESERVED = rb"A-Za-z0-9_\-.!~*'()"


def _run(chars: bytes, least: bytes = b"++") -> bytes:
    """Give the pattern of a run of `chars` and escapes: `++` for one or more, `*+` for any."""
    return rb"(?:[" + chars + rb"]++|" + _ESCAPED + rb")" + least


# As a number up to 65535. Zeros may stand in front, but not thousands: Python reads no number of
# more than 4,300 digits.
PORT = (
    rb"0{0,250}(?:[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]|[0-9]{1,4})"
    rb"(?![0-9])"
)
IPV6_REFERENCE = rb"\[(?![^\]]*:::)[0-9A-Fa-f:.]{2,45}\]"
HOST = rb"(?:[A-Za-z0-9_][A-Za-z0-9_.\-]*+|" + IPV6_REFERENCE + rb")"
HOST_PORT = HOST + rb"(?::" + PORT + rb")?+"

USER = _run(_UNRESERVED + rb"&=+$,;?/#")
_BARE_USER = _run(_UNRESERVED + rb"&=+$/#")
PASSWORD = _run(_UNRESERVED + rb"&=+$,", b"*+")
URI_PARAM_CHARS = _UNRESERVED + rb"\[\]/:&+$"
URI_PARAM = _run(URI_PARAM_CHARS) + rb"(?:=" + _run(URI_PARAM_CHARS) + rb")?+"
URI_HEADER_CHARS = _UNRESERVED + rb"\[\]/?:+$"
URI_HEADER = _run(URI_HEADER_CHARS) + rb"=" + _run(URI_HEADER_CHARS, b"*+")
URI_HEADERS = rb"\?" + URI_HEADER + rb"(?:&" + URI_HEADER + rb")*+"

_SIP_SCHEME = rb"[sS][iI][pP][sS]?:"
_OTHER_SCHEME = rb"(?!" + _SIP_SCHEME + rb")[A-Za-z][A-Za-z0-9+.\-]*+:"


def _user_part(user: bytes) -> bytes:
    return rb"(?:" + user + rb"(?::" + PASSWORD + rb")?+@)?+"


# Without headers: a Request-URI must not have any (§19.1.1, table 1).
SIP_REQUEST_URI = _SIP_SCHEME + _user_part(USER) + HOST_PORT + rb"(?:;" + URI_PARAM + rb")*+"
SIP_URI = SIP_REQUEST_URI + rb"(?:" + URI_HEADERS + rb")?+"
# Without angle brackets what follows `;` belongs to the header, and `,` and `?` may not occur
# (§20.10).
SIP_BARE_URI = _SIP_SCHEME + _user_part(_BARE_USER) + HOST_PORT
OTHER_URI = _OTHER_SCHEME + _run(_UNRESERVED + rb";/?:@&=+$,#\[\]")
OTHER_BARE_URI = _OTHER_SCHEME + _run(_UNRESERVED + rb"/:@&=+$#\[\]")

REQUEST_URI = rb"(?:" + SIP_REQUEST_URI + rb"|" + OTHER_URI + rb")"
IN_BRACKETS = rb"<(?:" + SIP_URI + rb"|" + OTHER_URI + rb")>"
BARE = rb"(?:" + SIP_BARE_URI + rb"|" + OTHER_BARE_URI + rb")"
DISPLAY = rb"(?:" + QUOTED + SWS + rb"|(?:[" + TOKEN_CHARS + rb"\x80-\xff]++" + SWS + rb")*+)"

# generic-param, with the hosts and IPv6 addresses that may be its value.
PARAM = (
    SWS
    + rb";"
    + SWS
    + TOKEN
    + rb"(?:"
    + SWS
    + rb"="
    + SWS
    + rb"(?:["
    + TOKEN_CHARS
    + rb"\[\]:]++|"
    + QUOTED
    + rb"))?+"
)
PARAMS = rb"(?:" + PARAM + rb")*+"

_WORD = rb"[" + TOKEN_CHARS + rb'()<>:\\"/\[\]?{}]++'
CALL_ID = _WORD + rb"(?:@" + _WORD + rb")?+"

# What nearly every message writes, without escapes and spaces: a part of the rules above, matched
# in half of their time.
PLAIN_PORT = rb"(?:[0-9]{1,4}|[1-5][0-9]{4})(?![0-9])"
PLAIN_HOST_PORT = rb"[A-Za-z0-9_][A-Za-z0-9_.\-]*+(?::" + PLAIN_PORT + rb")?+"
_PLAIN_URI_PARAM = rb";[" + URI_PARAM_CHARS + rb"]++(?:=[" + URI_PARAM_CHARS + rb"]++)?+"
PLAIN_SIP_URI = (
    rb"sips?:(?:["
    + _UNRESERVED
    + rb"&=+$,;?/#]++@)?+"
    + PLAIN_HOST_PORT
    + rb"(?:"
    + _PLAIN_URI_PARAM
    + rb")*+"
)
PLAIN_BARE_URI = rb"sips?:(?:[" + _UNRESERVED + rb"&=+$/#]++@)?+" + PLAIN_HOST_PORT
PLAIN_ADDRESS = (
    rb'(?:(?:"[^"\\\r\n]*+" *+|['
    + TOKEN_CHARS
    + rb" ]*+)<"
    + PLAIN_SIP_URI
    + rb">|"
    + PLAIN_BARE_URI
    + rb")"
)
PLAIN_ROUTE = rb"<" + PLAIN_SIP_URI + rb">"
PLAIN_PARAM = rb";" + TOKEN + rb"(?:=(?:" + TOKEN + rb"|\"[^\"\\\r\n]*+\"))?+"

is_token = re.compile(TOKEN).fullmatch
