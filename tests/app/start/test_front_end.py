"""Files of the front end arrive as Streamlit sends them; what is wanted next is named at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from app.start.front_end import FrontEnd, modules_to_preload

PAGE = Path(streamlit.__file__).parent / "static" / "index.html"


@pytest.fixture(scope="module")
def client() -> TestClient:
    """A visitor of an app that answers `/` with a page and all else with a word."""
    inner = Starlette(
        routes=[
            Route("/", lambda _: HTMLResponse("<p>page" * 99, headers={"etag": '"other"'})),
            Route("/media/report.html", lambda _: HTMLResponse("<p>report")),
            Route("/gone", lambda _: HTMLResponse("<p>gone", 404)),
            Route("/{path:path}", lambda _: PlainTextResponse("passed on"), methods=["GET", "PUT"]),
        ]
    )
    return TestClient(FrontEnd(inner, PAGE))


def test_files_are_sent_whole_and_kept_by_the_browser(client: TestClient) -> None:
    for suffix, kind in ((".js", "javascript"), (".css", "text/css"), (".woff2", "font/woff2")):
        file = min((PAGE.parent / "static").rglob(f"*{suffix}"))
        answer = client.get(f"/{file.relative_to(PAGE.parent).as_posix()}")
        assert answer.content == file.read_bytes()
        assert kind in answer.headers["content-type"]
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["/static/js/none.js", "/static/", "/static/../index.html", "/static/%2e%2e/index.html"]
)
def test_nothing_but_the_files_is_sent(client: TestClient, path: str) -> None:
    assert client.get(path).text == "passed on"


def test_other_methods_are_passed_on(client: TestClient) -> None:
    file = min((PAGE.parent / "static" / "js").iterdir())
    assert client.put(f"/static/js/{file.name}").text == "passed on"


def test_the_page_names_what_it_will_want(client: TestClient) -> None:
    named = client.get("/").headers["link"]
    found = modules_to_preload(PAGE)
    assert len(found) == len(set(found)) and all(name in named for name in found)
    assert {name.partition(".")[0] for name in found} >= {"BidiComponent", "TextInput"}
    page = PAGE.read_text(encoding="utf-8")
    for name in found:
        assert (PAGE.parent / "static" / "js" / name).is_file() and name not in page
    assert "link" not in client.get("/anything").headers


def test_the_page_comes_with_the_script_that_follows_links(client: TestClient) -> None:
    answer = client.get("/")
    name = re.findall(r'<script type="module" src="(/links[^"]+)"></script>', answer.text)[0]
    page = PAGE.read_text(encoding="utf-8")
    assert answer.text.replace(f'<script type="module" src="{name}"></script>\n', "") == page
    assert answer.text.index(name) < answer.text.index("static/js/index")
    assert "etag" not in answer.headers
    script = client.get(name)
    assert script.text.startswith("// Links") and "javascript" in script.headers["content-type"]
    assert client.get("/gone").text == "<p>gone"
    assert client.get("/media/report.html").text == "<p>report"
