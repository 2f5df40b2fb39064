"""The first visit: no library yet, or one that cannot be opened."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from visitor import Visit, assert_no_error, listed, press, texts

from app.state import jobs
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.run import index


def test_without_a_library_the_demo_and_an_own_one_are_offered(
    open_page: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HILBERT_LIBRARY", raising=False)
    page = open_page()
    assert any(b.label == "Build the demo library" for b in page.button)
    assert any("hilbert index" in code.value for code in page.code)
    assert not page.error


def test_a_library_that_cannot_be_opened_is_told_with_a_way_out(
    open_page: Visit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, library: Path
) -> None:
    monkeypatch.delenv("HILBERT_LIBRARY", raising=False)
    monkeypatch.setenv("HILBERT_LIBRARIES", os.pathsep.join([str(tmp_path), str(library.parent)]))
    page = open_page({"library": str(tmp_path / "nowhere")})
    [error] = page.error
    assert "there is no library here" in error.value.replace("\\", "")
    assert any(f"--library {tmp_path}/nowhere" in code.value for code in page.code)
    monkeypatch.setenv("HILBERT_LIBRARY", str(tmp_path / "nowhere"))
    page = open_page({"library": str(library)})  # the address wins
    assert listed(page) and not page.error


def test_a_link_opens_libraries_beside_that_of_the_app_and_no_others(
    open_page: Visit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, library: Path
) -> None:
    beside, elsewhere = tmp_path / "mine" / "beside", tmp_path / "from-somebody"
    for copy in (beside, elsewhere):
        shutil.copytree(library, copy)
    (tmp_path / "mine" / "link").symlink_to(elsewhere)
    monkeypatch.setenv("HILBERT_LIBRARY", str(tmp_path / "mine" / "own"))
    assert listed(open_page({"library": str(beside)}))
    loop, nul = tmp_path / "mine" / "loop", "/a\0b"
    loop.symlink_to(loop)
    for refused in (elsewhere, tmp_path / "mine" / "link", tmp_path / "mine" / ".." / "x", nul):
        page = open_page({"library": str(refused)})
        [error] = page.error
        assert "not started for" in error.value and not listed(page)
    assert open_page({"library": str(loop)}).error
    page = open_page({"library": str(elsewhere)})
    press(page, "Open this library")  # the visitor's own wish
    assert listed(page) and not page.error
    monkeypatch.setenv("HILBERT_LIBRARY", "/library")  # beside it is everything
    assert "not started for" in open_page({"library": "/tmp"}).error[0].value


def test_a_folder_that_is_not_there_is_refused_before_anything_is_made(
    open_page: Visit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("HILBERT_LIBRARY", raising=False)
    page = open_page()
    page.text_input(key="own-folder").set_value(str(tmp_path / "mine"))
    page.text_input(key="own-recordings").set_value(str(tmp_path / "my talks"))
    assert_no_error(page.run())
    press(page, "Make the library")
    assert f"There is no folder {tmp_path / 'my talks'}" in texts(page)
    assert jobs.find(f"make:{tmp_path / 'mine'}") is None and not (tmp_path / "mine").exists()
    [command] = [code.value for code in page.code]
    assert command.startswith(f'hilbert index "{tmp_path}/my talks" --library {tmp_path}/mine\n')


def test_a_library_is_made_of_a_folder_and_opened(
    open_page: Visit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, models: None
) -> None:
    monkeypatch.delenv("HILBERT_LIBRARY", raising=False)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "note.txt").write_text("A walrus keeps its pebbles in a row. " * 20)
    page = open_page()
    page.text_input(key="own-folder").set_value(str(tmp_path / "mine"))
    page.text_input(key="own-recordings").set_value(str(tmp_path / "notes"))
    assert_no_error(page.run())
    press(page, "Make the library")
    for _ in range(600):
        job = jobs.find(f"make:{tmp_path / 'mine'}")
        if job is None or job.done:
            break
        time.sleep(0.1)
    assert_no_error(page.run())
    assert_no_error(page.run())
    assert listed(page) == ["note"]


def test_a_folder_that_holds_other_things_is_no_place_for_a_library(
    open_page: Visit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("HILBERT_LIBRARY", raising=False)
    (tmp_path / "letters.doc").write_text("letters")
    (tmp_path / "note.txt").write_text("A walrus keeps its pebbles in a row.")
    page = open_page()
    page.text_input(key="own-folder").set_value(str(tmp_path))
    page.text_input(key="own-recordings").set_value(str(tmp_path))
    assert_no_error(page.run())
    press(page, "Make the library")
    for _ in range(100):
        if jobs.find(f"make:{tmp_path}").done:
            break
        time.sleep(0.1)
    assert any("holds other files" in text for text in texts(assert_no_error(page.run())))


def test_an_address_that_no_file_system_takes_is_told(
    open_page: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HILBERT_LIBRARY", raising=False)
    page = open_page({"library": "/" + "a" * 5000})
    assert page.error and any(b.label == "Build the demo library" for b in page.button)


def test_another_library_at_the_same_place_is_another_library(
    open_page: Visit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, models: None
) -> None:
    monkeypatch.setenv("HILBERT_LIBRARY", str(tmp_path / "mine"))
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / f"{name}.txt").write_text(f"A walrus keeps its {name} pebbles in a row. " * 20)
        shutil.rmtree(tmp_path / "mine", ignore_errors=True)
        made = LibraryStore.create(tmp_path / "mine")
        index(made, scan([folder]), ProcessSettings())
        made.close()
        assert listed(open_page()) == [name]
