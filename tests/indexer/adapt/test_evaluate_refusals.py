"""What cannot be evaluated is named, in one line."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from indexer.adapt.evaluate import EvalQuery, evaluate, known_items
from indexer.base.errors import LibraryError
from indexer.encoders import Encoders
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.run import index
from indexer.maintenance.manage import remove
from indexer.search.searcher import Searcher
from tests.in_process import call


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("tea", "line 2: not JSON"),
        ("[1]", "line 2: not an object"),
        ('{"document": "a"}', 'line 2: needs a "query", in quotes'),
        ('{"query": " ", "document": "a"}', 'line 2: needs a "query"'),
        ('{"query": 5, "document": "a"}', 'line 2: needs a "query"'),
        ('{"query": "tea"}', 'line 2: needs a "document", in quotes'),
        ('{"query": "tea", "document": "a", "start": 5, "end": 5}', '"start" first'),
        ('{"query": "tea", "document": "a", "start": 9, "end": 5}', '"start" first'),
        ('{"query": "tea", "document": "a", "start": 5}', "or both null"),
        ('{"query": "tea", "document": "a", "start": "5", "end": 6}', "must be seconds"),
        ('{"query": "tea", "document": "a", "start": NaN, "end": 6}', "must be seconds"),
        ('{"query": "tea", "document": "a", "start": -1, "end": 6}', "must be seconds"),
        ('{"query": "tea", "document": "a", "start": false, "end": true}', "must be seconds"),
        ('{"query": "tea", "document": "a", "start": 1, "end": 1e999}', "must be seconds"),
        ("[" * 100_000, "line 2: not JSON"),
    ],
)
def test_a_line_that_is_no_question_is_named(
    small_library: LibraryStore, tmp_path: Path, line: str, says: str
) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text('{"query": "tea", "document": "a"}\n' + line + "\n")
    status, output, errors = call("evaluate", "-l", small_library.folder, "--queries", queries)
    assert (status, output) == (2, "") and errors.count("\n") == 1
    assert errors.startswith("hilbert: ") and says in errors


@pytest.mark.parametrize("option", ["--queries", "--clips"])
def test_a_file_that_is_missing_or_empty_is_named(
    small_library: LibraryStore, tmp_path: Path, option: str
) -> None:
    (tmp_path / "empty.jsonl").write_text("\n \n")
    (tmp_path / "latin.jsonl").write_bytes(b'{"query": "caf\xe9"}')
    for name, status, says in (
        ("gone.jsonl", 1, "gone.jsonl"),
        ("empty.jsonl", 2, "empty.jsonl is empty"),
        ("latin.jsonl", 1, "latin.jsonl"),
    ):
        command = ("evaluate", "-l", small_library.folder, option, tmp_path / name)
        found, output, errors = call(*command)
        assert (found, output) == (status, "") and errors.count("\n") == 1
        assert errors.startswith("hilbert: ") and says in errors


def test_queries_may_come_from_a_pipe(small_library: LibraryStore, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    line = '{"query": "why tides lag", "document": "why-tides-lag"}\n'
    writer = threading.Thread(target=pipe.write_text, args=[line], daemon=True)
    writer.start()
    status, output, errors = call("evaluate", "-l", small_library.folder, "--queries", pipe)
    assert status == 0 and "auto" in output, errors
    writer.join()


@pytest.mark.parametrize("option", ["--queries", "--clips"])
def test_what_has_no_sensible_size_is_refused(
    small_library: LibraryStore, tmp_path: Path, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("evaluate", "-l", small_library.folder, option)
    (tmp_path / "long.jsonl").write_text('{"query": "tea", "document": "a"}\n' * 60_000)
    monkeypatch.setenv("HILBERT_LIMITS", "transcript_megabytes=1")
    for path, says in (
        (Path("/dev/zero"), "larger than 1 MB"),
        (tmp_path, "Is a directory"),
        (tmp_path / "long.jsonl", "larger than 1 MB"),
    ):
        status, output, errors = call(*command, path)
        assert (status, output) == (1, "") and errors.count("\n") == 1 and says in errors


def test_a_library_without_documents_cannot_be_evaluated(
    empty_library_folder: Path, encoders: Encoders, tmp_path: Path
) -> None:
    status, output, errors = call("evaluate", "-l", empty_library_folder)
    assert (status, output) == (1, "") and "nothing is indexed" in errors
    (tmp_path / "talks").mkdir()
    (tmp_path / "talks" / "one.txt").write_text("Seven ships came in before the storm.\n")
    library = LibraryStore.create(tmp_path / "library")
    library.encoders = encoders
    index(library, scan([tmp_path / "talks"]), ProcessSettings())
    remove(library, ["one"])
    with pytest.raises(LibraryError, match="holds no documents; index recordings first"):
        evaluate(Searcher(library), [EvalQuery("one", text="ships")])
    with pytest.raises(LibraryError, match="holds no documents; index recordings first"):
        known_items(Searcher(library))
