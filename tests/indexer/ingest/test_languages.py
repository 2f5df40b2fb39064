"""The language of a recording is found out where nobody names it, also where it switches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hilbert.encoders.protocols import Guide, WindowTranscript, Word
from indexer.base.errors import QueryError
from indexer.base.types import Segment
from indexer.encoders import Encoders
from indexer.index.fulltext_index import FulltextIndex
from indexer.index.fulltext_writer import write_fulltext_index
from indexer.index.segment_table import SegmentTable
from indexer.ingest.analysed import AnalysedDocument
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings, draft_document, parse_settings
from indexer.ingest.segment import segment_languages
from indexer.ingest.source import Source
from indexer.search.filters import Filters, allowed
from indexer.store.catalog import Catalog, Document
from indexer.store.supplements import Supplement
from indexer.transcripts import read_transcript

pytestmark = pytest.mark.usefixtures("models")  # of the detector of speech

Samples = NDArray[np.float32]
SAID = {
    "de": "Der Zug fährt heute nicht nach Hamburg, weil die Brücke gesperrt ist.",
    "fr": "Le train ne va pas à Lyon aujourd'hui parce que le pont est fermé.",
}


class Polyglot:
    """A recogniser of several languages, and encoders; it notes what it was told of windows."""

    name, fingerprint, width, tokens_per_second, multilingual = "polyglot", "p", 2, 2.0, True

    def __init__(self, *languages: str) -> None:
        self.languages = list(languages)
        self.sure = 0.9
        self.guides: list[Guide] = []

    def transcribe(
        self, windows: Sequence[Samples], language: str = "en"
    ) -> list[WindowTranscript]:
        return self.transcribe_guided(windows, [Guide(language)] * len(windows))

    def transcribe_guided(
        self, windows: Sequence[Samples], guides: Sequence[Guide]
    ) -> list[WindowTranscript]:
        self.guides += guides
        found = []
        for window, guide in zip(windows, guides, strict=True):
            language = self.languages.pop(0) if guide.detect else guide.language
            texts = SAID.get(language, "Nobody knows.").split()
            step = len(window) / 16_000 / (len(texts) + 1)
            words = tuple(Word(w, i * step, i * step + step / 2) for i, w in enumerate(texts))
            tokens = np.ones((max(1, len(window) // 8_000), 2), np.float32)
            sure = self.sure if guide.detect else None
            found.append(WindowTranscript(tokens, words, -0.1, 0.0, language, sure))
        return found

    def encode(self, texts: Sequence[object], kind: str = "document") -> Samples:
        return np.ones((len(texts), 2), np.float32)


class All(Encoders):
    def __init__(self, polyglot: Polyglot) -> None:
        self.speech = self.text = self.recogniser = polyglot  # type: ignore[misc, assignment]

    def recogniser_for(self, asr: str) -> Polyglot:  # type: ignore[override]
        return self.text  # type: ignore[return-value]


def analysed(
    polyglot: Polyglot, source: Source, language: str = "auto", transcript: Path | None = None
) -> AnalysedDocument:
    read = read_transcript(transcript) if transcript else None
    return draft_document(source, read, All(polyglot), parse_settings("auto", language)).document


def test_the_language_of_most_words_is_that_of_the_recording_and_others_of_their_segments(
    tmp_path: Path, excerpt: Callable[[Path, float, float], Path]
) -> None:
    talk = excerpt(tmp_path / "talk.wav", 0, 75)
    polyglot = Polyglot("de", "fr", "de", "de", "de")
    done = analysed(polyglot, Source(talk, None))
    assert done.language == "de"
    french = [s for i, s in enumerate(done.segments) if done.segment_languages.get(i) == "fr"]
    assert len(french) == 1 and french[0].text == SAID["fr"]
    assert len(done.segments) > len(french)


def test_a_language_in_doubt_is_told_and_that_of_the_library_is_expected(
    tmp_path: Path, excerpt: Callable[[Path, float, float], Path]
) -> None:
    source = Source(excerpt(tmp_path / "talk.wav", 0, 6), None)
    polyglot = Polyglot("fr", "fr")
    settings = replace(parse_settings("auto", "auto"), expected="de")
    sure = draft_document(source, None, All(polyglot), settings).document
    polyglot.sure = 0.3
    doubtful = draft_document(source, None, All(polyglot), settings).document
    assert {guide.language for guide in polyglot.guides} == {"de"}
    assert not any("in doubt" in warning for warning in sure.warnings)
    [warning] = [warning for warning in doubtful.warnings if "in doubt" in warning]
    assert "taken for 'fr', which sounds 30% probable" in warning and "--language" in warning


def test_a_language_that_is_named_is_not_found_out(
    tmp_path: Path, excerpt: Callable[[Path, float, float], Path]
) -> None:
    talk = excerpt(tmp_path / "talk.wav", 0, 6)
    for source, language in (
        (Source(talk, None, {"language": "de-AT"}), "auto"),
        (Source(talk, None), "de"),
    ):
        polyglot = Polyglot()
        assert analysed(polyglot, source, language).language == "de"
        assert {(g.language, g.detect) for g in polyglot.guides} == {("de", False)}


def test_a_transcript_tells_its_language_by_its_words(tmp_path: Path) -> None:
    written = tmp_path / "talk.txt"
    written.write_text(f"{SAID['fr']}\n" * 3, encoding="utf-8")
    assert analysed(Polyglot(), Source(None, written), transcript=written).language == "fr"
    assert analysed(Polyglot(), Source(None, written), "en", written).language == "en"


def test_names_of_vocabulary_table_and_tags_are_told_the_recogniser(
    tmp_path: Path, excerpt: Callable[[Path, float, float], Path]
) -> None:
    talk = excerpt(tmp_path / "talk.wav", 0, 6)
    (tmp_path / "vocabulary.txt").write_text("Kubernetes # a program\n\n etcd \n", "utf-8")
    row = {"speaker": "Anna Mulder; Ben Okri", "title": "The quorum of Raft"}
    polyglot = Polyglot("en")
    analysed(polyglot, Source(talk, None, row))
    (guide,) = set(polyglot.guides)
    assert guide.names[:5] == ("Kubernetes", "etcd", "Anna Mulder", "Ben Okri", row["title"])
    found = scan([tmp_path])
    assert [source.path.name for source in found.sources] == ["talk.wav"]


def test_an_endless_vocabulary_is_cut(
    tmp_path: Path, excerpt: Callable[[Path, float, float], Path]
) -> None:
    talk = excerpt(tmp_path / "talk.wav", 0, 6)
    (tmp_path / "vocabulary.txt").write_text("x" * 500 + "\n" + "Ann\nBob\n" * 500, "utf-8")
    polyglot = Polyglot("en")
    analysed(polyglot, Source(talk, None))
    assert polyglot.guides[0].names == ("Ann", "Bob")


def test_what_is_no_language_is_refused() -> None:
    assert parse_settings("auto", "auto") == ProcessSettings(detect=True)
    with pytest.raises(QueryError, match="nor auto"):
        parse_settings("auto", "nolanguage")


def test_a_segment_has_the_language_of_most_of_its_words() -> None:
    segments = [Segment(20.0 * i, 20.0 * i + 20, "...", i, i + 1) for i in range(3)]
    stretches = [((0.0, 25.0), "de"), ((25.0, 39.0), "fr"), ((41.0, 60.0), "de")]
    assert segment_languages(segments, stretches, "de") == {1: "fr"}
    assert segment_languages(segments, [((0.0, 60.0), "de")], "de") == {}


def test_a_segment_in_another_language_is_filtered_and_stemmed_by_that(tmp_path: Path) -> None:
    texts = ["Die Häuser stehen am Fluss.", "The houses stand at the river.", "Zwei Bäume."]
    document = Document(
        *("a" * 64, "talk", "talk", None, None, None, "de", 60.0, "/t.opus", None, None),
        *("asr", "x.safetensors", ()),
    )
    catalog = Catalog(tmp_path / "catalog.sqlite", create=True)
    segments = [Segment(20.0 * i, 20.0 * i + 20, t, i, i + 1) for i, t in enumerate(texts)]
    with catalog.transaction():
        catalog.put_document(document, [], segments, Supplement(languages={1: "en"}))
    before = catalog.content_sha256(document.id)
    write_fulltext_index(tmp_path / "lexical.sqlite", catalog, catalog.documents())
    with catalog.transaction():
        catalog.put_document(document, [], segments, Supplement(languages={1: "fr"}))
    assert catalog.content_sha256(document.id) != before
    catalog.close()
    lexical = FulltextIndex(tmp_path / "lexical.sqlite")
    assert lexical.languages == ("de", "en")
    table = SegmentTable(lexical)
    assert allowed(Filters(languages=("en",)), table).tolist() == [False, True, False]
    assert allowed(Filters(languages=("de",)), table).tolist() == [True, False, True]
    assert (lexical.scores(["house"]) > 0).tolist() == [False, True, False]
    assert (lexical.scores(["haus"]) > 0).tolist() == [True, False, False]
    assert replace(Filters(), languages=("fr",)) and lexical.n_segments == 3
