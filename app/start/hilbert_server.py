"""The server of `hilbert app`: Streamlit, which reads the pages while the browser loads its own.

Streamlit runs a script for each visit, and imports what it needs at the first one. Here that is
imported once the server listens: a browser takes longer to load the front end.

Every request passes the guard (`app/guard`). The token that opens it comes in the environment:
command lines are shown to everyone on a machine.
"""

from __future__ import annotations

import gc

# Nothing that is imported becomes garbage: looking for some takes a tenth of the start.
gc.disable()

import argparse  # noqa: E402
import functools  # noqa: E402
import importlib  # noqa: E402
import importlib.metadata  # noqa: E402
import importlib.util  # noqa: E402
import inspect  # noqa: E402
import logging  # noqa: E402
import os  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import TYPE_CHECKING  # noqa: E402

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402
from streamlit import runtime  # noqa: E402

_HERE = Path(__file__).parent
# Another package named `app` must not take the place of this one.
_found = importlib.util.find_spec("app")
if _found is None or str(_HERE.parent) not in (_found.submodule_search_locations or []):
    sys.path.insert(0, str(_HERE.parent.parent))

from app.guard.access import AccessGuard  # noqa: E402
from app.guard.hosts import Hosts, host_name  # noqa: E402
from app.guard.own_folder import delete_leftovers  # noqa: E402
from app.guard.response_headers import response_headers  # noqa: E402
from app.guard.token import Token  # noqa: E402
from app.guard.upload_store import upload_store  # noqa: E402
from app.guard.uploads_to_disk import UploadsToDisk  # noqa: E402
from app.media.routes import media_routes  # noqa: E402
from app.start.front_end import FrontEnd  # noqa: E402
from app.start.lifespan import lifespan  # noqa: E402
from hilbert.offline import go_offline, is_offline  # noqa: E402

if TYPE_CHECKING:
    from app.state.open_library import OpenLibrary

log = logging.getLogger(__name__)
_MOMENT = 0.01  # seconds
# Seconds for which a thread that computes keeps the interpreter while others wait. The one that
# answers needs it hundreds of times to send the front end, and again whenever a player reads.
_TURN = 0.0005
# Seconds in which a browser that is opened at once asks for the first page. Models are loaded
# behind that page; where none is asked for, after them.
_PATIENCE = 3.0
_TOKEN = "HILBERT_TOKEN"
_ADDRESS = "127.0.0.1"
_MOST_UPLOAD = 4_000  # megabytes; they go to the disk
_SETTINGS = {
    "server.address": _ADDRESS,
    "server.headless": True,
    "server.maxUploadSize": _MOST_UPLOAD,
    "server.fileWatcherType": "none",
    "server.enableCORS": True,  # Streamlit's word for: no page of another origin may read
    "server.enableXsrfProtection": True,
    "server.enableAgentApi": False,
    "browser.serverAddress": _ADDRESS,
    "browser.gatherUsageStats": False,
    "client.allowedOrigins": [],  # pages that may send messages to the app
    "client.showErrorDetails": "none",
    "client.toolbarMode": "viewer",
    # Once a visit is imported there is little garbage, and much to look through for it: Python
    # collects it as it grows, not after each run of a page, those that watch a job included.
    "runner.postScriptGC": False,
    "logger.hideWelcomeMessage": True,  # `hilbert app` prints the address, with the token
    # One look on light and on dark ground; which of them, the visitor's system says.
    "theme.light.primaryColor": "#6d28d9",
    "theme.dark.primaryColor": "#8f6bff",
    "theme.baseRadius": "0.4rem",
}
# Streamlit's lists of icons, which it reads for the first icon of a page.
_ICONS = ("streamlit.emojis", "streamlit.material_icon_names")


