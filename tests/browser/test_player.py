"""The player of the app in a real browser: a click plays a moment, and what is heard is it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.index.library_store import LibraryStore
from indexer.media.decode import SAMPLE_RATE, open_recording
from indexer.media.encode import encode
from tests.browser.conftest import PLAYER
from tests.browser.test_browser import WATER, search, wait_until
from tests.browser.waiting import expect, place
from tests.made_documents import put_recording
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

Samples = NDArray[np.float32]
CONSTANT = {"b": "96000"}
# Recordings that browsers play, and what they do not, or not to the second: each with FFmpeg's
# names of container and codec, and options.
KINDS = {
    "tides.mp3": ("mp3", "libmp3lame", CONSTANT),
    "tides.m4a": ("ipod", "aac", CONSTANT),
    "tides.ogg": ("ogg", "libopus", CONSTANT),
    "tides.flac": ("flac", "flac", {}),
    "tides.wav": ("wav", "pcm_s16le", {}),
    "tides.webm": ("webm", "libopus", CONSTANT),
    "tides.wma": ("asf", "wmav2", CONSTANT),
    "varying.mp3": ("mp3", "libmp3lame", {"flags": "+qscale", "global_quality": "472"}),
}
COPIED = ("tides.wma", "varying.mp3")
# Lets each block of sound that the page plays be kept, with the time that the player shows then.
LISTEN = f"""() => {{
  const media = {PLAYER};
  const context = new AudioContext({{sampleRate: {SAMPLE_RATE}}});
  const node = context.createScriptProcessor(2048, 1, 1);
  window.heard = [];
  node.onaudioprocess = (event) => {{
    if (media.paused || media.seeking || media.readyState < 3) return; // or it waits for data
    const samples = new Uint8Array(event.inputBuffer.getChannelData(0).slice().buffer);
    window.heard.push([media.currentTime, btoa(String.fromCharCode(...samples))]);
  }};
  context.createMediaElementSource(media).connect(node).connect(context.destination);
}}"""
PLAY = """([id, at]) => {
  window.heard.length = 0;
  document.getElementById("hilbert-player").player.play(id, at);
}"""


def player(page: Page) -> Locator:
    return page.locator("#hilbert-player").get_by_role("region", name="Player")


def is_playing(page: Page) -> bool:
    return not page.evaluate(f"{PLAYER}.paused")


def position(page: Page) -> float:
    return float(page.evaluate(f"{PLAYER}.currentTime"))


def play_moment(page: Page) -> tuple[float, float]:
    """Search, and play the first moment; where it begins and ends."""
    search(page, WATER)
    button = page.locator('[class*="st-key-play-"]').first
    found = re.search(r"st-key-play-\w+-(\d+)-(\d+)-", button.get_attribute("class") or "")
    assert found
    button.get_by_role("button", name=re.compile("^Play 0:32 – ")).click()
    start, end = int(found[1]) / 1000, int(found[2]) / 1000
    wait_until(page, f"{PLAYER}?.currentTime > {start}")
    return start, end


def test_a_click_plays_the_moment_to_its_end_unless_told_to_go_on(page: Page) -> None:
    start, end = play_moment(page)
    assert is_playing(page) and start < position(page) < end
    page.evaluate(f"{PLAYER}.currentTime = {end - 0.7}")
    wait_until(page, f"{PLAYER}.paused")
    assert position(page) == pytest.approx(end, abs=0.3)
    player(page).get_by_text("Stopped at the end of the moment").wait_for()
    player(page).get_by_role("button", name="Play", exact=True).click()
    wait_until(page, f"{PLAYER}.currentTime > {end + 0.3}")
    page.get_by_role("button", name="Play 0:32").first.click()
    wait_until(page, f"{PLAYER}.currentTime < {start + 3}")
    player(page).get_by_role("button", name="Keep playing").click()
    page.evaluate(f"{PLAYER}.currentTime = {end - 0.5}")
    wait_until(page, f"{PLAYER}.currentTime > {end + 0.3}")
    assert is_playing(page)


def test_the_player_stays_when_pages_change_and_nothing_moves(page: Page) -> None:
    search(page, WATER)
    heading = page.get_by_text(re.compile("[Bb]est recording"))
    before = place(heading)
    page.get_by_role("button", name="Play 0:32").first.click()
    wait_until(page, f"{PLAYER}?.currentTime > 32")
    player(page).get_by_role("button", name="Keep playing").click()  # a slow machine takes longer
    assert place(heading) == before
    title = "Why the tide keeps its own time"
    for name, there in ((title, "Nearest recordings"), ("Library", "Add recordings")):
        page.get_by_role("link", name=name).first.click()
        page.get_by_text(there).wait_for()
        assert is_playing(page) and position(page) > 32
        assert player(page).is_visible()
    page.go_back()
    page.get_by_text("Nearest recordings").wait_for()
    assert is_playing(page)
    assert page.locator("#hilbert-player").count() == 1
    player(page).get_by_role("button", name="Close the player").click()
    player(page).wait_for(state="hidden")
    assert page.evaluate(f"{PLAYER}.paused")


def test_hits_are_marked_and_reached_and_the_rest_of_the_player_does_what_it_says(
    page: Page,
) -> None:
    start, _ = play_moment(page)
    marks = player(page).locator(".hit")
    signs = page.locator('[class*="st-key-card-1-"] [class*="st-key-play-"]')
    signs.nth(1).wait_for()
    expect(marks).to_have_count(signs.count())
    player(page).get_by_role("button", name="Next moment").click()
    wait_until(page, f"{PLAYER}.currentTime > {start + 10}")
    bar = player(page).get_by_role("slider", name="Position")
    assert re.fullmatch(r"\d:\d\d of 1:16", bar.get_attribute("aria-valuetext") or "")
    page.evaluate(f"{PLAYER}.pause()")
    at = position(page)
    player(page).get_by_role("button", name="Back 15 seconds").click()
    assert position(page) == pytest.approx(at - 15, abs=0.5)
    player(page).get_by_role("button", name="Forward 15 seconds").press("ArrowRight")
    assert position(page) == pytest.approx(at, abs=0.5)
    bar.press("Home")
    assert position(page) == 0
    player(page).get_by_label("Speed").select_option("1.5×")
    assert page.evaluate(f"{PLAYER}.playbackRate") == 1.5
    bar.press("k")
    wait_until(page, f"{PLAYER}.currentTime > 0.2")
    outline = PLAYER.replace("'video'", "'.played'")
    wait_until(page, f"{outline}.getAttribute('d').length > 1000")
    # Of two players of a page one plays.
    page.evaluate("document.body.append(Object.assign(new Audio(), {id: 'other'}))")
    page.evaluate(f"other.src = {PLAYER}.src; other.play()")
    wait_until(page, f"{PLAYER}.paused && !other.paused")
    bar.press("k")
    wait_until(page, f"!{PLAYER}.paused && other.paused")


@pytest.fixture(scope="module")
def speech(demo_folder: Path) -> Samples:
    path = demo_folder / "recordings" / "why-tides-lag.opus"
    return np.concatenate(list(open_recording(path).blocks()))[: 40 * SAMPLE_RATE]


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory, speech: Samples, models: None) -> Path:
    """A library of one recording in several containers, and with a picture."""
    folder = tmp_path_factory.mktemp("containers")
    opened = LibraryStore.create(folder / "library")
    to_rate = av.AudioResampler("fltp", "mono", 48_000)
    frame = av.AudioFrame.from_ndarray(speech[None], "fltp", "mono")
    frame.sample_rate = SAMPLE_RATE
    pieces = [each.to_ndarray() for each in to_rate.resample(frame)]
    for seed, (name, (container, codec, options)) in enumerate(KINDS.items(), 1):
        encode(folder / name, pieces, 48_000, container, codec, options)
        put_recording(opened, seed, folder / name, len(speech) / SAMPLE_RATE)
    put_recording(opened, 99, _with_picture(folder / "picture.webm", speech), 20.0)
    opened.commit()
    opened.close()
    return folder


def _with_picture(path: Path, speech: Samples) -> Path:
    with av.open(str(path), "w") as container:
        sound = container.add_stream("libopus", rate=48_000, layout="mono")
        picture: Any = container.add_stream("libvpx", rate=5, width=160, height=90)
        for n in range(100):
            shade = np.full((90, 160, 3), 2 * n, np.uint8)
            container.mux(picture.encode(av.VideoFrame.from_ndarray(shade, "rgb24")))
        container.mux(picture.encode(None))
        frame = av.AudioFrame.from_ndarray(speech[None, : 20 * SAMPLE_RATE], "fltp", "mono")
        frame.sample_rate = SAMPLE_RATE
        to_codec = av.AudioResampler("flt", "mono", 48_000, frame_size=960)
        for each in [*to_codec.resample(frame), *to_codec.resample(None)]:
            container.mux(sound.encode(each))
        container.mux(sound.encode(None))
    return path


@pytest.fixture(scope="module")
def listener(chromium: Browser, recordings: Path) -> Iterator[tuple[Page, dict[str, str]]]:
    """A page of the app whose sound is heard, and the ids of the documents by their file."""
    opened = LibraryStore.open(recordings / "library")
    ids = {Path(d.path).name: d.id for d in opened.catalog.documents()}
    opened.close()
    with serving("--library", recordings / "library", folder=recordings) as printed:
        address = printed.partition("/?")[0]
        context = chromium.new_context(base_url=address)
        context.request.get(printed, max_redirects=0)
        page = context.new_page()
        page.goto("/library")
        page.get_by_text("Add recordings").click()  # a visitor's click allows sound
        page.locator("#hilbert-player").wait_for(state="attached")
        page.evaluate(LISTEN)
        yield page, ids
        context.close()


@pytest.mark.parametrize("name", KINDS)
def test_what_plays_at_the_moment_shown_is_that_moment(
    listener: tuple[Page, dict[str, str]], speech: Samples, name: str
) -> None:
    page, ids = listener
    for begin in (11.3, 32.6):
        page.evaluate(PLAY, [ids[name], begin])
        if name in COPIED and begin == 11.3:
            player(page).get_by_text("Preparing the sound for this browser").wait_for()
        stops, played = heard_after(page, begin)
        assert begin < stops < begin + 5
        ends, likeness = where(played, speech)
        for _ in range(4):  # a machine that is busy drops blocks: then the next ones are compared
            if likeness > 0.7:
                break
            page.evaluate("window.heard.length = 0")
            stops, played = heard_after(page, begin)
            ends, likeness = where(played, speech)
        assert likeness > 0.7
        assert ends == pytest.approx(stops, abs=0.3)
    assert page.evaluate(f"{PLAYER}.src").endswith("/copy.flac") == (name in COPIED)


def heard_after(page: Page, begin: float) -> tuple[float, Samples]:
    """Wait for a second of sound from then on; the position at its end, and the samples."""
    # Blocks of 0.128 s each.
    wait_until(page, f"window.heard.length >= 9 && window.heard.at(-1)[0] > {begin}")
    heard = page.evaluate("window.heard")
    raw = b"".join(base64.b64decode(block) for _, block in heard)
    return float(heard[-1][0]), np.frombuffer(raw, np.float32)


def where(part: Samples, whole: Samples) -> tuple[float, float]:
    """Return the second of `whole` at which `part` ends, and the correlation there."""
    size = len(part) + len(whole)
    spectrum = np.fft.rfft(whole, size) * np.conj(np.fft.rfft(part, size))
    matches = np.fft.irfft(spectrum, size)[: len(whole) - len(part)]
    begin = int(np.argmax(matches))
    there = whole[begin : begin + len(part)]
    likeness = np.dot(part, there) / (np.linalg.norm(part) * np.linalg.norm(there))
    return (begin + len(part)) / SAMPLE_RATE, float(likeness)


def test_a_picture_is_shown_where_the_recording_has_one(
    listener: tuple[Page, dict[str, str]],
) -> None:
    page, ids = listener
    page.evaluate(PLAY, [ids["tides.mp3"], 1.0])
    wait_until(page, f"{PLAYER}.currentTime > 1")
    assert not player(page).locator("video").is_visible()
    assert player(page).locator(".chapter").count() == 1
    player(page).get_by_role("status").get_by_text("Opening").wait_for()
    page.evaluate(PLAY, [ids["picture.webm"], 12.0])
    wait_until(page, f"{PLAYER}.currentTime > 12 && {PLAYER}.videoWidth == 160")
    assert player(page).locator("video").is_visible()
