"""The app answers its own visitors: under its own names, from its own pages, with the token."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit

from tests.dropping import ROOT
from tests.serving import ask, cookie_of, free_port, open_websocket, serving, started

pytestmark = pytest.mark.slow

STATIC = Path(streamlit.__file__).parent / "static"
SCRIPT = next(path for path in sorted(STATIC.rglob("*.js")))
PATHS = (
    "/",
    "/document?doc=x&t=3",
    "/library",
    "/favicon.png",
    f"/{SCRIPT.relative_to(STATIC).as_posix()}",
    "/media/0123456789abcdef.mp3",
    f"/recordings/{'0' * 16}/{'0' * 64}",
    f"/recordings/{'0' * 16}/{'0' * 64}/facts",
    f"/recordings/{'0' * 16}/{'0' * 64}/copy",
    "/component/a/index.html",
    "/_stcore/health",
    "/_stcore/script-health-check",
    "/_stcore/metrics",
    "/_stcore/host-config",
    "/_stcore/stream",
    "/_stcore/upload_file/session/file",
    "/_stcore/agent/openapi.json",
    "/_stcore/agent/mcp",
    "/%2e%2e/",
    "//elsewhere.example/",
)
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
FOREIGN_HOSTS = (
    "attacker.example",
    "127.0.0.1.attacker.example",
    "localhost.attacker.example:8501",
    "localhost@attacker.example",
    "attacker.example@localhost",
    "127.0.0.1, attacker.example",
    "127.0.0.1/attacker.example",
    "0.0.0.0",
    "2130706433",
    "",
)
FOREIGN_ORIGINS = ("http://127.0.0.1:9", "http://localhost:{port}0", "https://attacker.example")


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(folder=tmp_path_factory.mktemp("app")) as address:
        yield address


@pytest.fixture(scope="module")
def port(printed: str) -> int:
    return int(printed.split(":")[2].partition("/")[0])


@pytest.fixture(scope="module")
def cookie(printed: str) -> tuple[str, str]:
    return cookie_of(printed)


def test_without_the_token_every_path_says_what_to_do_and_nothing_else(port: int) -> None:
    for path in PATHS:
        for method in METHODS:
            answer = ask(port, path, method=method)
            assert answer.status == 403, (method, path)
            assert method == "HEAD" or b"that <code>hilbert app</code> printed" in answer.body
    assert open_websocket(port) == 403


def test_with_the_cookie_everything_is_served(port: int, cookie: tuple[str, str]) -> None:
    assert b'<div id="root">' in ask(port, "/", cookie).body
    assert b'<div id="root">' in ask(port, "/document?doc=x", cookie).body
    assert ask(port, f"/{SCRIPT.relative_to(STATIC)}", cookie).body == SCRIPT.read_bytes()
    assert ask(port, "/_stcore/health", cookie).body == b"ok"
    assert open_websocket(port, cookie, ("Origin", f"http://127.0.0.1:{port}")) == 101


def test_a_wrong_token_and_a_wrong_cookie_open_nothing(
    printed: str, port: int, cookie: tuple[str, str]
) -> None:
    token = printed.partition("token=")[2]
    for wrong in ("", token[:-1], token + "x", token.swapcase(), "%C3%A9"):
        answer = ask(port, f"/?token={wrong}")
        assert answer.status == 403 and b"another start" in answer.body
        assert answer.headers["Set-Cookie"] is None
    name, value = cookie[1].split("=")
    for pair in (f"{name}={token}", f"{name}x={value}", f"{name}={value}x", f"{name}=", name):
        assert ask(port, "/", ("Cookie", pair)).status == 403, pair
        assert open_websocket(port, ("Cookie", pair)) == 403
    assert ask(port, f"/?token={token}", method="POST").status == 403


def test_the_token_is_exchanged_for_a_cookie_and_leaves_the_address(
    printed: str, port: int, cookie: tuple[str, str]
) -> None:
    token = printed.partition("?")[2]
    for path, there in (
        (f"/?{token}", "./"),
        (f"/?library=/a%20b&{token}&doc=x%26y", "./?library=/a%20b&doc=x%26y"),
        (f"/document?{token}&{token}&t=3", "./document?t=3"),
        (f"/document?t%6Fken={token[6:]}", "./document"),
        (f"//elsewhere.example/?{token}", "./"),  # no address of another host
    ):
        answer = ask(port, path)
        assert (answer.status, answer.headers["Location"]) == (303, there)
        assert answer.headers["Set-Cookie"].startswith(f"hilbert-{port}=")
        assert "; HttpOnly; SameSite=Strict" in answer.headers["Set-Cookie"]
        assert answer.headers["Cache-Control"] == "no-store"
    old = ask(port, "/library?token=of-an-earlier-start", cookie)
    assert (old.status, old.headers["Location"]) == (303, "./library")
    linked = ask(port, f"/?{token}&q=x", ("Sec-Fetch-Site", "cross-site"), *opened_by_a_link())
    assert linked.status == 200 and b'content="0;url=./?q=x"' in linked.body


def opened_by_a_link() -> tuple[tuple[str, str], ...]:
    return ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_under_a_foreign_name_nothing_is_served(
    port: int, cookie: tuple[str, str], printed: str, host: str
) -> None:
    for path in (*PATHS, "/?" + printed.partition("?")[2]):
        answer = ask(port, path, ("Host", host), cookie)
        assert answer.status in (400, 403), path  # 400: of the HTTP parser
        assert answer.headers["Set-Cookie"] is None and b"root" not in answer.body
    assert open_websocket(port, ("Host", host), cookie) in (400, 403)
    assert open_websocket(port, ("Host", host), ("Origin", f"http://{host}"), cookie) in (400, 403)


def test_two_names_are_no_name(port: int, cookie: tuple[str, str]) -> None:
    two = ("Host", f"127.0.0.1:{port}"), ("Host", "attacker.example")
    assert ask(port, "/", *two, cookie).status in (400, 403)
    assert ask(port, "/", *reversed(two), cookie).status in (400, 403)


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST.", "127.0.0.1", "[::1]"])
def test_under_each_name_of_this_machine_and_through_a_tunnel_it_is(
    port: int, cookie: tuple[str, str], name: str
) -> None:
    for host in (name, f"{name}:{port}", f"{name}:9000"):
        assert ask(port, "/", ("Host", host), cookie).status == 200
        origin = ("Origin", f"http://{host.lower()}")
        assert open_websocket(port, ("Host", host), origin, cookie) == 101


@pytest.mark.parametrize("origin", [*FOREIGN_ORIGINS, "null", "http://127.0.0.1", "file://"])
def test_pages_of_other_origins_are_refused_even_with_the_cookie(
    port: int, cookie: tuple[str, str], origin: str
) -> None:
    foreign = ("Origin", origin.format(port=port))
    assert open_websocket(port, foreign, cookie) == 403
    for path in PATHS:
        for method in METHODS:
            assert ask(port, path, foreign, cookie, method=method).status == 403, (method, path)


def test_what_a_foreign_page_embeds_is_refused_and_what_it_links_to_opens(
    port: int, cookie: tuple[str, str]
) -> None:
    for site in ("cross-site", "same-site"):  # another port of this machine is the same site
        for mode, destination in (
            ("no-cors", "script"),
            ("no-cors", "audio"),
            ("cors", "empty"),
            ("navigate", "iframe"),
        ):
            told = ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode)
            for path in PATHS:
                answer = ask(port, path, *told, ("Sec-Fetch-Dest", destination), cookie)
                assert answer.status == 403, (site, mode, path)
        link = ("Sec-Fetch-Site", site), *opened_by_a_link(), cookie
        assert ask(port, "/", *link).status == 200
        assert ask(port, "/", *link, method="POST").status == 403


def test_every_answer_forbids_frames_foreign_content_and_other_readers(
    port: int, cookie: tuple[str, str]
) -> None:
    for path in PATHS:
        for headers in ((), (cookie,), (("Host", "attacker.example"),)):
            answer = ask(port, path, *headers).headers
            policy = dict(
                part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; ")
            )
            assert policy["frame-ancestors"] == policy["default-src"] == "'none'"
            assert "unsafe" not in policy["script-src"]
            sources = " ".join(policy.values())
            assert not re.search(r"https?:|wss?:|\*", sources), "nothing foreign is loaded"
            assert answer["X-Frame-Options"] == "DENY"
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["Referrer-Policy"] == "no-referrer"
            assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
            assert not [name for name in answer if name.lower().startswith("access-control")]


# Runs the server, and prints whom the process asks for an address or connects to.
WATCHED = """
import runpy, sys
asks = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
sys.addaudithook(lambda name, args: print("NETWORK", name, args[1:]) if name in asks else None)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_behind_a_proxy_without_a_token_its_pages_alone_ask_and_no_address_is_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, port = tmp_path / "watch.py", free_port()
    watch.write_text(WATCHED)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("HILBERT_LIBRARY", "")
    server = str(ROOT / "app" / "start" / "hilbert_server.py")
    options = ["--port", str(port), "--no-token", "--allow-host", "podcasts.example"]
    with started([sys.executable, "-uP", str(watch), server, *options], port, tmp_path) as log:
        for host in ("podcasts.example", "Podcasts.Example:443", f"127.0.0.1:{port}"):
            assert ask(port, "/", ("Host", host)).status == 200
            for origin in FOREIGN_ORIGINS:
                foreign = ("Origin", origin.format(port=port))
                assert open_websocket(port, ("Host", host), foreign) == 403
            # A proxy may put its own address into `Host`.
            own = ("Origin", "https://podcasts.example")
            assert open_websocket(port, ("Host", host), own) == 101
            assert ask(port, "/_stcore/health", ("Host", host), own).status == 200
        assert open_websocket(port, ("Host", "other.example")) == 403
        assert ask(port, "/?token=old&q=x").headers["Location"] == "./?q=x"
        said = log.read_text()
    assert "NETWORK" not in said and "Traceback" not in said, said
    assert os.path.getsize(log) < 4096, said
