"""An answering machine: takes every call over UDP and TCP, and waits for the caller to hang up."""

import asyncio
import sys

from sip import answer_offer
from sip.session import Session
from sip.user_agent import UserAgent

HOST, MEDIA_PORT = "127.0.0.1", 40_000  # nothing listens there: it is a machine of few words


def take(call: Session) -> None:
    """Answer a call, or say that nobody here understands what it offers."""
    host = HOST.encode()
    answer = answer_offer(call.remote_body, host=host, port=MEDIA_PORT, session=1)
    if answer is None:
        call.reject(488)
        return
    print("call from", call.request.header("From"), flush=True)
    call.on_ended = lambda ended: print("ended", flush=True)
    call.accept(answer)


async def main(port: int) -> None:
    """Listen until the process is stopped."""
    agent = UserAgent(take, user=b"machine", host=HOST)
    await agent.open(port)
    print("listening on", agent.endpoint.port, flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        agent.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5060))
