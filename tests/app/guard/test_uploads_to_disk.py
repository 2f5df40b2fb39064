"""Uploads go to the disk block by block, and are gone when their visit or the server is."""

from __future__ import annotations

import asyncio
import io
import resource
import signal
import tempfile
import tracemalloc
from collections.abc import Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from app.guard import upload_store as stores
from app.guard.upload_store import UploadStore
from app.guard.uploads_to_disk import UploadsToDisk

PATH = "/_stcore/upload_file/visit/file"
MEGABYTE = 1 << 20


class Streamlit:
    """What lies behind: it takes a form with one file, as Streamlit's route does."""

    def __init__(self, status: int = 204) -> None:
        self.status = status
        self.seen: list[tuple[str | None, str | None, bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.method == "PUT":
            async with request.form() as form:
                [upload] = form.values()
                assert not isinstance(upload, str)
                self.seen.append((upload.filename, upload.content_type, await upload.read()))
        await Response(status_code=self.status)(scope, receive, send)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[UploadStore]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    store = UploadStore()
    yield store
    store.close()
    assert not list(tmp_path.iterdir())


def form(content: Iterable[bytes], name: str = "talk.mp3") -> Iterator[bytes]:
    """A form as browsers send it, in blocks."""
    named = f'Content-Disposition: form-data; name="file"; filename="{name}"'
    yield f"--edge\r\n{named}\r\nContent-Type: audio/mpeg\r\n\r\n".encode()
    yield from content
    yield b"\r\n--edge--\r\n"


def run(served: Coroutine[Any, Any, None]) -> None:
    """Serve in a thread: the driver of the browser tests has the event loop of this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, served).result()


def send(
    app: UploadsToDisk,
    blocks: Iterator[bytes],
    *,
    method: str = "PUT",
    length: int | None = None,
    kind: str = "multipart/form-data; boundary=edge",
) -> int:
    headers = [(b"content-type", kind.encode()), (b"host", b"localhost")]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    scope = {
        "type": "http",
        "method": method,
        "path": PATH,
        "headers": headers,
        "query_string": b"",
    }
    statuses: list[int] = []

    async def receive() -> Message:
        block = next(blocks, None)
        return {"type": "http.request", "body": block or b"", "more_body": block is not None}

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    run(app(scope, receive, answer))
    [status] = statuses
    return status


def guard(store: UploadStore, behind: Streamlit, most: int = 100) -> UploadsToDisk:
    return UploadsToDisk(behind, store, most * MEGABYTE, lambda visit: visit == "visit")


def test_a_large_file_is_on_the_disk_and_never_in_memory(store: UploadStore) -> None:
    behind = Streamlit()
    blocks = (bytes([n]) * MEGABYTE for n in range(64))
    tracemalloc.start()
    assert send(guard(store, behind), form(blocks, 'a "q" Ü.mp3'.replace('"', "%22"))) == 204
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * MEGABYTE
    assert behind.seen == [("a %22q%22 Ü.mp3", "audio/mpeg", b"")]
    path = store.path("file")
    assert path and path.stat().st_size == 64 * MEGABYTE
    with path.open("rb") as stream:
        for n in range(64):
            assert stream.read(MEGABYTE) == bytes([n]) * MEGABYTE


def test_what_is_too_large_or_no_form_of_one_file_is_refused(store: UploadStore) -> None:
    behind = Streamlit()
    app = guard(store, behind, most=1)
    two = [b"\r\n--edge\r\nContent-Disposition: form-data; name=b; filename=b\r\n\r\nx"]
    endless = repeat(b"x" * MEGABYTE)
    assert send(app, form([b""]), length=2 * MEGABYTE) == 413
    assert send(app, form(endless)) == 413
    assert send(app, form(endless), length=10) == 413
    assert send(app, form([b"abc"]), kind="application/x-www-form-urlencoded") == 415
    assert send(app, form([b"abc"]), kind="multipart/form-data") == 400
    assert send(app, form(two)) == 400
    assert send(app, iter([b"--edge--\r\n"])) == 400
    assert behind.seen == [] and store.path("file") is None


def test_what_streamlit_refuses_or_deletes_is_deleted(store: UploadStore) -> None:
    assert send(guard(store, Streamlit(403)), form([b"abc"])) == 403  # a wrong XSRF token
    assert store.path("file") is None
    assert send(guard(store, Streamlit()), form([b"abc"])) == 204
    path = store.path("file")
    assert path and path.read_bytes() == b"abc"
    assert send(guard(store, Streamlit(403)), iter([]), method="DELETE") == 403
    assert path.exists()
    assert send(guard(store, Streamlit()), iter([]), method="DELETE") == 204
    assert store.path("file") is None and not path.exists()


def test_files_go_with_their_visit_and_with_the_server(
    store: UploadStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file, visit in (("here", "visit"), ("left", "gone")):
        store.add(file, visit, io.BytesIO(b"abc"))
    send(guard(store, Streamlit()), form([b"x"]))
    assert store.path("left")  # the connection may have broken for a moment
    monkeypatch.setattr(stores, "_KEPT", -1)
    send(guard(store, Streamlit()), form([b"x"]))
    assert store.path("here") and store.path("left") is None

    async def stopped(scope: Scope, receive: Receive, send: Send) -> None:
        return

    async def nothing() -> Message:
        return {"type": "lifespan.shutdown"}

    async def ignore(message: Message) -> None:
        return

    app = UploadsToDisk(stopped, store, 1, lambda visit: True)
    run(app({"type": "lifespan"}, nothing, ignore))
    assert store.path("here") is None and not list(tmp_path.iterdir())


def test_a_full_disk_is_told_and_leaves_nothing(
    store: UploadStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4 * MEGABYTE, limits[1]))
    try:
        assert send(guard(store, Streamlit()), form(repeat(bytes(MEGABYTE), 8))) == 507
        with pytest.raises(OSError, match="File too large"):
            store.add("file", "visit", io.BytesIO(bytes(8 * MEGABYTE)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert "an upload could not be stored: File too large" in caplog.text
    assert store.path("file") is None
    left = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert left == ["held.lock"]  # of the folder, while the server runs
