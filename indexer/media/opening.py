"""Recordings opened by PyAV, or the reason why they cannot be."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from hilbert.system_faults import raise_system_fault
from indexer.base.errors import AudioError
from indexer.media.boxes import box_kinds, missing_box_bytes
from indexer.media.containers import open_av
from indexer.media.kinds import Content, content_of

log = logging.getLogger(__name__)

_HEAD_BYTES = 1024
_UNFINISHED = "the recording or download was not finished"
_PROTECTED = {"drms", "enca", "drmi"}
# FFmpeg's names of formats that only name other files and addresses, which it would open.
_LISTS = {"concat", "hls", "dash", "sdp", "imf", "rtsp"}
_IS_PLAYLIST = "a playlist, not a recording"


def open_container(path: Path) -> Any:
    """Open a recording.

    Raises:
        AudioError: The file cannot be read, is a pipe, a playlist, or is no media file.
    """
    import av

    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        # Reading a pipe would wait for ever.
        raise AudioError(f"{path.name}: not a regular file; write what it gives to a file first")
    if content_of(path) is Content.PLAYLIST:
        raise AudioError(f"{path.name}: {_IS_PLAYLIST}")
    try:
        # Absolute: FFmpeg takes what stands before a colon for a protocol. Bytes of tags that are
        # not UTF-8 are kept, to be read as what they are.
        container: Any = open_av(path.absolute())
    except (OSError, ValueError, av.error.FFmpegError) as error:
        if isinstance(error, MemoryError):
            raise
        raise AudioError(f"{path.name}: {_why_not_opened(path)}") from error
    if container.format.name in _LISTS:
        container.close()
        raise AudioError(f"{path.name}: {_IS_PLAYLIST}")
    return container


def check_decodable(path: Path, container: Any) -> None:
    """Check that there is sound and a decoder for it.

    Raises:
        AudioError: There is none, with the reason.
    """
    tracks = container.streams.audio
    if not tracks and missing_box_bytes(path):
        raise AudioError(f"{path.name}: its index (moov) is cut off: {_UNFINISHED}")
    if not tracks:
        raise AudioError(f"{path.name}: there is no sound in this file")
    known = [track for track in tracks if track.codec_context is not None]
    if not known:
        raise AudioError(f"{path.name}: its sound is in a format (codec) that cannot be decoded")
    if all(track.codec_context.codec_tag in _PROTECTED for track in known):
        raise AudioError(f"{path.name}: it is protected (DRM), so its sound cannot be decoded")


def _why_not_opened(path: Path) -> str:
    """Say why; not by FFmpeg's error, whose numbers are also what it dislikes in a file.

    Raises:
        SystemFaultError: The disk fails, or there are too many open files.
    """
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        log.debug("could not open %s", path, exc_info=True)
        if isinstance(error, PermissionError):
            return "no permission to read the file"
        if isinstance(error, FileNotFoundError):
            is_link = path.is_symlink()
            return "a link to a file that does not exist" if is_link else "there is no such file"
        raise_system_fault(error)
        return "not a sound file that can be decoded"
    if path.is_file() and path.stat().st_size == 0:
        return "the file is empty"
    if path.is_file():
        return _why_not_decoded(path)
    return "not a sound file that can be decoded"


def _why_not_decoded(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")) or b"<html" in text[:512]:
        return "not a sound file but a web page (HTML): the download failed"
    kinds = box_kinds(path)
    if kinds and kinds[0] in {"ftyp", "mdat", "wide", "free", "skip"} and "moov" not in kinds:
        return f"its index (moov) is missing: {_UNFINISHED}"
    if not head.strip(b"\0"):
        return f"the file holds nothing but zeros: {_UNFINISHED}"
    return "not a sound file that can be decoded"
