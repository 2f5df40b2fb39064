"""What is a recording: by a file's extension, and by what its beginning holds."""

from __future__ import annotations

import logging
import re
import stat
from enum import Enum
from pathlib import Path

from indexer.media.mpeg_frames import is_frames
from indexer.media.sync_frames import is_sync_frames

log = logging.getLogger(__name__)

RECORDING_EXTENSIONS = frozenset(
    # Sound: uncompressed, lossless, lossy, telephones and voice recorders.
    {".wav", ".wave", ".bwf", ".rf64", ".w64", ".aif", ".aiff", ".aifc", ".caf", ".au", ".snd"}
    | {".flac", ".wv", ".ape", ".tta", ".tak", ".dsf", ".dff"}
    | {".mp3", ".mp2", ".mpa", ".mpga", ".m4a", ".m4b", ".m4p", ".m4r", ".aac", ".adts", ".ac3"}
    | {".eac3", ".dts", ".ogg", ".oga", ".opus", ".spx", ".wma", ".mka", ".weba", ".mpc", ".ra"}
    | {".amr", ".awb", ".3ga", ".voc"}
    # Video with sound.
    | {".mp4", ".m4v", ".mov", ".qt", ".webm", ".mkv", ".avi", ".wmv", ".asf", ".flv", ".f4v"}
    | {".mpg", ".mpeg", ".vob", ".ts", ".mts", ".m2ts", ".m2t", ".3gp", ".3gpp", ".3g2", ".ogv"}
    | {".ogx", ".mxf", ".rm"}
)
"""Extensions of recordings that FFmpeg reads. Other files are recordings if they begin like one."""

_BEGINNING = 4096  # bytes
# Extensions that source code has, too: TypeScript modules, translations of Qt.
_ALSO_SOURCE_CODE = frozenset({".ts", ".mts"})
# Playlists and manifests are text that names other files and addresses. FFmpeg would open these.
_PLAYLIST = re.compile(
    rb"\s*(?:#EXTM3U|#EXTINF|\[playlist\]|\[reference\]|ffconcat\s|v=0\s+o=|<asx|<smil|<\?wpl"
    rb"|<mpd[\s>]|<playlist[\s>]|<\?xml[^>]*>\s*(?:<!--.*?-->\s*)*<(?:mpd|smil|asx|playlist)[\s>])",
    re.IGNORECASE | re.DOTALL,
)
# Apple Technical Note 2001: resource forks of macOS (`._NAME`) on other file systems.
_APPLE_DOUBLE = b"\x00\x05\x16\x07"
_MAGIC = (
    (0, b"ID3"),
    (0, b"fLaC"),
    (0, b"OggS"),
    (0, b"caff"),
    (0, b".snd"),
    (0, b"#!AMR"),
    (0, b"wvpk"),
    (0, b"MAC "),
    (0, b"TTA1"),
    (0, b"tBaK"),
    (0, b"DSD "),
    (0, b"FRM8"),
    (0, b"MPCK"),
    (0, b"MP+"),
    (0, b"ADIF"),
    (0, b"FLV\x01"),
    (0, b".RMF"),
    (0, b".ra\xfd"),
    (0, b"Creative Voice File"),
    (0, b"\x1a\x45\xdf\xa3"),  # Matroska, WebM
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),  # ASF: WMA, WMV
    (0, b"riff\x2e\x91\xcf\x11"),  # Wave64
    (0, b"\x00\x00\x01\xba"),  # MPEG program stream
    (4, b"\xf8\x72\x6f\xba"),  # TrueHD
    (4, b"moov"),
    (4, b"mdat"),
    (4, b"wide"),
)
# PDF, ZIP (Word, OpenDocument, Pages), RTF, OLE (Word before 2007).
_DOCUMENTS = (b"%PDF", b"PK\x03\x04", b"{\\rtf", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_PICTURES = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif"})
_TS_PACKETS = ((0, 188), (4, 192))  # offset of the first sync byte, and length: .ts, .m2ts


class Content(Enum):
    """What the beginning of a file holds."""

    SOUND = "sound"
    PLAYLIST = "a playlist"
    APPLE_DOUBLE = "a resource fork of macOS"
    TEXT = "text"
    DOCUMENT = "a document"
    OTHER = "something else"
    UNREADABLE = "unreadable"


def content_of(path: Path) -> Content:
    """Look at the beginning of a file; nothing else of it is read, and FFmpeg does not see it."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe would wait for ever
            return Content.UNREADABLE
        with path.open("rb") as stream:
            beginning = stream.read(_BEGINNING)
    except OSError:
        log.debug("could not read %s", path, exc_info=True)
        return Content.UNREADABLE
    return content_of_bytes(beginning)


def content_of_bytes(beginning: bytes) -> Content:
    """Classify a file by its first bytes, 4096 where it has so many."""
    if beginning.startswith(_APPLE_DOUBLE):
        return Content.APPLE_DOUBLE
    if _PLAYLIST.match(beginning.removeprefix(b"\xef\xbb\xbf")):
        return Content.PLAYLIST
    if is_frames(beginning) or is_sync_frames(beginning):
        return Content.SOUND
    if beginning.startswith(_DOCUMENTS):
        return Content.DOCUMENT
    if _is_text(beginning):  # "MAC addresses" and "ID3 tags" are no marks of a container
        return Content.TEXT
    return Content.SOUND if _is_container(beginning) else Content.OTHER


def not_a_recording(path: Path) -> str | None:
    """Why a file is no recording, or None where it is one (perhaps a damaged one).

    A file with a recording's extension is one, unless it holds a playlist, a resource fork, or
    source code under an extension that source code shares. Others must begin like a recording.
    """
    content = content_of(path)
    if content in (Content.PLAYLIST, Content.APPLE_DOUBLE):
        return f"{content.value}, not a recording"
    extension = path.suffix.lower()
    if extension in RECORDING_EXTENSIONS:
        is_code = extension in _ALSO_SOURCE_CODE and content is Content.TEXT
        return f"{content.value}, not a recording" if is_code else None
    return None if content is Content.SOUND else f"{content.value}, not a recording"


def _is_container(beginning: bytes) -> bool:
    if any(beginning.startswith(magic, offset) for offset, magic in _MAGIC):
        return True
    if beginning[:4] in (b"RIFF", b"RF64", b"BW64"):
        return beginning[8:12] in (b"WAVE", b"AVI ")
    if beginning[:4] == b"FORM":
        return beginning[8:12] in (b"AIFF", b"AIFC")
    if beginning[4:8] == b"ftyp":  # ISO/IEC 14496-12; HEIF pictures are in the same container
        return beginning[8:12] not in _PICTURES
    return any(
        len(beginning) > offset + 2 * length
        and all(beginning[at] == 0x47 for at in range(offset, len(beginning), length))
        for offset, length in _TS_PACKETS
    )


def _is_text(beginning: bytes) -> bool:
    """Whether bytes read as UTF-8 or UTF-16 text, perhaps cut within a letter."""
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    try:
        text = beginning.decode()
    except UnicodeDecodeError as error:
        if len(beginning) - error.start > 3:
            return False
        text = beginning[: error.start].decode()
    return bool(text) and all(letter.isprintable() or letter in "\t\n\r\f" for letter in text)
