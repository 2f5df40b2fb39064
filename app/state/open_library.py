"""Open libraries: each is shared by all visitors and reopened when its index changes."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import streamlit as st

from app.state.library_access import default_library_folder
from hilbert.diagnostics import pca_map
from hilbert.encoders.registry import Role
from indexer.base.errors import HilbertError, LibraryError
from indexer.base.types import Cue, Segment
from indexer.base.word_lists import function_words
from indexer.index.library_store import LibraryStore
from indexer.index.manifest import manifest_path
from indexer.index.snapshot_names import snapshot_folder
from indexer.published.store import open_store
from indexer.search.marks import languages_of
from indexer.search.results import Hit
from indexer.search.searcher import Searcher
from indexer.store.word_times import by_cue, count_words, unpack_word_times

log = logging.getLogger(__name__)

# Most segments of other documents that are drawn behind those of a document.
_BACKGROUND_SEGMENTS = 400
# Seconds in which a browser draws the page that it was just sent, with what is left to fetch.
_AFTER_PAGE = 0.1


@dataclass
class OpenLibrary:
    """A library that is ready to search.

    Attributes:
        store: Its catalog and encoders.
        searcher: Search over its current snapshot.
        facts: Counts and sizes, as `LibraryStore.info` gives them.
        key: Names this library in this state; caches are keyed by it.
        lock: Held by each search: all visitors share the models.
        warming: Set once what the first search needs is being loaded.
        warmed: Set once that has ended.
    """

    store: LibraryStore
    searcher: Searcher
    facts: dict[str, Any]
    key: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    warming: threading.Event = field(default_factory=threading.Event)
    warmed: threading.Event = field(default_factory=threading.Event)

    @property
    def is_warming(self) -> bool:
        """Whether what the first search needs is being loaded now, or once a page is drawn."""
        return not self.warmed.is_set() and (self.warming.is_set() or _warms_up())

    @cached_property
    def languages(self) -> list[str]:
        """Languages of the documents, sorted."""
        return sorted({d.language for d in self.searcher.documents.values() if d.language})

    @cached_property
    def languages_said(self) -> list[str]:
        """Languages of the documents by code, that of most documents first."""
        return languages_of(self.searcher.documents.values())

    @cached_property
    def untrusted(self) -> list[tuple[Role, str, str]]:
        """Models that it names and the user has not accepted: role, name and digest."""
        try:
            return [*self.store.encoders.brought_models()]
        except HilbertError:  # what needs the model will say why it cannot be loaded
            log.debug("could not look for the models of %s", self.key, exc_info=True)
            return []

    def trust(self) -> None:
        """Accept the models that `untrusted` has told, and load what was refused.

        Raises:
            OSError: That cannot be remembered.
        """
        self.store.encoders.trust(self.untrusted)
        del self.untrusted
        self.warming.clear()
        self.warmed.clear()

    @cached_property
    def speakers(self) -> list[str]:
        """Speakers that documents and transcripts name, sorted."""
        names = {d.speaker for d in self.searcher.documents.values() if d.speaker}
        for lines in self.searcher.table.speakers.values:
            names |= set(filter(None, lines.split("\n")))
        return sorted(names, key=str.casefold)


def library_folder() -> Path | None:
    """Return the library that the address names, else the default one."""
    named = st.query_params.get("library")
    return Path(os.path.expanduser(named)).absolute() if named else default_library_folder()


def open_library(folder: Path) -> OpenLibrary:
    """Open the current snapshot of a library, once for all visitors.

    Raises:
        LibraryError: There is none, or it is damaged; says what to do.
    """
    if st.session_state.get("library") == str(folder):
        return open_shared(folder)
    with st.spinner("Opening the library …"):
        opened = open_shared(folder)
    st.session_state["library"] = str(folder)
    return opened


def open_shared(folder: Path) -> OpenLibrary:
    """Open the current snapshot of a library as `open_library` does, without a visit.

    Raises:
        LibraryError: There is none, or it is damaged; says what to do.
    """
    try:
        library = open_store(folder)
    except OSError as error:  # a name that no file system takes
        raise LibraryError(f"this library cannot be opened: {error.strerror}") from error
    try:
        number = library.catalog.current_generation()
        here = library.folder  # of a published library the publication that answers now
    finally:
        library.close()
    return _open_snapshot(str(here), number, _made_at(here, number))


def _made_at(folder: Path, number: int | None) -> int:
    """Return when a snapshot was made, in ns: a new library here may reuse its number."""
    try:
        return manifest_path(snapshot_folder(folder, number or 0)).stat().st_mtime_ns
    except OSError:
        return 0


def current_library() -> OpenLibrary:
    """Return the library of this visit; for pages, which are only drawn where it is open."""
    folder = library_folder()
    assert folder is not None
    return open_library(folder)


@st.cache_resource(max_entries=4, show_spinner=False)  # it may be opened where no page is drawn
def _open_snapshot(folder: str, number: int | None, made_at: int) -> OpenLibrary:
    library = open_store(folder)
    return OpenLibrary(library, Searcher(library), library.info(), f"{folder}@{number}/{made_at}")


@st.cache_resource(max_entries=64, show_spinner=False)
def cues_of(key: str, _library: OpenLibrary, document: str) -> list[Cue]:
    """Read the cues of a document, once."""
    return _library.store.catalog.cues(document)


@st.cache_resource(max_entries=64, show_spinner=False)
def doubts_of(key: str, _library: OpenLibrary, document: str) -> Mapping[int, Sequence[int]]:
    """Map the places of the cues of a document to their doubtful words, by number, once."""
    cues = cues_of(key, _library, document)
    packed = _library.store.catalog.supplement(document).word_times
    of_cues = by_cue(cues, unpack_word_times(packed, count_words(cues)))
    doubts = {
        place: [n for n, w in enumerate(ws) if w.doubtful] for place, ws in enumerate(of_cues)
    }
    return {place: numbers for place, numbers in doubts.items() if numbers}


def speakers_of(library: OpenLibrary, hits: Sequence[Hit]) -> list[tuple[str, ...]]:
    """Return who speaks in each of some hits, as the transcripts name them, in order."""
    lexical = library.searcher.snapshot.lexical
    segments = lexical.segments([id_ for hit in hits for id_ in hit.segments])
    named = {segment.id: segment.speakers for segment in segments}
    return [
        tuple(dict.fromkeys(name for id_ in hit.segments for name in named.get(id_, ())))
        for hit in hits
    ]


@st.cache_resource(max_entries=64, show_spinner=False)
def segments_of(key: str, _library: OpenLibrary, document: str) -> list[Segment]:
    """Read which cues the segments of a document hold, once."""
    return _library.store.catalog.segments(document)


def warm_up(library: OpenLibrary) -> None:
    """Load in a thread, once, what the first search needs, where the app is served to people."""
    if not _warms_up() or library.warming.is_set():
        return
    library.warming.set()
    threading.Thread(target=_warm_up, args=(library,), name="Warming up", daemon=True).start()


def _warms_up() -> bool:
    return bool(os.environ.get("HILBERT_WARM_UP"))


def _warm_up(library: OpenLibrary) -> None:
    time.sleep(_AFTER_PAGE)  # a search that comes sooner loads what it needs
    try:
        with library.lock:
            library.searcher.warm_up()
        for language in library.languages_said:
            function_words(language)
    # A search will say why; and a server that is being stopped starts no threads (RuntimeError).
    except (HilbertError, RuntimeError):
        log.debug("could not warm up %s", library.key, exc_info=True)
    finally:
        library.warmed.set()


def load_models(library: OpenLibrary, *, recogniser: bool) -> None:
    """Load the models that a query needs, with a message of its own while that lasts."""
    _load_models(library.key, library, recogniser)


@st.cache_resource(max_entries=4, show_spinner="Loading the models, once; a few seconds …")
def _load_models(key: str, _library: OpenLibrary, recogniser: bool) -> bool:
    with _library.lock:
        _ = _library.searcher.model, _library.store.encoders.text
        if recogniser:
            _ = _library.store.encoders.recogniser
    return True


@st.cache_data(max_entries=32, show_spinner="Drawing the map …")
def document_map(key: str, _library: OpenLibrary, document: str) -> dict[str, Any] | None:
    """Project the segments of a document, among those of others, onto two PCA directions.

    Returns:
        `projected` (`joint`: `[n, 2]`), `segments` (ids, `[n]`) and `own` (`[n]` bool: segments
        of the document); None where the document has no vectors.
    """
    import numpy as np

    index = _library.searcher.snapshot.index("segments", "joint")
    mine = [s.id for s in _library.searcher.snapshot.lexical.segments_of(document)]
    mine = [id_ for id_ in mine if id_ in index]
    others = np.setdiff1d(index.ids, mine)
    if len(others) > _BACKGROUND_SEGMENTS:
        others = np.sort(
            np.random.default_rng(0).choice(others, _BACKGROUND_SEGMENTS, replace=False)
        )
    ids = [*others.tolist(), *mine]
    if not mine or len(ids) < 3:
        return None
    projected = pca_map({"joint": index.vectors(ids)})
    own = np.arange(len(ids)) >= len(others)
    return {"projected": projected, "segments": ids, "own": own}
