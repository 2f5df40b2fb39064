"""What is written about documents is found as it is typed, by the chain that analyses speech."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.base.types import Chapter, Segment
from indexer.index.fulltext_index import FulltextIndex
from indexer.index.fulltext_writer import write_fulltext_index
from indexer.index.metadata_index import MetadataIndex, MetadataMatch
from indexer.store.catalog import Catalog, Document
from indexer.store.supplements import DESCRIPTION, Supplement

# Name, title, speaker, label, what is said in each segment.
DOCUMENTS = [
    (
        "s2-0417",
        "The Long Thaw: Notes from Kangerlussuaq",
        "Zoë Łuczak",
        "climate",
        ["Ice", "Wind"],
    ),
    ("s2-0418", "Thank you very much", None, "climate", ["The long thaw is what we study."]),
    ("interview_brøndby", "interview_brøndby", "Pádraig O'Malley", "sport", ["Thank you", "Goal"]),
    ("s2-0420", "Part 2 - Slow Bread", "Ines Duarte", "food", ["Thank you very much, all of you"]),
    ("s2-0421", "Quiet", None, "food", ["It was so quiet, and the long wait began."]),
    ("s2-0422", "Rivers", None, None, ["Water goes down", "A bridge", "And the sea"]),
]
CHAPTERS = (Chapter("Spring flood", 0.0, 20.0), Chapter("The estuary", 20.0, None))


def write(path: Path) -> Path:
    catalog = Catalog(path.with_name("catalog.sqlite"), create=True)
    with catalog.transaction():
        for place, (name, title, speaker, label, texts) in enumerate(DOCUMENTS):
            segments = [
                Segment(20.0 * i, 20.0 * i + 20, text, i, i + 1, timed=True)
                for i, text in enumerate(texts)
            ]
            facts = {DESCRIPTION: "Brought to you by Fjordkayak."} if name == "s2-0421" else {}
            about = Supplement((), CHAPTERS if name == "s2-0422" else (), facts)
            document = Document(
                *(f"{place:064x}", name, title, None, speaker, label, "en", 60.0),
                *(f"/talks/{name}.opus", f"/talks/{name}.vtt", None, "timed", "x", ()),
            )
            catalog.put_document(document, [], segments, about)
    write_fulltext_index(path, catalog, catalog.documents())
    catalog.close()
    return path


@pytest.fixture(scope="module")
def metadata(tmp_path_factory: pytest.TempPathFactory) -> MetadataIndex:
    return MetadataIndex(FulltextIndex(write(tmp_path_factory.mktemp("index") / "lexical.sqlite")))


def ranked(metadata: MetadataIndex, query: str, terms: tuple[str, ...] = ()) -> list[MetadataMatch]:
    return sorted(metadata.matches(query, terms), key=lambda match: -match.score)


def best(metadata: MetadataIndex, query: str) -> tuple[str, str]:
    match = ranked(metadata, query)[0]
    return DOCUMENTS[int(match.document, 16)][0], match.field


@given(st.sampled_from(DOCUMENTS), st.sampled_from([str.upper, str.lower, str.title, str]))
def test_a_title_or_file_name_typed_in_any_case_is_a_full_match(
    metadata: MetadataIndex, document: tuple, case: type[str]
) -> None:
    name, title = document[:2]
    for typed in (title, f"{title}?", title.replace(":", " -"), name, f"{name}.vtt"):
        match = ranked(metadata, case(typed))[0]
        assert match.score == 1 and DOCUMENTS[int(match.document, 16)][0] == name, typed


@pytest.mark.parametrize(
    ("query", "name", "field"),
    [
        ("the long thaw", "s2-0417", "part of the title"),
        ("Notes from Kangerlussuaq", "s2-0417", "part of the title"),
        ("slow bread", "s2-0420", "part of the title"),
        ("kangerlussuaq", "s2-0417", "title"),
        ("interview_brondby.opus", "interview_brøndby", "file name"),
        ("zoe luczak", "s2-0417", "speaker"),
        ("Padraig O’Malley", "interview_brøndby", "speaker"),
        ("what did Ines Duarte say about waiting", "s2-0420", "speaker"),
        ("did omalley play", "interview_brøndby", "speaker"),
        ("Ines Duarde", "s2-0420", "speaker"),  # misspelt, and said nowhere
        ("fjordkayak", "s2-0421", "description"),
        ("spring floods", "s2-0422", "chapter"),
    ],
)
def test_what_is_typed_finds_the_text_that_it_names(
    metadata: MetadataIndex, query: str, name: str, field: str
) -> None:
    assert best(metadata, query) == (name, field)


@given(st.text(max_size=40), st.sampled_from(['"', "*", "NEAR(a b)", "a AND", "-", "{", "\\", ""]))
def test_any_text_can_be_typed(metadata: MetadataIndex, text: str, sign: str) -> None:
    for match in metadata.matches(f"{text}{sign}", (f"{text}*",)):
        assert 0 < match.score <= 1


def test_a_chapter_has_its_times(metadata: MetadataIndex) -> None:
    match = ranked(metadata, "the estuary")[0]
    assert (match.field, match.start, match.end) == ("chapter", 20.0, None)


def test_words_that_only_happen_to_be_in_a_title_are_next_to_nothing(
    metadata: MetadataIndex,
) -> None:
    for query in ("how are you", "who baked the cake for the long table of the second party"):
        assert all(match.score < 0.2 for match in metadata.matches(query, ())), query
    assert metadata.matches("bridge", ()) == ()


def test_what_many_documents_have_counts_only_where_nothing_else_is_asked(
    metadata: MetadataIndex,
) -> None:
    alone = ranked(metadata, "climate")
    assert [match.field for match in alone] == ["label", "label"]
    within = [m for m in metadata.matches("climate in my own garden", ()) if m.field == "label"]
    assert all(match.score < alone[0].score / 2 for match in within)


def test_the_beginning_of_a_word_is_found(metadata: MetadataIndex) -> None:
    assert ranked(metadata, "kangerl", ("kangerl*",))[0].field == "title"
    assert metadata.matches("kangerl", ("kangerl",)) == ()


def test_a_file_of_an_earlier_version_gets_metadata(tmp_path: Path) -> None:
    path = write(tmp_path / "lexical.sqlite")
    db = sqlite3.connect(path)
    db.executescript("DROP TABLE metadata; DROP TABLE metadata_words; PRAGMA user_version = 3;")
    db.close()
    metadata = MetadataIndex(FulltextIndex(path))
    assert best(metadata, "the long thaw") == ("s2-0417", "part of the title")
    assert metadata.matches("fjordkayak", ()) == ()  # stood in the catalog alone


def test_a_later_version_of_the_analysis_keeps_descriptions(tmp_path: Path) -> None:
    path = write(tmp_path / "lexical.sqlite")
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 3")
    db.close()
    fulltext = FulltextIndex(path)
    assert best(MetadataIndex(fulltext), "fjordkayak") == ("s2-0421", "description")
    assert np.count_nonzero(fulltext.document_scores(["fjordkayak"])) == 1
