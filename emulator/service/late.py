"""A 200 that comes when its call has gone elsewhere, or has ended: acknowledged, ended by BYE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.service.routes import way_to
from emulator.service.wording import Lines
from sip.dialog import Dialog
from sip.message import Response
from sip.proxy import Branch

if TYPE_CHECKING:
    from emulator.service.site import Site

__all__ = ["end_late_answer"]


def end_late_answer(site: Site, branch: Branch, response: Response, why: Lines = ()) -> bytes:
    """Send ACK and BYE to whoever answered too late, by the way that the INVITE went.

    Gives the ACK, which is due again each time that the 200 is repeated.
    """
    director = site.elements.director.endpoint
    dialog = Dialog.of_client(branch.request, response)
    dialog.route_set = ()  # the director is the only one on the way, and it is us
    ack = dialog.request(b"ACK", cseq=branch.request.cseq)
    flow = way_to(director, ack.uri, branch.flow)
    director.send_ack(ack, flow, keeps_flow=True)
    dialog.local_seq = branch.request.cseq
    director.send_by(dialog.request(b"BYE", headers=why), None, flow)
    return ack.to_bytes()
