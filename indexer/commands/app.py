"""hilbert app: open a library in the browser."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from indexer.commands.registry import verb
from indexer.commands.terminal import print_line
from indexer.commands.verbosity import level_for_processes

# One look on light and on dark ground; which of them, the visitor's system says.
_THEME = {
    "light.primaryColor": "#6d28d9",
    "dark.primaryColor": "#8f6bff",
    "baseRadius": "0.4rem",
}


@verb(order=150)
@click.command("app", short_help="Open a library in the browser.")
@click.option(
    "--library",
    "-l",
    type=click.Path(path_type=Path),
    help="Folder of the library; without one, the app offers the demo.",
)
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
def command(library: Path | None, port: int) -> int:
    """Open a library in the browser, served to this machine only."""
    from indexer.index.library_store import LibraryStore

    if library:
        library = Path(os.path.expanduser(library))
        LibraryStore.open(library).close()  # report a wrong folder here, not in the browser
    return serve(library, port)


def serve(library: Path | None, port: int) -> int:
    """Run Streamlit on the app until it is stopped; return its exit status.

    Args:
        library: Folder to open; None for an app that offers the demo.
        port: On this machine.

    Raises:
        ClickException: The app is not installed, or the port is in use.
    """
    import importlib.util
    import signal
    import socket
    import subprocess

    found = importlib.util.find_spec("app")
    if found is None or not found.submodule_search_locations:
        raise click.ClickException("the app is not installed; install hilbert with its app")
    page = Path(next(iter(found.submodule_search_locations))) / "start" / "hilbert_app.py"
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise click.ClickException(f"port {port} is in use; name another one with --port")
    arguments = [
        "--server.address=127.0.0.1",
        f"--server.port={port}",
        "--server.headless=true",
        "--server.maxUploadSize=200",
        "--server.fileWatcherType=none",
        "--browser.gatherUsageStats=false",
        "--client.showErrorDetails=none",
        "--client.toolbarMode=viewer",
        *(f"--theme.{name}={value}" for name, value in _THEME.items()),
    ]
    environment = {
        **os.environ,
        **level_for_processes(),
        "HILBERT_LIBRARY": str(library.absolute()) if library else "",
    }
    what = library or "no library yet"
    print_line(f"hilbert serves {what} at http://127.0.0.1:{port} (Ctrl-C stops it)")
    # -P: a file of the current folder named like a package must not take its place.
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "streamlit", "run", str(page), *arguments], env=environment
    )

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:  # whatever ends us ends the server too
        process.terminate()
        process.wait()
