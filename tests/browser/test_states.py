"""States that a visitor meets: silence, transcripts alone, two libraries, one that changes."""

from __future__ import annotations

import re
import shutil
import subprocess
import wave
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import pytest

from tests.browser.asking import ask
from tests.serving import HILBERT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

BEES = "how a bee tells the others where flowers are"
TIDE = "Why the tide keeps its own time"
DANCE = "Directions from a dancing bee"
CARD = re.compile(r"^1\. ")


def opened(page: Page, library: Path, path: str = "/", **parameters: str) -> None:
    page.goto(f"{path}?{urlencode({'library': str(library), **parameters})}")
    page.get_by_role("link", name="Library", exact=True).wait_for()


def nothing_is_wrong(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    assert page.get_by_test_id("stException").count() == 0
    assert page.get_by_test_id("stAlertContentError").count() == 0


@pytest.fixture(scope="module")
def odd_libraries(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A library of a silent recording, and one of a transcript without a recording."""
    folder = tmp_path_factory.mktemp("odd")
    for name in ("silence", "words"):
        (folder / name).mkdir()
    with wave.open(str(folder / "silence" / "quiet.wav"), "wb") as quiet:
        quiet.setparams((1, 2, 16_000, 0, "NONE", ""))
        quiet.writeframes(bytes(2 * 16_000 * 12))
    (folder / "words" / "talk.vtt").write_text(
        "WEBVTT\n\n00:00:01.000 --> 00:00:09.000\nThe walrus keeps its pebbles in a long row.\n"
    )
    for name in ("silence", "words"):
        command = [*HILBERT, "index", folder / name, "--library", folder / f"{name}-library"]
        done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder / "silence-library", folder / "words-library"


def test_a_library_of_silence_is_listed_searched_and_shown(
    page: Page, odd_libraries: tuple[Path, Path]
) -> None:
    silence, _ = odd_libraries
    opened(page, silence)
    page.get_by_role("link", name="quiet", exact=True).wait_for()
    ask(page, "walrus")
    page.get_by_text(re.compile("Nothing (found|here)")).first.wait_for()
    nothing_is_wrong(page)
    page.get_by_role("link", name="Recordings", exact=True).click()
    page.get_by_role("heading", name="Choose a recording").wait_for()
    page.get_by_role("link", name="quiet", exact=True).click()
    page.get_by_text("Nothing is known of what is said here.").wait_for()
    nothing_is_wrong(page)


def test_transcripts_without_recordings_have_no_length_and_nothing_to_play(
    page: Page, odd_libraries: tuple[Path, Path]
) -> None:
    _, words = odd_libraries
    opened(page, words, "/library")
    page.get_by_role("heading", name="1 transcript", exact=True).wait_for()
    assert page.get_by_text(re.compile(r"\b0 min\b")).count() == 0
    opened(page, words, q="walrus pebbles")
    page.get_by_text(CARD).wait_for()
    page.wait_for_load_state("networkidle")
    page.get_by_text("A transcript without a recording.").first.wait_for()
    assert page.get_by_role("button", name=re.compile("^Play")).count() == 0
    page.get_by_role("link", name="talk", exact=True).first.click()
    page.get_by_role("heading", name="talk").wait_for()
    page.wait_for_load_state("networkidle")
    assert page.get_by_role("button", name=re.compile("^Play")).count() == 0
    nothing_is_wrong(page)


def test_two_tabs_show_two_libraries_at_once(page: Page, odd_libraries: tuple[Path, Path]) -> None:
    _, words = odd_libraries
    page.goto(f"/?{urlencode({'q': BEES})}")
    page.get_by_text(CARD).filter(has_text=DANCE).wait_for()
    other = page.context.new_page()
    opened(other, words, q="walrus pebbles")
    other.get_by_text(CARD).filter(has_text="talk").wait_for()
    page.get_by_role("link", name="Library", exact=True).click()
    page.get_by_role("link", name=TIDE).wait_for()
    other.get_by_role("link", name="Library", exact=True).click()
    other.get_by_role("link", name="talk", exact=True).wait_for()
    page.go_back()
    page.get_by_text(CARD).filter(has_text=DANCE).wait_for()
    other.go_back()
    other.get_by_text(CARD).filter(has_text="talk").wait_for()
    nothing_is_wrong(other)


def test_a_library_that_is_rebuilt_or_removed_underneath_is_told(
    page: Page, library: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(library, copy)
    opened(page, copy, q=BEES)
    page.get_by_text(CARD).filter(has_text=DANCE).wait_for()
    command = [*HILBERT, "rebuild", "--library", str(copy)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    ask(page, "why is the water in the ocean like a cup of tea")
    page.get_by_text(CARD).filter(has_text=TIDE).wait_for()
    nothing_is_wrong(page)
    while copy.exists():  # the server may just make a file of SQLite's there
        shutil.rmtree(copy, ignore_errors=True)
    page.get_by_role("link", name="Library", exact=True).click()
    page.get_by_text("there is no library here").wait_for()
    assert page.get_by_test_id("stException").count() == 0
    page.get_by_role("link", name="the library that it was started for").click()
    page.get_by_text(CARD).filter(has_text=TIDE).wait_for()


def test_a_token_that_ran_out_says_what_to_do(chromium: Browser, address: str) -> None:
    context = chromium.new_context(base_url=address)
    page = context.new_page()
    page.goto("/library?token=of-an-earlier-start")
    page.get_by_text("belongs to another start of the app").wait_for()
    page.get_by_text("Open the address that hilbert app printed in the terminal").wait_for()
    # Dark where the visitor's system is: the canvas takes the scheme of the root alone.
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light dark"
    context.close()


def test_an_upload_of_60_megabytes_goes_to_the_disk_and_not_into_memory(
    page: Page, address: str, tmp_path: Path
) -> None:
    large = tmp_path / "large.wav"
    with wave.open(str(large), "wb") as sound:
        sound.setparams((1, 2, 48_000, 0, "NONE", ""))
        sound.writeframes(bytes(60 << 20))
    server = server_of(urlsplit(address).port or 0)
    page.goto("/library")
    page.get_by_text("Add recordings").wait_for()
    page.wait_for_load_state("networkidle")
    before = peak_memory(server)
    page.locator("input[type=file]").first.set_input_files(large)
    page.get_by_text("large.wav").wait_for()
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Add the files").and_(page.locator(":enabled")).wait_for()
    assert peak_memory(server) - before < 30 << 20


def server_of(port: int) -> int:
    """Return the process that listens on a port of this machine."""
    listening = f":{port:04X} 00000000:0000 0A "
    rows = [r for r in Path("/proc/net/tcp").read_text().splitlines() if listening in r]
    inode = f"socket:[{rows[0].split()[9]}]"
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(f.readlink().name == inode for f in (process / "fd").iterdir()):
                return int(process.name)
        except OSError:
            continue
    raise AssertionError("nothing listens")


def peak_memory(process: int) -> int:
    """Return the most memory that a process ever had resident, in bytes."""
    [line] = re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(line) * 1024
