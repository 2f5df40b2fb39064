"""The files of Streamlit's front end, sent without threads, and its page, with a script of ours."""

from __future__ import annotations

import hashlib
import mimetypes
import os
import re
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Their names change with what is in them; as Streamlit sends them.
_CACHE = "public, immutable, max-age=31536000"
# Elements that every page begins with. Streamlit asks for them when it has to draw them.
_FIRST_DRAWN = ("BidiComponent", "ButtonGroup", "Html", "TextInput")
_NAMED_IN_PAGE = re.compile(r'static/js/([^"]+)')
_LINKS = Path(__file__).with_name("links.js")
# Deeper paths may be files to be saved, which are HTML too.
_PAGE = re.compile(r"/[^/.]*")
_IMPORTED = re.compile(r'from ?"\./([^"]+)"')


class FrontEnd:
    """ASGI middleware that sends the files and the page itself, and passes on all else.

    Streamlit reads each of them in a handful of steps in other threads, which wait their turn while
    pages are imported. The files lie in the system's cache: to read one takes 0.1 ms.

    Args:
        app: Answers everything else.
        page: HTML of the front end; its files lie in `static` beside it.
    """

    def __init__(self, app: ASGIApp, page: Path) -> None:
        self._app = app
        self._files = {
            f"/{Path(place, name).relative_to(page.parent).as_posix()}": Path(place, name)
            for place, _, names in os.walk(page.parent / "static")
            for name in names
        }
        links = f"/links.{hashlib.sha256(_LINKS.read_bytes()).hexdigest()[:8]}.js"
        self._files[links] = _LINKS
        self._page = page_with_script(page.read_text(encoding="utf-8"), links).encode()
        found = modules_to_preload(page)
        self._link = ", ".join(f"</static/js/{name}>; rel=modulepreload" for name in found)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a file, or pass the request on."""
        is_read = scope["type"] == "http" and scope["method"] == "GET"
        file = self._files.get(scope["path"]) if is_read else None
        if file is None:
            is_page = is_read and _PAGE.fullmatch(scope["path"])
            await self._app(scope, receive, self._with_own_page(send) if is_page else send)
            return
        kind, _ = mimetypes.guess_type(file.name)
        response = Response(file.read_bytes(), headers={"cache-control": _CACHE}, media_type=kind)
        await response(scope, receive, send)

    def _with_own_page(self, send: Send) -> Send:
        """Send our page where Streamlit would send its own, which it does for many addresses."""
        is_page = False

        async def sending(message: Message) -> None:
            nonlocal is_page
            if message["type"] != "http.response.start":
                if not is_page:
                    await send(message)
                elif not message.get("more_body", False):
                    await send({"type": "http.response.body", "body": self._page})
                return
            headers = MutableHeaders(scope=message)
            kind = headers.get("content-type", "")
            is_page = message["status"] == HTTPStatus.OK and kind.startswith("text/html")
            if is_page:
                for name in ("content-encoding", "etag", "last-modified"):  # of the other page
                    if name in headers:
                        del headers[name]
                headers["content-length"] = str(len(self._page))
                headers["link"] = self._link
            await send(message)

        return sending


def page_with_script(page: str, script: str) -> str:
    """Return the HTML of a page that runs a script of this address before its own ones."""
    return page.replace("<head>", f'<head>\n<script type="module" src="{script}"></script>', 1)


def modules_to_preload(page: Path) -> list[str]:
    """Return the files of what pages draw first, and what these import, that are not in the page.

    Args:
        page: HTML of the front end.
    """
    folder = page.parent / "static" / "js"
    known = set(_NAMED_IN_PAGE.findall(page.read_text(encoding="utf-8")))
    files = {path.name for path in folder.glob("*.js")}
    wanted = sorted(name for name in files if name.partition(".")[0] in _FIRST_DRAWN)
    found = []
    while wanted:
        name = wanted.pop()
        if name in files and name not in known:
            known.add(name)
            found.append(name)
            wanted += _IMPORTED.findall((folder / name).read_text(encoding="utf-8"))
    return found
