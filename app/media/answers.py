"""What is answered to requests for recordings."""

from __future__ import annotations

import logging
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.media import facts, made
from app.media.file_response import NOT_KEPT, file_response
from app.media.served import Recording, find_recording
from app.media.worker import State
from indexer.base.errors import HilbertError
from indexer.media.browser_copy import EXTENSION, MEDIA_TYPE

log = logging.getLogger(__name__)


def answer(library: str, document: str, part: str) -> Response:
    """Return a recording or a part of what is known of it, or say why there is none.

    Args:
        library: Its name in addresses (`app.media.served.serve_library`).
        document: Id of the document.
        part: One of `_ANSWERS`; the last part of the address.
    """
    if part not in _ANSWERS:
        return PlainTextResponse("There is nothing at this address", 404, NOT_KEPT)
    try:
        return _ANSWERS[part](find_recording(library, document))
    except (HilbertError, OSError) as error:
        log.debug("no answer to %s of %s", part, document, exc_info=True)
        why = error.strerror if isinstance(error, OSError) else error
        return PlainTextResponse(f"{why}", 404, NOT_KEPT)


def _file(recording: Recording) -> Response:
    # A library from somebody else may name any file of this machine as a recording.
    if not facts.is_readable(recording):
        return PlainTextResponse("This file is no recording that can be read", 415, NOT_KEPT)
    return file_response(recording.path, facts.content_type(recording))


def _facts(recording: Recording) -> Response:
    return JSONResponse(facts.facts_of(recording), headers=NOT_KEPT)


def _waveform(recording: Recording) -> Response:
    return _made(recording, made.outline(recording))


def _copy(recording: Recording) -> Response:
    """Say where the copy is; where there is none, it is made from now on."""
    state = made.browser_copy(recording)
    there = None if state.result is None else f"copy{EXTENSION}"
    return _made(recording, State(there, state.error, state.seconds))


def _copied_file(recording: Recording) -> Response:
    copy = made.browser_copy(recording).result
    if copy is None:
        return PlainTextResponse("There is no copy of this recording yet", 404, NOT_KEPT)
    return file_response(copy, MEDIA_TYPE)


def _made(recording: Recording, state: State[Any]) -> Response:
    """Answer with what was made, or with how far it is (202, RFC 9110 section 15.3.3)."""
    if state.error:
        return PlainTextResponse(state.error, 422, NOT_KEPT)
    if state.result is not None:
        return JSONResponse(state.result, headers=NOT_KEPT)
    seconds = recording.document.seconds
    share = min(state.seconds / seconds, 1.0) if seconds else 0.0
    return JSONResponse({"share": share}, 202, NOT_KEPT)


_ANSWERS = {
    "file": _file,
    "facts": _facts,
    "waveform": _waveform,
    "copy": _copy,
    f"copy{EXTENSION}": _copied_file,
}
