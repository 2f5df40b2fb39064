"""The questions of one visitor: what is asked, what was asked before, and in what to search."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from app.markdown import CHANNEL_NAMES
from indexer.base.errors import QueryError
from indexer.search.filters import Filters
from indexer.search.results import Hit

# Asked for once and cut to what the visitor wants to see, so that asking for more is free.
MOST_HITS = 50
_MOST_CLIPS = 8
_MOST_QUESTIONS = 50
_LONGEST_STEM = 80
# Widgets whose values outlast a look at another page.
KEPT = ("typed", "channel", "count", "grouping", "same", "document")
# Filters of several values, and of one.
FILTER_KEYS = ("documents", "labels", "folders", "speakers", "languages")
_SINGLE = {"since": "", "until": "", "minutes": 0}


@dataclass(frozen=True)
class UserQuery:
    """Something to find moments for; equal questions have one answer.

    Attributes:
        words: what was typed.
        clip: sha256 of a clip's bytes.
        document: id of the document that something is to be like, or in which the moment is.
        seconds: the moment.
        segment: id of its segment; None for a whole document.
        label: what the page calls it.
        source: the hit that the moment came from.
    """

    words: str = ""
    clip: str = ""
    document: str = ""
    seconds: float | None = None
    segment: int | None = None
    label: str = field(default="", compare=False)
    source: Hit | None = field(default=None, compare=False)

    @property
    def is_similar(self) -> bool:
        """Whether neighbours of something stored are wanted."""
        return bool(self.document)


def begin() -> None:
    """Start a visit: nothing asked yet, or the question in the address."""
    state = st.session_state
    if "trail" in state:
        # Streamlit forgets a widget that is not drawn, as on another page; a value set stays.
        for key in (*KEPT, *(f"filter-{name}" for name in (*FILTER_KEYS, *_SINGLE))):
            if key in state:
                state[key] = state[key]
        return
    state.trail, state.answers, state.clips, state.queries = [], {}, {}, {}
    channel = st.query_params.get("channel")
    state.channel = channel if channel in CHANNEL_NAMES else "auto"
    state.typed, state.count, state.grouping, state.same = "", 10, "recordings", "both"
    forget_filters()
    if words := " ".join(st.query_params.get("q", "").split()):
        ask(UserQuery(words=words, label=words))
        state.typed = words


def filters() -> Filters:
    """What the visitor chose to search in."""
    state = st.session_state
    chosen = {name: tuple(state.get(f"filter-{name}") or ()) for name in FILTER_KEYS}
    return Filters(
        **chosen,
        since=(state.get("filter-since") or "").strip() or None,
        until=(state.get("filter-until") or "").strip() or None,
        min_seconds=60.0 * float(state.get("filter-minutes") or 0),
    )


def forget_filters() -> None:
    """Search everything again."""
    for name in FILTER_KEYS:
        st.session_state[f"filter-{name}"] = []
    for name, nothing in _SINGLE.items():
        st.session_state[f"filter-{name}"] = nothing


def current() -> UserQuery | None:
    """The question whose answer is on the page."""
    trail: list[UserQuery] = st.session_state.trail
    return trail[-1] if trail else None


def previous() -> UserQuery | None:
    """The question before it."""
    trail: list[UserQuery] = st.session_state.trail
    return trail[-2] if len(trail) > 1 else None


def ask(question: UserQuery) -> None:
    """Put a question on the page."""
    trail: list[UserQuery] = st.session_state.trail
    if question != current():
        if trail:  # the moment of a link belongs to the first question
            for name in ("doc", "t"):
                st.query_params.pop(name, None)
        trail.append(question)
        del trail[:-_MOST_QUESTIONS]
    answers: dict[Any, Any] = st.session_state.answers
    for key in [k for k, answer in answers.items() if question in k and answer.error]:
        del answers[key]  # asked for again: it may work now


def ask_words(words: str) -> None:
    """Ask with typed words, beside the clip where there is one."""
    question = current()
    clip = question if question and question.clip else None
    if words or clip:
        label = words or (clip.label if clip else "")
        ask(UserQuery(words=words, clip=clip.clip if clip else "", label=label))


def ask_clip(name: str, data: bytes) -> None:
    """Ask with a clip, beside the typed words; the same sound again is the same question."""
    digest = hashlib.sha256(data).hexdigest()
    clips: dict[str, tuple[str, bytes]] = st.session_state.clips
    clips[digest] = name, data
    for old in list(clips)[:-_MOST_CLIPS]:
        del clips[old]
    words = " ".join(st.session_state.typed.split())
    ask(UserQuery(words=words, clip=digest, label=name))


def drop_clip() -> None:
    """Go on with the typed words alone, or from the start."""
    question = current()
    if question and question.words:
        ask(UserQuery(words=question.words, label=question.words))
    else:
        st.session_state.trail.clear()


def ask_similar(hit: Hit) -> None:
    """Ask for the neighbours of a moment."""
    st.session_state.typed = ""
    seconds = 0.0 if hit.start is None else (hit.start + (hit.end or hit.start)) / 2
    ask(
        UserQuery(
            document=hit.document,
            seconds=seconds,
            segment=hit.segment,
            label=hit.title,
            source=hit,
        )
    )


def ask_similar_document(document: str, title: str) -> None:
    """Ask for documents and moments like a whole document."""
    ask(UserQuery(document=document, label=title))


def go_back() -> None:
    """Return to the question before, or to the start page."""
    if st.session_state.trail:
        st.session_state.trail.pop()
    question = current()
    st.session_state.typed = question.words if question else ""


@contextmanager
def clip_file(question: UserQuery) -> Iterator[Path]:
    """The clip of a question as a file, for as long as the block runs.

    Raises:
        QueryError: it is not kept any more.
    """
    name, data = st.session_state.clips.get(question.clip, ("", None))
    if data is None:
        raise QueryError(f"{question.label} is not kept any more; upload it again")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / safe_name(name)
        path.write_bytes(data)
        yield path


def safe_name(name: str) -> str:
    """A file name that stays in its folder and that every system accepts.

    Files of one stem keep having one: a transcript belongs to its recording. Different stems stay
    different.
    """
    given = Path(name.replace("\\", "/")).name
    stem, extension = os.path.splitext(given)
    cleaned = re.sub(r"[^\w.\- ]", "_", stem)[:_LONGEST_STEM].strip(". ")
    if cleaned != stem:
        mark = hashlib.sha256(stem.encode("utf-8", "replace")).hexdigest()[:6]
        cleaned = f"{cleaned or 'clip'}-{mark}"
    return cleaned + re.sub(r"[^\w.]", "", extension)[:10]
