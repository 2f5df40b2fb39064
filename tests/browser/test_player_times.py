"""What a browser plays at a second is what is decoded, and so shown and cut, at that second."""

from __future__ import annotations

import contextlib
import http.server
import random
import re
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from app.media.facts import media_type
from indexer.media.cut import cut
from indexer.media.decode import open_recording
from indexer.media.playback import playback
from tests.tone_steps import FIRST_HERTZ, STEP_HERTZ, remux, step, write_staircase

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SECONDS = 24
# Plays `file` at each of `times`, and returns the loudest frequency there, 0 for silence.
LISTEN = """async ([file, times]) => {
  const player = new Audio("/" + file);
  player.preload = "auto";
  const context = new AudioContext();
  await context.resume();
  const analyser = new AnalyserNode(context, {fftSize: 8192, smoothingTimeConstant: 0});
  context.createMediaElementSource(player).connect(analyser).connect(context.destination);
  const event = (name) => new Promise((done, failed) => {
    player.addEventListener(name, done, {once: true});
    player.addEventListener("error", () => failed(player.error.message), {once: true});
    setTimeout(() => failed(name + " did not come"), 20000);
  });
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  await event("loadedmetadata");
  const heard = [];
  for (const time of times) {
    player.pause();
    const seeked = event("seeked");
    player.currentTime = time;
    await seeked;
    await player.play();
    while (player.currentTime < time + 0.25) await wait(10);
    const bins = new Float32Array(analyser.frequencyBinCount);
    const found = [];
    for (let i = 0; i < 5; i++) {
      analyser.getFloatFrequencyData(bins);
      const loudest = bins.indexOf(Math.max(...bins));
      found.push(bins[loudest] < -60 ? 0 : loudest * context.sampleRate / analyser.fftSize);
      await wait(20);
    }
    heard.push(found.sort((a, b) => a - b)[2]);
  }
  player.pause();
  await context.close();
  return heard;
}"""


class RangeHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files in parts, as players ask for them to seek."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        raw = path.read_bytes() if path.is_file() else b"<html></html>"
        wanted = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first, last = 0, len(raw) - 1
        if wanted:
            first, last = int(wanted[1]), int(wanted[2] or last)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(raw)}")
        else:
            self.send_response(200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Type", media_type(path) if path.is_file() else "text/html")
        self.send_header("Content-Length", str(last + 1 - first))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the player has enough
            self.wfile.write(raw[first : last + 1])

    def log_message(self, format: str, *arguments: Any) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recordings whose packets have times of their own, or miss some."""
    whole, folder = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("served")
    webm = write_staircase(whole / "a.webm", SECONDS, "libopus")
    m4a = write_staircase(whole / "a.m4a", SECONDS, "aac")
    ogg = write_staircase(whole / "a.ogg", SECONDS, "libopus")
    mp3 = write_staircase(whole / "a.mp3", SECONDS, "libmp3lame")
    remux(webm, folder / "pause.webm", shift=3.0, without=(8.0, 12.0))
    remux(m4a, folder / "late.m4a", shift=5.0)
    remux(ogg, folder / "late.ogg", shift=5.0, without=(8.0, 12.0))
    remux(m4a, folder / "pause.mkv", without=(8.0, 12.0))
    raw = bytearray(mp3.read_bytes())
    begin, end = round(0.3 * len(raw)), round(0.4 * len(raw))
    raw[begin:end] = random.Random(4).randbytes(end - begin)
    (folder / "damaged.mp3").write_bytes(raw)
    remux(webm, folder / "evening.webm", shift=36_000.0)
    return folder


@pytest.fixture(scope="module")
def visitor(chromium: Browser, recordings: Path) -> Iterator[Page]:
    """A page beside the recordings, which may play without a click."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(RangeHandler, directory=str(recordings))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = chromium.new_page()
    page.goto(f"http://127.0.0.1:{server.server_address[1]}/")
    page.mouse.click(10, 10)  # a visitor's click allows sound
    yield page
    page.close()
    server.shutdown()


@pytest.mark.parametrize(
    "name",
    ["pause.webm", "late.m4a", "late.ogg", "pause.mkv", "damaged.mp3", "evening.webm"],
)
def test_a_browser_plays_at_a_second_what_is_decoded_there(
    visitor: Page, recordings: Path, tmp_path: Path, name: str
) -> None:
    path = recordings / name
    recording = open_recording(path)
    decoded = np.concatenate(list(recording.blocks()))
    # Not within pauses, where a player may skip to what comes next.
    times = [
        second + 0.3
        for second in range(6, int(recording.seconds) - 1, 3)
        if step(decoded[round((second + 0.5) * 16_000) :][:6_400]) is not None
    ]
    offset = playback(path).offset
    heard = visitor.evaluate(LISTEN, [name, [time + offset for time in times]])
    played = [round((hertz - FIRST_HERTZ) / STEP_HERTZ) if hertz else None for hertz in heard]
    shown = [step(decoded[round((time + 0.2) * 16_000) :][:6_400]) for time in times]
    assert len(times) > 3
    assert played == shown
    for time, second in zip(times, shown, strict=True):
        out = tmp_path / "part.wav"
        cut(path, time + 0.2, time + 0.6, out)
        assert step(np.concatenate(list(open_recording(out).blocks()))) == second
