"""Guarded processes as their parent sees them: started, kept for many files, ended in time."""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Mapping
from io import FileIO
from pathlib import Path
from typing import Any, cast

from hilbert.forking import PerProcess
from indexer.base.errors import HilbertError
from indexer.base.limits import VARIABLE, Limits, limits
from indexer.guard.wire import Samples, Values, WireError, receive, send

log = logging.getLogger(__name__)

_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from indexer.guard.child import main; main()"
)
_NO_START = "the process that reads recordings and transcripts does not start"
_START_SECONDS = 120.0
_CLOSE_SECONDS = 5.0
# Processes that wait for another file: one that decodes, one that reads what is small.
_MOST_IDLE = 2
_MOST_TASKS = 1000  # whatever a library leaks goes with its process
_ENVIRONMENT = {
    # One thread for small products, which gives the same sums on every machine, and few pools of
    # memory: each takes address space.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}


class FileFaultError(HilbertError):
    """A file made the process that read it crash, or pass a limit: why."""


class _EndedError(Exception):
    """A process has ended without being asked to."""


class _Child:
    """One guarded process."""

    def __init__(self, variable: str) -> None:
        self.variable = variable
        self.tasks = 0
        self.awaits = False  # whether a reply is on its way
        self._too_late = False
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        utf8 = ["-X", "utf8"] if sys.flags.utf8_mode else []
        paths = json.dumps([entry or os.getcwd() for entry in sys.path])
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-I", *utf8, "-c", _START, paths],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                bufsize=0,
                env={**os.environ, **_ENVIRONMENT},
                # A Ctrl-C of the terminal is the parent's.
                start_new_session=True,
            )
        except OSError as error:
            self._errors.close()
            raise HilbertError(f"{_NO_START}: {error.strerror or error}") from error
        self._requests = cast(FileIO, self.process.stdin)
        self._replies = cast(FileIO, self.process.stdout)
        try:
            self.missing: list[str] = self._receive(_START_SECONDS)[0]["missing"]
        except (_EndedError, KeyError, TypeError) as error:
            last = (self._last_words().splitlines() or ["it gives no reason"])[-1]
            self.kill()
            raise HilbertError(f"{_NO_START}: {last}") from error
        except BaseException:
            self.kill()
            raise

    def start(self, task: str, arguments: Mapping[str, Any], processor_seconds: float) -> None:
        """Ask for a task; its items are asked for one by one."""
        self.tasks += 1
        request = {"task": task, "arguments": dict(arguments), "limits": self.variable}
        self._send(request | {"processor_seconds": processor_seconds})

    def ask(self, command: str, seconds: float) -> tuple[Values, Samples | None]:
        """Ask for the next item, or for the end of the task; `seconds` is the longest wait."""
        self.awaits = True
        self._send({"command": command})
        reply = self._receive(seconds)
        self.awaits = False
        return reply

    def why_ended(self, bounds: Limits, processor_seconds: float, seconds: float) -> str:
        """Say in words why the process has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(_CLOSE_SECONDS)
        code = self.process.poll()
        if self._too_late:
            return f"nothing could be read of it for {seconds:,.0f} s"
        if code is None or code >= 0 or sys.platform == "win32":
            return f"the process that read it ended (status {code})"
        if -code == signal.SIGXCPU:
            return f"it takes more than {processor_seconds:,.0f} s of processor time"
        if -code == signal.SIGKILL:
            return "the process that read it was killed: not enough memory?"
        if -code == signal.SIGABRT and b"alloc" in self._last_words().encode():
            return out_of_memory(bounds)
        return f"the process that read it crashed ({signal.Signals(-code).name})"

    def kill(self) -> None:
        """End the process at once."""
        self.process.kill()
        self.process.wait()
        self._close()

    def end(self) -> None:
        """End the process, which waits for a task."""
        with contextlib.suppress(OSError):
            self._requests.close()
        try:
            self.process.wait(_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            log.debug("process %d does not end", self.process.pid, exc_info=True)
            self.process.kill()
            self.process.wait()
        self._close()

    def _close(self) -> None:
        for file in (self._requests, self._replies, self._errors):
            with contextlib.suppress(OSError):
                file.close()

    def _send(self, values: Values) -> None:
        try:
            send(self._requests, values)
        except OSError as error:
            raise _EndedError from error

    def _receive(self, seconds: float) -> tuple[Values, Samples | None]:
        """Read a reply; a process that takes too long is killed, which ends the reading."""
        timer = threading.Timer(seconds, self._kill_late)
        timer.daemon = True
        timer.start()
        try:
            return receive(self._replies)
        except (WireError, OSError) as error:
            raise _EndedError from error
        finally:
            timer.cancel()

    def _kill_late(self) -> None:
        self._too_late = True
        self.process.kill()

    def _last_words(self) -> str:
        self._errors.seek(0)
        return self._errors.read()[-4000:].decode("utf-8", "replace").strip()


class _Children:
    """The processes of this process, and the processor time that they took."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._seconds: dict[str, float] = {}
        atexit.register(self._end_all)

    def take(self) -> _Child:
        """Return a process that waits for a task, with the limits that hold."""
        variable = os.environ.get(VARIABLE, "")
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.variable == variable and child.process.poll() is None:
                    return child
                child.end()
        return _Child(variable)

    def give_back(self, child: _Child) -> None:
        """Keep a process that has done its task, or end it."""
        with self._lock:
            if len(self._idle) < _MOST_IDLE and child.tasks < _MOST_TASKS:
                self._idle.append(child)
                return
        child.end()

    def count(self, task: str, seconds: float) -> None:
        """Add processor seconds of a task."""
        with self._lock:
            self._seconds[task] = self._seconds.get(task, 0.0) + seconds

    def seconds(self) -> dict[str, float]:
        """Return the processor seconds of each task."""
        with self._lock:
            return dict(self._seconds)

    def _end_all(self) -> None:
        with self._lock:
            while self._idle:
                self._idle.pop().end()


