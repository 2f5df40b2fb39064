"""Marks: which words of what was found are highlighted for a query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from indexer.base.languages import language_code
from indexer.base.scripts import UNSPACED
from indexer.base.text_analysis import exact_words
from indexer.base.word_lists import function_words
from indexer.index.document_words import inverse_document_frequency
from indexer.index.fulltext_index import FulltextIndex
from indexer.index.records import IndexedDocument

# Words below this share of the query's highest IDF weight, such as "the", are not marked; of what
# is spoken, those below this share of the weight of a word that is said once in the library.
_LEAST_WEIGHT = 0.4
# Of a document that names no language, as stems are (`indexer.base.text_analysis.stem`).
_USUAL_LANGUAGE = "en"


def languages_of(documents: Iterable[IndexedDocument]) -> list[str]:
    """List the languages of some documents by code, that of most documents first."""
    codes = (language_code(document.language) or _USUAL_LANGUAGE for document in documents)
    return [code for code, _ in Counter(codes).most_common()]


def marked_words(
    text: str,
    terms: Sequence[str],
    lexical: FulltextIndex,
    languages: Sequence[str],
    phrases: Sequence[str] = (),
    *,
    spoken: bool = False,
) -> frozenset[str]:
    """Return what stands for a query in the texts of a library, to be marked there.

    Function words (`does`, `something`, `else`) say nothing by themselves: they are marked only
    within a quoted phrase, or where a typed query has no others (`to be or not to be`). Nor are
    words that this library holds everywhere. What was said instead of typed names nothing by its
    everyday words, however few others there are: nothing may be left to mark.

    Args:
        text: What was typed or said (`indexer.search.query.Query.words`).
        terms: What is looked up of it (`indexer.search.query.Query.terms`).
        lexical: Full text of the library.
        languages: In which a query may be, the likeliest first.
        phrases: Quoted in the query, as they were typed.
        spoken: Whether the query is what is said in a clip or in a moment.

    Returns:
        Exact words, and such in a row (`gpt 4`).
    """
    empty = _function_terms(text, terms, languages)
    content = [term for term in terms if term not in empty]
    whole = {word for phrase in phrases if (word := " ".join(exact_words(phrase)))}
    if content:
        weights = {term: lexical.weight([term]) for term in content}
        n_segments = lexical.n_segments  # none, where nothing is said in the library
        rarest = inverse_document_frequency(n_segments, min(1, n_segments))
        least = _LEAST_WEIGHT * (rarest if spoken else max(weights.values()))
        content = [term for term in content if weights[term] >= least]
    elif not whole and not spoken:
        content = list(terms)
    return frozenset(whole.union(*map(lexical.spellings, content)))


def _function_terms(text: str, terms: Sequence[str], languages: Sequence[str]) -> set[str]:
    """Return the terms that are function words of the language of which a query has most."""
    run = "".join(exact_words(text))
    found = (_listed_terms(run, terms, function_words(language)) for language in languages)
    return max(found, key=len, default=set())


def _listed_terms(run: str, terms: Sequence[str], listed: frozenset[str]) -> set[str]:
    """Return the terms that are listed words, or that only such make up.

    Between words without spaces, terms are all pieces of a text: of `什么是黑洞` also `么是`.

    Args:
        run: All exact words of the text, written together.
        terms: See `marked_words`.
        listed: See `function_words`.
    """
    exact = {term: exact_words(term) for term in terms}
    found = {t for t, w in exact.items() if " ".join(w) in listed or _all_listed(w, listed)}
    pieces = {t: "".join(w) for t, w in exact.items() if t not in found and UNSPACED.match(t)}
    if pieces:
        covered = _covered(run, {word.replace(" ", "") for word in listed if UNSPACED.match(word)})
        found |= {t for t, piece in pieces.items() if piece and not _shows(piece, run, covered)}
    return found


def _all_listed(words: Sequence[str], listed: frozenset[str]) -> bool:
    """Return whether only listed words make up a term, numbers behind them aside: `into one`."""
    without = [word for word in words if not word.isdecimal()]
    return bool(without) and all(word in listed for word in without)


def _covered(run: str, listed: set[str]) -> list[bool]:
    """Return which characters of a text without spaces belong to a listed word."""
    covered = [False] * len(run)
    longest = max(map(len, listed), default=0)
    for start in range(len(run)):
        for end in range(min(start + longest, len(run)), start, -1):
            if run[start:end] in listed:
                covered[start:end] = [True] * (end - start)
                break
    return covered


def _shows(piece: str, run: str, covered: Sequence[bool]) -> bool:
    """Return whether a piece has a character that belongs to no listed word, somewhere."""
    start = run.find(piece)
    while start >= 0:
        if not all(covered[start : start + len(piece)]):
            return True
        start = run.find(piece, start + 1)
    return False
