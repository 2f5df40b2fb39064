"""hilbert app: open a library in the browser."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.commands.options import store_option
from indexer.commands.registry import verb
from indexer.commands.terminal import print_line
from indexer.commands.verbosity import level_for_processes

if TYPE_CHECKING:
    import subprocess


@verb(order=150)
@click.command("app", short_help="Open a library in the browser.")
@click.option(
    "--library",
    "-l",
    type=click.Path(path_type=Path),
    help="Folder of the library; without one, the app offers the demo.",
)
@store_option
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option(
    "--libraries",
    "folders",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Folder whose libraries links may open, besides the one that holds --library; repeatable.",
)
@click.option(
    "--allow-host",
    "hosts",
    metavar="NAME",
    multiple=True,
    help="Another name that the app is reached under, as behind a reverse proxy; repeatable.",
)
@click.option(
    "--token/--no-token",
    default=True,
    help="Let in only who opens the printed address, or every user of this machine.",
)
def command(
    library: Path | None,
    store: str | None,
    port: int,
    folders: Sequence[Path],
    hosts: Sequence[str],
    token: bool,
) -> int:
    """Open a library in the browser, served to this machine only.

    Open the address that is printed: its token lets your browser in, and nobody else.
    """
    if library and store:
        raise click.UsageError("--library and --store exclude each other")
    library = library.expanduser() if library else None
    if store:
        library = _published(store)
    folders = [folder.expanduser() for folder in folders]
    with served(library, port, folders=folders, hosts=hosts, token=token, named=store) as app:
        return app.wait()


@dataclass(frozen=True)
class Served:
    """An app that is being served.

    Attributes:
        address: Lets a browser in.
        server: The process.
    """

    address: str
    server: subprocess.Popen[bytes]

    def wait(self) -> int:
        """Wait until the server ends or is stopped; return its exit status."""
        try:
            return self.server.wait()
        except KeyboardInterrupt:
            return 0


@contextmanager
def served(
    library: Path | None,
    port: int,
    *,
    folders: Sequence[Path] = (),
    hosts: Sequence[str] = (),
    token: bool = True,
    named: str | None = None,
) -> Iterator[Served]:
    """Run Streamlit on the app as long as the context lasts, and print its address.

    Args:
        library: Folder to open; None for an app that offers the demo.
        port: On this machine.
        folders: Folders whose libraries links may open, besides that of `library`.
        hosts: Names that the app is reached under, besides those of the loopback interface.
        token: Let in only who opens the printed address.
        named: How the user named a published library, which was looked at before.

    Raises:
        ClickException: The app is not installed, or the port is in use.
        LibraryError: The folder holds no library.
    """
    import secrets
    import signal
    import subprocess

    script = _script()
    check_port(port)
    secret = secrets.token_urlsafe(32) if token else ""
    arguments = [f"--port={port}", *(f"--allow-host={host}" for host in hosts)]
    environment = {
        **os.environ,
        **level_for_processes(),
        "HILBERT_LIBRARY": str(library.absolute()) if library else "",
        "HILBERT_LIBRARIES": os.pathsep.join(str(folder.absolute()) for folder in folders),
        "HILBERT_TOKEN": secret,
        "HILBERT_WARM_UP": "1",
    }
    if not token:
        arguments.append("--no-token")
    # -P: a file of the current folder named like a package must not take its place.
    server = subprocess.Popen([sys.executable, "-P", str(script), *arguments], env=environment)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        if library and not named:  # while the server imports Streamlit, which takes a second
            _check_library(library)
        what = named or library or "no library yet"
        address = f"http://127.0.0.1:{port}/" + (f"?token={secret}" if secret else "")
        print_line(f"hilbert serves {what} at {address} (Ctrl-C stops it)")
        yield Served(address, server)
    finally:  # whatever ends us ends the server too
        server.terminate()
        server.wait()


def check_port(port: int) -> None:
    """Refuse a port that something else listens on.

    Raises:
        ClickException: Asks for another one.
    """
    import socket

    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise click.ClickException(f"port {port} is in use; name another one with --port")


def _script() -> Path:
    import importlib.util

    found = importlib.util.find_spec("app")
    if found is None or not found.submodule_search_locations:
        raise click.ClickException("the app is not installed; install hilbert with its app")
    return Path(next(iter(found.submodule_search_locations))) / "start" / "hilbert_server.py"


def _published(store: str) -> Path:
    """Report a store that cannot be read here; return the folder that stands for it."""
    from indexer.published.address import read_address
    from indexer.published.store import cached_address, open_published

    address = read_address(store)
    open_published(address).close()  # milvus-lite lets one process at a time open a file
    return cached_address(address)


def _check_library(folder: Path) -> None:
    """Report a wrong folder here, not in the browser."""
    from indexer.index.library_store import LibraryStore

    LibraryStore.open(folder).close()
