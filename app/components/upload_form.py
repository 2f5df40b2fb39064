"""The form that adds recordings to the library, and the report of the run, file by file."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.components.file_outcomes import show_outcomes
from app.components.job_progress import show_job, show_stopped
from app.components.library_facts import count
from app.markdown import escape
from app.state import jobs, tasks, uploads
from app.state.adding import Adding
from app.state.open_library import OpenLibrary
from indexer.base.errors import QueryError
from indexer.media.kinds import RECORDING_EXTENSIONS
from indexer.transcripts.formats import transcript_extensions

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

log = logging.getLogger(__name__)


def show_adding(library: OpenLibrary) -> None:
    """Draw the upload of files and the choice of a folder, with live progress."""
    folder = library.store.folder
    key = str(folder)
    busy = jobs.busy(key)
    files, path = st.columns(2, gap="medium")
    with files, st.container(border=True, height="stretch"):
        chosen = st.file_uploader(
            "Files: recordings, and transcripts of the same name",
            type=file_types(),
            accept_multiple_files=True,
            key="uploads",
        )
        most = st.get_option("server.maxUploadSize") / 1000
        st.caption(
            "MP3, M4A, WAV, FLAC, MP4 and most other recordings, VTT, SRT, TXT and most other "
            f"transcripts, up to {most:g} GB each. They are kept in "
            f"{escape(str(folder / tasks.UPLOADS))}"
        )
        if st.button(
            "Add the files", key="add-files", icon=":material/upload:", disabled=busy or not chosen
        ):
            try:
                with st.spinner("Keeping the files …"):
                    refused, names = _keep(folder, chosen)
            except OSError as error:
                log.debug("could not keep the uploaded files", exc_info=True)
                st.error(f"The files cannot be kept: {error.strerror}")
            else:
                if len(refused) < len(chosen):
                    _start(folder, folder / tasks.UPLOADS, refused, names)
                else:
                    tasks.remember_refused(folder, refused)
                st.rerun()
    with path, st.form("folder", height="stretch"):  # a click sends what is typed
        named = st.text_input(
            "A folder of this machine, with everything below it",
            key="folder-to-add",
            placeholder="/home/me/podcasts",
        ).strip()
        st.caption("Recordings stay where they are; what is unchanged costs nothing.")
        if st.form_submit_button(
            "Add the folder", key="add-folder", icon=":material/create_new_folder:", disabled=busy
        ):
            wanted = Path(os.path.expanduser(named)).absolute()
            if named and os.path.exists(wanted):
                _start(folder, wanted)
                st.rerun()
            st.error(escape(f"There is no folder {wanted}") if named else "Type where it lies.")
    st.toggle(
        "Recognise the speech of recordings without a transcript",
        value=True,
        key="recognise",
        help="Otherwise they can be searched by their sound alone.",
    )
    job = show_job(key)
    if job and job.done:
        _show_end(job, key)


def _keep(folder: Path, files: Sequence[UploadedFile]) -> tuple[dict[str, str], dict[str, str]]:
    """Keep uploaded files.

    Returns:
        Those that are not what they are called: the path that each would have, and the reason.
        And the names of those that are kept under another, by their paths.
    """
    refused, names = {}, {}
    for file in files:
        try:
            with uploads.open_upload(file) as content:
                if reason := uploads.not_what_it_is_called(file.name, content):
                    refused[str(folder / tasks.UPLOADS / file.name)] = reason
                else:
                    path = tasks.keep_upload(folder, file.name, content)
                    if path.name != file.name:
                        names[str(path)] = file.name
        except QueryError as error:
            log.debug("could not keep an uploaded file", exc_info=True)
            refused[str(folder / tasks.UPLOADS / file.name)] = str(error)
    return refused, names


def file_types() -> list[str]:
    """Return the extensions of files that can be uploaded, without the dot.

    Besides recordings and transcripts: `.csv`, the metadata table.
    """
    extensions = (*sorted(RECORDING_EXTENSIONS), *transcript_extensions(), ".csv")
    return [extension.removeprefix(".") for extension in extensions]


def _start(
    folder: Path,
    what: Path,
    refused: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> None:
    asr = "auto" if st.session_state.get("recognise", True) else "never"
    work = partial(tasks.add, folder=folder, paths=[what], asr=asr, refused=refused, names=names)
    jobs.start(str(folder), "Adding", work)


def _show_end(job: jobs.Job, key: str) -> None:
    if job.error:
        st.error(escape(job.error), icon=":material/error:")
    elif job.stopped:
        show_stopped(job, key)
    elif isinstance(job.so_far, Adding):
        show_summary(job.so_far)
    else:
        st.success(f"{job.title}: done.", icon=":material/check:")
    st.button("Hide this", key="hide-job", on_click=jobs.forget, args=(key,), type="tertiary")


def _first_failure(adding: Adding) -> str:
    """Say in brackets which file failed first, and why; the list below has all."""
    if not adding.report.failed:
        return ""
    path, reason = next(iter(adding.report.failed.items()))
    more = len(adding.report.failed) - 1
    return f" ({adding.name_of(path)}: {reason}{f'; and {more:,} more' if more else ''})"


def show_summary(adding: Adding) -> None:
    """Draw the counts of an adding that has ended, and what became of each file."""
    summary = adding.report
    counts = (
        f"{len(summary.added)} added, {len(summary.updated)} updated, "
        f"{len(summary.unchanged)} unchanged, {len(summary.failed)} failed"
        f"{_first_failure(adding)}; the library holds {count(summary.documents, 'recording')}."
    )
    complete = summary.documents and not summary.failed
    show = st.success if complete else st.warning
    show(escape(counts), icon=":material/check:" if complete else ":material/warning:")
    show_outcomes(adding)
    if passed_over := summary.describe_passed_over():
        st.caption(escape(f"{passed_over}."))
    for note in summary.notes:
        st.caption(f":material/info: {escape(note)}")
    if summary.warnings:
        with st.expander("Remarks on files and folders", expanded=not summary.documents):
            for path, texts in summary.warnings.items():
                for text in texts:
                    st.markdown(f"{escape(Path(path).name)}: {escape(text)}")
