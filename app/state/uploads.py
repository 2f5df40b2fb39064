"""What visitors uploaded: its content, and whether that is what its name says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from app.guard.upload_store import upload_store
from indexer.base.errors import QueryError
from indexer.media.kinds import RECORDING_EXTENSIONS, Content, content_of_bytes

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_BEGINNING = 4096  # bytes
_NO_RECORDING = (Content.PLAYLIST, Content.TEXT, Content.DOCUMENT)


@contextmanager
def open_upload(file: UploadedFile) -> Iterator[IO[bytes]]:
    """Open what was uploaded: on disk, where the server has stored it, else in memory.

    Raises:
        QueryError: It is not kept any more.
    """
    path = upload_store().path(file.file_id)
    if path is not None:
        with path.open("rb") as stream:
            yield stream
    elif file.size:
        file.seek(0)
        yield file
    else:
        raise QueryError(f"{file.name} is empty, or not kept any more; upload it again")


def not_what_it_is_called(name: str, content: IO[bytes]) -> str | None:
    """Say why a file is refused before anything decodes it; None where nothing speaks against it.

    What begins like nothing that is known may be a recording, damaged or of a rare kind.
    """
    found = content_of_bytes(content.read(_BEGINNING))
    content.seek(0)
    is_recording = Path(name).suffix.lower() in RECORDING_EXTENSIONS
    if found is Content.APPLE_DOUBLE:
        return f"{found.value}, nothing to search in"
    if is_recording and found in _NO_RECORDING:
        return f"{found.value}, not a recording"
    if not is_recording and found is Content.SOUND:
        return "a recording, under the name of a text"
    return None
