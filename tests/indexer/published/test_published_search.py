"""A published library answers as the library itself does, whatever is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pymilvus", reason="needs the extra milvus (make test-extras)")

from indexer.base.errors import LibraryError, QueryError
from indexer.index.library_store import LibraryStore
from indexer.library import Library
from indexer.published import words
from indexer.published.address import read_address
from indexer.published.engine import Engine
from indexer.published.publish import publish
from indexer.published.store import open_published
from indexer.published.words import EngineWords
from indexer.search import evaluation
from indexer.search.filters import Filters
from indexer.search.results import SearchResult
from indexer.search.searcher import Searcher
from tests.conftest import RunHilbert
from tests.stores import serving

pytestmark = pytest.mark.extras
TYPED = (
    '"rocks, like tea" ocean',
    "violin -wood",
    "vacc* germ",
    "in:why-tides-lag water",
    "speaker:mira",
    "footsteps since:2001 until:2030",
    "longitud clok",
    "sound:music",
)


_TIMINGS = re.compile(r'"(search|open)": [\d.]+')


@dataclass(frozen=True)
class Both:
    """Searchers of a library and of what is published of it, and where that is.

    Attributes:
        here: Of the library.
        there: Of what is published, its words scored from the postings of the cache.
        ranked: The same, where the engine ranks by words, as those of servers do.
        store: Where.
    """

    here: Searcher
    there: Searcher
    ranked: Searcher
    store: Path


@pytest.fixture(scope="module")
def both(small_library: LibraryStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("published")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HILBERT_CACHE", str(folder / "cache"))
        address = read_address(str(folder / "store.db"))
        engine = Engine.connect(address, create=True)
        publish(small_library, engine, name="talks")
        library, ranked = open_published(address), open_published(address)
        library.encoders = ranked.encoders = small_library.encoders
        ranked.ranks_by_words = True
        searchers = [Searcher(each) for each in (small_library, library, ranked)]
        assert [s.snapshot.words is None for s in searchers] == [True, True, False]
        yield Both(*searchers, folder / "store.db")
        library.close()
        ranked.close()
        engine.close()


def score_few(patch: pytest.MonkeyPatch) -> None:
    """Let channels name candidates, as in a library of more than some thousand moments."""
    patch.setattr(evaluation, "MOST_SCORED", 4)
    patch.setattr(evaluation, "FIRST_CANDIDATES", 4)


class Asked(list[int]):
    """How many segments an engine named by words, each time that it was asked."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        super().__init__()
        best = EngineWords.best

        def count(self_: EngineWords, *arguments: Any) -> Any:
            found = best(self_, *arguments)
            self.append(len(found[0]))
            return found

        patch.setattr(EngineWords, "best", count)


def assert_same(here: SearchResult, there: SearchResult) -> None:
    """Compare two results: all but the time, and scores as far as half a unit of the last digit."""
    assert list(here.notes) == list(there.notes)
    for ours, theirs in ((here.hits, there.hits), (here.documents, there.documents)):
        assert len(ours) == len(theirs)
        assert [hit.score for hit in ours] == pytest.approx([h.score for h in theirs], abs=2e-6)
    assert [(h.document, h.segments, h.text, h.words) for h in here.hits] == [
        (h.document, h.segments, h.text, h.words) for h in there.hits
    ]
    for ours, theirs in zip(here.hits, there.hits, strict=True):
        assert dict(ours.channels) == pytest.approx(dict(theirs.channels), abs=2e-6)
    assert [d.document for d in here.documents] == [d.document for d in there.documents]


