"""The guarded process: it runs one task after the other, each as far as its parent asks for."""

from __future__ import annotations

import importlib
import os
import queue
import signal
import threading
import time
from collections.abc import Iterator
from io import FileIO
from typing import Any

from indexer.base.limits import VARIABLE, limits
from indexer.guard.restrictions import limit_processor_time, restrict
from indexer.guard.wire import Samples, Values, WireError, receive, send

Item = tuple[Values, Samples | None]
"""What a task yields: what JSON can hold, and perhaps an array."""


def main() -> None:
    """Serve the parent on standard input and output until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends this process
    requests = FileIO(os.dup(0), "rb")
    replies = FileIO(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library prints comes between the replies
    missing = restrict(limits())
    commands: queue.SimpleQueue[Values] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, commands), daemon=True).start()
    send(replies, {"missing": missing})
    while True:
        _serve(commands.get(), commands, replies)


def _listen(requests: FileIO, commands: queue.SimpleQueue[Values]) -> None:
    """Hand on commands, and end the process with its parent, whatever it computes."""
    while True:
        try:
            commands.put(receive(requests)[0])
        except (WireError, OSError):
            os._exit(0)


def _serve(request: Values, commands: queue.SimpleQueue[Values], replies: FileIO) -> None:
    """Run a task; an item is made ahead while the parent is busy with the one before."""
    os.environ[VARIABLE] = request["limits"]
    limit_processor_time(request["processor_seconds"])
    before = time.process_time()
    items = _items(request["task"], request["arguments"])
    while True:
        kind, values, array = _next(items)
        if commands.get()["command"] == "close":
            items.close()
            kind, values, array = "closed", {}, None
        now = time.process_time()
        send(replies, {"kind": kind, "values": values, "processor": now - before}, array)
        before = now
        if kind != "item":
            return


def _items(task: str, arguments: dict[str, Any]) -> Any:
    module, _, function = task.partition(":")
    yield from getattr(importlib.import_module(module), function)(**arguments)


def _next(items: Iterator[Item]) -> tuple[str, Values, Samples | None]:
    """Return the next item, the end, or the error in words."""
    from indexer.base.errors import HilbertError

    try:
        return "item", *next(items)
    except StopIteration:
        return "end", {}, None
    except HilbertError as error:
        return "error", {"message": str(error)}, None
    except MemoryError:
        return "memory", {}, None
    except OSError as error:
        return "os error", {"number": error.errno, "message": error.strerror or str(error)}, None
    except Exception as error:  # a bug, which its type helps to find
        return "error", {"message": f"{type(error).__name__}: {error}"}, None


if __name__ == "__main__":
    main()
