"""`--verbose`, `--debug`, `--version`, and defects that are named without a traceback."""

from __future__ import annotations

import socket
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.dropping import Copy

BROKEN = '''
"""hilbert broken: a verb with a defect."""

import logging

import click

from indexer.commands.registry import verb

log = logging.getLogger("indexer.broken")


@verb()
@click.command("broken")
def command():
    """Fail."""
    log.info("about to fail")
    try:
        {}["tea"]
    except KeyError:
        log.debug("no tea", exc_info=True)
    raise TypeError("no milk")
'''
HELP = "hilbert: unexpected TypeError: no milk; run again with --debug to see where"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    copy = Copy(tmp_path_factory.mktemp("copy"))
    copy.drop({"indexer/commands/broken.py": BROKEN})
    return copy


def failed(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr.splitlines()


def test_a_defect_is_one_line_that_names_its_type(copy: Copy) -> None:
    assert failed(copy.run("-m", "indexer", "broken")) == [HELP]


@pytest.mark.parametrize("arguments", [("-v", "broken"), ("broken", "--verbose")])
def test_verbose_logs_what_is_done_without_tracebacks(
    copy: Copy, arguments: tuple[str, ...]
) -> None:
    lines = failed(copy.run("-m", "indexer", *arguments))
    assert lines == ["hilbert: info: about to fail", HELP]


@pytest.mark.parametrize("arguments", [("--debug", "broken"), ("broken", "--debug")])
def test_debug_shows_where_below_the_line(copy: Copy, arguments: tuple[str, ...]) -> None:
    lines = failed(copy.run("-m", "indexer", *arguments))
    at = lines.index("hilbert: unexpected TypeError: no milk")
    assert lines[at + 1] == "Traceback (most recent call last):"
    assert lines[-1] == "TypeError: no milk"
    assert "hilbert: info: about to fail" in lines[:at] and "KeyError: 'tea'" in lines[:at]


def test_debug_shows_where_a_user_error_comes_from(copy: Copy, tmp_path: Path) -> None:
    plain = failed(copy.run("-m", "indexer", "list", "-l", tmp_path / "none"))
    assert len(plain) == 1
    first, second, *rest = failed(copy.run("-m", "indexer", "list", "-l", tmp_path, "--debug"))
    assert first.startswith("hilbert: ") and "there is no library here" in first
    assert second.startswith("Traceback") and rest


# Stands in for the server of the app: prints what it was started with.
SERVER = """
import os
print("level:", os.environ.get("HILBERT_LOG_LEVEL"))
"""

VISIT = """
import os, sys
from streamlit.testing.v1 import AppTest
page = AppTest.from_file(sys.argv[1])
page.default_timeout = 120
page.run()
page.run()
assert not page.exception, page.exception
"""


@pytest.mark.parametrize(("options", "level"), [((), "None"), (("--debug",), "DEBUG")])
def test_the_process_of_the_app_is_started_with_the_level(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], level: str
) -> None:
    monkeypatch.delenv("HILBERT_LOG_LEVEL", raising=False)
    copy = Copy(tmp_path)
    (copy.folder / "app" / "start" / "hilbert_server.py").write_text(SERVER)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = copy.run("-m", "indexer", "app", "--port", port, *options)
    assert done.returncode == 0, done.stderr
    assert f"level: {level}" in done.stdout.splitlines()


@pytest.mark.parametrize(("level", "times"), [("", 0), ("DEBUG", 2)])
def test_the_app_logs_what_it_was_started_to_log(
    copy: Copy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, level: str, times: int
) -> None:
    monkeypatch.setenv("HILBERT_LOG_LEVEL", level)
    monkeypatch.setenv("HILBERT_LIBRARY", str(tmp_path / "none"))
    script = tmp_path / "visit.py"
    script.write_text(VISIT)
    done = copy.run(script, copy.folder / "app" / "start" / "hilbert_app.py")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("hilbert: debug: could not open") == times
    assert ("LibraryError: " in done.stderr) == bool(times)


def test_version_names_what_matters(copy: Copy) -> None:
    lines = dict(
        line.split(" ", 1) for line in copy.run("-m", "indexer", "--version").stdout.splitlines()
    )
    assert list(lines)[:2] == ["hilbert", "Python"]
    assert lines["torch"] == version("torch") and lines["faiss"] == version("faiss-cpu")
    assert lines["PyAV"] == version("av") and lines["streamlit"] == version("streamlit")
    assert lines["ctranslate2"] == version("ctranslate2") and lines["SQLite"].startswith("3.")
    assert lines["FFmpeg"]
