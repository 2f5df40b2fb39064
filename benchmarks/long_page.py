"""How long the page of a recording of three hours with 2,500 lines takes in Chromium.

    python -m benchmarks.long_page --rounds 7

The recording is faint noise with a transcript of made sentences, indexed anew (some minutes). The
page is opened by a click on a result, and by its address in a browser without a cache and with one.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.common.medians import print_seconds
from tools.served_app import ServedApp, chromium, served, visitor

_HOURS, _LINES, _RATE = 3, 2_500, 8_000
_SUBJECTS = ("The lighthouse", "A neighbour", "The old engine", "Nobody at the station", "My aunt")
_VERBS = ("remembers", "repairs", "forgets", "describes", "sells")
_OBJECTS = ("the tide", "a letter from the north", "every clock in the house", "the last summer")
# The transcript is there, and nothing is still drawn; it stands in the shadow of its component.
# Asked at every frame: a locator is asked at times half a second apart, and counts that in.
_IS_DRAWN = """() =>
  document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"
  && [...document.querySelectorAll("[class*=st-key-whole-] *")]
    .some((element) => element.shadowRoot?.querySelector(".transcript li"))
"""
_NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"


def main() -> int:
    """Make the recording, index it, and measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="times each (default 7)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        recordings, library = Path(folder) / "recordings", Path(folder) / "library"
        make_recording(recordings)
        command = [str(Path(sys.executable).with_name("hilbert")), "index", recordings]
        command += ["--library", library]
        subprocess.run(list(map(str, command)), check=True, capture_output=True)
        browser = chromium(driver)
        with served(library) as app:
            address = measure_click(visitor(browser, app), options.rounds)
            measure_address(browser, app, address, options.rounds)
            measure_reload(visitor(browser, app), address, options.rounds)
        browser.close()
    return 0


def make_recording(folder: Path) -> None:
    """Write three hours of faint noise, and 2,500 cues."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    with wave.open(str(folder / "three-hours.wav"), "wb") as file:
        file.setparams((1, 2, _RATE, 0, "NONE", ""))
        for _ in range(_HOURS * 60):
            file.writeframes(rng.integers(-30, 30, 60 * _RATE, np.int16).tobytes())
    seconds = _HOURS * 3600 / _LINES
    cues = ["WEBVTT"]
    for n in range(_LINES):
        words = [rng.choice(kind) for kind in (_SUBJECTS, _VERBS, _OBJECTS)]
        times = [_clock(seconds * at) for at in (n, n + 1)]
        cues.append(f"{times[0]} --> {times[1]}\n{' '.join(words)}, line {n}.")
    (folder / "three-hours.vtt").write_text("\n\n".join(cues) + "\n", encoding="utf-8")


def measure_click(page: Page, rounds: int) -> str:
    """Print the time from a click on a result; return the address of its page."""
    times = []
    for _ in range(rounds + 1):  # the first one loads what the others have
        page.goto("/?q=who+remembers+the+tide")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(600)
        started = time.perf_counter()
        page.get_by_role("link", name="three-hours").first.click()
        _wait_until_drawn(page)
        times.append(time.perf_counter() - started)
    print_seconds("page of three hours, by a click on a result", times[1:])
    return page.url


def measure_address(browser: Browser, app: ServedApp, address: str, rounds: int) -> None:
    """Print the time that the page takes a browser that has nothing of the app yet."""
    times = []
    for _ in range(rounds):
        page = visitor(browser, app)
        started = time.perf_counter()
        page.goto(address, wait_until="commit")
        _wait_until_drawn(page)
        times.append(time.perf_counter() - started)
        page.context.close()
    print_seconds("page of three hours, by its address without a cache", times)


def measure_reload(page: Page, address: str, rounds: int) -> None:
    """Print the time that the page takes by its address where the browser has the app's files."""
    times = []
    for _ in range(rounds + 1):
        page.goto("about:blank")
        started = time.perf_counter()
        page.goto(address, wait_until="commit")
        _wait_until_drawn(page)
        times.append(time.perf_counter() - started)
    print_seconds("page of three hours, by its address", times[1:])


def _wait_until_drawn(page: Page) -> None:
    page.wait_for_function(_IS_DRAWN)
    page.evaluate(_NEXT_FRAME)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds, 3), 60)
    return f"{int(minutes) // 60:02}:{int(minutes) % 60:02}:{rest:06.3f}"


if __name__ == "__main__":
    raise SystemExit(main())
