"""What the pages keep: opened libraries for everyone, the trail of questions for one visitor."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from app.words import CHANNEL_NAMES, telling_stems
from indexer.errors import HilbertError, QueryError
from indexer.gap import GapReport, gap_report
from indexer.library import Library
from indexer.results import Hit, SearchResult
from indexer.search import Searcher

# Asked for once and cut to what the visitor wants to see, so that asking for more is free.
MOST_HITS = 50
_MOST_ANSWERS = 64
_MOST_CLIPS = 8
_MOST_QUESTIONS = 50
# Widgets whose values outlast a look at the other tab.
_KEPT = ("typed", "way", "channel", "count")


@dataclass
class Opened:
    """A library that answers; one search at a time, whoever asks."""

    library: Library
    searcher: Searcher
    facts: dict[str, Any]
    key: str
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Question:
    """Something to find moments for; equal questions have one answer.

    Attributes:
        kind: `typed`, `clip` or `similar`.
        words: what was typed.
        clip: sha256 of the clip's bytes.
        document, seconds, segment: the moment whose neighbours are wanted.
        label: what the page calls it.
        source: the hit that a `similar` question came from.
    """

    kind: str
    words: str = ""
    clip: str = ""
    document: str = ""
    seconds: float = 0.0
    segment: int = 0
    label: str = field(default="", compare=False)
    source: Hit | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Answer:
    """What was found, or why nothing could be; `stems` are the words to mark."""

    result: SearchResult | None
    stems: frozenset[str] = frozenset()
    error: str = ""


def library_folder() -> Path | None:
    """The library asked for in the address, else the one the app was started with."""
    asked = st.query_params.get("library") or os.environ.get("HILBERT_LIBRARY")
    return Path(asked).expanduser().absolute() if asked else None


def open_library(folder: Path) -> Opened:
    """The current generation of a library; indexing in the meantime opens the new one.

    Raises:
        LibraryError: there is none, or it is damaged; says what to do.
    """
    library = Library.open(folder)
    try:
        number = library.catalog.current_generation()
    finally:
        library.close()
    return _opened(str(folder), number)


@st.cache_resource(max_entries=4, show_spinner="Opening the library …")
def _opened(folder: str, number: int | None) -> Opened:
    library = Library.open(folder)
    return Opened(library, Searcher(library), library.info(), f"{folder}@{number}")


@st.cache_resource(max_entries=4, show_spinner="Loading the models, once; a few seconds …")
def _warm(key: str, _opened: Opened, hears: bool) -> bool:
    """Load what a query needs before it is asked, so that the wait has a name."""
    with _opened.lock:
        _ = _opened.searcher.model, _opened.library.encoders.text
        if hears:
            _ = _opened.library.encoders.recogniser
    return True


@st.cache_resource(max_entries=4, show_spinner="Measuring the gap …")
def gap_of(key: str, _opened: Opened) -> GapReport | str:
    """The modality gap of an opened library, or why it has none."""
    try:
        return gap_report(_opened.searcher.generation)
    except QueryError as error:
        return str(error)


# The trail of one visitor


def begin() -> None:
    """Start a visit: nothing asked yet, or the question in the address."""
    state = st.session_state
    if "trail" in state:
        # Streamlit forgets a widget that is not drawn, as on the other tab; a value set stays.
        for key in _KEPT:
            state[key] = state[key]
        return
    state.trail, state.answers, state.clips = [], {}, {}
    channel = st.query_params.get("channel")
    state.channel = channel if channel in CHANNEL_NAMES else "auto"
    state.typed, state.way, state.count = "", "words", 10
    if words := " ".join(st.query_params.get("q", "").split()):
        ask(Question("typed", words=words, label=words))
        state.typed = words


def current() -> Question | None:
    """The question whose answer is on the page."""
    trail: list[Question] = st.session_state.trail
    return trail[-1] if trail else None


def previous() -> Question | None:
    """The question before it."""
    trail: list[Question] = st.session_state.trail
    return trail[-2] if len(trail) > 1 else None


def ask(question: Question) -> None:
    """Put a question on the page."""
    trail: list[Question] = st.session_state.trail
    if question != current():
        trail.append(question)
        del trail[:-_MOST_QUESTIONS]
    answers: dict[Any, Answer] = st.session_state.answers
    for key in [k for k, answer in answers.items() if question in k and answer.error]:
        del answers[key]  # asked for again: it may work now


def ask_similar(hit: Hit) -> None:
    """Ask for the neighbours of a hit."""
    seconds = 0.0 if hit.start is None else (hit.start + (hit.end or hit.start)) / 2
    ask(
        Question(
            "similar",
            document=hit.document,
            seconds=seconds,
            segment=hit.segment,
            label=hit.title,
            source=hit,
        )
    )


def ask_clip(name: str, data: bytes) -> None:
    """Ask with a clip; the same sound again is the same question."""
    digest = hashlib.sha256(data).hexdigest()
    clips: dict[str, bytes] = st.session_state.clips
    clips[digest] = data
    for old in list(clips)[:-_MOST_CLIPS]:
        del clips[old]
    ask(Question("clip", clip=digest, label=name))


def go_back() -> None:
    """Return to the question before, or to the start page."""
    st.session_state.trail.pop()
    question = current()
    st.session_state.typed = question.words if question else ""


def answer(opened: Opened, question: Question, channel: str) -> Answer:
    """The answer to a question: found once, then kept for the visit."""
    answers: dict[Any, Answer] = st.session_state.answers
    key = (opened.key, question, channel)
    if key not in answers:
        answers[key] = _find(opened, question, channel)
        for old in list(answers)[:-_MOST_ANSWERS]:
            del answers[old]
    return answers[key]


def _find(opened: Opened, question: Question, channel: str) -> Answer:
    try:
        if question.kind == "clip" or (question.kind == "typed" and channel != "lexical"):
            _warm(opened.key, opened, question.kind == "clip")
        with opened.lock:
            result = _search(opened, question, channel)
    except HilbertError as error:
        return Answer(None, error=str(error))
    words = question.words or result.heard or (question.source.text if question.source else "")
    return Answer(result, telling_stems(words, opened.searcher.generation.lexical))


def _search(opened: Opened, question: Question, channel: str) -> SearchResult:
    searcher = opened.searcher
    if question.kind == "typed":
        with st.spinner("Searching …"):
            return searcher.search(question.words, k=MOST_HITS, channel=channel)
    if question.kind == "similar":
        return searcher.similar(
            question.document,
            question.seconds,
            k=MOST_HITS,
            channel=channel,
            segment_id=question.segment,
        )
    data = st.session_state.clips.get(question.clip)
    if data is None:
        raise QueryError(f"{question.label} is not kept any more; upload it again")
    with st.spinner("Listening to the clip …"), tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / safe_name(question.label)
        clip.write_bytes(data)
        return searcher.search(clip=clip, k=MOST_HITS, channel=channel)


def safe_name(name: str) -> str:
    """A file name that stays in its folder and that every system accepts."""
    cleaned = re.sub(r"[^\w.\- ]", "_", Path(name.replace("\\", "/")).name)
    return cleaned[-80:].strip(". ") or "clip"
