"""What begins and ends with the server, which no open answer keeps from ending."""

from __future__ import annotations

import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from types import FrameType
from typing import Any

from app.guard.upload_store import upload_store

# Seconds that answers have to be read to their end. The player of an open page may have stopped
# reading its recording hours ago.
_PATIENCE = 1.0


@asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[None]:
    """Run beside the server, in its main thread; delete what was made for players at its end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        stop = signal.getsignal(number)
        if callable(stop):
            signal.signal(number, partial(_stop, stop))
    try:
        yield
    finally:
        _delete_made()


def _stop(stop: Any, number: int, frame: FrameType | None) -> None:
    """Ask uvicorn to stop, and once more where it still waits."""
    stop(number, frame)
    again = threading.Timer(_PATIENCE, _stop_at_once, (stop,))
    again.daemon = True
    again.start()


def _stop_at_once(stop: Any) -> None:
    """Do as a second Ctrl-C does; uvicorn then leaves out the end of the lifespan."""
    _delete_made()
    upload_store().close()
    stop(signal.SIGINT, None)


def _delete_made() -> None:
    from app.media.made import delete_copies  # it imports what opens libraries

    delete_copies()
