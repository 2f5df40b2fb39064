"""What is marked in what was found: what a query asks for, and no word that says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.base.types import Segment
from indexer.index.fulltext_index import FulltextIndex
from indexer.index.fulltext_writer import write_fulltext_index
from indexer.search.marks import languages_of, marked_words
from indexer.search.query_parser import parse_query
from indexer.store.catalog import Catalog, Document

# As many documents of each language as there are texts; the most are in English.
TEXTS = {
    "en": ["The water does something else.", "To be or not to be.", "The Who and the kubelet."],
    "de": ["Das Wasser macht etwas anderes.", "Was wird hier gesagt?"],
    "fr": ["L'eau fait autre chose."],
    "ru": ["Вода делает что-то другое."],
    "ar": ["الماء يفعل شيئا آخر في البحر."],
    "he": ["המים עושים משהו אחר."],
    "zh": ["什么是黑洞？黑洞是一个天体。"],
    "th": ["น้ำทะเลเค็มและเย็น"],
}


@pytest.fixture(scope="module")
def lexical(tmp_path_factory: pytest.TempPathFactory) -> FulltextIndex:
    folder = tmp_path_factory.mktemp("marks")
    catalog = Catalog(folder / "catalog.sqlite", create=True)
    with catalog.transaction():
        for language, texts in TEXTS.items():
            for n, text in enumerate(texts):
                document = Document(
                    *(f"{language}{n}".ljust(64, "0"), language, language, None, None, None),
                    *(language, 20.0, "/talk.opus", None, None, "asr", "x.safetensors", ()),
                )
                catalog.put_document(document, [], [Segment(0.0, 20.0, text, 0, 1, timed=True)])
    write_fulltext_index(folder / "lexical.sqlite", catalog, catalog.documents())
    catalog.close()
    return FulltextIndex(folder / "lexical.sqlite")


@pytest.mark.parametrize(
    ("query", "marked", "others"),
    [
        (
            "does somebody say something else about the water",
            "water",
            "does somebody say something else",
        ),
        (
            "what did the research say about free fire",
            "research free fire",
            "what did say about the",
        ),
        ("to be or not to be", "to be or not", ""),
        ("something else", "something else", ""),
        ('concerts of "the who"', "the-who concerts", "the who of"),
        ('"to be or not to be"', "to-be-or-not-to-be", "to be or not"),
        ("what is kube*", "kubelet", "what is"),
        ("the water -something", "water", "the something"),
        ("was wird über das Wasser gesagt", "wasser", "was wird das"),
        (
            "pourquoi est-ce que quelqu'un parle de l'eau",
            "eau",
            "pourquoi est-ce que quelquun de",
        ),
        ("что кто-то говорит о воде", "воде", "что кто-то кто о"),
        ("ماذا قال عن الماء", "الماء", "ماذا قال عن"),
        ("מה על המים", "המים", "מה על"),
        ("什么是黑洞", "黑-洞", "什-么 么-是"),
        ("อะไรและที่เย็น", "เ-ย-็-น", "อ-ะ-ไ-ร แ-ล-ะ ร-แ-ล-ะ"),
    ],
)
def test_only_what_says_something_is_marked(
    lexical: FulltextIndex, query: str, marked: str, others: str
) -> None:
    languages = languages_of(lexical.documents())
    assert languages[:2] == ["en", "de"]
    parsed = parse_query(query)
    found = marked_words(
        parsed.text, parsed.terms, lexical, languages, (*parsed.phrases, *parsed.quoted)
    )
    assert _words(marked) <= found
    assert not _words(others) & found


@pytest.mark.parametrize(
    ("said", "marked"),
    [
        ("you know, it does something else, the", ""),  # typed, "something else" is marked
        ("and into one bucket goes the water", "1 bucket water"),  # not "into one"
        ("es wird hier gesagt", ""),
        ("что кто-то говорит о воде", "воде вода говорит"),
    ],
)
def test_of_what_is_said_everyday_words_are_never_marked(
    lexical: FulltextIndex, said: str, marked: str
) -> None:
    languages = languages_of(lexical.documents())
    terms = parse_query(said).terms
    assert marked_words(said, terms, lexical, languages, spoken=True) == _words(marked)


@pytest.mark.parametrize("spoken", [False, True])
def test_a_library_in_which_nothing_is_said_is_asked_without_an_error(
    tmp_path: Path, spoken: bool
) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite", create=True)
    write_fulltext_index(tmp_path / "lexical.sqlite", catalog, [])
    catalog.close()
    silent = FulltextIndex(tmp_path / "lexical.sqlite")
    assert marked_words("the walrus", ["the", "walrus"], silent, ["en"], spoken=spoken) <= {
        "walrus"
    }


def _words(listed: str) -> set[str]:
    """Words, those that stand in a row joined by hyphens."""
    return {word.replace("-", " ") for word in listed.split()}
