"""The errors of the SIP stack: one small tree."""


class SipError(Exception):
    """Anything that this stack raises on purpose."""


class SipParseError(SipError):
    """Octets that are not SIP, and the response that a request like that deserves.

    `offset` is the octet at which the message stops being SIP, `status` the code to answer with
    where an answer is due (400, 501, 505, 513). `value` is the header value or URI that is wrong;
    while it is read alone, `offset` counts from its start.
    """

    def __init__(
        self, message: str, offset: int = 0, status: int = 400, value: bytes = b""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.status = status
        self.value = value

    def __str__(self) -> str:
        return f"{self.message} (octet {self.offset}, {self.status})"


class TransportError(SipError):
    """A message could not be handed to the network, or the flow that it needs is gone."""


class TransactionTimeout(SipError):
    """A transaction ended because its peer did not answer (timers B, F and H, RFC 3261 §17)."""
