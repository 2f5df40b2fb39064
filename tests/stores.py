"""Files of milvus-lite to publish to, and a client that fails when it is told to."""

from __future__ import annotations

import atexit
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.index.vector_index import VectorIndex
from indexer.published.address import read_address
from indexer.published.engine import Engine

NEEDED = "needs the extra milvus (make test-extras)"
_NUMBERS = count()


@cache
def _engine() -> Engine:
    pytest.importorskip("pymilvus", reason=NEEDED)
    folder = Path(tempfile.mkdtemp(prefix="hilbert-store-"))
    engine = Engine.connect(read_address(str(folder / "vectors.db")), create=True)

    def remove() -> None:
        engine.close()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return engine


def in_milvus(ids: Sequence[int], vectors: NDArray[np.float32]) -> VectorIndex:
    """Put vectors `[n, d]` into a collection of its own and return them as an index."""
    engine = _engine()
    from indexer.published.engine_vectors import EngineVectors

    name = f"vectors_{next(_NUMBERS)}"
    engine.make_vectors(name, vectors.shape[1])
    if len(vectors):
        engine.put_vectors(name, 0, vectors)
    return EngineVectors(engine, name, np.array(list(ids), np.int64), vectors.shape[1])


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a file of milvus-lite on loopback, in a process of its own; yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["server", "--data-dir", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(
        [sys.executable, "-m", "milvus_lite", *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert server.poll() is None, "the server does not start"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


class FailingClient:
    """Milvus's client, which fails at one step, before it is done or after.

    Attributes:
        steps: Those that were reached, as verb and collection.

    Args:
        client: The real one.
        at: The step that fails; None for none.
        after: Whether the step is done first, as when its answer is lost.
    """

    def __init__(self, client: Any, at: tuple[str, str] | None = None, after: bool = False) -> None:
        self._client, self._at, self._after = client, at, after
        self.steps: list[tuple[str, str]] = []

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        method = getattr(self._client, verb)
        if verb in ("create_schema", "prepare_index_params", "close"):
            return method  # talk to nobody

        def call(*arguments: Any, **options: Any) -> Any:
            from pymilvus.exceptions import MilvusException

            step = (verb, str(arguments[0]).rpartition("_")[2] if arguments else "")
            self.steps.append(step)
            if step == self._at and not self._after:
                raise MilvusException(code=1, message="the connection was lost")
            done = method(*arguments, **options)
            if step == self._at:
                raise MilvusException(code=1, message="the connection was lost")
            return done

        return call
