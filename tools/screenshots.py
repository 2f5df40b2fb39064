"""Pictures of every page and state of the app: light, dark, and as wide as a phone.

    python -m tools.screenshots FOLDER --library demo-library

Besides the library that is named, small ones are made and thrown away: of silence, of transcripts
alone, with a file that failed, and with a model of somebody else.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import wave
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, sync_playwright

from hilbert.assets import assets_folder
from indexer.index.library_store import LibraryStore
from tools.served_app import PHONE, SIZE, ServedApp, chromium, served, visitor

QUESTION = "why is the water in the ocean like a cup of tea"
BOX = "What was said, or what was meant"
LOOKS: Mapping[str, tuple[bool, tuple[int, int]]] = {
    "light": (False, SIZE),
    "dark": (True, SIZE),
    "phone": (False, PHONE),
    "phone-dark": (True, PHONE),
}
Steps = Callable[[Page], None]


def main() -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--only", default="", help="part of the names of pictures to take")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, sync_playwright() as driver:
        states = make_states(Path(made), options.library)
        browser = chromium(driver)
        with served(options.library, "--libraries", made) as app:
            for name, (path, parameters, steps) in states.items():
                if options.only in name:
                    take(
                        browser, app, name, f"{path}?{urlencode(parameters)}", steps, options.folder
                    )
        if options.only in "welcome":
            with served(None) as app:
                take(browser, app, "welcome", "/", _nothing, options.folder)
        browser.close()
    return 0


def take(
    browser: Browser, app: ServedApp, name: str, address: str, steps: Steps, folder: Path
) -> None:
    """Take the pictures of one state in all looks, the whole page each."""
    for look, (dark, size) in LOOKS.items():
        page = visitor(browser, app, dark=dark, size=size)
        if name == "token":
            page.context.clear_cookies()
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1000)
        steps(page)
        page.wait_for_load_state("networkidle")
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").or_(
            page.get_by_role("heading", name="hilbert", exact=True)
        ).first.wait_for()
        page.locator("[data-testid=stSkeleton]").first.wait_for(state="detached")
        page.wait_for_timeout(1500)  # charts are drawn in steps
        main_part = "document.querySelector('[data-testid=stMain]')?.scrollHeight"
        height = int(page.evaluate(main_part) or size[1])
        page.set_viewport_size({"width": size[0], "height": max(size[1], min(height, 2600))})
        page.wait_for_timeout(500)
        page.screenshot(path=folder / f"{name}-{look}.png")
        page.context.close()
        print(f"{name}-{look}.png", flush=True)


def make_states(made: Path, library: Path) -> dict[str, tuple[str, dict[str, str], Steps]]:
    """Return the pages and states: name to path, parameters of the address, and steps."""
    silence, words, failed, foreign = _libraries(made, library)
    with_files = made / "with-failures"
    shutil.copytree(library, with_files)
    asked = {"q": QUESTION}
    return {
        "start": ("/", {}, _nothing),
        "search": ("/", asked, _nothing),
        "search-moments": ("/", {**asked, "show": "moments"}, _nothing),
        "nothing": ("/", {"q": "xqzv bnmt wplk gghj"}, _nothing),
        "filters": ("/", asked, lambda page: page.get_by_role("button", name="Filters").click()),
        "document": ("/", asked, _open_first),
        "playing": ("/", asked, _play_first),
        "recordings": ("/document", {}, _nothing),
        "compare": ("/", asked, _compare),
        "skip": ("/", asked, _skip),
        "gone": ("/document", {"doc": "f" * 64}, _nothing),
        "library": ("/library", {}, _nothing),
        "adding": ("/library", {"library": str(with_files)}, lambda page: _add(page, failed)),
        "remove": ("/library", {"library": str(with_files)}, _ask_to_remove),
        "diagnostics": ("/diagnostics", {}, _measured),
        "silence": ("/", {"library": str(silence)}, _nothing),
        "transcripts": ("/library", {"library": str(words)}, _nothing),
        "transcripts-search": ("/", {"library": str(words), "q": "walrus"}, _nothing),
        "trust": ("/", {"library": str(foreign), **asked}, _nothing),
        "trust-question": ("/", {"library": str(foreign)}, _ask_to_trust),
        "no-library": ("/", {"library": str(made / "nowhere")}, _nothing),
        "token": ("/", {"token": "of-an-earlier-start"}, _nothing),
    }


def _libraries(made: Path, library: Path) -> tuple[Path, Path, Path, Path]:
    """Make a library of silence, one of a transcript, a folder of bad files, a foreign library."""
    for name in ("silence", "words", "mixed"):
        (made / name).mkdir()
    with wave.open(str(made / "silence" / "quiet.wav"), "wb") as quiet:
        quiet.setparams((1, 2, 16_000, 0, "NONE", ""))
        quiet.writeframes(bytes(2 * 16_000 * 12))
    talk = "WEBVTT\n\n00:01.000 --> 00:09.000\nThe walrus keeps its pebbles in a long row.\n"
    (made / "words" / "a talk.vtt").write_text(talk)
    (made / "mixed" / "note.txt").write_text("A printer that has no ink is a heavy box.\n")
    (made / "mixed" / "letter.mp3").write_text("Dear all, this is a letter and no music.\n")
    (made / "mixed" / "empty.vtt").write_text("")
    hilbert = str(Path(sys.executable).with_name("hilbert"))
    for name in ("silence", "words"):
        command = [hilbert, "index", str(made / name), "--library", str(made / f"of {name}")]
        subprocess.run(command, check=True, capture_output=True)
    assets = assets_folder()
    assert assets
    shutil.copytree(assets / "text-encoder", made / "encoder")
    foreign = made / "of somebody else"
    shutil.copytree(library, foreign)
    store = LibraryStore.open(foreign)
    with store.catalog.transaction():
        encoders = store.catalog.get_settings()["encoders"]
        store.catalog.put_settings({"encoders": encoders | {"text": str(made / "encoder")}})
    store.close()
    return made / "of silence", made / "of words", made / "mixed", foreign


def _nothing(page: Page) -> None:
    """Take the page as its address opens it."""


def _open_first(page: Page) -> None:
    page.get_by_role("link", name="Whole recording").first.click()
    page.get_by_text("Nearest recordings").wait_for()


def _compare(page: Page) -> None:
    _open_first(page)
    page.get_by_role("link", name="Compare", exact=True).first.click()
    page.get_by_role("heading", name="Two recordings compared").wait_for()


def _skip(page: Page) -> None:
    page.get_by_label(BOX).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")


def _play_first(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Play")).first.click()


def _add(page: Page, folder: Path) -> None:
    page.get_by_label("A folder of this machine").fill(str(folder))
    page.get_by_label("A folder of this machine").press("Enter")
    page.get_by_role("button", name="Add the folder").click()
    page.get_by_text(re.compile(r"\d+ failed")).first.wait_for()


def _ask_to_remove(page: Page) -> None:
    page.get_by_role("checkbox").nth(1).check()
    page.get_by_role("button", name="Remove 1").click()
    page.get_by_role("dialog").wait_for()


def _measured(page: Page) -> None:
    measure = page.get_by_role("button", name="Measure")
    measure.or_(page.get_by_text("Reading", exact=True)).first.wait_for()
    if measure.is_visible():
        measure.click()
    page.get_by_text("Reading", exact=True).wait_for(timeout=600_000)
    page.locator(".js-plotly-plot .main-svg").nth(3).wait_for()


def _ask_to_trust(page: Page) -> None:
    page.get_by_role("button", name="Trust these models").click()
    page.get_by_role("dialog").wait_for()


if __name__ == "__main__":
    sys.exit(main())
