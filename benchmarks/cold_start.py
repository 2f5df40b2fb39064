"""Processor time and peak memory of verbs that start afresh, as each command does.

    python -m benchmarks.cold_start LIBRARY [--before CHECKOUT] [--rounds 5] [--browser chromium]

Times are of user and system together, with the files in the cache of the system; medians, and the
range. `index` looks through a folder of twelve talks of the demo again, in which nothing changed.
--before measures another checkout in turn with this one, so that both meet the same load.
--browser measures `hilbert app` too, in seconds of wall time: from the start of the command to its
first page in a browser that runs already, and then from a first question to its first moment.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hilbert.assets import assets_folder
from indexer.index.library_store import LibraryStore

_HERE = Path(__file__).resolve().parent.parent
_QUERY = "how people stay healthy while they work from home"
_TALKS = 12
# Asked at each frame of the browser. Playwright's own waits look again after 0.5 s.
_IS_SHOWN = """selector => {
    const element = document.querySelector(selector);
    return element?.checkVisibility({ visibilityProperty: true });
}"""


@dataclass(frozen=True)
class Cost:
    """One run: seconds of processor time and peak resident mebibytes."""

    seconds: float
    mebibytes: float


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library", type=Path, help="with documents; it is copied")
    parser.add_argument("--before", type=Path, help="another checkout, for comparison")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--browser", help="command of a Chromium, for the first page of the app")
    options = parser.parse_args()
    checkouts = [options.before.resolve(), _HERE] if options.before else [_HERE]
    with tempfile.TemporaryDirectory() as temporary:
        here = Path(temporary)
        commands = _commands(here, options.library)
        print("| verb |" + " before |" * (len(checkouts) - 1) + " now |")
        print("| --- |" + " --- |" * len(checkouts))
        for name, command in commands.items():
            costs: dict[Path, list[Cost]] = {checkout: [] for checkout in checkouts}
            for number in range(options.rounds + 1):
                for checkout in checkouts:
                    cost = _measure(checkout, command)
                    if number:  # the first writes bytecode, and brings the files into the cache
                        costs[checkout].append(cost)
            print(f"| {name} | " + " | ".join(map(_text, costs.values())) + " |", flush=True)
        if options.browser:
            _measure_app(checkouts, here / "library", options.browser, options.rounds)


def _commands(here: Path, library: Path) -> Mapping[str, Sequence[str]]:
    copy = here / "library"
    shutil.copytree(library, copy)
    name = LibraryStore.open(copy).catalog.documents()[0].name
    talks, small = here / "talks", here / "small"
    demo = assets_folder()
    assert demo is not None, "run it from a checkout"
    talks.mkdir()
    for path in sorted((demo / "demo" / "recordings").iterdir())[: 2 * _TALKS]:
        shutil.copy(path, talks)
    clip = min((demo / "demo" / "clips").glob("*.opus"))
    index = ["index", str(talks), "-l", str(small)]
    _measure(_HERE, index)
    return {
        "`--help`": ["--help"],
        "`list`": ["list", "-l", str(copy)],
        "`info`": ["info", "-l", str(copy)],
        "`transcript`": ["transcript", name, "-l", str(copy)],
        "`search`": ["search", _QUERY, "-l", str(copy)],
        "`search --channel lexical`": ["search", _QUERY, "-l", str(copy), "--channel", "lexical"],
        "`search --clip`": ["search", "--clip", str(clip), "-l", str(copy)],
        "`index`, nothing changed": index,
    }


def _measure(checkout: Path, command: Sequence[str]) -> Cost:
    process = _start(checkout, command)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {' '.join(command)}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def _start(
    checkout: Path, command: Sequence[str], stdout: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode
    return subprocess.Popen(
        [sys.executable, "-m", "indexer", *command],
        cwd=checkout,
        env=environment,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _measure_app(checkouts: Sequence[Path], library: Path, browser: str, rounds: int) -> None:
    """Print two lines of the table: the first page of the app, and its first answer."""
    from playwright.sync_api import sync_playwright

    waits: dict[Path, list[tuple[float, float]]] = {checkout: [] for checkout in checkouts}
    with sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=shutil.which(browser), args=["--no-sandbox", "--disable-gpu"]
        )
        for number in range(rounds + 1):
            for checkout in checkouts:
                wait = _first_page(checkout, library, opened)
                if number:
                    waits[checkout].append(wait)
    for place, name in enumerate(("first page of `app`", "first answer of `app`")):
        medians = [statistics.median(w[place] for w in waits[c]) for c in checkouts]
        print(f"| {name} | " + " | ".join(f"{each:.2f} s" for each in medians) + " |")


def _first_page(checkout: Path, library: Path, browser: Any) -> tuple[float, float]:
    """Return the seconds until the first page is there, and those that a first answer takes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    page = browser.new_page()
    started = time.perf_counter()
    process = _start(checkout, ["app", "-l", str(library), "--port", str(port)], subprocess.PIPE)
    try:
        assert process.stdout
        address = process.stdout.readline().decode().partition(" at ")[2].split()[0]
        while not _answers(f"http://127.0.0.1:{port}/"):
            time.sleep(0.02)
        page.goto(address, wait_until="commit")
        page.wait_for_function(_IS_SHOWN, arg="input[type=text]", timeout=60_000)
        shown = time.perf_counter()
        page.wait_for_timeout(3_000)  # somebody types
        asked = time.perf_counter()
        words = page.get_by_role("textbox").first
        words.fill(_QUERY)
        words.press("Enter")
        page.wait_for_function(_IS_SHOWN, arg="[data-testid=stExpander]", timeout=60_000)
        return shown - started, time.perf_counter() - asked
    finally:
        page.close()
        os.killpg(process.pid, signal.SIGINT)
        process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError:  # without its token it answers with no page
        return True
    except OSError:
        return False


def _text(costs: Sequence[Cost]) -> str:
    seconds = sorted(cost.seconds for cost in costs)
    memory = statistics.median(cost.mebibytes for cost in costs)
    middle = statistics.median(seconds)
    return f"{middle:.2f} s ({seconds[0]:.2f}-{seconds[-1]:.2f}), {memory:.0f} MiB"


if __name__ == "__main__":
    main()
