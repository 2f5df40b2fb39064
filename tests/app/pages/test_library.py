"""The library as a visitor looks after it: adding, removing, rebuilding, its health."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from visitor import Visit, assert_no_error, press, texts, turn_to

from app.state import jobs, tasks
from indexer.index.library_store import LibraryStore
from indexer.maintenance.manage import remove


@pytest.fixture
def copy(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small library once more, to be changed."""
    folder = tmp_path / "copy"
    shutil.copytree(library, folder)
    monkeypatch.setenv("HILBERT_LIBRARY", str(folder))
    return folder


def library_page(page: AppTest) -> AppTest:
    turn_to(page, "library")
    return assert_no_error(page.run())


def wait(page: AppTest, folder: Path) -> AppTest:
    """Look again until the work on a library has ended."""
    for _ in range(600):
        job = jobs.find(str(folder))
        if job is None or job.done:
            return assert_no_error(page.run())
        time.sleep(0.1)
    raise AssertionError("the work does not end")


def test_it_lists_what_is_there(visit: Visit) -> None:
    page = library_page(visit())
    [table] = page.dataframe
    assert len(table.value) == 4 and "odd-words" in list(table.value["Title"])


def test_a_folder_is_added_and_broken_files_are_told(
    copy: Path, open_page: Visit, tmp_path: Path, recordings: Path
) -> None:
    more = tmp_path / "more"
    more.mkdir()
    (more / "letter.mp3").write_text("this is a letter, not music")
    (more / "note.txt").write_text("A walrus keeps its pebbles in a row. " * 20)
    page = library_page(open_page())
    page.text_input(key="folder-to-add").set_value(str(more))
    assert_no_error(page.run())
    press(page, "Add the folder")
    page = wait(page, copy)
    assert any("1 added, 0 updated, 0 unchanged, 1 failed" in text for text in texts(page))
    failed = [t.value for t in page.dataframe if "Why" in t.value]
    assert list(failed[0]["File"]) == ["letter.mp3"]
    assert len(failed) == 2  # of this run, and of the library
    assert "note" in list(next(t.value for t in page.dataframe if "Title" in t.value)["Title"])
    page = press(page, "Hide this")
    assert not any("1 added" in text for text in texts(page))


def test_uploaded_files_are_kept_and_added(copy: Path, open_page: Visit, recordings: Path) -> None:
    page = library_page(open_page())
    talk = recordings / "odd-words.txt"
    page.file_uploader(key="uploads").set_value(
        [("../another.txt", talk.read_bytes() + b" A walrus.", "text/plain")]
    )
    assert_no_error(page.run())
    press(page, "Add the files")
    page = wait(page, copy)
    assert any("1 added" in text for text in texts(page))
    assert (copy / "recordings" / "another.txt").read_bytes().endswith(b"A walrus.")
    assert not list(copy.parent.glob("another*"))


def test_a_folder_that_is_not_there_is_told(copy: Path, open_page: Visit, tmp_path: Path) -> None:
    page = library_page(open_page())
    page.text_input(key="folder-to-add").set_value(str(tmp_path / "nowhere"))
    assert_no_error(page.run())
    page = press(page, "Add the folder")
    assert f"There is no folder {tmp_path}/nowhere" in texts(page)
    assert jobs.find(str(copy)) is None


def test_a_removed_document_is_gone_from_the_page(copy: Path, open_page: Visit) -> None:
    page = library_page(open_page())
    assert next(b for b in page.button if b.key == "remove-chosen").disabled  # nothing is chosen
    opened = LibraryStore.open(copy)
    gone = next(d for d in opened.catalog.documents() if d.name == "odd-words")
    opened.close()
    job = jobs.Job("Removing")
    job.run(lambda job: tasks.remove_documents(job, copy, [gone.id]))
    assert job.result == 1 and not job.error
    table = assert_no_error(page.run()).dataframe[0].value
    assert len(table) == 3 and "odd-words" not in list(table["Title"])


def test_the_index_is_rebuilt(copy: Path, open_page: Visit) -> None:
    page = library_page(open_page())
    opened = LibraryStore.open(copy)
    before = opened.catalog.current_generation()
    press(page, "Rebuild the index")
    page = wait(page, copy)
    assert any("Rebuilding: done." in text for text in texts(page))
    assert opened.catalog.current_generation() > (before or 0)
    opened.close()


def test_its_health_is_checked(copy: Path, open_page: Visit) -> None:
    page = press(library_page(open_page()), "Check")
    assert any("Healthy" in text for text in texts(page))
    for features in (copy / "features").rglob("*.safetensors"):
        features.unlink()
    page = press(page, "Check")
    assert page.error and not any("Healthy" in text for text in texts(page))


def test_work_can_be_stopped_and_its_defects_are_a_line() -> None:
    job = jobs.Job("Counting")

    def count(job: jobs.Job) -> None:
        for number in range(1000):
            job.report(str(number), number / 1000)
            if number == 10:
                job.stop()

    job.run(count)
    assert job.done and job.error.startswith("Stopped.") and job.share == pytest.approx(0.01)
    broken = jobs.Job("Dividing")
    broken.run(lambda job: 1 / 0)
    assert broken.done and "ZeroDivisionError" in broken.error


def test_the_time_left_is_told_when_there_is_something_to_go_by() -> None:
    job = jobs.Job("Walking", share=0.01)
    assert job.time_left == ""
    job.started -= 100
    assert job.time_left == ""
    job.share = 0.25
    assert job.time_left == "5 min left"
    job.share = 0.75
    assert job.time_left == "33 s left"


def test_an_emptied_library_says_so_on_every_page(copy: Path, open_page: Visit) -> None:
    emptied = LibraryStore.open(copy)
    remove(emptied, [d.id for d in emptied.catalog.documents()])
    emptied.close()
    page = open_page()
    assert any("This library is empty" in text for text in texts(page))
    for name, said in (
        ("document", "This library is empty"),
        ("library", "0 documents"),
        ("diagnostics", "nothing in this library can be measured"),
    ):
        turn_to(page, name)
        assert any(said in text for text in texts(assert_no_error(page.run()))), name
    turn_to(page, "search")
    assert_no_error(page.run()).text_input(key="typed").set_value("tea")
    page = press(page, "Search")
    assert page.info or page.error
