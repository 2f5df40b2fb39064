"""A folder of talks that a person keeps, and the library that follows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexer.index.library_store import LibraryStore
from indexer.ingest.followed import scan_followed
from indexer.ingest.report import AddReport
from indexer.ingest.run import index_folders
from indexer.store.catalog import Document

TEXTS = {
    "bees": "The bees left the hive before noon. Nobody saw where the swarm had settled. In the "
    "evening it hung from the pear tree like a wet sack, and hummed.",
    "tides": "The moon pulls the water, yet the tide is late. A basin has a rhythm of its own. "
    "Harbours keep tables of that delay, which differ from coast to coast.",
    "bread": "Flour, water, salt and two days of patience make a loaf. The dough rises when it "
    "likes. Bake it hot at first, then cooler, until it sounds hollow.",
    "clocks": "A clock that goes at sea must not mind the cold. Harrison built four of them. The "
    "last one lost five seconds on the way to Jamaica and back.",
}


def vtt(text: str) -> str:
    """A transcript in which every sentence is a cue."""
    sentences = [sentence.strip() for sentence in text.split(". ")]
    cues = [
        f"00:00:{5 * i:02}.000 --> 00:00:{5 * i + 4:02}.000\n{sentence}\n"
        for i, sentence in enumerate(sentences)
    ]
    return "WEBVTT\n\n" + "\n".join(cues)


@dataclass
class Collection:
    """A folder of transcripts and its library."""

    folder: Path
    library: LibraryStore

    def write(self, place: str, text: str | None = None) -> Path:
        """Write a transcript; without a text that of the talk of this name."""
        path = self.folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(vtt(text or TEXTS[path.stem]), encoding="utf-8")
        return path

    def table(self, *rows: str, place: str = ".") -> Path:
        """Write the metadata file of a folder."""
        path = self.folder / place / "metadata.csv"
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return path

    def index(
        self,
        *paths: Path | str,
        prune: bool = False,
        language: str | None = None,
        asr: str | None = None,
    ) -> AddReport:
        """Run `hilbert index`, without paths where none are given."""
        scanned = scan_followed(self.library, paths, language=language, asr=asr)
        return index_folders(self.library, scanned, prune=prune)

    def documents(self) -> dict[str, Document]:
        """The documents of the catalog by name."""
        return {document.name: document for document in self.library.catalog.documents()}

    def found(self) -> dict[str, str]:
        """The path of each document that a search sees, by name."""
        return {d.name: d.path for d in self.library.snapshot().lexical.documents()}


MakeCollection = Callable[..., Collection]


@pytest.fixture
def collection(empty_library: LibraryStore, tmp_path: Path) -> Collection:
    """Three talks in a folder and a sub-folder, indexed."""
    made = Collection(tmp_path / "talks", empty_library)
    for place in ("bees.vtt", "tides.vtt", "old/bread.vtt"):
        made.write(place)
    report = made.index(made.folder)
    assert sorted(report.added) == ["bees", "bread", "tides"] and not report.failed
    return made
