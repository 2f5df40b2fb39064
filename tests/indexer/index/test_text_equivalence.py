"""What is written in two ways is found in both, quoted, typed and excluded; nothing else is."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indexer.base.text_analysis import query_terms
from indexer.index.fulltext_index import FulltextIndex
from indexer.index.fulltext_tables import VERSION, write_words
from indexer.index.fulltext_writer import RECORDS_SCHEMA

coined_words = st.text("bklmz", min_size=3, max_size=8)
han = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA0), min_size=2, max_size=12)


def write_texts(path: Path, texts: Sequence[str], language: str = "en") -> Path:
    """Write each text as a document of one segment, whose id is its place."""
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
    db.execute("BEGIN")
    for statement in RECORDS_SCHEMA:
        db.execute(statement)
    for place, text in enumerate(texts):
        id_ = f"{place:02d}"
        document = (id_, id_, id_, id_, None, None, None, language, 9.0, "x")
        db.execute(f"INSERT INTO documents VALUES ({','.join('?' * 10)})", document)
        segment = (place, id_, 0, 0.0, 9.0, text, "", "")
        db.execute(f"INSERT INTO segments VALUES ({','.join('?' * 8)})", segment)
    write_words(db)
    db.execute("COMMIT")
    db.close()
    return path


def indexed(texts: Sequence[str], language: str = "en") -> FulltextIndex:
    with TemporaryDirectory() as folder:  # the file stays readable while it is open
        return FulltextIndex(write_texts(Path(folder) / "lexical.sqlite", texts, language))


def typed(index: FulltextIndex, query: str) -> set[int]:
    scores = index.scores(query_terms(query), fuzzy=False).tolist()
    return {s.id for s, score in zip(index.segments(), scores, strict=True) if score}


def check_one(forms: Sequence[str], others: Sequence[str] = ()) -> None:
    """Any of some forms finds a text with any of them, and none of the others."""
    index = indexed([f"so {form}, then" for form in (*forms, *others)])
    every = set(range(len(forms)))
    for form in forms:
        assert index.segments_with_phrase(form) == every, form
        assert index.segments_with_phrase(f"so {form} then") == every, form
        assert typed(index, form) >= every, form
    for other in others:
        assert not index.segments_with_phrase(other) & every, other


@settings(max_examples=15, deadline=None)
@given(coined_words, coined_words, coined_words)
def test_joined_and_hyphenated_words_find_each_other(one: str, two: str, three: str) -> None:
    assume(len({one, two, three, one + two}) == 4 and three not in one + two)
    check_one([f"{one}{two}", f"{one}-{two}", f"{one.title()}\u2010{two}"], [f"{one} {three}"])
    index = indexed([f"{one}-{two}-{three}", f"{one}{two}{three}", f"{one} {two} {three}"])
    assert index.segments_with_phrase(f"{one} {two} {three}") == {0, 2}
    assert index.segments_with_phrase(f"{one}{two}{three}") == {0, 1, 2}


@settings(max_examples=15, deadline=None)
@given(coined_words, st.integers(2, 99))
def test_letters_with_digits_find_each_other(word: str, number: int) -> None:
    check_one([f"{word}{number}", f"{word.upper()}-{number}", f"{word} {number}"], [f"{word}1"])


@settings(max_examples=15, deadline=None)
@given(coined_words, coined_words)
def test_a_sign_makes_another_word(letters: str, word: str) -> None:
    check_one([f"{letters[0]}++", f"{letters[0].upper()}++"], [letters[0], f"{letters[0]}#"])
    assert typed(indexed([f"{letters[0]} and {word}"]), f"{letters[0]}++") == set()


@settings(max_examples=15, deadline=None)
@given(coined_words, st.sampled_from(["s", "ed", "ing"]))
def test_quoted_words_are_no_stems_and_typed_ones_are(word: str, ending: str) -> None:
    assume(word[-1] not in "z" and word[-1] != word[-2])
    texts = [f"a{word}", f"a{word}{ending}"]
    index = indexed(texts)
    assert index.segments_with_phrase(texts[0]) == {0}
    assert index.segments_with_phrase(texts[1]) == {1}
    assert typed(index, texts[0]) == typed(index, texts[1]) == {0, 1}


@settings(max_examples=15, deadline=None)
@given(han, st.data())
def test_any_part_of_a_run_is_found_in_it(run: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(run) - 1))
    part = run[start : data.draw(st.integers(start + 1, len(run)))]
    index = indexed([run, run[::-1]])
    assert 0 in index.segments_with_phrase(part)
    assert (1 in index.segments_with_phrase(part)) == (part in run[::-1])
    assert 0 in typed(index, part)


@pytest.mark.parametrize(
    ("language", "text", "query"),
    [
        ("de", "Er wird kündigen", "kundigung"),
        ("de", "Die Häuser am Hafen", "haus"),
        ("es", "la educación pública", "educacion publicas"),
        ("fr", "les chevaux qu’ils mangèrent", "manger"),
        ("ru", "новые книги", "книга"),
        ("th", "กินข้าวกับแมว", "แมว"),
    ],
)
def test_typed_words_find_those_of_the_language(language: str, text: str, query: str) -> None:
    assert typed(indexed([text], language), query) == {0}


def test_words_joined_elsewhere_are_one_within_a_phrase() -> None:
    index = indexed(["send an e-mail to the state of the art lab", "an email today", "an e mail"])
    assert index.segments_with_phrase("an email") == {0, 1, 2}
    assert index.segments_with_phrase("an e-mail today") == {1}
    assert index.segments_with_phrase("state-of-the-art lab") == {0}


def test_a_file_of_another_analysis_is_analysed_anew_once(tmp_path: Path) -> None:
    path = write_texts(tmp_path / "lexical.sqlite", ["twenty twenty three", "the news"])
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("DROP TABLE exact")
    db.execute("PRAGMA user_version = 0")
    db.close()
    before = path.read_bytes()
    assert FulltextIndex(path).segments_with_phrase("2023") == {0}
    made = sorted(p.name for p in tmp_path.iterdir())
    assert made == [f"lexical-{VERSION}.sqlite", "lexical.sqlite"]
    assert path.read_bytes() == before
    assert FulltextIndex(path).segments_with_phrase("new") == set()


@pytest.mark.parametrize(
    "text",
    [
        "fog " * 2500,
        " ".join(f"{first}{second}ab" for first in "bcdfghklmnprst" for second in "aeiou" * 20),
        "x'" * 5000,
        "a.b-" * 2500,
        "寿" * 10_000,
        "def f(x): return {'a': [x ** 2, \"b\"]}\n" * 250,
        "https://example.org/a/b?c=d&e=%20f#g " * 260,
        "שלום عالم 😀 ½ﬁ " * 600,
    ],
)
def test_a_long_query_is_answered_by_its_rarest_words(text: str) -> None:
    index = indexed(["the fog beetle", "the tea"])
    terms = query_terms(text)
    matched = index.matched_terms(terms, [0, 1])
    assert len(matched) <= 64
    held = set().union(*matched.values())
    assert [score > 0 for score in index.scores(terms, fuzzy=False)] == [0 in held, 1 in held]
