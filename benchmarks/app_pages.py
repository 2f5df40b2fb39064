"""Look at the app in Chromium: how long pages take, and what they look like.

    python -m benchmarks.app_pages changelog-library --rounds 5
    python -m benchmarks.app_pages demo-library --screenshots assets/screenshots

Times are from the key or click until the new words are on the page, medians of the rounds, in a
session whose models are loaded. Screenshots are taken of every page, light and dark.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

QUERIES = (
    "why is the water in the ocean like a cup of tea",
    "how do bees tell each other where to go",
    "a machine that nobody understood",
    "what it costs to keep old things running",
    "somebody who was too early",
)
SIZE = {"width": 1360, "height": 1000}
_BOX = "What was said, or what was meant"
_ANSWERED = re.compile("best recordings|Nothing here says this")
_CHART = ".js-plotly-plot .main-svg"


def main() -> int:
    """Serve the library, measure, and take pictures where a folder is named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("library", type=Path)
    parser.add_argument("--rounds", type=int, default=5, help="times each (default 5)")
    parser.add_argument("--screenshots", type=Path, help="folder for pictures, instead of times")
    options = parser.parse_args()
    with served(options.library) as address, sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        if options.screenshots:
            options.screenshots.mkdir(parents=True, exist_ok=True)
            for look in ("light", "dark"):
                take(visitor(chromium, address, look), options.screenshots, look)
        else:
            measure(visitor(chromium, address, "light"), options.rounds)
        chromium.close()
    return 0


@contextlib.contextmanager
def served(library: Path) -> Iterator[str]:
    """The app on a free port of this machine, and the address that it prints."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    hilbert = Path(sys.executable).with_name("hilbert")
    command = [str(hilbert), "app", "--library", str(library), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        printed = process.stdout.readline().decode().partition(" at ")[2].split()
        if not printed:
            sys.exit(f"the app does not start with {library}")
        for _ in range(120):
            with contextlib.suppress(ConnectionError):
                socket.create_connection(("127.0.0.1", port), timeout=2).close()
                break
            time.sleep(0.25)
        yield printed[0]
    finally:
        process.terminate()
        process.wait()


def visitor(chromium: Browser, address: str, look: str) -> Page:
    """A page of a visitor whom the address lets in, and whose system is light or dark."""
    context = chromium.new_context(
        viewport=SIZE,  # type: ignore[arg-type]
        base_url=address.partition("?")[0],
        color_scheme="dark" if look == "dark" else "light",
    )
    context.set_default_timeout(120_000)
    context.request.get(address, max_redirects=0)
    return context.new_page()


def measure(page: Page, rounds: int) -> None:
    """Print medians of typed searches and of page switches."""
    page.goto("/")
    page.get_by_label(_BOX).wait_for()
    _search(page, "the models are loaded by this")

    searches = [_timed(lambda q=q: _search(page, q)) for q in (QUERIES * rounds)[: max(rounds, 5)]]
    _print("typed search to visible results", searches)
    for name, sign in (
        ("Document", "Nearest documents"),
        ("Library", "Add recordings"),
        ("Search", "best recordings"),
    ):
        times = []
        for _ in range(rounds):
            _turn(page, "Diagnostics", "Other pages go on|Reading")
            times.append(_timed(lambda name=name, sign=sign: _turn(page, name, sign)))
        _print(f"switch to {name}", times)
    _open_diagnostics(page)
    times = []
    for _ in range(rounds):
        _turn(page, "Library", "Add recordings")
        times.append(_timed(lambda: _turn(page, "Diagnostics", "Reading")))
    _print("switch to Diagnostics, measured before", times)


def _search(page: Page, words: str) -> None:
    """Type, and wait until the results of these words are there."""
    box = page.get_by_label(_BOX)
    box.fill(words)
    box.press("Enter")
    page.wait_for_function("words => new URL(location).searchParams.get('q') === words", arg=words)
    page.get_by_text(_ANSWERED).first.wait_for()
    page.wait_for_function("!document.querySelector('[data-stale=true]')")


def _open_diagnostics(page: Page) -> None:
    """Open the page and wait for all of its charts; a busy machine measures for minutes."""
    page.get_by_role("link", name="Diagnostics").click()
    page.get_by_text("Reading", exact=True).wait_for(timeout=600_000)
    page.locator(_CHART).nth(3).wait_for()


def _turn(page: Page, name: str, sign: str) -> None:
    page.get_by_role("link", name=name).click()
    for part in sign.split("|"):
        with contextlib.suppress(Exception):
            page.get_by_text(part).first.wait_for(timeout=60_000 if "|" not in sign else 1500)
            return


def _timed(act: Callable[[], None]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _print(what: str, seconds: list[float]) -> None:
    print(
        f"{what}: {statistics.median(seconds):.2f} s "
        f"({min(seconds):.2f} to {max(seconds):.2f}, {len(seconds)} times)"
    )


def take(page: Page, folder: Path, look: str) -> None:
    """Pictures of every page."""

    def shoot(name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1500)  # charts are drawn in steps
        page.screenshot(path=folder / f"{name}-{look}.png")

    page.goto("/")
    page.get_by_label(_BOX).wait_for()
    _search(page, QUERIES[0])
    page.get_by_text("Transcript around it").first.click()
    shoot("search")
    page.get_by_role("link", name="Whole recording").first.click()
    page.get_by_text("Nearest documents").wait_for()
    page.locator(_CHART).first.wait_for()
    shoot("document")
    _turn(page, "Library", "Add recordings")
    shoot("library")
    _open_diagnostics(page)
    page.set_viewport_size({"width": SIZE["width"], "height": 1750})
    shoot("diagnostics")
    page.set_viewport_size(SIZE)  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main())
