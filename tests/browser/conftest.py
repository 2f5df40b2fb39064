"""The real `hilbert app` on a loopback port, and Debian's Chromium to visit it with."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from indexer.base.assets import demo_folder
from tests.serving import HILBERT, REBOUND, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_RESOLVER = f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"
# The media element of the app's player, as JavaScript.
PLAYER = "(document.getElementById('hilbert-player')?.shadowRoot.querySelector('video'))"
RECORDINGS = ("why-tides-lag", "the-waggle-dance", "fog-on-the-namib")
# Words that a page must show as they are.
ARABIC = "الماء في البحر مالح لأن الأنهار تحمل الأملاح."
ODD_WORDS = (
    "The accordion player wrote <b>bold</b> and **stars** and :red[paint] and :smile: and $x^2$ "
    "and [a link](https://example.org) on one label, and five_times_six on the other."
)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    demo = demo_folder()
    if demo is None:
        pytest.skip("the demo collection (assets/demo) is not here")
    recordings = tmp_path_factory.mktemp("recordings")
    for name in RECORDINGS:
        for file in (demo / "recordings").glob(f"{name}.*"):
            shutil.copy(file, recordings)
    shutil.copy(demo / "recordings" / "metadata.csv", recordings)
    (recordings / "odd-words.txt").write_text(f"{ODD_WORDS}\n\n{ARABIC}", encoding="utf-8")
    folder = tmp_path_factory.mktemp("library") / "talks"
    done = subprocess.run(
        [*HILBERT, "index", str(recordings), "--library", str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where served apps keep clips: not among those of whoever runs the tests."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HILBERT_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def printed(library: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address that the served app prints; started in a folder with an `app.py` of its own."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "app.py").write_text("raise RuntimeError('another project')\n")
    links_open = tmp_path_factory.getbasetemp()
    with serving("--library", library, "--libraries", links_open, folder=elsewhere) as address:
        yield address


@pytest.fixture(scope="session")
def address(printed: str) -> str:
    """Where the served app answers."""
    return printed.partition("/?")[0]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("Debian's chromium is not installed (apt-get install chromium)")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=path,
            # A container's root has no sandbox, and its /dev/shm is small.
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", _RESOLVER],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, address: str, printed: str) -> Iterator[Page]:
    """A visitor's page; nothing may be asked of any other machine, and no script may fail.

    Nor may anything be kept from loading, by the content security policy say.
    """
    context = chromium.new_context(viewport={"width": 1400, "height": 1000}, base_url=address)
    context.set_default_timeout(90_000)
    context.request.get(printed, max_redirects=0)  # lets the visitor in
    page = context.new_page()
    foreign: list[str] = []
    failed: list[str] = []
    page.on("request", lambda r: None if _is_local(r.url, address) else foreign.append(r.url))
    page.on("console", lambda m: failed.append(m.text) if "Security Policy" in m.text else None)
    page.on("pageerror", lambda error: failed.append(str(error)))
    yield page
    context.close()
    assert not foreign
    assert not failed


def _is_local(url: str, address: str) -> bool:
    return url.startswith((address, address.replace("http", "ws", 1), "data:", "blob:"))
