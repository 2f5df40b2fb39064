"""What a term of a query may be in an index: stems, joined and split compounds, prefixes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import islice, product

from indexer.base.contractions import POSSESSIVE, other_contractions
from indexer.base.names import spelt_out
from indexer.base.text_analysis import Token, analyse, exact_words, fold, stem
from indexer.base.writings import groups, other_writings
from indexer.index.lexical_shard import LexicalShard

# A prefix, or one word of a split, stands for at most so many words.
MAX_EXPANSIONS = 100
_WITHOUT_DOTS = re.compile(r"(?<![aeoq])([aou])e(?![aeiou])|(?<![aeiou])(a)a(?![aeiou])")
_AND = frozenset(("and", "n"))
# Words of fewer letters stand side by side and are not their whole: may be, no where.
_LEAST_JOINED = 4
# Ways to write a quoted phrase: its compounds with and without hyphens, its days, its numbers.
_MAX_WRITINGS = 16


class TermPhrases:
    """Looks up how the words of a query are written and stemmed in the shards of a snapshot.

    Args:
        shards: Of the snapshot.
        languages: Codes of the languages of its documents; empty for one that is not known.
    """

    def __init__(self, shards: Sequence[LexicalShard], languages: Sequence[str]) -> None:
        self._shards, self._languages = shards, languages
        # By term; a snapshot never changes.
        self._known: dict[str, list[str]] = {}

    def look_up(self, terms: Iterable[str]) -> None:
        """Read what several terms may be at once, and the postings of that; `phrases` follows."""
        whole = [term for term in terms if not term.endswith("*")]
        new = [term for term in whole if term not in self._known]
        words = {fold(token.word): None for term in new for token in analyse(term)}
        for shard in self._shards:
            shard.look_up(words)
        # Of known ones too: shards keep the postings of what was asked for last.
        stems = {p: None for term in whole for p in self.phrases(term) if " " not in p}
        for shard in self._shards:
            shard.load(stems)

    def phrases(self, term: str) -> list[str]:
        """Return the stems, or stems in a row, that a term stands for."""
        if term not in self._known:
            if term.endswith("*"):
                found = self._stems_of_prefix(term[:-1])
            else:
                tokens = analyse(term)
                found = self._stems_in_a_row(tokens)
                for written in other_writings(tokens, term):
                    found += self._stems_in_a_row(analyse(written))
                if len(tokens) == 1:
                    for spelling in self._other_spellings(tokens[0].word):
                        found += self._stems(spelling)
                    for parts in self._parts(fold(tokens[0].word)):
                        found += self._stems_in_a_row(analyse(parts))
                for token in tokens[-1:]:
                    if token.joined and token.of_compound == len(tokens):
                        found += self._stems(token.joined)
            self._known[term] = list(dict.fromkeys(found))
        return self._known[term]

    def _stems_of_prefix(self, prefix: str) -> list[str]:
        """Return the stems of the words that begin so."""
        words = exact_words(prefix)
        if not words:
            return []
        beginning = merge(*(shard.words_beginning(words[-1]) for shard in self._shards))
        stems: dict[str, None] = {}
        for _, found in beginning:
            stems[found] = None
            if len(stems) == MAX_EXPANSIONS:
                break
        return list(stems)

    def _stems_in_a_row(self, tokens: Sequence[Token]) -> list[str]:
        if len(tokens) == 1:
            return self._stems(tokens[0].word)
        return [
            " ".join(stem(t.word, language or None) for t in tokens) for language in self._languages
        ]

    def _stems(self, word: str) -> list[str]:
        """Return the stems of a word: as it is indexed, and by the rules of each language.

        Typed without accents, it may have another stem than it has in the index.
        """
        known = sorted({each for shard in self._shards for each in shard.stems_of(fold(word))})
        return [*known, *(stem(word, language or None) for language in self._languages)]

    def expression(self, phrase: str) -> str:
        """Return what finds the exact words of a phrase in FTS5; empty for one without words.

        Args:
            phrase: A text; its last word is a beginning of words where it ends in `*`.
        """
        tokens = analyse(phrase)
        ways = list(islice(product(*self._writings(tokens, phrase)), _MAX_WRITINGS))
        ending = "*" if phrase.endswith("*") else ""
        return " OR ".join(quoted(f"{' '.join(way)}{ending}") for way in ways if way)

    def _writings(self, tokens: Sequence[Token], phrase: str) -> Iterator[list[str]]:
        """Yield for each word, compound or group the ways in which the library may write it."""
        place = len(tokens)
        together = {end: first for first, end in groups(tokens, phrase)}
        found: list[list[str]] = []
        while place:
            token = tokens[place - 1]
            first = together.get(place, place - token.of_compound)
            parts = [fold(t.word) for t in tokens[first:place]]
            ways = [" ".join(parts)]
            if token.joined and self._is_word(fold(token.joined)):
                ways.append(fold(token.joined))
            if len(parts) == 1:
                ways += self._parts(parts[0])
                ways += self._other_spellings(token.word)
                ways += self._other_words(token, phrase)
                if place > 1 and (pair := self._as_one(tokens[place - 2 : place], len(tokens))):
                    first, ways = place - 2, pair
            for written in other_writings(tokens[first:place], phrase):
                ways.append(" ".join(exact_words(written)))
            found.append(ways)
            place = first
        yield from reversed(found)

    def _other_spellings(self, word: str) -> list[str]:
        """Return how the library writes a word on keyboards without its letters, or with them.

        Müller is looked for as Mueller too; Mueller as Müller, where nobody writes it so.
        """
        spelt = fold(spelt_out(word))
        if spelt != (exact := fold(word)):
            return [spelt] if self._is_word(spelt) else []
        with_dots = _WITHOUT_DOTS.sub(r"\1\2", exact)
        if with_dots == exact or self._is_word(exact) or not self._is_word(with_dots):
            return []
        return [with_dots]

    def _other_words(self, token: Token, phrase: str) -> Iterator[str]:
        """Yield how else a word of a phrase may be written: Wendys, rock and roll, do not."""
        exact = fold(token.word)
        possessor = phrase[token.start : token.end].lower().endswith(POSSESSIVE)
        if possessor and self._is_word(f"{exact}s"):
            yield f"{exact}s"
        if exact in _AND:
            yield from _AND - {exact}
        for written in other_contractions([token.word]):
            yield " ".join(exact_words(written))

    def _as_one(self, pair: Sequence[Token], n_words: int) -> list[str]:
        """Return the ways to write two words of a phrase of which one is to write them as one.

        `firefighter` for `fire fighter`; `we're` for `we are`, in a phrase that says more: without
        its apostrophe it is another word.
        """
        if any(token.of_compound > 1 for token in pair):
            return []
        words = [token.word for token in pair]
        found = [fold(each) for each in other_contractions(words)] if n_words > 2 else []
        joined = fold("".join(words))
        if min(map(len, words)) >= _LEAST_JOINED and self._is_word(joined):
            found.append(joined)
        if not found:
            return []
        apart = product(*([fold(w), *self._other_spellings(w)] for w in words))
        return [*map(" ".join, apart), *found]

    def _is_word(self, exact: str) -> bool:
        return any(shard.stems_of(exact) for shard in self._shards)

    def _parts(self, exact: str) -> list[str]:
        """Return the words, in one string each, that a joined word is written as somewhere."""
        return sorted({parts for shard in self._shards for parts in shard.parts_of(exact)})


def quoted(term: str) -> str:
    """Write a term, or words in a row, as an FTS5 string; no term holds a quote."""
    return f'"{term[:-1]}"*' if term.endswith("*") else f'"{term}"'
