"""What a browser's player shows where a recording's second 0 is."""

from __future__ import annotations

from pathlib import Path

from indexer.media.frames import container_offset
from indexer.media.guarded import guarded
from indexer.media.opening import open_container
from indexer.media.timeline import begins_anywhere


def player_offset(path: Path) -> float:
    """Return the seconds that a browser's player adds to a recording's own.

    A recording whose clock begins at 10 h is indexed from second 0; Chromium shows 10 h there.

    Raises:
        AudioError: The file cannot be read, or is no media file.
    """
    ((values, _),) = guarded("offset", path, {"path": str(path.absolute())})
    return float(values["seconds"])


def player_offset_of(path: Path) -> float:
    """Return the same; in a guarded process, as all that FFmpeg reads."""
    with open_container(path) as container:
        if begins_anywhere(container.format.name):
            return 0.0  # players take this off themselves
        return container_offset(container)
