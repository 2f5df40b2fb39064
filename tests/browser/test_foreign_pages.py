"""A page of another origin, in the browser of a visitor, neither reads nor writes in the app."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import PLAYER
from tests.browser.waiting import wait_until
from tests.serving import REBOUND

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser

# What a page tries; each answers what it got.
READ = """async (url) => {
  try { return await (await fetch(url, {credentials: "include"})).text(); }
  catch (error) { return "refused"; }
}"""
WRITE = """async (url) => {
  const form = new FormData();
  form.append("file", new Blob(["planted"]), "planted.txt");
  const sent = {method: "PUT", body: form, credentials: "include"};
  try { return (await fetch(url, sent)).status; } catch (error) { return "refused"; }
}"""
CONNECT = """(url) => new Promise((done) => {
  const socket = new WebSocket(url, ["streamlit"]);
  socket.onopen = () => done("open");
  socket.onerror = () => done("refused");
})"""
EMBED = """([kind, url]) => new Promise((done) => {
  const element = document.createElement(kind);
  element.onload = element.onloadeddata = () => done("loaded");
  element.onerror = () => done("refused");
  if (kind === "link") { element.rel = "stylesheet"; element.href = url; } else element.src = url;
  document.body.append(element);
})"""


class Hostile(http.server.BaseHTTPRequestHandler):
    """Serves an empty page, with a link where the address names one."""

    def do_GET(self) -> None:
        link = urlsplit(self.path).query
        body = f'<!doctype html><body><a href="{link}">come in</a></body>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[int]:
    """The port of another server on this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


@pytest.fixture
def browser_of_a_visitor(chromium: Browser, printed: str) -> Iterator[BrowserContext]:
    """Let in, so that its cookie comes with whatever the browser sends it with."""
    context = chromium.new_context()
    context.request.get(printed, max_redirects=0)
    yield context
    context.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", REBOUND])
def test_a_foreign_page_reads_writes_embeds_and_connects_to_nothing(
    browser_of_a_visitor: BrowserContext, address: str, elsewhere: int, host: str
) -> None:
    page = browser_of_a_visitor.new_page()
    page.goto(f"http://{host}:{elsewhere}/")
    for path in ("/", "/_stcore/health", "/_stcore/host-config", "/static/js/index.js"):
        assert page.evaluate(READ, address + path) == "refused"
    assert page.evaluate(WRITE, f"{address}/_stcore/upload_file/a/b") == "refused"
    assert page.evaluate(CONNECT, address.replace("http", "ws") + "/_stcore/stream") == "refused"
    favicon = f"{address}/favicon.png"
    for kind in ("img", "script", "link", "audio"):
        assert page.evaluate(EMBED, [kind, favicon]) == "refused"
    # As it is, the picture loads, so that each refusal is the guard's.
    own = browser_of_a_visitor.new_page()
    own.goto(f"{address}/_stcore/health")
    assert own.evaluate(EMBED, ["img", favicon]) == "loaded"
    own.goto(f"{address}/document")
    own.locator("a[href*='doc=']").first.click()
    own.locator("#hilbert-player video[src]").wait_for(state="attached")
    recording = str(own.evaluate(f"{PLAYER}.src"))
    assert recording.startswith(f"{address}/recordings/")
    for kind in ("audio", "video"):
        assert page.evaluate(EMBED, [kind, recording]) == "refused"
        assert own.evaluate(EMBED, [kind, recording]) == "loaded"
    for part in ("", "/facts", "/waveform", "/copy"):
        assert page.evaluate(READ, recording + part) == "refused"
        assert own.evaluate(READ, recording + part) != "refused"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_foreign_page_neither_frames_the_app_nor_holds_its_window(
    browser_of_a_visitor: BrowserContext, address: str, elsewhere: int, host: str
) -> None:
    page = browser_of_a_visitor.new_page()
    page.goto(f"http://{host}:{elsewhere}/")
    page.evaluate(EMBED, ["iframe", address])
    [frame] = page.frames[1:]
    frame.wait_for_url("chrome-error://chromewebdata/")
    with browser_of_a_visitor.expect_page() as opened:
        page.evaluate("url => { window.held = open(url); }", address)
    opened.value.wait_for_load_state()
    wait_until(page, "window.held.closed")  # the window belongs to another group
    assert opened.value.evaluate("window.opener") is None


def test_a_name_that_is_rebound_to_this_machine_opens_nothing(
    browser_of_a_visitor: BrowserContext, printed: str
) -> None:
    rebound = printed.replace("127.0.0.1", REBOUND)
    page = browser_of_a_visitor.new_page()
    for address in (rebound, rebound.partition("?")[0]):
        answer = page.goto(address)
        assert answer and answer.status == 403
        page.get_by_text(f"does not answer under the name {REBOUND}").wait_for()
        base = rebound.partition("/?")[0]
        assert "does not answer" in page.evaluate(READ, f"{base}/_stcore/health")
        assert page.evaluate(WRITE, f"{base}/_stcore/upload_file/a/b") == 403
        assert page.evaluate(CONNECT, f"{base}/_stcore/stream".replace("http", "ws")) == "refused"
    assert browser_of_a_visitor.cookies(base) == []


def test_the_printed_address_lets_in_also_from_another_site_and_keeps_the_link(
    chromium: Browser, printed: str, address: str, elsewhere: int
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    answer = page.goto(f"{address}/document?t=3")
    assert answer and answer.status == 403
    page.get_by_text("Open the address that hilbert app printed").wait_for()
    # A terminal in a web page, say.
    page.goto(f"http://localhost:{elsewhere}/?{printed}")
    page.get_by_role("link", name="come in").click()
    _is_open(page)
    assert page.url == f"{address}/"
    page.goto(f"{printed.replace('/?', '/library?')}&x=1")
    page.get_by_text("Add recordings").wait_for()
    assert page.url == f"{address}/library?x=1"
    [cookie] = [c for c in context.cookies() if c["name"].startswith("hilbert-")]  # type: ignore[typeddict-item]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")  # type: ignore[typeddict-item]
    context.close()


def test_a_link_on_another_site_opens_once_the_visitor_wants_it(
    browser_of_a_visitor: BrowserContext, address: str, elsewhere: int
) -> None:
    page = browser_of_a_visitor.new_page()
    page.goto(f"http://localhost:{elsewhere}/?{address}/library?x=1")
    page.get_by_role("link", name="come in").click()
    page.get_by_role("link", name="open the link").click()
    page.get_by_text("Add recordings").wait_for()
    assert page.url == f"{address}/library?x=1"


def _is_open(page: Page) -> None:
    page.get_by_label("What was said, or what was meant").wait_for()
