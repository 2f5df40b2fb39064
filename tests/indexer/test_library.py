"""The front door: a library from Python, as the README shows it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from indexer import Filters, Library, LibraryError, QueryError
from indexer.encoders import MULTILINGUAL_TEXT, Encoders
from indexer.index.library_store import LibraryStore
from indexer.search.searcher import Searcher
from tests.sharing import copy_library

TALK = "1\n00:00:01,000 --> 00:00:08,000\nThe lost suitcase stood in the hall of the hotel.\n"


@pytest.fixture
def library(library_copy: LibraryStore) -> Library:
    return Library(library_copy)


def test_a_library_is_made_filled_searched_and_closed(
    empty_library_folder: Path, encoders: Encoders, tmp_path: Path
) -> None:
    (tmp_path / "talks").mkdir()
    (tmp_path / "talks" / "suitcase.srt").write_text(TALK)
    (tmp_path / "talks" / "broken.srt").write_text("1\n00:00:0x --> 00:00:08,000\nOh.\n")
    folder = tmp_path / "library"
    copy_library(empty_library_folder, folder)  # spares the test the loading of models
    with Library.open(folder, create=True) as library:
        library.store.encoders = encoders
        report = library.add(tmp_path / "talks")
        assert report.added == ["suitcase"]
        assert list(report.failed) == [str(tmp_path / "talks" / "broken.srt")]
        result = library.search("lost suitcase", limit=5)
        assert [(hit.name, hit.start, hit.end) for hit in result] == [("suitcase", 1.0, 8.0)]
        assert len(result) == 1
        assert json.loads(json.dumps(result.to_dict()))["hits"][0]["text"] == result[0].text
        assert [document.name for document in library.documents()] == ["suitcase"]
        (removed,) = library.remove("suit")
        assert (removed.name, library.documents()) == ("suitcase", [])
    with pytest.raises(Exception, match="closed"):
        library.documents()


def test_a_folder_without_a_library_is_refused_unless_one_is_to_be_made(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="there is no library here"):
        Library.open(tmp_path / "nothing")


@pytest.mark.slow
def test_the_language_of_a_new_library_chooses_how_its_words_are_read(tmp_path: Path) -> None:
    with Library.open(tmp_path / "de", create=True, language="German") as library:
        assert library.store.encoders.settings.text == MULTILINGUAL_TEXT
    with Library.open(tmp_path / "de", create=True) as again:
        assert again.store.encoders.settings.text == MULTILINGUAL_TEXT
    with pytest.raises(QueryError, match="'Klingonish' is no language code such as en or de"):
        Library.open(tmp_path / "no", create=True, language="Klingonish")
    assert not (tmp_path / "no").exists()


def test_a_search_is_that_of_the_searcher_which_is_kept_until_the_library_changes(
    library: Library, searcher: Searcher
) -> None:
    filters = Filters(documents=("why-tides-lag",))
    found = library.search("the moon", limit=3, filters=filters)
    same = searcher.search("the moon", k=3, filters=filters)
    assert [hit.segment for hit in found.hits] == [hit.segment for hit in same.hits]
    assert found.documents[0].document == same.documents[0].document
    # The session of a process that lives longer is optimised, and rounds otherwise.
    assert found.hits[0].score == pytest.approx(same.hits[0].score, abs=1e-6)
    before = library.searcher()
    assert library.searcher() is before
    library.remove("how-vaccines-teach")
    assert library.searcher() is not before
    assert "how-vaccines-teach" not in {d.name for d in library.searcher().documents.values()}


def test_similar_takes_a_name_an_id_or_a_beginning_that_fits_no_other(library: Library) -> None:
    document = library.document("why-tides-lag")
    by_name = [hit.segment for hit in library.similar("why-tides-lag", at=20.0).hits]
    assert by_name
    for name in (document.id, document.id[:10], "why-ti"):
        assert [hit.segment for hit in library.similar(name, at=20.0).hits] == by_name
    whole = library.similar("why-tides-lag", limit=2)
    assert len(whole.hits) == 2 and all(hit.document != document.id for hit in whole.hits)
    with pytest.raises(LibraryError, match="several documents"):
        library.similar("how-")
    with pytest.raises(LibraryError, match="no document"):
        library.similar("why-not")


def test_a_library_is_evaluated_by_a_file_of_queries(library: Library, tmp_path: Path) -> None:
    queries = tmp_path / "queries.jsonl"
    line = {"query": "high water comes late", "document": "why-tides-lag", "start": None}
    queries.write_text(json.dumps({**line, "end": None}) + "\n")
    report = library.evaluate(queries)
    assert (report.queries, report.missing, report.failed) == (1, (), ())
    assert report.document["auto"]["mrr@10"] == 1.0
    queries.write_text('{"query": "tea"}\n')
    with pytest.raises(QueryError, match='line 1: needs a "document"'):
        library.evaluate(queries)


def test_a_library_is_diagnosed(library: Library) -> None:
    diagnosis = library.diagnose(intervals=False)
    assert diagnosis.documents == len(library.documents())
    assert 0 <= diagnosis.before["separability"] <= 1


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ("library.search('tea', channel='smell')", "no channel 'smell'"),
        ("library.search('tea', limit=0)", "at least 1"),
        ("library.search()", "the query is empty"),
        ("library.add('.', language='klingon')", "no language code"),
        ("library.add('.', asr='perhaps')", "asr is auto, never"),
    ],
)
def test_arguments_are_checked_before_a_model_is_loaded(
    empty_library_folder: Path, small_library: LibraryStore, call: str, says: str
) -> None:
    code = (
        "import sys\nfrom indexer import HilbertError, Library\n"
        f"library = Library.open({str(small_library.folder)!r})\n"
        f"try:\n    {call}\n"
        "except HilbertError as error:\n    print(error)\n"
        "print({'torch', 'sentence_transformers', 'faster_whisper'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    message, loaded = done.stdout.strip().split("\n")
    assert says in message
    assert loaded == "set()"
