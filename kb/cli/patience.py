"""How long a server waits for those who ask slowly, and how many it lets wait.

A connection costs a file and a little memory. Without an end to waiting, a few hundred that send
a byte a second use up what the system gives one process, and then nobody is answered.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_S: Final = 30.0  # to send a request, or to begin the next
MOST: Final = 512  # connections at once; a browser opens six
FILES: Final = 2048  # that a process may have open: MOST, and a database for each answer
_ASKING: Final = (h11.IDLE, h11.SEND_BODY)


class Patient(H11Protocol):
    """A connection that is closed when a request takes too long to come."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait; one too many is closed at once."""
        super().connection_made(transport)
        if len(self.connections) > MOST:
            transport.abort()
            return
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        if self._late is not None:
            self._late.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        self._wait()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Say that a request is none, unless its answer has begun; whoever answers it is told."""
        try:
            super().send_400_response(msg)
        except h11.LocalProtocolError:
            self.transport.abort()
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _wait(self) -> None:
        if self._late is not None:
            self._late.cancel()
        self._late = self.loop.call_later(REQUEST_S, self._give_up)

    def _give_up(self) -> None:
        if self.conn.their_state in _ASKING:
            self.transport.abort()
        else:  # it is being answered
            self._wait()


def more_files() -> None:
    """Let this process have FILES open, where the system lets it."""
    try:
        import resource
    except ImportError:  # Windows, which has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def options() -> dict[str, Any]:
    """What uvicorn is told: to speak as above, and to be silent on requests that are none."""
    return {"http": Patient, "log_level": "error", "ws": "none", "server_header": False}
