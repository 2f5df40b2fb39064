"""Library: adding recordings, those that it has, files that failed, and its health."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from app.components.document_table import show_document_table
from app.components.failure_list import show_failures
from app.components.library_facts import count_recordings, show_facts, show_models
from app.components.upload_form import show_adding
from app.markdown import escape
from app.state import address, jobs, tasks, urls
from app.state.navigation import Page, add_page
from app.state.open_library import OpenLibrary, current_library
from indexer.index.records import IndexedDocument
from indexer.maintenance.doctor import examine
from indexer.store.dismissals import split_failures


def draw() -> None:
    """Draw the upload form, the documents, the files that failed, and the health check."""
    library = current_library()
    address.write(urls.parameters())
    st.subheader(escape(Path(library.facts["library"]).name))
    show_facts(library)
    if library.store.is_published:
        st.caption("It is published, and only searched here: change the library itself.")
        show_document_table([*library.searcher.documents.values()], key=f"documents-{library.key}")
        show_models(library)
        return
    st.subheader("Add recordings")
    show_adding(library)
    folder = library.store.folder
    failures, dismissed = split_failures(library.store.catalog)
    show_failures(
        failures,
        folder=folder,
        dismissed=len(dismissed),
        busy=jobs.busy(str(folder)),
        try_again=partial(
            jobs.start, str(folder), "Trying again", partial(tasks.try_again, folder=folder)
        ),
    )
    documents = list(library.searcher.documents.values())
    st.subheader(count_recordings(library))
    if documents:
        _show_documents(library, documents)
    _show_health(library)
    show_models(library)


def _show_documents(library: OpenLibrary, documents: list[IndexedDocument]) -> None:
    key = f"documents-{library.key}"
    ids = set(show_document_table(documents, key=key, choose=True))
    chosen = [document for document in documents if document.id in ids]
    with st.container(horizontal=True, gap="small"):
        if st.button(
            f"Remove {len(chosen)}" if chosen else "Remove",
            key="remove-chosen",
            icon=":material/delete:",
            disabled=not chosen or jobs.busy(str(library.store.folder)),
            help="Choose rows; the files stay where they are",
        ):
            _confirm(library, chosen)


@st.dialog("Remove from the library?")
def _confirm(library: OpenLibrary, chosen: list[IndexedDocument]) -> None:
    st.markdown(
        f"{len(chosen)} of {len(library.searcher.documents)} recordings are taken out of the "
        "library. Their files stay where they are, and can be added again."
    )
    st.markdown("\n".join(f"- {escape(d.title)}" for d in chosen[:10]))
    if len(chosen) > 10:
        st.caption(f"and {len(chosen) - 10} more")
    yes, no = st.columns(2)
    if yes.button("Remove", type="primary", key="remove-yes", width="stretch"):
        folder = library.store.folder
        if jobs.busy(str(folder)):
            st.error("The library is being changed; remove them when that has ended.")
            return
        documents = [d.id for d in chosen]
        jobs.start(
            str(folder),
            "Removing",
            partial(tasks.remove_documents, folder=folder, documents=documents),
        )
        st.rerun()
    if no.button("Keep", key="remove-no", width="stretch"):
        st.rerun()


def _show_health(library: OpenLibrary) -> None:
    st.subheader("Health")
    folder = library.store.folder
    busy = jobs.busy(str(folder))
    with st.container(horizontal=True, gap="small"):
        if st.button("Check", key="check", icon=":material/stethoscope:"):
            with st.spinner("Checking …"):
                st.session_state["checkup"] = (library.key, examine(folder))
        st.button(
            "Rebuild the index",
            key="rebuild",
            icon=":material/refresh:",
            disabled=busy,
            help="From what is stored of each recording; nothing is heard again",
            on_click=jobs.start,
            args=(str(folder), "Rebuilding", partial(tasks.rebuild_index, folder=folder)),
        )
    key, checkup = st.session_state.get("checkup", ("", None))
    if checkup is None or key != library.key:
        st.caption(f"The library lies in {escape(str(Path(folder)))}.")
        return
    for problem in checkup.problems:
        st.error(escape(problem), icon=":material/error:")
    for note in checkup.notes:
        st.info(escape(note))
    if checkup.healthy:
        st.success("Healthy: nothing needs repair.", icon=":material/check:")


PAGE = add_page(Page("library", "Library", ":material/library_music:", 30, draw))
