"""Files streamed from the disk, whole or in parts (RFC 9110, section 14)."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.responses import FileResponse

# What is removed from a library must not stay in a browser's cache.
NOT_KEPT = {"cache-control": "no-store"}


def file_response(path: Path, media_type: str) -> FileResponse:
    """Return a file of any size, or the part that a request names.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:  # refused here, not within the answer
        stat = os.fstat(file.fileno())
    return FileResponse(path, media_type=media_type, stat_result=stat, headers=NOT_KEPT)
