"""ASGI middleware that streams uploads to the disk: Streamlit holds whole files in memory."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from app.guard.upload_store import UploadStore

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)
_PATH = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)")
_FORM = 64 << 10  # bytes, at most, of what a form has around its file
_BOUNDARY = "hilbert-upload"


@dataclass(frozen=True)
class UploadsToDisk:
    """Keeps the content of uploads, and lets Streamlit have the same forms with empty files.

    A page finds the content by the id of the file (`app.state.uploads`).

    Attributes:
        app: Streamlit.
        store: Where the content goes.
        most_bytes: Largest file.
        is_open: Whether the visit of an id is connected.
    """

    app: ASGIApp
    store: UploadStore
    most_bytes: int
    is_open: Callable[[str], bool]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take what is uploaded; delete what Streamlit does not accept, or no longer has."""
        if scope["type"] == "lifespan":
            try:
                await self.app(scope, receive, send)
            finally:
                self.store.close()
            return
        named = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if named is None or scope["method"] not in ("PUT", "DELETE"):
            await self.app(scope, receive, send)
            return
        visit, file = named.groups()
        if scope["method"] == "DELETE":
            await self.app(scope, receive, self._forgetting(file, send, accepted=True))
            return
        try:
            name, kind = await self._store(Request(scope, receive), visit, file)
        except (HTTPException, MultiPartException, OSError, ClientDisconnect) as error:
            log.debug("an upload was refused", exc_info=True)
            await _refusal(error)(scope, receive, send)
        else:
            body = _form(name, kind)
            sending = self._forgetting(file, send, accepted=False)
            await self.app(_with_body(scope, body), _once(body), sending)

    async def _store(self, request: Request, visit: str, file: str) -> tuple[str, str]:
        """Store the one file of a form; return its name and its type."""
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            raise HTTPException(415, "Uploads come in forms, as multipart/form-data")
        most = self.most_bytes + _FORM
        if int(request.headers.get("content-length") or 0) > most:
            raise HTTPException(413, "File too large")
        self.store.forget_ended(self.is_open)
        counted = Request(request.scope, _counted(request.receive, most))
        async with counted.form(max_files=1, max_fields=1) as form:
            uploads = [value for value in form.values() if isinstance(value, UploadFile)]
            if len(uploads) != 1:
                raise HTTPException(400, f"Expected 1 file, but got {len(uploads)}")
            [upload] = uploads
            await run_in_threadpool(self.store.add, file, visit, upload.file)
            return upload.filename or "", upload.content_type or "application/octet-stream"

    def _forgetting(self, file: str, send: Send, *, accepted: bool) -> Send:
        """Delete a file once Streamlit has accepted a request, or where it has not."""

        async def sending(message: Message) -> None:
            is_start = message["type"] == "http.response.start"
            if is_start and (message["status"] < 300) == accepted:
                self.store.forget(file)
            await send(message)

        return sending


def _refusal(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return PlainTextResponse(error.detail, error.status_code)
    if isinstance(error, OSError):
        log.warning("an upload could not be stored: %s", error.strerror)
        return PlainTextResponse(f"The file cannot be stored: {error.strerror}", 507)
    return PlainTextResponse("The upload is no form, or was broken off", 400)


def _counted(receive: Receive, most: int) -> Receive:
    """Break off where more bytes come than were promised."""
    received = 0

    async def receiving() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise HTTPException(413, "File too large")
        return message

    return receiving


def _form(name: str, kind: str) -> bytes:
    """Write the form of an empty file (RFC 7578), names as browsers write them."""
    shown = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    return (
        f"--{_BOUNDARY}\r\n"
        f'Content-Disposition: form-data; name="file"; filename="{shown}"\r\n'
        f"Content-Type: {quote(kind, safe='/;=+.-_ ')}\r\n\r\n"
        f"\r\n--{_BOUNDARY}--\r\n"
    ).encode("utf-8", "replace")


def _with_body(scope: Scope, body: bytes) -> Scope:
    scope = {**scope, "headers": list(scope["headers"])}
    headers = MutableHeaders(scope=scope)
    del headers["transfer-encoding"]
    headers["content-length"] = str(len(body))
    headers["content-type"] = f"multipart/form-data; boundary={_BOUNDARY}"
    return scope


def _once(body: bytes) -> Receive:
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def receiving() -> Message:
        return left.pop() if left else {"type": "http.disconnect"}

    return receiving
