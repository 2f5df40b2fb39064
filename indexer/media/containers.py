"""Containers opened by PyAV, whichever of its releases is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from indexer.media.ogg_links import LinkFile

# Since 19, which needs Python 3.12, PyAV keeps bytes of tags that are not UTF-8 by itself, and
# refuses the option that says so.
_KEEPS_BYTES = 19


def open_av(source: Path | LinkFile, **options: Any) -> Any:
    """Open a container; bytes of its tags that are not UTF-8 are surrogates.

    Args:
        source: A file, or one from a link on.
        options: Of `av.open`.

    Raises:
        OSError: It cannot be read, or not as a container; some of FFmpeg's errors are no OSError.
    """
    import av

    if int(av.__version__.partition(".")[0]) < _KEEPS_BYTES:
        options["metadata_errors"] = "surrogateescape"
    return av.open(str(source) if isinstance(source, Path) else source, **options)
