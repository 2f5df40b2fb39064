"""The search form: typed words, a clip or the visitor's voice, channel and filters."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Literal

import streamlit as st

from app.components.skip_link import show_skip_link
from app.markdown import CHANNEL_HELP, CHANNEL_NAMES, SIMILARITY_NAMES, escape
from app.state import search_state
from app.state.open_library import OpenLibrary
from app.state.search_state import COUNTS, GROUPINGS
from app.state.uploads import open_upload
from indexer.base.errors import QueryError
from indexer.media.kinds import RECORDING_EXTENSIONS
from indexer.search.inline_filters import INLINE_FILTERS, SOUND_HELP

log = logging.getLogger(__name__)
_MOST_CLIP = 100  # megabytes
_CLIP_BOX = "clip-box"


def show_search_form(library: OpenLibrary) -> None:
    """Draw the search box, the clip, the filters, and how to search and show results."""
    _words_box()
    if search_state.current().query:
        show_skip_link()
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        _clip_box()
        _filter_box(library)
        st.segmented_control(
            "Show",
            list(GROUPINGS),
            format_func=GROUPINGS.__getitem__,
            key="grouping",
            label_visibility="collapsed",
            width="content",
        )
        _options_box()


def _options_box() -> None:
    search = search_state.current()
    unusual = search_state.is_unusual(search)
    with st.popover(
        "Options", icon=":material/settings:", type="primary" if unusual else "secondary"
    ):
        if search.query and search.query.is_similar:
            st.segmented_control(
                "Similar in",
                list(SIMILARITY_NAMES),
                format_func=SIMILARITY_NAMES.__getitem__,
                key="same",
            )
        else:
            st.segmented_control(
                "Search",
                list(CHANNEL_NAMES),
                format_func=CHANNEL_NAMES.__getitem__,
                help=CHANNEL_HELP,
                key="channel",
            )
        st.selectbox("At most", COUNTS, key="count")


def _words_box() -> None:
    with (
        st.form("words", border=False, enter_to_submit=True),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        st.text_input(
            "What was said, or what was meant",
            key="typed",
            placeholder='a question or "exact words"',
        )
        submitted = st.form_submit_button(
            "Search",
            type="primary",
            icon=":material/search:",
            on_click=search_state.submit_words,
        )
    query = search_state.current().query
    if submitted and not st.session_state.typed.strip() and not (query and query.clip):
        st.info("Type what you are looking for, or search with a clip.")


def _clip_box() -> None:
    query = search_state.current().query
    has_clip = bool(query and query.clip)
    kind: Literal["primary", "secondary"] = "primary" if has_clip else "secondary"
    with st.popover(
        "Clip", icon=":material/graphic_eq:", type=kind, key=_CLIP_BOX, on_change="rerun"
    ):
        st.file_uploader(
            "A short recording: its words and its sound are both searched with",
            type=sorted(e.removeprefix(".") for e in RECORDING_EXTENSIONS),
            max_upload_size=_MOST_CLIP,
            key="clip",
            on_change=_on_clip,
            args=("clip",),
        )
        st.audio_input(
            "Or say what you are looking for, or play it to the microphone",
            key="voice",
            on_change=_on_clip,
            args=("voice", "your recording.wav"),
        )
        st.caption(
            f"Files of MP3, M4A, WAV, FLAC, MP4 and most other kinds, up to {_MOST_CLIP} MB. Words "
            "in the box are searched for together with the clip, a half each."
        )


_FILTER_HELP = "\n".join(
    [
        *(f"- `{name}:` {inline.help}" for name, inline in INLINE_FILTERS.items()),
        f"- `sound:` {SOUND_HELP}",
        "\nA value with spaces stands in quotes; a minus before the name excludes.",
    ]
)


def _on_clip(widget: str, name: str | None = None) -> None:
    clip = st.session_state.get(widget)
    if clip is None:
        return
    try:
        with open_upload(clip) as content:
            search_state.submit_clip(name or clip.name, content)
            st.session_state[_CLIP_BOX] = False  # what was found is below it
    except QueryError as error:
        log.debug("could not read a clip", exc_info=True)
        st.toast(escape(str(error)))


def _filter_box(library: OpenLibrary) -> None:
    documents = list(library.searcher.documents.values())
    chosen = search_state.current().filters
    count = sum(bool(v) for v in vars(chosen).values())
    label = f"Filters ({count})" if count else "Filters"
    with st.popover(label, icon=":material/tune:", type="primary" if count else "secondary"):
        names = " ".join(f"`{name}:`" for name in INLINE_FILTERS)
        st.caption(
            f"Or typed with the words, as in `speaker:anna since:2023`: {names} `sound:`",
            help=_FILTER_HELP,
        )
        labels = sorted({d.label for d in documents if d.label})
        folders = sorted({str(_folder(d.path)) for d in documents})
        titles = {d.id: d.title for d in documents}
        st.multiselect(
            "Recordings",
            _with_chosen(sorted(titles, key=lambda i: titles[i].casefold()), chosen.documents),
            format_func=lambda id_: titles.get(id_, id_),
            key="filter-documents",
            placeholder="all",
        )
        for name, options, title in (
            ("labels", labels, "Labels"),
            ("speakers", library.speakers, "Speakers"),
            ("folders", folders, "Folders"),
            ("languages", library.languages, "Languages"),
        ):
            st.multiselect(
                title,
                _with_chosen(options, getattr(chosen, name)),
                key=f"filter-{name}",
                placeholder="all" if options else "none are known",
                disabled=not options and not getattr(chosen, name),
            )
        since, until, least = st.columns(3)
        since.text_input("Since", key="filter-since", placeholder="2021-03")
        until.text_input("Until", key="filter-until", placeholder="2021")
        least.number_input("At least minutes", 0, 600, key="filter-minutes")
        st.button("Clear", on_click=search_state.clear_filters, disabled=not count)


def _with_chosen(options: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """Add what an address names and the library does not have: it is shown, and finds nothing."""
    return [*options, *(value for value in chosen if value not in options)]


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or "/"