def main() -> None:
    """Serve `hilbert_app.py` until it is stopped."""
    if is_offline():
        go_offline()
    options = _options()
    sys.setswitchinterval(_TURN)
    _read_package_metadata_once()
    _send_at_once()
    threading.Thread(target=_prepare_visits, name="Importing the pages", daemon=True).start()
    token = Token("" if options.no_token else os.environ.pop(_TOKEN), options.port)
    front_page = Path(st.__file__).parent / "static" / "index.html"
    guard = Middleware(
        AccessGuard,
        hosts=Hosts.of(options.allow_host),
        token=token,
        headers=response_headers(front_page),
    )
    front_end = Middleware(FrontEnd, page=front_page)
    uploads = Middleware(
        UploadsToDisk,
        store=upload_store(),
        most_bytes=_MOST_UPLOAD << 20,
        is_open=lambda visit: runtime.get_instance().is_active_session(visit),
    )
    app = st.App(
        _HERE / "hilbert_app.py",
        routes=media_routes(),
        middleware=[guard, front_end, uploads],
        lifespan=lifespan,
    )
    try:
        app.run(config={**_SETTINGS, "server.port": options.port})
    except KeyboardInterrupt:
        log.debug("stopped", exc_info=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="hilbert app", usage="hilbert app [OPTIONS]")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--allow-host", action="append", default=[])
    parser.add_argument("--no-token", action="store_true")
    options = parser.parse_args()
    for name in options.allow_host:
        if not host_name(name):
            parser.error(f"{name!r} is no host name: --allow-host podcasts.example.org")
    if not options.no_token and not os.environ.get(_TOKEN):
        parser.error(f"there is no token in {_TOKEN}; start the app with `hilbert app`")
    return options


def _read_package_metadata_once() -> None:
    """Keep what the metadata of an installed package says.

    Streamlit looks for components in all of them and asks each four times; each time the whole
    file is parsed, description included, which takes half a second with 150 packages.
    """
    read = importlib.metadata.Distribution.metadata
    if isinstance(read, property) and read.fget is not None:
        kept = property(functools.lru_cache(maxsize=None)(read.fget))
        importlib.metadata.Distribution.metadata = kept


def _send_at_once() -> None:
    """Let connections send what they have, instead of waiting for the visitor's acknowledgement.

    Streamlit binds its socket itself, without naming the protocol, so asyncio does not know it for
    TCP and leaves Nagle's algorithm on: the second part of each answer waits 40 ms, 0.4 s for the
    files of the front end (https://github.com/Kludex/uvicorn/issues/3149). What a server accepts
    takes this option from the socket that listens.
    """
    listen = socket.socket.listen

    def listen_undelayed(server: socket.socket, backlog: int = socket.SOMAXCONN, /) -> None:
        if server.family in (socket.AF_INET, socket.AF_INET6):
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listen(server, backlog)

    socket.socket.listen = listen_undelayed  # type: ignore[method-assign, assignment]


def _prepare_visits() -> None:
    """Import the pages and open the library as soon as the server listens."""
    try:
        while not _listens():
            time.sleep(_MOMENT)
        listens_since = time.monotonic()
        library = _prepare_first_page()
        delete_leftovers()
        # Streamlit asks for it before the first element of a process, to tell a shell from a
        # script. Which module each frame is of is looked up once: a tenth of a second.
        inspect.stack()
    finally:
        gc.freeze()
        gc.enable()
    if library:
        time.sleep(max(0.0, listens_since + _PATIENCE - time.monotonic()))
        importlib.import_module("app.state.open_library").warm_up(library)


def _listens() -> bool:
    return runtime.exists() and runtime.get_instance().state != runtime.RuntimeState.INITIAL


def _prepare_first_page() -> OpenLibrary | None:
    """Import the pages, and open the library that the app was started with, if any."""
    library = None
    try:
        importlib.import_module("app.home")
        importlib.import_module("app.state.navigation").PAGES.load()
        folder = importlib.import_module("app.state.library_access").default_library_folder()
        libraries = importlib.import_module("app.state.open_library")
        served = importlib.import_module("app.media.served")
        if folder:
            library = libraries.open_shared(folder)
            # A page that was open before this start goes on playing.
            served.serve_library(library)
        for name in _ICONS:
            if importlib.util.find_spec(name):
                importlib.import_module(name)
    except Exception:  # the first visit meets it again, and shows it
        log.debug("could not prepare the first page", exc_info=True)
    return library


if __name__ == "__main__":
    main()
