"""A table of documents whose titles are links; the browser sorts, narrows and pages it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import streamlit as st

from app.components.component_files import read
from app.state import urls
from indexer.base.timecode import clock
from indexer.index.records import IndexedDocument


@dataclass(frozen=True)
class _Column:
    """A column of the table.

    Attributes:
        name: Its heading.
        text: What it says of a document; empty where that is not known.
        minor: Whether a narrow screen has it below the title instead.
        nowrap: Whether it stays on one line.
        varied: Whether it is left out where it says the same of all.
        path: Whether only the last part of a path is shown.
    """

    name: str
    text: Callable[[IndexedDocument], str]
    minor: bool = True
    nowrap: bool = False
    varied: bool = False
    path: bool = False


_LENGTH = _Column(
    "Length", lambda d: clock(d.seconds) if d.seconds else "", minor=False, nowrap=True
)
_COLUMNS = (
    _Column("Title", lambda d: d.title, minor=False),
    _Column("Speaker", lambda d: d.speaker or ""),
    _Column("Date", lambda d: d.date or "", nowrap=True),
    _Column("Label", lambda d: d.label or ""),
    _Column("Language", lambda d: d.language or "", varied=True),
    _LENGTH,
    _Column("File", lambda d: "" if Path(d.path).stem == d.title else d.path, path=True),
)


def show_document_table(
    documents: Sequence[IndexedDocument],
    *,
    key: str,
    choose: bool = False,
    beside: str | None = None,
) -> list[str]:
    """Draw a table of documents; columns that say nothing of any document are left out.

    Args:
        documents: What is in it.
        key: Of the widget, which keeps what is chosen.
        choose: Whether rows can be chosen.
        beside: Id of the document that a row's link compares the row's with; None for links that
            open it.

    Returns:
        Ids of the chosen documents that are in the table.
    """
    component = st.components.v2.component(
        "hilbert_documents",
        html=read("document_table.html"),
        css=read("document_table.css"),
        js=read("document_table.js"),
    )
    chosen: list[str] = (st.session_state.get(key) or {}).get("chosen") or [] if choose else []
    data: dict[str, Any] = {
        "name": "hilbert-table",
        "label": "Recordings",
        "to": urls.link(urls.DOCUMENT, doc=beside),
        "names": urls.BESIDE if beside else "doc",
        "columns": tuple(_settings(column) for column in _COLUMNS),
        "rows": tuple(_row(document) for document in documents),
        "choose": choose,
        "chosen": tuple(chosen),
    }
    found = component(key=key, data=data, on_chosen_change=lambda: None)
    there = {document.id for document in documents}
    return [id_ for id_ in found.get("chosen") or () if id_ in there] if choose else []


def _settings(column: _Column) -> dict[str, Any]:
    return {
        field.name: getattr(column, field.name) for field in fields(column) if field.name != "text"
    }


def _row(document: IndexedDocument) -> dict[str, Any]:
    # A length is sorted by its seconds, not by how it is written.
    keys = {_COLUMNS.index(_LENGTH): document.seconds} if document.seconds else {}
    cells = [column.text(document) for column in _COLUMNS]
    return {"id": document.id, "cells": cells, "keys": keys}
