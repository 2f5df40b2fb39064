"""How long the app takes in Chromium, and what it costs: searches, pages, its load, a rebuild.

    python -m benchmarks.app_pages changelog-library --rounds 10

Times are taken in the page, from the key or click until what it asked for is drawn. The library
is copied: a rebuild is watched.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.common.medians import print_seconds
from tools.served_app import ServedApp, chromium, served, visitor

QUERIES = (
    "why is the water in the ocean like a cup of tea",
    "how do bees tell each other where to go",
    "a machine that nobody understood",
    "what it costs to keep old things running",
    "somebody who was too early",
    "what a small team can do that a large one cannot",
    "the day that everything broke",
    "asking strangers for help",
    "music that is made by a computer",
    "why people leave a project",
)
_BOX = "What was said, or what was meant"
# Starts to look, in each frame, for when an event led to a first sign and to the end of all runs.
_WATCH = """([event, first, path]) => {
  const app = document.querySelector("[data-testid=stApp]");
  const idle = () => app.getAttribute("data-test-script-state") === "notRunning";
  const isStale = (element) => element.closest("[data-stale=true]");
  const sign = new RegExp(first);
  const signs = () => [...document.querySelectorAll("[data-testid=stMain] :is(p, h2, h3)")]
    .some((element) => sign.test(element.textContent) && !isStale(element));
  window.measured = new Promise((resolve) => {
    addEventListener(event, () => {
      const from = performance.now();
      let seen = 0;
      // The sign of another page is none of this one. A quick run is over between two frames.
      let ran = event === "click";
      const look = () => {
        const at = new URL(location);
        ran ||= !idle();
        const there = ran && (at.searchParams.get("q") === path || at.pathname === path);
        if (!seen && there && signs()) seen = (performance.now() - from) / 1000;
        if (seen && idle() && !document.querySelector("[data-stale=true]")) {
          resolve([seen, (performance.now() - from) / 1000]);
        } else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }, { once: true, capture: true });
  });
}"""


def main() -> int:
    """Serve a copy of the library and measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("library", type=Path)
    parser.add_argument("--rounds", type=int, default=10, help="times each (default 10)")
    parser.add_argument("--searches", type=int, default=200, help="for the memory (default 200)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        library, twin = Path(folder) / "library", Path(folder) / "twin"
        for copy in (library, twin):  # what was rebuilt once has less to do the second time
            shutil.copytree(options.library, copy)
        browser = chromium(driver)
        with served(library) as app:
            measure_first_search(browser, app)
        with served(library) as app:
            measure_load(browser, app, options.rounds)
            page = visitor(browser, app)
            measure_searches(page, options.rounds)
            measure_switches(page, options.rounds)
            measure_memory(page, app, options.searches)
            measure_idle(page, app)
            watched = measure_rebuild(page, app)
        browser.close()
        started = time.perf_counter()
        command = [str(Path(sys.executable).with_name("hilbert")), "rebuild", "--library", twin]
        subprocess.run(list(map(str, command)), check=True, capture_output=True)
        alone = time.perf_counter() - started
        print(f"rebuild on the command line: {alone:.2f} s; watched: {watched / alone:.2f} times")
    return 0


def measure_first_search(browser: Browser, app: ServedApp) -> None:
    """Search as soon as the page of an app that has just started can be typed in."""
    page = visitor(browser, app)
    page.goto("/")
    page.get_by_role("button", name="Search", exact=True).wait_for()  # Enter presses it
    first, everything = _search(page, "the very first question")
    print_seconds("first search after the start, first card", [first])
    print_seconds("first search after the start, everything", [everything])
    page.context.close()


def measure_load(browser: Browser, app: ServedApp, rounds: int) -> None:
    """Print what the first page loads, and how long that takes a browser without a cache."""
    times, requests, sizes, own = [], [], [], []
    for _ in range(rounds):
        page = visitor(browser, app)
        found: list[tuple[str, int]] = []
        frames: list[int] = []
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        urls: dict[str, str] = {}
        session.on("Network.requestWillBeSent", lambda e, u=urls: _note_url(u, e))
        session.on("Network.loadingFinished", lambda e, u=urls, f=found: _note_size(f, u, e))
        session.on(
            "Network.webSocketFrameReceived",
            lambda e, f=frames: f.append(len(e["response"]["payloadData"])),
        )
        started = time.perf_counter()
        page.goto("/")
        page.get_by_label(_BOX).wait_for()
        page.get_by_role("table", name="Recordings").wait_for()
        times.append(time.perf_counter() - started)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(500)
        requests.append(len(found))
        sizes.append(sum(size for _, size in found) / 1e6)
        own.append(sum(frames) * 3 / 4 / 1e6)  # frames are told as Base64
        page.context.close()
    print_seconds("load to usable", times)
    print(
        f"  {statistics.median(requests):.0f} requests, {statistics.median(sizes):.2f} MB, all of "
        f"Streamlit's front end; {statistics.median(own):.2f} MB of the page's own messages"
    )


def measure_searches(page: Page, rounds: int) -> None:
    """Print the time from Enter to the first card, and to everything."""
    page.goto("/")
    page.get_by_role("button", name="Search", exact=True).wait_for()  # Enter presses it
    _search(page, "the models are loaded by this")
    times = [_search(page, f"{QUERIES[n % len(QUERIES)]} {n}") for n in range(rounds)]
    print_seconds("Enter to the first card", [first for first, _ in times])
    print_seconds("Enter to everything", [everything for _, everything in times])


def measure_switches(page: Page, rounds: int) -> None:
    """Print the time from a click on a link of the menu, or a title, until its page is drawn."""
    for name, path, sign in (
        ("a recording", "/document", "Nearest recordings"),
        ("Recordings", "/document", "Choose a recording"),
        ("Library", "/library", "Add recordings"),
        ("Search", "/", r"^1\. "),
    ):
        times = []
        for _ in range(rounds):
            elsewhere = "Library" if name != "Library" else "Recordings"
            page.get_by_role("link", name=elsewhere, exact=True).first.click()
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(600)
            page.evaluate(_WATCH, ["click", sign, path])
            title = page.get_by_role("table", name="Recordings").get_by_role("link").first
            entry = page.get_by_role("link", name=name, exact=True).first
            (title if name == "a recording" else entry).click()
            times.append(page.evaluate("() => window.measured")[1])
        print_seconds(f"switch to {name}", times)


def measure_memory(page: Page, app: ServedApp, searches: int) -> None:
    """Print the memory of the server before and after many searches."""
    before = _memory(app)
    for n in range(searches):
        _search(page, f"{QUERIES[n % len(QUERIES)]} number {n}")
    print(f"memory of the server: {before:.0f} MB, after {searches} searches {_memory(app):.0f} MB")


def measure_idle(page: Page, app: ServedApp) -> None:
    """Print the processor time of the server while a page is open and nobody does anything."""
    page.wait_for_timeout(3000)
    before = _processor_seconds(app)
    page.wait_for_timeout(60_000)
    print(f"idle page: {_processor_seconds(app) - before:.2f} s of processor time a minute")


def measure_rebuild(page: Page, app: ServedApp) -> float:
    """Rebuild while the page watches; return how long that takes, in seconds."""
    page.get_by_role("link", name="Library", exact=True).first.click()
    page.get_by_role("button", name="Rebuild the index").wait_for()
    page.wait_for_timeout(1000)
    before, started = _processor_seconds(app), time.perf_counter()
    page.get_by_role("button", name="Rebuild the index").click()
    # Asked at each frame; Playwright's own wait looks again after 0.5 s.
    page.wait_for_function(
        "() => document.body.textContent.includes('Rebuilding: done.')", timeout=600_000
    )
    took = time.perf_counter() - started
    cost = _processor_seconds(app) - before
    print(f"rebuild that a page watches: {took:.2f} s, {cost:.2f} s of processor time")
    return took


def _search(page: Page, words: str) -> tuple[float, float]:
    """Type, and return the seconds until the first card, and until everything is drawn."""
    box = page.get_by_label(_BOX)
    box.fill(words)
    page.evaluate(_WATCH, ["keydown", r"^1\. |Nothing here says this", words])
    box.press("Enter")
    first, everything = page.evaluate("() => window.measured")
    return float(first), float(everything)


def _note_url(urls: dict[str, str], event: Any) -> None:
    urls[event["requestId"]] = event["request"]["url"]


def _note_size(found: list[tuple[str, int]], urls: dict[str, str], event: Any) -> None:
    found.append((urls.get(event["requestId"], ""), int(event["encodedDataLength"])))


def _memory(app: ServedApp) -> float:
    """Resident memory, in MB."""
    pages = int(Path(f"/proc/{app.process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _processor_seconds(app: ServedApp) -> float:
    fields = Path(f"/proc/{app.process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
