"""The four transaction machines of RFC 3261 §17 and the layer that finds them, sans I/O."""

from sip.transaction.client import ClientTransaction, ClientUser
from sip.transaction.layer import BranchSource, TransactionLayer, TransactionUser
from sip.transaction.server import InviteServer, NonInviteServer, ServerTransaction, ServerUser
from sip.transaction.tables import CLIENT, INVITE_CLIENT, INVITE_SERVER, SERVER, State

__all__ = [
    "CLIENT",
    "INVITE_CLIENT",
    "INVITE_SERVER",
    "SERVER",
    "BranchSource",
    "ClientTransaction",
    "ClientUser",
    "InviteServer",
    "NonInviteServer",
    "ServerTransaction",
    "ServerUser",
    "State",
    "TransactionLayer",
    "TransactionUser",
]
