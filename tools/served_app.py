"""The app as `hilbert app` serves it, on a free port, and visitors in Chromium."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright

SIZE = (1360, 1000)
PHONE = (390, 844)


@dataclass(frozen=True)
class ServedApp:
    """An app that is being served.

    Attributes:
        address: Lets a browser in.
        process: Id of the server's process.
    """

    address: str
    process: int


@contextlib.contextmanager
def served(library: Path | None, *options: object) -> Iterator[ServedApp]:
    """Serve a library, or the welcome page, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    hilbert = Path(sys.executable).with_name("hilbert")
    named = ["--library", str(library)] if library else []
    command = [str(hilbert), "app", *named, "--port", str(port), *map(str, options)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        printed = process.stdout.readline().decode().partition(" at ")[2].split()
        if not printed:
            sys.exit(f"the app does not start with {library}")
        for _ in range(240):
            with contextlib.suppress(ConnectionError):
                socket.create_connection(("127.0.0.1", port), timeout=2).close()
                break
            time.sleep(0.05)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield ServedApp(printed[0], int(children[0]))
    finally:
        process.terminate()
        process.wait()


def chromium(driver: Playwright) -> Browser:
    """Start Debian's Chromium, as a container's root can."""
    return driver.chromium.launch(
        executable_path=shutil.which("chromium"),
        args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    )


def visitor(
    browser: Browser, app: ServedApp, *, dark: bool = False, size: tuple[int, int] = SIZE
) -> Page:
    """Open an empty page of a visitor whom the app lets in."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        base_url=app.address.partition("?")[0],
        color_scheme="dark" if dark else "light",
    )
    context.set_default_timeout(120_000)
    context.request.get(app.address, max_redirects=0)
    return context.new_page()
