"""A document is found by its name, id, path, or by a beginning that fits no other."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from indexer.base.errors import LibraryError
from indexer.store.document_names import named_document


@dataclass(frozen=True)
class Doc:
    id: str
    name: str
    path: str


TIDES = Doc("ab12" * 16, "why-tides-lag", "/talks/why-tides-lag.opus")
TIDE = Doc("cd34" * 16, "why-tides", "/talks/why-tides.opus")
VIOLIN = Doc("ab99" * 16, "How a Violin Sings", "/talks/How a Violin Sings.opus")
TWIN = Doc("ef56" * 16, "How a Violin Sings", "/old/How a Violin Sings.opus")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("why-tides-lag", TIDES),
        ("why-tides", TIDE),  # exact, though another begins so
        ("why-tides-", TIDES),
        (TIDES.id, TIDES),
        ("ab12", TIDES),
        ("AB9", VIOLIN),
        ("/talks/why-tides.opus", TIDE),
        ("how a v", VIOLIN),
        ("why-tides.opus", TIDE),
        ("HOW A VIOLIN SINGS.opus", VIOLIN),
    ],
)
def test_a_name_finds_its_document(name: str, wanted: Doc) -> None:
    assert named_document([TIDES, TIDE, VIOLIN], name) == wanted


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("why", "several documents begin with 'why': ab12ab12ab12 (why-tides-lag"),
        ("ab", "several documents begin with 'ab'"),
        ("How a Violin Sings", "several documents are called 'How a Violin Sings'; use an id"),
        ("nobody", "no document is called 'nobody'"),
        ("", "no document is called ''"),
    ],
)
def test_a_name_of_none_or_of_several_is_refused_in_words(name: str, says: str) -> None:
    with pytest.raises(LibraryError) as refused:
        named_document([TIDES, TIDE, VIOLIN, TWIN], name)
    assert says in str(refused.value)


NFD = Doc("0123" * 16, "Gru\u0308ne Flut", "/talks/Gru\u0308ne Flut.mp3")
UPPER = Doc("4567" * 16, "GR\u00dcNE FLUT", "/talks/GR\u00dcNE FLUT.mp3")
LONGER = Doc("89ab" * 16, "Gr\u00fcne Flut 2", "/talks/Gr\u00fcne Flut 2.mp3")


@pytest.mark.parametrize(
    "name", ["Gr\u00fcne Flut", "gru\u0308ne flut", "/talks/gr\u00fcne flut.MP3"]
)
def test_names_in_another_unicode_form_or_case_are_one_name(name: str) -> None:
    assert named_document([TIDES, NFD, LONGER], name) == NFD


def test_an_exact_name_wins_and_similar_ones_are_refused_in_words() -> None:
    assert named_document([NFD, UPPER], "GR\u00dcNE FLUT") == UPPER
    with pytest.raises(LibraryError, match="several documents are called"):
        named_document([NFD, UPPER], "gr\u00fcne flut")
