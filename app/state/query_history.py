"""The queries of one visit, their clips, and the filters."""

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

# Each search fetches this many hits; the page shows the first of them, so that more cost nothing.
MOST_HITS = 50
_MOST_CLIPS = 8
_MOST_QUERIES = 50
_LONGEST_STEM = 80
# Widgets whose values outlast a visit to another page.
_KEPT_WIDGETS = ("typed", "channel", "count", "grouping", "sort", "same", "document", "all_moments")
# Filters of several values, and of one.
_FILTER_KEYS = ("documents", "labels", "folders", "speakers", "languages")
_SINGLE_FILTERS = {"since": "", "until": "", "minutes": 0}


@dataclass(frozen=True)
class UserQuery:
    """What a visitor searches with; equal queries have one answer.

    Attributes:
        words: Typed words.
        clip: SHA-256 of a clip's bytes.
        document: Id of the document to find neighbours of, or that holds the moment.
        seconds: Time of the moment.
        segment: Id of the moment's segment; None for a whole document.
        label: Name on the page.
        source: Hit that the moment came from.
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
        """Whether it asks for neighbours of a document or a moment."""
        return bool(self.document)


def start_visit() -> None:
    """Set up a visit, once: no query yet, or the one in the URL."""
    state = st.session_state
    if "history" in state:
        # Streamlit drops the value of a widget that is not drawn, unless it is set again.
        for key in (
            *_KEPT_WIDGETS,
            *(f"filter-{name}" for name in (*_FILTER_KEYS, *_SINGLE_FILTERS)),
        ):
            if key in state:
                state[key] = state[key]
        return
    state.history, state.answers, state.clips, state.queries = [], {}, {}, {}
    channel = st.query_params.get("channel")
    state.channel = channel if channel in CHANNEL_NAMES else "auto"
    state.typed, state.count, state.grouping, state.same = "", 10, "recordings", "both"
    state.sort, state.all_moments = "score", False
    clear_filters()
    if words := " ".join(st.query_params.get("q", "").split()):
        submit(UserQuery(words=words, label=words))
        state.typed = words


def filters() -> Filters:
    """Return the filters that the visitor chose."""
    state = st.session_state
    chosen = {name: tuple(state.get(f"filter-{name}") or ()) for name in _FILTER_KEYS}
    return Filters(
        **chosen,
        since=(state.get("filter-since") or "").strip() or None,
        until=(state.get("filter-until") or "").strip() or None,
        min_seconds=60.0 * float(state.get("filter-minutes") or 0),
    )


def clear_filters() -> None:
    """Reset all filters."""
    for name in _FILTER_KEYS:
        st.session_state[f"filter-{name}"] = []
    for name, nothing in _SINGLE_FILTERS.items():
        st.session_state[f"filter-{name}"] = nothing


def current() -> UserQuery | None:
    """Return the query whose answer is on the page."""
    history: list[UserQuery] = st.session_state.history
    return history[-1] if history else None


def previous() -> UserQuery | None:
    """Return the query before the current one."""
    history: list[UserQuery] = st.session_state.history
    return history[-2] if len(history) > 1 else None


def submit(query: UserQuery) -> None:
    """Make a query the current one."""
    history: list[UserQuery] = st.session_state.history
    if query != current():
        if history:  # the moment of a link belongs to the first query
            for name in ("doc", "t"):
                st.query_params.pop(name, None)
        history.append(query)
        del history[:-_MOST_QUERIES]
    answers: dict[Any, Any] = st.session_state.answers
    for key in [k for k, answer in answers.items() if query in k and answer.error]:
        del answers[key]  # an error may be gone at the second try


def submit_words(words: str) -> None:
    """Search with typed words, and with the clip where there is one."""
    query = current()
    clip = query if query and query.clip else None
    if words or clip:
        label = words or (clip.label if clip else "")
        submit(UserQuery(words=words, clip=clip.clip if clip else "", label=label))


def submit_clip(name: str, data: bytes) -> None:
    """Search with a clip, and with the typed words; the same bytes are the same query."""
    digest = hashlib.sha256(data).hexdigest()
    clips: dict[str, tuple[str, bytes]] = st.session_state.clips
    clips[digest] = name, data
    for old in list(clips)[:-_MOST_CLIPS]:
        del clips[old]
    words = " ".join(st.session_state.typed.split())
    submit(UserQuery(words=words, clip=digest, label=name))


def remove_clip() -> None:
    """Search with the typed words alone, or return to the start page."""
    query = current()
    if query and query.words:
        submit(UserQuery(words=query.words, label=query.words))
    else:
        st.session_state.history.clear()


def submit_similar(hit: Hit) -> None:
    """Search for the neighbours of a moment."""
    st.session_state.typed = ""
    seconds = 0.0 if hit.start is None else (hit.start + (hit.end or hit.start)) / 2
    submit(
        UserQuery(
            document=hit.document,
            seconds=seconds,
            segment=hit.segment,
            label=hit.title,
            source=hit,
        )
    )


def submit_similar_document(document: str, title: str) -> None:
    """Search for the neighbours of a whole document."""
    submit(UserQuery(document=document, label=title))


def go_back() -> None:
    """Return to the query before, or to the start page."""
    if st.session_state.history:
        st.session_state.history.pop()
    query = current()
    st.session_state.typed = query.words if query else ""


@contextmanager
def clip_file(query: UserQuery) -> Iterator[Path]:
    """Write the clip of a query to a file that exists while the block runs.

    Raises:
        QueryError: The clip is not kept any more.
    """
    name, data = st.session_state.clips.get(query.clip, ("", None))
    if data is None:
        raise QueryError(f"{query.label} is not kept any more; upload it again")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / safe_name(name)
        path.write_bytes(data)
        yield path


def safe_name(name: str) -> str:
    """Return a file name that stays in its folder and that every system accepts.

    Equal stems stay equal, since a transcript belongs to the recording of its stem; different
    stems stay different.
    """
    stem, extension = os.path.splitext(Path(name.replace("\\", "/")).name)
    cleaned = re.sub(r"[^\w.\- ]", "_", stem)[:_LONGEST_STEM].strip(". ")
    if cleaned != stem:
        digest = hashlib.sha256(stem.encode("utf-8", "replace")).hexdigest()[:6]
        cleaned = f"{cleaned or 'clip'}-{digest}"
    return cleaned + re.sub(r"[^\w.]", "", extension)[:10]
