"""Contractions stand for two words, and two words for a contraction."""

from __future__ import annotations

import pytest

from indexer.base.contractions import other_contractions


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("don't", "do not"),
        ("won't", "will not"),
        ("i'll", "i will"),
        ("they're", "they are"),
        ("it's", "it is"),
        ("it's", "it has"),
        ("she'd", "she would"),
        ("can't", "can not"),
        ("let's", "let us"),
    ],
)
def test_each_is_the_other(short: str, long: str) -> None:
    assert long in other_contractions([short])
    assert short in other_contractions(long.split())


def test_cannot_is_one_word_and_a_contraction() -> None:
    assert set(other_contractions(["cannot"])) == {"can't", "can not"}


def test_what_lacks_its_apostrophe_is_another_word() -> None:
    assert other_contractions(["were"]) == other_contractions(["ill"]) == []
    assert other_contractions(["not", "do"]) == []
