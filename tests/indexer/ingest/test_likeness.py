"""A document that was renamed and changed is matched with what it was, and with nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.base.types import TIMED, Cue
from indexer.ingest.likeness import match_changed, word_pairs
from indexer.store.catalog import Catalog, Document

VOCABULARY = [f"{a}{b}" for a in ("ta", "mo", "ri", "ske", "plu") for b in "abcdefghijklmnop"]


def document(name: str, *, recording: bool = False, seconds: float = 60.0) -> Document:
    path = f"/talks/{name}"
    recorded, written = (path, None) if recording else (None, path)
    id_ = f"{random.Random(name).getrandbits(256):064x}"
    return Document(
        *(id_, Path(name).stem, name, None, None, None, "en", seconds, recorded, written),
        *(None, TIMED, "x", ()),
    )


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return Catalog(tmp_path_factory.mktemp("catalog") / "catalog.sqlite", create=True)


def put(catalog: Catalog, texts: dict[Document, str]) -> None:
    """Make the catalog hold these documents alone."""
    with catalog.transaction():
        for before in catalog.documents():
            catalog.remove_document(before.id)
        for one, text in texts.items():
            cues = [Cue(sentence, None, None) for sentence in text.split(". ")]
            catalog.put_document(one, cues, [])


def talk(rng: random.Random, words: int) -> list[str]:
    return [rng.choice(VOCABULARY) for _ in range(words)]


@pytest.mark.slow
@given(st.integers(0, 10**6), st.integers(30, 300), st.floats(0, 0.15))
def test_each_edited_talk_finds_itself_among_others(
    catalog: Catalog, seed: int, words: int, share: float
) -> None:
    rng = random.Random(seed)
    texts: dict[Document, str] = {}
    pairs = []
    for number in range(3):
        said = talk(rng, words)
        edited = [rng.choice(VOCABULARY) if rng.random() < share else w for w in said]
        before, after = document(f"old{number}.vtt"), document(f"new{number}.vtt")
        texts |= {before: " ".join(said), after: " ".join(edited)}
        pairs.append((before, after))
    put(catalog, texts)
    olds, news = [b for b, _ in pairs], [a for _, a in pairs][::-1]
    assert match_changed(olds, news, catalog) == {a.id: b.id for b, a in pairs}


@pytest.mark.slow
@given(st.integers(0, 10**6), st.integers(20, 300), st.integers(20, 300), st.booleans())
def test_different_talks_are_not_matched_not_even_of_one_name(
    catalog: Catalog, seed: int, left: int, right: int, of_one_name: bool
) -> None:
    rng = random.Random(seed)
    before = document("old.vtt")
    after = document("new/old.vtt" if of_one_name else "new.vtt")
    put(catalog, {before: " ".join(talk(rng, left)), after: " ".join(talk(rng, right))})
    assert match_changed([before], [after], catalog) == {}


@pytest.mark.parametrize(
    ("before", "after", "matched"),
    [
        (document("a.mp3", recording=True), document("a.m4a", recording=True, seconds=61), True),
        (document("a.mp3", recording=True), document("a.m4a", recording=True, seconds=80), False),
        (document("a.mp3", recording=True), document("b.m4a", recording=True), False),
        (document("a.mp3", recording=True), document("a.vtt"), False),
        (document("a.vtt"), document("a.mp3", recording=True), True),
    ],
)
def test_recordings_without_words_are_matched_by_name_and_length(
    catalog: Catalog, before: Document, after: Document, matched: bool
) -> None:
    put(catalog, {before: "", after: ""})
    assert bool(match_changed([before], [after], catalog)) == matched


def test_words_of_scripts_without_spaces_are_compared(catalog: Catalog) -> None:
    before, after = document("before.vtt"), document("after.vtt")
    text = "四川菜以麻辣著称。豆腐要切成小块。先放花椒再放辣椒。"
    put(catalog, {before: text, after: text.replace("小块", "大块")})
    assert match_changed([before], [after], catalog) == {after.id: before.id}
    assert word_pairs(["Word"]) == {("word", "word")} and not word_pairs([""])