def demo_queries(demo_folder: Path, file: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (demo_folder / file).read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    "few", ["everything scored", "candidates scored", "candidates by words too"]
)
def test_typed_queries(
    few: str, both: Both, demo_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = both.ranked if "words" in few else both.there
    if few.startswith("candidates"):
        score_few(monkeypatch)
    asked = Asked(monkeypatch)
    texts = [each["query"] for each in demo_queries(demo_folder, "queries.jsonl")]
    answered = 0
    for text in (*texts, *TYPED):
        try:
            ours = both.here.search(text, k=5)
        except QueryError as error:  # of a filter that fits nothing: in the same words there
            with pytest.raises(QueryError, match=re.escape(str(error))):
                there.search(text, k=5)
            continue
        assert_same(ours, there.search(text, k=5))
        answered += 1
    assert answered > len(texts) + 4
    assert (len(asked) > 20 and max(asked) > 3) == ("words" in few)


def test_words_of_stems_that_share_dimensions_find_the_same(
    small_library: LibraryStore,
    both: Both,
    demo_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    score_few(monkeypatch)
    monkeypatch.setattr(words, "dimension_of", lambda stem: 1 + len(stem) % 5)
    monkeypatch.setenv("HILBERT_CACHE", str(tmp_path / "cache"))
    address = read_address(str(tmp_path / "store.db"))
    engine = Engine.connect(address, create=True)
    publish(small_library, engine, name="talks")
    library = open_published(address)
    library.encoders = small_library.encoders
    library.ranks_by_words = True
    asked, searcher = Asked(monkeypatch), Searcher(library)
    for each in demo_queries(demo_folder, "queries.jsonl")[::3]:
        assert_same(both.here.search(each["query"]), searcher.search(each["query"]))
    assert asked
    library.close()
    engine.close()


def test_an_engine_with_other_words_is_told(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    score_few(monkeypatch)
    snapshot = both.ranked.snapshot
    assert isinstance(snapshot.words, EngineWords)
    some = snapshot.words.best

    def less(*arguments: Any) -> Any:
        rows, sums = some(*arguments)
        return rows, sums / 2

    monkeypatch.setattr(snapshot.words, "best", less)
    with pytest.raises(LibraryError, match="the words in the store are not those"):
        both.ranked.search("the water of the ocean")


def test_a_server_answers_several_readers_and_ranks_by_words(
    small_library: LibraryStore,
    run_hilbert: RunHilbert,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HILBERT_CACHE", str(tmp_path / "cache"))
    with serving(tmp_path / "served.db") as uri:
        engine = Engine.connect(read_address(uri))
        publish(small_library, engine, name="talks")
        engine.close()
        score_few(monkeypatch)
        asked = Asked(monkeypatch)
        library = open_published(read_address(uri))
        library.encoders = small_library.encoders
        text = "why is the water in the ocean like a cup of tea"
        ours = Searcher(small_library).search(text)
        assert_same(ours, Searcher(library).search(text))
        assert asked  # without being told to
        # Another process has it open meanwhile.
        other = run_hilbert("search", "--store", uri, "--json", text)
        assert other.returncode == 0, other.stderr
        assert json.loads(other.stdout)["hits"][0]["text"] == ours.hits[0].text
        library.close()


def test_channels_and_filters(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    text, k = "how do memory cells make the second infection milder", 5
    score_few(monkeypatch)
    for channel in ("lexical", "text", "audio", "joint", "metadata", "rrf"):
        ours = both.here.search(text, channel=channel, k=k)
        assert_same(ours, both.there.search(text, channel=channel, k=k))
        assert_same(ours, both.ranked.search(text, channel=channel, k=k))
    speaker = next(d.speaker for d in both.here.documents.values() if d.speaker)
    for filters in (
        Filters(documents=("why-tides-lag", "fog-on-the-namib")),
        Filters(speakers=(speaker,)),
        Filters(since="2000"),
        Filters(min_seconds=60.0),
    ):
        ours = both.here.search(text, filters=filters, k=k)
        assert_same(ours, both.there.search(text, filters=filters, k=k))
        assert_same(ours, both.ranked.search(text, filters=filters, k=k))


def test_clips_and_neighbours(both: Both, demo_folder: Path) -> None:
    for clip in demo_queries(demo_folder, "clips.jsonl")[:2]:
        query = both.here.embed(clip=demo_folder / clip["clip"])
        assert_same(both.here.answer(query, 5), both.there.answer(query, 5))
        assert_same(both.here.answer(query, 5), both.ranked.answer(query, 5))
        document = next(d for d in both.here.documents.values() if d.name == clip["document"])
        for seconds in (None, 20.0):
            ours = both.here.similar(document.id, seconds, k=5)
            assert_same(ours, both.there.similar(document.id, seconds, k=5))


def test_the_front_door_opens_an_address(both: Both) -> None:
    text = "shooting the bridge"
    for address in (f"milvus://{both.store}", f"{both.store}#talks", str(both.store)):
        with Library.open(address) as library:
            library.store.encoders = both.here.library.encoders
            assert_same(both.here.search(text, k=3), library.search(text, limit=3))
            assert [d.name for d in library.documents()] == sorted(
                d.name for d in both.here.documents.values()
            )
            cues = library.transcript("why-tides-lag").cues
            assert cues == Library(both.here.library).transcript("why-tides-lag").cues


def test_the_command_searches_a_store_and_says_what_is_wrong_with_one(
    both: Both, run_hilbert: RunHilbert, tmp_path: Path
) -> None:
    text = "why is the water in the ocean like a cup of tea"
    # milvus-lite lets one process at a time open a file: this one has it.
    busy = run_hilbert("search", "--store", both.store, text)
    assert busy.returncode == 1 and "another program has it open" in busy.stderr
    missing = run_hilbert("search", "--store", tmp_path / "none.db", text)
    assert missing.returncode == 1 and "there is no store" in missing.stderr
    down = run_hilbert("search", "--store", "http://127.0.0.1:9", text)
    assert down.returncode == 1 and "no Milvus answers there" in down.stderr
    refused = run_hilbert("--offline", "search", "--store", "http://milvus.example", text)
    assert refused.returncode == 1 and "nothing may leave this machine" in refused.stderr
    for done in (busy, missing, down, refused):
        assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) == 1
    both_named = run_hilbert("search", "--store", both.store, "-l", tmp_path, text)
    assert both_named.returncode == 2 and "--store" in both_named.stderr
    assert run_hilbert("search", text).returncode == 2


def test_publish_and_search_from_the_command_line(
    run_hilbert: RunHilbert, tmp_path: Path, library_copy: LibraryStore, demo_folder: Path
) -> None:
    store = tmp_path / "other.db"
    env = {"HILBERT_CACHE": str(tmp_path / "cache")}
    published = run_hilbert("publish", "-l", library_copy.folder, "--to", store, env=env)
    assert published.returncode == 0, published.stderr
    assert f"generation 1 of 6 documents answers at {store}#copy now" in published.stdout
    again = run_hilbert("publish", "-l", library_copy.folder, "--to", store, "--json", env=env)
    assert json.loads(again.stdout)["written"] is False
    text = "who was late with the longitude"
    there = run_hilbert("search", "--store", store, "--json", text, env=env)
    here = run_hilbert("search", "-l", library_copy.folder, "--json", text)
    found = [json.loads(done.stdout)["hits"] for done in (there, here)]
    keys = ("document", "start", "end", "text", "words")
    assert [[h[k] for k in keys] for h in found[0]] == [[h[k] for k in keys] for h in found[1]]
    demo = [
        line for line in (demo_folder / "queries.jsonl").read_text("utf-8").splitlines() if line
    ]
    (tmp_path / "queries.jsonl").write_text("\n".join(demo[:3]), "utf-8")
    for verb, *arguments in (
        ("similar", "why-tides-lag@20", "--json"),
        ("transcript", "why-tides-lag", "--format", "vtt"),
        ("evaluate", "--queries", tmp_path / "queries.jsonl", "--json"),
    ):
        there = run_hilbert(verb, *arguments, "--store", store, env=env)
        here = run_hilbert(verb, *arguments, "-l", library_copy.folder)
        assert there.returncode == here.returncode == 0, there.stderr
        assert _TIMINGS.sub("", there.stdout) == _TIMINGS.sub("", here.stdout)
        refused = run_hilbert(verb, *arguments)
        assert refused.returncode == 2 and "--store names a published library" in refused.stderr
    wrong = run_hilbert("search", "--store", f"{store}#nothing", text, env=env)
    assert wrong.returncode == 1 and "no library is published as 'nothing'" in wrong.stderr
    assert "there: copy" in wrong.stderr
