"""A library of made speech, parted by episode into what is learned from and what is not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.index.library_store import LibraryStore
from indexer.store.catalog import Document
from tools.speech_corpus.collection import place_in_order
from tools.speech_corpus.errors import SpeechError
from tools.speech_corpus.real import REAL_LABELS

# Shares of the episodes. The test documents of 30 hours hold 800 segments and more.
TEST_SHARE = 0.18
VALIDATION_SHARE = 0.07


@dataclass(frozen=True)
class Corpus:
    """Documents by what they are for; an episode is on one side only, all its excerpts with it.

    Attributes:
        learn: made speech to learn from, in the order in which it was made.
        real: real speech to learn from.
        validation: these choose the epoch whose weights are kept.
        test: nothing is chosen by these.
    """

    learn: list[Document]
    real: list[Document]
    validation: list[Document]
    test: list[Document]

    def first_hours(self, hours: float) -> list[Document]:
        """The made speech to learn from that was made first: so many hours, or all there is."""
        chosen, seconds = [], 0.0
        for document in self.learn:
            if seconds >= hours * 3600:
                break
            chosen.append(document)
            seconds += document.seconds
        return chosen


def read_corpus(library: LibraryStore) -> Corpus:
    """Part the documents of a library of what `tools/speech_corpus` made.

    Raises:
        SpeechError: a side has no documents.
    """
    documents = library.catalog.documents()
    corpus = part(documents)
    if not (corpus.learn and corpus.validation and corpus.test):
        raise SpeechError(
            f"{library.folder} holds too little made speech to part ({len(documents)} documents); "
            "index a folder that tools/speech_corpus made"
        )
    return corpus


def part(documents: Sequence[Document], seed: int = 0) -> Corpus:
    """Part documents by a hash of their episode: what is made later changes no document's side.

    Args:
        documents: made speech, and real speech by its label.
        seed: what the speech was made with; fixes the order.
    """
    corpus = Corpus([], [], [], [])
    for document in sorted(documents, key=lambda d: place_in_order(d.name, seed)):
        if document.label in REAL_LABELS:
            corpus.real.append(document)
            continue
        place = side_share(episode_of(document.name))
        if place < TEST_SHARE:
            corpus.test.append(document)
        elif place < TEST_SHARE + VALIDATION_SHARE:
            corpus.validation.append(document)
        else:
            corpus.learn.append(document)
    return corpus


def episode_of(name: str) -> str:
    """`SHOW-EPISODE` of an excerpt's name `SHOW-EPISODE-NUMBER`."""
    return name.rpartition("-")[0]


def hours_of(documents: Sequence[Document]) -> float:
    """Hours of recordings."""
    return sum(document.seconds for document in documents) / 3600


def side_share(episode: str) -> float:
    """A place from 0 to 1 by a hash."""
    return int(hashlib.sha256(f"side/{episode}".encode()).hexdigest()[:12], 16) / 16**12
