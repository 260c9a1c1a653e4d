"""A registered agent: a client that answers for a person."""

from __future__ import annotations

from emulator.testing.call import PATIENCE_SECONDS, ClientCall, Headers
from emulator.testing.client import SipClient
from emulator.testing.failures import ExpectationFailed
from emulator.testing.inbox import Expected
from sip.message import Message, Response

__all__ = ["Agent"]

_EXPIRES_SECONDS = 3_600


class Agent:
    """Answers for the person that `client` is named after, once `register` has been called.

    Its verbs are about the call that was expected last; `calls` has all of them.
    """

    __slots__ = ("_call", "_via", "client")

    def __init__(self, client: SipClient, via: str = "director") -> None:
        self.client = client
        self._via = via
        self._call: ClientCall | None = None
        client.take_calls()

    @property
    def name(self) -> str:
        """The person's name."""
        return self.client.name

    @property
    def calls(self) -> list[ClientCall]:
        """Every call that it was offered or has placed, oldest first."""
        return self.client.calls

    @property
    def call(self) -> ClientCall:
        """The call that was expected last; raises ExpectationFailed if there is none."""
        if self._call is None:
            raise ExpectationFailed(f"{self.name} has no call: `await agent.expect('INVITE')`")
        return self._call

    async def register(
        self, *, via: str | None = None, expires: int = _EXPIRES_SECONDS
    ) -> Response:
        """Bind the client's Contact to the person; raises ExpectationFailed unless it is taken."""
        answer = await self.client.request(
            "REGISTER",
            via=via or self._via,
            headers={
                "Contact": self.client.identity.contact.decode(),
                "Expires": str(expires),
            },
        )
        if answer.status != 200:
            trail = self.client.trail.drawn()
            raise ExpectationFailed(f"REGISTER was answered {answer.status}\n\n{trail}")
        return answer

    async def unregister(self) -> Response:
        """Take the binding away."""
        return await self.register(expires=0)

    async def expect(self, what: Expected, within: float = PATIENCE_SECONDS) -> Message:
        """The next INVITE that is offered, which becomes `call`; all else is expected of `call`.

        A re-INVITE is expected by `agent.call.expect("INVITE")`. Raises ExpectationFailed.
        """
        if what == "INVITE":
            self._call = await self.client.expect_call(within)
            return await self._call.expect("INVITE", within)
        return await self.call.expect(what, within)

    async def ring(self, status: int = 180, headers: Headers | None = None) -> None:
        """Answer with a provisional response."""
        await self.call.ring(status, headers)

    async def answer(self, body: bytes | None = None, headers: Headers | None = None) -> None:
        """Answer with 200."""
        await self.call.answer(body, headers)

    async def decline(self, status: int = 603, headers: Headers | None = None) -> None:
        """Refuse the call."""
        await self.call.decline(status, headers)

    async def hang_up(self, within: float = PATIENCE_SECONDS) -> Response:
        """End the call by BYE: the response to it."""
        return await self.call.hang_up(within)
