"""The library as a visitor looks after it: adding, removing, rebuilding, its health."""

from __future__ import annotations

import re
import shutil
import time
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from visitor import Visit, assert_no_error, follow, listed, press, texts, turn_to

from app.components.failure_list import advice
from app.state import jobs, tasks
from app.state.adding import Adding
from indexer.index.library_store import LibraryStore
from indexer.ingest.report import StoredFile
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
    assert len(listed(page)) == 4 and "odd-words" in listed(page)


def test_a_folder_is_added_and_broken_files_are_told(
    copy: Path, open_page: Visit, tmp_path: Path, clip: Path
) -> None:
    more = tmp_path / "more"
    more.mkdir()
    (more / "letter.mp3").write_text("this is a letter, not music")
    (more / "note.txt").write_text("A walrus keeps its pebbles in a row. " * 20)
    page = library_page(open_page())
    page = press(page, "Add the folder")
    assert "Type where it lies." in texts(page)
    page.text_input(key="folder-to-add").set_value(str(more))
    press(page, "Add the folder")  # one click sends what was typed
    page = wait(page, copy)
    told = re.compile(r"1 added, 0 updated, 0 unchanged, 1 failed \(letter\.mp3: (.+)\); the lib")
    [reason] = [found[1] for found in map(told.search, texts(page)) if found]
    assert len(reason) > 10
    follow(page, "note.txt")  # as it is called, not as its document is
    assert page.subheader[0].value == "note"
    page = library_page(page)
    assert failures(page) == ["letter.mp3"]
    assert "note" in listed(page)
    page = press(page, "Hide this")
    assert not any("1 added" in text for text in texts(page))
    page = library_page(open_page())  # the failures are the library's, not the visit's
    assert failures(page) == ["letter.mp3"]
    [told] = [text for text in texts(page) if ":small[In " in text]
    assert f"**letter.mp3**: {reason}" in told and "then try again" in told
    shutil.copy(clip, more / "letter.mp3")
    page = wait(press(page, "Try again"), copy)
    assert any("1 added, 0 updated" in text for text in texts(page)) and not failures(page)


def test_languages_are_found_out_and_what_an_english_library_misses_is_told(
    copy: Path, open_page: Visit, tmp_path: Path
) -> None:
    more = tmp_path / "more"
    more.mkdir()
    for number in range(5):
        said = f"Das ist die Folge {number}, und wir reden heute nicht über den Hafen von Hamburg."
        (more / f"folge-{number}.txt").write_text(said, encoding="utf-8")
    page = library_page(open_page())
    page.text_input(key="folder-to-add").set_value(str(more))
    page = wait(press(page, "Add the folder"), copy)
    assert any("most of this library is in 'de', and its text" in text for text in texts(page))
    store = LibraryStore.open(copy)
    languages = {d.language for d in store.catalog.documents() if d.name.startswith("folge")}
    store.close()
    assert languages == {"de"}


def failures(page: AppTest) -> list[str]:
    """The files in the one list of those that failed."""
    told = [e.value for e in page.markdown if ":small[In " in e.value]
    return [n.replace("\\", "") for n in re.findall(r"^\*\*(.+?)\*\*: ", "\n".join(told), re.M)]


def test_dismissed_failures_are_listed_again_once_they_are_others(
    copy: Path, open_page: Visit, tmp_path: Path
) -> None:
    bad, worse = tmp_path / "letter.mp3", tmp_path / "note.mp3"
    for file in (bad, worse):
        file.write_text("Dear all, this is no music")
    refused = str(copy / tasks.UPLOADS / "upload.mp3")
    failed = {str(bad): "no sound", str(worse): "no sound", refused: "no sound"}
    tasks.remember_refused(copy, failed)
    page = library_page(open_page())
    assert set(failures(page)) == {"letter.mp3", "note.mp3", "upload.mp3"}
    page.button(key=f"dismiss-{bad}").click()
    page = assert_no_error(page.run())
    assert set(failures(page)) == {"note.mp3", "upload.mp3"}
    assert "1 failure dismissed" in texts(page)
    page = press(page, "Dismiss all")
    page = library_page(open_page())  # the library remembers it, not the visit
    assert not failures(page) and "3 failures dismissed" in texts(page)
    tasks.remember_refused(copy, failed)  # the same files fail as before, one is uploaded anew
    assert failures(library_page(open_page())) == ["upload.mp3"]
    worse.write_text("Dear all, this is no music either")
    tasks.remember_refused(copy, {str(bad): "it is empty"})
    page = library_page(open_page())
    assert set(failures(page)) == {"letter.mp3", "note.mp3", "upload.mp3"}
    page = press(page, "Dismiss all")
    assert len(failures(press(page, "List again"))) == 3


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("s3://talks/a.mp3", "another machine"),
        ("/nowhere/at all/a.mp3", "connect the drive"),
        ("{library}/recordings/a.mp3", "add the file once more"),
        ("{library}/a.mp3", "bring it back"),
    ],
)
def test_what_to_do_is_apt_for_where_a_failed_file_lies(
    tmp_path: Path, path: str, said: str
) -> None:
    assert said in advice(path.replace("{library}", str(tmp_path)), tmp_path)


