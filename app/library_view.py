"""The library on the page: its facts, its documents, and what to do where there is none."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from app.state import Opened
from app.words import plain
from indexer.commands.common import clock

_WORDS_FROM: Mapping[str, str] = {
    "timed": "timed transcripts",
    "aligned": "aligned transcripts",
    "untimed": "transcripts without times",
    "asr": "speech recognition",
    "none": "nothing said",
    "unheard": "recordings not listened to",
}


def show_facts(opened: Opened) -> None:
    """The library's facts in the sidebar."""
    facts = opened.facts
    with st.sidebar:
        st.title(":material/graphic_eq: hilbert")
        st.subheader(plain(Path(facts["library"]).name), help=plain(facts["library"]))
        documents, hours = st.columns(2)
        documents.metric("Documents", f"{facts['documents']:,}")
        hours.metric("Recordings", _length(facts["hours"]))
        words = [
            f"{count:,} from {_WORDS_FROM.get(source, source)}"
            for source, count in facts["words_from"].items()
        ]
        _fact("Words", *words)
        _fact("Model", plain(_model_name(opened.searcher.generation.model_folder)))
        _fact(
            "Encoders",
            plain(facts["speech_encoder"].removeprefix("bundled:")),
            plain(facts["text_encoder"].removeprefix("bundled:")),
        )
        _fact("Size", f"{facts['segments']:,} segments", f"{facts['megabytes']:.0f} MB on disk")
        if failures := facts["failures"]:
            with st.expander(f"{len(failures)} files could not be indexed"):
                for path, reason in failures.items():
                    st.markdown(f"{plain(Path(path).name)}: {plain(reason)}")


def _fact(name: str, *lines: str) -> None:
    with st.container(gap=None):
        st.caption(name)
        st.markdown("  \n".join(lines))


def _length(hours: float) -> str:
    return f"{hours:.1f} h" if hours >= 1 else f"{60 * hours:.0f} min"


def _model_name(folder: Path) -> str:
    """The heading of the model's card."""
    try:
        first = (folder / "README.md").read_text(encoding="utf-8").lstrip().splitlines()[0]
    except (OSError, UnicodeDecodeError, IndexError):
        return "without a card"
    return first.lstrip("# ") if first.startswith("#") else "without a card"


def show_documents(opened: Opened) -> None:
    """Everything there is to search, on the start page."""
    documents = list(opened.searcher.documents.values())
    if not documents:
        st.info("This library is empty. Run `hilbert index` on a folder of recordings.")
        return
    st.caption("What there is to search")
    st.dataframe(
        {
            "Title": [d.title for d in documents],
            "Speaker": [d.speaker or "" for d in documents],
            "Date": [d.date or "" for d in documents],
            "Label": [d.label or "" for d in documents],
            "Length": [clock(d.seconds) if d.seconds else "" for d in documents],
        },
        hide_index=True,
        width="stretch",
    )


def show_no_library(folder: Path | None, reason: str = "") -> None:
    """What to do where no library was named, or the named one cannot be opened."""
    st.title("hilbert")
    if reason:
        st.error(plain(reason))
    else:
        st.info("No library is open yet. A library is a folder that makes recordings searchable.")
    name = shlex.quote(str(folder)) if folder else "my-library"
    st.markdown("Make one from a folder of recordings and open it:")
    st.code(
        f"hilbert index RECORDINGS --library {name}\nhilbert app --library {name}",
        language="bash",
    )
    st.markdown("Or look at a small ready collection first:")
    st.code("hilbert demo", language="bash")
