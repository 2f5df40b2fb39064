"""Libraries that are open: one of each for all visitors, read again when a new index is there."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import streamlit as st

from hilbert.diagnostics import pca_map
from indexer.base.errors import LibraryError
from indexer.base.types import Cue
from indexer.index.library_store import LibraryStore
from indexer.index.snapshot import snapshot_folder
from indexer.search.searcher import Searcher

# So many segments of other documents are the ground on which a document's are drawn.
_GROUND = 400


@dataclass
class OpenLibrary:
    """A library that answers; one search at a time, whoever asks."""

    library: LibraryStore
    searcher: Searcher
    facts: dict[str, Any]
    key: str
    lock: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def languages(self) -> list[str]:
        """Languages of the documents."""
        return sorted({d.language for d in self.searcher.documents.values() if d.language})

    @cached_property
    def speakers(self) -> list[str]:
        """Who speaks, as documents and transcripts name them."""
        names = {d.speaker for d in self.searcher.documents.values() if d.speaker}
        for said in self.searcher.table.speakers:
            names |= set(filter(None, said.split("\n")))
        return sorted(names, key=str.casefold)


def library_folder() -> Path | None:
    """The library asked for in the address, else the visit's, else that of the app's start.

    A page that is turned loses its address, so a visit remembers.
    """
    asked = st.query_params.get("library") or st.session_state.get("library")
    asked = asked or os.environ.get("HILBERT_LIBRARY")
    if not asked:
        return None
    return Path(os.path.expanduser(asked)).absolute()


def started_with() -> Path | None:
    """The library that the app was started with."""
    named = os.environ.get("HILBERT_LIBRARY")
    return Path(named).absolute() if named else None


def open_library(folder: Path) -> OpenLibrary:
    """The current generation of a library; indexing in the meantime opens the new one.

    Raises:
        LibraryError: there is none, or it is damaged; says what to do.
    """
    try:
        library = LibraryStore.open(folder)
    except OSError as error:  # a name that no file system takes
        raise LibraryError(f"this library cannot be opened: {error.strerror}") from error
    try:
        number = library.catalog.current_generation()
    finally:
        library.close()
    opened = _opened(str(folder), number, _made_at(folder, number))
    st.session_state["library"] = str(folder)
    return opened


def _made_at(folder: Path, number: int | None) -> int:
    """When a generation was made: another library at the same place has one of the same number."""
    try:
        return (snapshot_folder(folder, number or 0) / "stats.json").stat().st_mtime_ns
    except OSError:
        return 0


def current_library() -> OpenLibrary:
    """The library of this visit, on a page that is only shown where it opened."""
    folder = library_folder()
    assert folder is not None
    return open_library(folder)


@st.cache_resource(max_entries=4, show_spinner="Opening the library …")
def _opened(folder: str, number: int | None, made_at: int) -> OpenLibrary:
    library = LibraryStore.open(folder)
    return OpenLibrary(library, Searcher(library), library.info(), f"{folder}@{number}/{made_at}")


@st.cache_resource(max_entries=64, show_spinner=False)
def cues_of(key: str, _opened: OpenLibrary, document: str) -> list[Cue]:
    """What is said in a document, read once."""
    return _opened.library.catalog.cues(document)


def warm(opened: OpenLibrary, *, hears: bool) -> None:
    """Load what a query needs before it is asked, so that the wait has a name."""
    _warm(opened.key, opened, hears)


@st.cache_resource(max_entries=4, show_spinner="Loading the models, once; a few seconds …")
def _warm(key: str, _opened: OpenLibrary, hears: bool) -> bool:
    with _opened.lock:
        _ = _opened.searcher.model, _opened.library.encoders.text
        if hears:
            _ = _opened.library.encoders.recogniser
    return True


@st.cache_data(max_entries=32, show_spinner="Drawing the map …")
def map_of(key: str, _opened: OpenLibrary, document: str) -> dict[str, Any] | None:
    """Where the segments of a document lie among others, on the plane of PCA.

    Returns `placed` (`joint` to `[n, 2]`), `segments` (ids) and `own` (`[n]` bool); None where
    the document has no vectors.
    """
    import numpy as np

    index = _opened.searcher.snapshot.index("segments", "joint")
    mine = [s.id for s in _opened.searcher.snapshot.lexical.segments_of(document)]
    mine = [id_ for id_ in mine if id_ in index]
    others = np.setdiff1d(index.ids, mine)
    if len(others) > _GROUND:
        others = np.sort(np.random.default_rng(0).choice(others, _GROUND, replace=False))
    ids = [*others.tolist(), *mine]
    if not mine or len(ids) < 3:
        return None
    placed = pca_map({"joint": index.vectors(ids)})
    own = np.arange(len(ids)) >= len(others)
    return {"placed": placed, "segments": ids, "own": own}