def test_uploads_that_are_refused_stay_in_the_list_of_failures(
    copy: Path, open_page: Visit
) -> None:
    page = library_page(open_page())
    page.file_uploader(key="uploads").set_value([("letter.mp3", b"Dear all, hello", "audio/mpeg")])
    assert_no_error(page.run())
    page = press(page, "Add the files")
    assert failures(page) == ["letter.mp3"] and jobs.find(str(copy)) is None
    assert failures(library_page(open_page())) == ["letter.mp3"]


def test_an_adding_that_is_stopped_says_neutrally_what_is_searchable_and_goes_on(
    copy: Path, open_page: Visit, tmp_path: Path
) -> None:
    more = tmp_path / "more"
    more.mkdir()
    for name in ("one", "two", "three"):
        (more / f"{name}.txt").write_text(f"A walrus keeps its {name} pebbles in a row. " * 20)
    job = jobs.Job("Adding")
    jobs._jobs()[str(copy)] = job
    report = job.report

    def stopping(text: str, share: float) -> None:
        if job.so_far and job.so_far.stored:
            job.stop()
        report(text, share)

    job.report = stopping  # type: ignore[method-assign]
    job.run(partial(tasks.add, folder=copy, paths=[more], asr="auto"))
    page = library_page(open_page())
    stored = job.so_far.stored
    assert 0 < stored < 3
    [notice] = [info.value for info in page.info if "Stopped" in info.value]
    assert notice.startswith(f"Stopped: {stored} of 3 stored and searchable.")
    assert not page.error and not page.warning
    assert len(listed(page)) == 4 + stored
    page = wait(press(page, "Go on"), copy)
    assert len(listed(page)) == 7


def test_outcomes_are_in_the_order_in_which_files_ended_and_say_what_is_searchable() -> None:
    adding = Adding(Path("library"), names={"/x/two-5e1f.vtt": "two?.vtt"})
    adding.report.add("one", StoredFile("/x/one.mp3", "1", is_new=True))
    adding.collect()
    adding.report.failed["/x/bad.mp3"] = "no sound"
    adding.collect()
    adding.report.add("two", StoredFile("/x/two-5e1f.vtt", "2", is_new=False))
    adding.report.searchable = 1
    adding.collect()
    adding.collect()
    assert [(o.name, o.became, o.document) for o in adding.outcomes] == [
        ("one.mp3", "added", "1"),
        ("bad.mp3", "failed", ""),
        ("two?.vtt", "updated", "2"),
    ]
    assert [adding.is_searchable(place) for place in range(3)] == [True, False, False]


def test_nothing_is_made_where_there_is_nothing_to_add(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for source in (tmp_path / "empty", tmp_path / "nowhere"):
        job = jobs.Job("Adding")
        job.run(partial(tasks.add, folder=tmp_path / "mine", paths=[source], asr="auto"))
        assert "there are no recordings and no transcripts in" in job.error
        assert not (tmp_path / "mine").exists()


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
    left = listed(assert_no_error(page.run()))
    assert len(left) == 3 and "odd-words" not in left


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
    assert job.done and job.stopped and not job.error and job.share == pytest.approx(0.01)
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
        ("library", "0 recordings"),
        ("diagnostics", "nothing in this library can be measured"),
    ):
        turn_to(page, name)
        assert any(said in text for text in texts(assert_no_error(page.run()))), name
    turn_to(page, "search")
    assert_no_error(page.run()).text_input(key="typed").set_value("tea")
    page = press(page, "Search")
    assert page.info or page.error