_children = PerProcess(_Children)


def run_guarded(
    task: str, path: Path, arguments: Mapping[str, Any]
) -> Generator[tuple[Values, Samples | None], None, None]:
    """Run a task on a file in a guarded process.

    Args:
        task: `module:function` of a generator function that yields what JSON can hold, and an
            array of float32 or None. It is called with `arguments`.
        path: The file; limits grow with its size.
        arguments: What JSON can hold.

    Yields:
        What the task yields.

    Raises:
        FileFaultError: The process crashed, or passed a limit.
        HilbertError: The message of what the task raised.
        OSError: Likewise.
    """
    bounds, children = limits(), _children.get()
    size = os.path.getsize(path) if os.path.isfile(path) else 0
    processor, wall = bounds.processor_budget(size), bounds.wall_budget(size)
    child = children.take()
    is_sound = False
    try:
        child.start(task, arguments, processor)
        while True:
            values, array = child.ask("next", wall)
            children.count(task, float(values["processor"]))
            kind, found = values["kind"], values["values"]
            is_sound = kind in ("end", "error", "os error")  # it waits for another task
            child.awaits = kind == "memory"  # nobody knows what is left of it
            if kind == "item":
                yield found, array
            elif kind == "end":
                return
            elif kind == "memory":
                raise FileFaultError(out_of_memory(bounds))
            elif kind == "os error":
                raise OSError(found["number"], found["message"])
            else:
                raise HilbertError(str(found["message"]))
    except _EndedError as error:
        why = child.why_ended(bounds, processor, wall)
        log.debug("%s: %s", path, why, exc_info=True)
        raise FileFaultError(why) from error
    finally:
        if is_sound or _is_closed(child, children, task):
            children.give_back(child)
        else:
            child.kill()


def _is_closed(child: _Child, children: _Children, task: str) -> bool:
    """End a task that is not wanted any more; return whether the process waits for another."""
    if child.awaits or child.process.poll() is not None:
        return False
    try:
        values, _ = child.ask("close", _CLOSE_SECONDS)
        children.count(task, float(values["processor"]))
    except (_EndedError, KeyError, TypeError, ValueError):
        log.debug("a task could not be closed", exc_info=True)
        return False
    return True


def out_of_memory(bounds: Limits) -> str:
    """Say that a file takes too much memory."""
    return f"it takes more than {bounds.memory_gigabytes:g} GB of memory"


def processor_seconds() -> dict[str, float]:
    """Return the processor seconds that guarded processes took so far, by task."""
    return _children.get().seconds()


def missing_guards() -> list[str]:
    """Return which guards the guarded process does not have on this system, in words.

    Raises:
        HilbertError: It does not start.
    """
    children = _children.get()
    child = children.take()
    children.give_back(child)
    return child.missing
