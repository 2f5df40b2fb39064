"""The vocabulary of a `lexical.sqlite` that is being written, and texts as numbers of its rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.base.contractions import POSSESSIVE
from indexer.base.sound_key import sound_key
from indexer.base.text_analysis import MAX_PHRASE, Token, fold, phrase_length, stem

Numbers = NDArray[np.int32]

# `name` is 1 for a word that is always written with a capital letter, `parts` are the words that
# `joined` was written as. `document_words` lists, for each document, the ids of its rows of
# `vocabulary`, doubled, plus 1 where it is written in small letters, and those of `compounds`.
VOCABULARY_SCHEMA = (
    """CREATE TABLE vocabulary (
        id INTEGER PRIMARY KEY, word TEXT NOT NULL, language TEXT NOT NULL, stem TEXT NOT NULL,
        name INTEGER NOT NULL, sound TEXT NOT NULL
    )""",
    "CREATE INDEX vocabulary_by_word ON vocabulary (word)",
    "CREATE INDEX vocabulary_by_stem ON vocabulary (stem)",
    "CREATE TABLE compounds (id INTEGER PRIMARY KEY, joined TEXT NOT NULL, parts TEXT NOT NULL)",
    "CREATE INDEX compounds_by_joined ON compounds (joined)",
    """CREATE TABLE document_words (
        document INTEGER PRIMARY KEY, words BLOB NOT NULL, compounds BLOB NOT NULL
    )""",
)
VOCABULARY_TABLES = ("vocabulary", "compounds", "document_words")


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """That of a file that was written.

    Attributes:
        forms: Row to exact word, language and stem.
        compounds: Row to a joined exact word and its parts.
    """

    forms: Mapping[int, tuple[str, str, str]]
    compounds: Mapping[int, tuple[str, str]]


@dataclass(frozen=True)
class AnalysedDocument:
    """The words of a document as a file has them that was written.

    Attributes:
        lines: Of its segments in order, then of its description; see `VocabularyWriter.read`.
        words: Its row of `document_words`.
        compounds: Likewise.
        vocabulary: Of that file, which these name rows of.
    """

    lines: Sequence[Numbers]
    words: Numbers
    compounds: Numbers
    vocabulary: Vocabulary


class VocabularyWriter:
    """Numbers the forms of words, from 1: what is written alike in a language and has one stem.

    Attributes:
        words: The exact word of each form, by its number.
        stems: All stems, by their numbers.
    """

    def __init__(self) -> None:
        self.words: list[str] = [""]
        self.stems: list[str] = []
        self._forms: dict[tuple[str, str, str], int] = {}
        self._of_written: dict[tuple[str, str], int] = {}
        self._stems: dict[str, int] = {}
        self._stem_of: list[int] = [0]
        self._lengths: list[float] = [0.0]
        self._small: set[int] = set()
        self._compounds: dict[tuple[str, str], int] = {}
        self._taken: dict[Vocabulary, Numbers] = {}
        # Of the document that is being read; see `document_words`.
        self._listed: set[int] = set()
        self._listed_compounds: set[int] = set()

    def read(self, text: str, tokens: Sequence[Token], language: str) -> Numbers:
        """Return the words of a text as forms, doubled, joined ones plus 1 behind their parts.

        Args:
            text: Of the document that is being read.
            tokens: Of it.
            language: ISO 639 code, empty where it is not known.
        """
        line: list[int] = []
        exact: list[int] = []
        for token in tokens:
            form = self._form_of(token.word, language)
            exact.append(form)
            line.append(2 * form)
            self._listed.add(2 * form + text[token.start].islower())
            if token.joined:
                joined = self._form_of(token.joined, language)
                line.append(2 * joined + 1)
                self._listed.add(2 * joined + 1)
                parts = " ".join(self.words[each] for each in exact[-token.of_compound :])
                self._add_compound((self.words[joined], parts))
            elif text[token.start : token.end].endswith(POSSESSIVE):
                exact_word = self.words[form]  # found as Wendys, too; Wendy's is a name
                self._add_compound((f"{exact_word}s", exact_word))
        return np.array(line, np.int32)

    def take(self, document: AnalysedDocument) -> list[Numbers]:
        """Return the lines of a document in the numbers of this writer, as `read` would."""
        vocabulary = document.vocabulary
        if vocabulary not in self._taken:
            self._taken[vocabulary] = np.zeros(1 + max(vocabulary.forms, default=0), np.int32)
        numbers = self._taken[vocabulary]
        every, first = np.unique(_joined(document.lines) >> 1, return_index=True)
        for form in every[np.argsort(first)].tolist():
            if not numbers[form]:
                numbers[form] = self._form(*vocabulary.forms[form])
        self._listed.update((2 * numbers[document.words >> 1] + (document.words & 1)).tolist())
        for compound in document.compounds.tolist():
            self._add_compound(vocabulary.compounds[compound])
        return [2 * numbers[line >> 1] + (line & 1) for line in document.lines]

    def stems_of(self, line: Numbers) -> Numbers:
        """Return the numbers of the stems of a line; those of joined words stand behind.

        So a phrase of stems does not cross them.
        """
        stem_of = self._stem_of
        ordered = np.concatenate([line[line & 1 == 0], line[line & 1 == 1]]) >> 1
        return np.array([stem_of[form] for form in ordered.tolist()], np.int32)

    def first_words(self, forms: Sequence[int]) -> list[int]:
        """Return as many forms as a phrase may have: one that crosses a boundary fits around it."""
        return list(self._within_phrase(forms))

    def end_document(self, db: sqlite3.Connection, number: int) -> None:
        """Write the row of `document_words` of what was read since the last one."""
        self._small.update(listed >> 1 for listed in self._listed if listed & 1)
        rows = [
            np.array(sorted(listed), np.int32).tobytes()
            for listed in (self._listed, self._listed_compounds)
        ]
        db.execute("INSERT INTO document_words VALUES (?, ?, ?)", [number, *rows])
        self._listed.clear()
        self._listed_compounds.clear()

    def write(self, db: sqlite3.Connection) -> None:
        """Write the tables, which are there, within a transaction."""
        forms = {number: form for form, number in self._forms.items()}
        small = {forms[number][:2] for number in self._small}
        db.executemany(
            "INSERT INTO vocabulary VALUES (?, ?, ?, ?, ?, ?)",
            (
                (number, word, language, stem, (word, language) not in small, sound_key(word))
                for number, (word, language, stem) in forms.items()
            ),
        )
        db.executemany(
            "INSERT INTO compounds VALUES (?, ?, ?)",
            ((number, *compound) for compound, number in self._compounds.items()),
        )

    def _within_phrase(self, forms: Sequence[int]) -> Iterator[int]:
        length = 0.0
        for form in forms:
            length += self._lengths[form]
            if length > MAX_PHRASE:
                return
            yield form

    def _form_of(self, word: str, language: str) -> int:
        """Number a word as `indexer.base.text_analysis.analyse` gives it."""
        form = self._of_written.get((word, language))
        if form is None:
            form = self._form(fold(word), language, stem(word, language or None))
            self._of_written[word, language] = form
        return form

    def _form(self, word: str, language: str, stem: str) -> int:
        form = self._forms.setdefault((word, language, stem), len(self.words))
        if form == len(self.words):
            self.words.append(word)
            self._lengths.append(phrase_length([word]))
            number = self._stems.setdefault(stem, len(self.stems))
            self._stem_of.append(number)
            if number == len(self.stems):
                self.stems.append(stem)
        return form

    def _add_compound(self, compound: tuple[str, str]) -> None:
        number = self._compounds.setdefault(compound, 1 + len(self._compounds))
        self._listed_compounds.add(number)


def _joined(lines: Sequence[Numbers]) -> Numbers:
    return np.concatenate([np.zeros(0, np.int32), *lines])
