"""`hilbert app` under `strace`, its page opened and searched in Chromium: no packet leaves."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from indexer.index.library_store import LibraryStore
from tests.browser.asking import ask
from tests.serving import HILBERT, free_port, started

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

# As strace writes addresses: sin_addr=inet_addr("127.0.0.1"), inet_pton(AF_INET6, "::1", ...).
_ADDRESS = re.compile(r'(?:inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)"')
_NAME_SERVER = "htons(53)"


def beyond(trace: str) -> list[str]:
    """Return the calls of a trace that concern addresses of other machines, or ask for names."""
    lines = trace.splitlines()
    return [
        line
        for line in lines
        if _NAME_SERVER in line
        or any(
            not (address.startswith("127.") or address in ("::1", "::ffff:127.0.0.1"))
            for address in _ADDRESS.findall(line)
        )
    ]


def test_no_packet_leaves_while_the_app_is_visited(
    chromium: Browser,
    small_library: LibraryStore,
    tmp_path: Path,
) -> None:
    strace = ["strace", "-f", "--seccomp-bpf", "-e", "trace=network", "-o", str(tmp_path / "trace")]
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    tried = subprocess.run([*strace, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"strace may not trace here: {tried.stderr[:100]}")
    port = free_port()
    app = [*HILBERT, "app", "--port", str(port), "--library", str(small_library.folder)]
    with started([*strace, *app], port, tmp_path) as log:
        [address] = re.findall(r"at (http://\S+)", log.read_text())
        context = chromium.new_context()
        context.set_default_timeout(120_000)
        page = context.new_page()
        page.goto(address)
        ask(page, "a beetle drinks the fog")
        page.get_by_text(re.compile("best (recordings|moments)")).wait_for()
        context.close()
    trace = (tmp_path / "trace").read_text()
    assert f"htons({port})" in trace and "accept" in trace
    assert beyond(trace) == []


@pytest.mark.parametrize(
    ("line", "leaves"),
    [
        ('connect(5, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("8.8.8.8")}', True),
        ('sendto(5, "x", {sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}', True),
        ('connect(5, {sin6_port=htons(443), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr)}', True),
        ('bind(5, {sin_port=htons(8501), sin_addr=inet_addr("127.0.0.1")}', False),
        ('accept4(5, {inet_pton(AF_INET6, "::1", &sin6_addr)}', False),
        ("socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0)", False),
    ],
)
def test_a_packet_that_leaves_is_seen(line: str, leaves: bool) -> None:
    assert bool(beyond(line)) == leaves
