"""Who stands above transactions in tests of the core: remembers what it is told."""

from __future__ import annotations

from collections.abc import Callable

from sip.message import Request, Response
from sip.timers import Timers
from sip.transaction import ClientTransaction, InviteServer, ServerTransaction, TransactionLayer
from sip.transport.flow import Flow
from tests.support.manual_time import ManualTime

__all__ = ["ClientRecord", "MakeRequest", "ServerRecord", "UserRecord", "layer_with"]

MakeRequest = Callable[..., Request]


class UserRecord:
    """A transaction user: new requests, ACKs and stray responses, in order."""

    def __init__(self) -> None:
        self.transactions: list[ServerTransaction] = []
        self.requests: list[Request] = []
        self.acks: list[Request] = []
        self.strays: list[Response] = []

    def on_request(self, transaction: ServerTransaction, request: Request) -> None:
        self.transactions.append(transaction)
        self.requests.append(request)

    def on_ack(self, request: Request, flow: Flow) -> None:
        self.acks.append(request)

    def on_stray_response(self, response: Response, flow: Flow) -> None:
        self.strays.append(response)

    @property
    def invite(self) -> InviteServer:
        """The last new request's transaction, which is an INVITE's."""
        transaction = self.transactions[-1]
        assert isinstance(transaction, InviteServer)
        return transaction


class ServerRecord:
    """The user of one INVITE server transaction."""

    def __init__(self) -> None:
        self.cancels: list[Request] = []
        self.timeouts = 0

    def on_cancel(self, transaction: InviteServer, cancel: Request) -> None:
        self.cancels.append(cancel)

    def on_server_timeout(self, transaction: InviteServer) -> None:
        self.timeouts += 1


class ClientRecord:
    """The user of client transactions: what they were told, in order."""

    def __init__(self) -> None:
        self.told: list[int | str] = []

    def on_response(self, transaction: ClientTransaction, response: Response) -> None:
        self.told.append(response.status)

    def on_client_timeout(self, transaction: ClientTransaction) -> None:
        self.told.append("timeout")

    def on_transport_error(self, transaction: ClientTransaction) -> None:
        self.told.append("transport error")


def layer_with(
    user: UserRecord, time: ManualTime, *, max_transactions: int = 1_000_000
) -> TransactionLayer:
    """A layer with the timers of the RFC."""
    return TransactionLayer(user, time.deadlines, Timers(), max_transactions=max_transactions)
