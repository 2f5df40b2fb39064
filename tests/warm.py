"""Python in processes of their own that start at once.

They are forked from one that has imported the slow libraries and nothing of ours: seconds saved a
process. Command line, environment, folder, streams, signals and exit status are as of a new one.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from types import ModuleType

SLOW_LIBRARIES = ["torch", "onnxruntime", "faster_whisper", "faiss", "av", "streamlit.testing.v1"]
POLL_SECONDS = 0.01


def _context() -> ForkServerContext | SpawnContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")  # the same, slowly
    # Read when OpenMP is loaded, which is before `hilbert` could set it (indexer/cli.py).
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # likewise
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(SLOW_LIBRARIES)
    return context


class Process:
    """A running `python ARGUMENTS`, in a session of its own; the part of Popen that tests use."""

    def __init__(
        self, *arguments: object, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> None:
        self.arguments = [str(argument) for argument in arguments]
        self._folder = tempfile.TemporaryDirectory()
        self._streams = [Path(self._folder.name) / name for name in ("output", "errors")]
        self._process = _context().Process(
            target=_enter,
            args=(
                self.arguments,
                {**os.environ, **(env or {})},
                str(cwd or Path.cwd()),
                [str(stream) for stream in self._streams],
            ),
        )
        # The child would run what is `__main__` here once more: pytest, or a page of the app.
        main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
        try:
            self._process.start()
        finally:
            sys.modules["__main__"] = main

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit status, negative after a signal; None while it runs."""
        return self._process.exitcode

    def errors(self) -> str:
        """Return what it printed on standard error so far."""
        stream = self._streams[1]
        return stream.read_text(encoding="utf-8") if stream.exists() else ""

    def communicate(self, timeout: float = 300) -> tuple[str, str]:
        """Wait for the end; return output and errors."""
        self._process.join(timeout)
        if self._process.is_alive():
            self._process.kill()
            raise subprocess.TimeoutExpired(self.arguments, timeout)
        output = self._streams[0].read_text(encoding="utf-8")
        return output, self.errors()

    def send(self, number: int) -> None:
        """Send it a signal, once it has begun with its work."""
        while self.returncode is None and not self._streams[0].exists():
            time.sleep(POLL_SECONDS)
        os.kill(self.pid, number)


def run(
    *arguments: object,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float = 300,
) -> subprocess.CompletedProcess[str]:
    """Run `python ARGUMENTS` to its end: a script, `-m MODULE` or `-c CODE`, with its arguments."""
    process = Process(*arguments, env=env, cwd=cwd)
    output, errors = process.communicate(timeout)
    assert process.returncode is not None
    return subprocess.CompletedProcess(process.arguments, process.returncode, output, errors)


def _enter(arguments: list[str], env: dict[str, str], cwd: str, streams: list[str]) -> None:
    """Become a new Python, in the forked process, and never return."""
    if hasattr(os, "setsid"):
        os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    for number, stream in enumerate(streams, start=1):
        file = os.open(stream, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, number)
        os.close(file)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(  # noqa: SIM115
        2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False
    )
    own_folder = str(Path(__file__).resolve().parent.parent)
    named = env.get("PYTHONPATH", own_folder).split(os.pathsep)
    sys.path[:] = [*named, *(place for place in sys.path if place not in ("", own_folder, *named))]
    status: object = 1
    try:
        _run_as_main(arguments)
        status = 0
    except SystemExit as end:
        status = end.code
    except BaseException:
        traceback.print_exc()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(status if isinstance(status, int) else 1 if status else 0)


def _run_as_main(arguments: list[str]) -> None:
    first, *rest = arguments
    if first == "-m":
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif first == "-c":
        sys.argv = ["-c", *rest[1:]]
        module = sys.modules["__main__"] = ModuleType("__main__")
        exec(compile(rest[0], "<string>", "exec"), module.__dict__)
    else:
        sys.argv = arguments
        runpy.run_path(first, run_name="__main__")
