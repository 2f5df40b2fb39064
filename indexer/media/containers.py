"""Containers opened by PyAV, whichever of its releases is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from indexer.media.ogg_links import LinkFile

FORMATS = (
    # Sound: uncompressed, lossless, lossy, telephones and voice recorders.
    *("wav", "w64", "aiff", "caf", "au", "nistsphere", "voc"),
    *("flac", "wv", "ape", "tta", "tak", "dsf", "iff"),
    *("mp3", "aac", "loas", "ac3", "eac3", "dts", "dtshd", "truehd", "mlp", "ogg", "mpc", "mpc8"),
    *("amr", "amrnb", "amrwb"),
    # Video, with its sound.
    *("mov", "matroska", "asf", "avi", "flv", "mpeg", "mpegts", "mpegvideo", "mxf", "rm"),
)
"""FFmpeg's names of the formats that are opened: those of `RECORDING_EXTENSIONS`. It knows 370,
among them lists that name other files and addresses, devices, and games that nobody looks after."""

# Since 19, which needs Python 3.12, PyAV keeps bytes of tags that are not UTF-8 by itself, and
# refuses the option that says so.
_KEEPS_BYTES = 19


def open_av(source: Path | LinkFile, **options: Any) -> Any:
    """Open a container; bytes of its tags that are not UTF-8 are surrogates.

    FFmpeg opens nothing but this file, whatever is in it, and only as one of `FORMATS`.

    Args:
        source: A file, or one from a link on.
        options: Of `av.open`.

    Raises:
        OSError: It cannot be read, or not as a container; some of FFmpeg's errors are no OSError.
    """
    import av

    if int(av.__version__.partition(".")[0]) < _KEEPS_BYTES:
        options["metadata_errors"] = "surrogateescape"
    options["options"] = {
        "protocol_whitelist": "file",
        "format_whitelist": options.get("format", ",".join(FORMATS)),
    }
    return av.open(str(source) if isinstance(source, Path) else source, **options)
