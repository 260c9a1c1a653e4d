"""What SIP calls things: header names in every spelling, methods, reason phrases."""

from sip.errors import SipParseError
from sip.grammar import is_token

# Compact forms: RFC 3261 §7.3.3 and the registry of SIP parameters.
_COMPACT: dict[bytes, bytes] = {
    b"a": b"Accept-Contact",
    b"b": b"Referred-By",
    b"c": b"Content-Type",
    b"d": b"Request-Disposition",
    b"e": b"Content-Encoding",
    b"f": b"From",
    b"i": b"Call-ID",
    b"j": b"Reject-Contact",
    b"k": b"Supported",
    b"l": b"Content-Length",
    b"m": b"Contact",
    b"n": b"Identity-Info",
    b"o": b"Event",
    b"r": b"Refer-To",
    b"s": b"Subject",
    b"t": b"To",
    b"u": b"Allow-Events",
    b"v": b"Via",
    b"x": b"Session-Expires",
    b"y": b"Identity",
}

# Headers whose value is a list, so that a comma outside quotes parts two values (§7.3.1).
LISTS: frozenset[bytes] = frozenset(
    b"""Accept Accept-Contact Accept-Encoding Accept-Language Alert-Info Allow Allow-Events
    Call-Info Contact Content-Encoding Content-Language Diversion Error-Info History-Info
    In-Reply-To P-Asserted-Identity P-Associated-URI P-Preferred-Identity Path Privacy
    Proxy-Require Reason Record-Route Reject-Contact Require Resource-Priority Route
    Security-Client Security-Server Security-Verify Service-Route Supported Unsupported Via
    Warning""".split()
)

# Headers that may stand in a message only once, among those that this stack acts on.
SINGLE: frozenset[bytes] = frozenset(
    b"""Call-ID CSeq Content-Length Content-Type Event Expires From Max-Forwards Min-Expires Min-SE
    RAck Refer-To Referred-By Replaces RSeq Session-Expires To""".split()
)

_OTHERS = b"""Authentication-Info Authorization Content-Disposition Date Flow-Timer Identity
    Identity-Info Join MIME-Version Organization P-Access-Network-Info P-Charging-Vector
    P-Early-Media P-Session-On-Behalf-Of Priority Proxy-Authenticate Proxy-Authorization
    Remote-Party-ID Request-Disposition Retry-After Server SIP-ETag SIP-If-Match Subject
    Subscription-State Timestamp User-Agent WWW-Authenticate X-RGS-Rule ms-diagnostics""".split()

_BY_LOWER: dict[bytes, bytes] = {
    name.lower(): name for name in [*LISTS, *SINGLE, *_OTHERS, *_COMPACT.values()]
} | _COMPACT


def canonical_name(name: bytes) -> bytes:
    """Give the canonical spelling of a header name; one that is unknown comes back as it is."""
    return _BY_LOWER.get(name.lower(), name)


class _Names(dict[bytes, bytes]):
    """Canonical names by spelling; a spelling that is not listed is worked out, and not kept."""

    def __missing__(self, name: bytes) -> bytes:
        if is_token(name) is not None:
            return canonical_name(name)
        bare = name.rstrip(b" \t")
        if is_token(bare) is None:
            raise SipParseError("a header line does not start with a header name")
        return canonical_name(bare)


NAMES: dict[bytes, bytes] = _Names()
for _lower, _name in _BY_LOWER.items():
    for _spelling in (_name, _lower, _lower.upper(), _lower.title()):
        NAMES[_spelling] = _name

# Names that need no looking up: the canonical ones, and unknown ones as they are met.
CANONICAL: set[bytes] = set(_BY_LOWER.values())
_MOST_CANONICAL = 1024
_LONGEST_CANONICAL = 64


def canonical_fields(found: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """Give header values by canonical name; raises SipParseError for what is no name.

    Unknown names that are short are remembered while there is room, so that a phone's own headers
    cost this look-up once.
    """
    fields: dict[bytes, bytes] = {}
    for name, value in found.items():
        canonical = NAMES[name]
        fields[canonical] = value
        is_short = len(name) <= _LONGEST_CANONICAL
        if canonical is name and is_short and len(CANONICAL) < _MOST_CANONICAL:
            CANONICAL.add(name)
    return fields


METHODS: frozenset[bytes] = frozenset(
    b"""ACK BYE CANCEL INFO INVITE MESSAGE NOTIFY OPTIONS PRACK PUBLISH REFER REGISTER SUBSCRIBE
    UPDATE""".split()
)
# Requests whose 2xx makes a dialog, so that Record-Route is copied into it (§12.1.1, RFC 6665).
DIALOG_FORMING: frozenset[bytes] = frozenset((b"INVITE", b"SUBSCRIBE", b"REFER", b"NOTIFY"))

REASONS: dict[int, bytes] = {
    100: b"Trying",
    180: b"Ringing",
    181: b"Call Is Being Forwarded",
    182: b"Queued",
    183: b"Session Progress",
    199: b"Early Dialog Terminated",
    200: b"OK",
    202: b"Accepted",
    204: b"No Notification",
    300: b"Multiple Choices",
    301: b"Moved Permanently",
    302: b"Moved Temporarily",
    305: b"Use Proxy",
    380: b"Alternative Service",
    400: b"Bad Request",
    401: b"Unauthorized",
    402: b"Payment Required",
    403: b"Forbidden",
    404: b"Not Found",
    405: b"Method Not Allowed",
    406: b"Not Acceptable",
    407: b"Proxy Authentication Required",
    408: b"Request Timeout",
    410: b"Gone",
    412: b"Conditional Request Failed",
    413: b"Request Entity Too Large",
    414: b"Request-URI Too Long",
    415: b"Unsupported Media Type",
    416: b"Unsupported URI Scheme",
    417: b"Unknown Resource-Priority",
    420: b"Bad Extension",
    421: b"Extension Required",
    422: b"Session Interval Too Small",
    423: b"Interval Too Brief",
    424: b"Bad Location Information",
    428: b"Use Identity Header",
    429: b"Provide Referrer Identity",
    430: b"Flow Failed",
    433: b"Anonymity Disallowed",
    436: b"Bad Identity Info",
    437: b"Unsupported Credential",
    438: b"Invalid Identity Header",
    439: b"First Hop Lacks Outbound Support",
    440: b"Max-Breadth Exceeded",
    469: b"Bad Info Package",
    470: b"Consent Needed",
    480: b"Temporarily Unavailable",
    481: b"Call/Transaction Does Not Exist",
    482: b"Loop Detected",
    483: b"Too Many Hops",
    484: b"Address Incomplete",
    485: b"Ambiguous",
    486: b"Busy Here",
    487: b"Request Terminated",
    488: b"Not Acceptable Here",
    489: b"Bad Event",
    491: b"Request Pending",
    493: b"Undecipherable",
    494: b"Security Agreement Required",
    500: b"Server Internal Error",
    501: b"Not Implemented",
    502: b"Bad Gateway",
    503: b"Service Unavailable",
    504: b"Server Time-out",
    505: b"Version Not Supported",
    513: b"Message Too Large",
    555: b"Push Notification Service Not Supported",
    580: b"Precondition Failure",
    600: b"Busy Everywhere",
    603: b"Decline",
    604: b"Does Not Exist Anywhere",
    606: b"Not Acceptable",
    607: b"Unwanted",
    608: b"Rejected",
}


def reason_phrase(status: int) -> bytes:
    """Give the standard reason phrase of `status`, or that of its class."""
    return REASONS.get(status) or REASONS.get(status // 100 * 100, b"Unknown")
