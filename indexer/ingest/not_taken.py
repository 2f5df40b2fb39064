"""Why a file is not taken as a recording or transcript, and what of that is worth a warning."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from indexer.base.names import folded
from indexer.ingest.folders import LEFTOVER, is_partial_download
from indexer.ingest.metadata_table import METADATA_FILE
from indexer.media.kinds import RECORDING_EXTENSIONS, Content, content_of
from indexer.transcripts.formats import transcript_extensions
from indexer.transcripts.pairing import Owners, RecordingNames

# Text files that stand beside recordings without being transcripts: README, LICENSE-MIT,
# "01 Tracklist". A recording of the same name makes each a transcript.
_NOT_TRANSCRIPTS = re.compile(
    r".*\.(?:info|live_chat|chapters|meta|metadata)"  # of yt-dlp and podcast hosts
    r"|(?:source[ _-])?(?:read[ _-]?me|licen[sc]e|changelog)\b.*"
    r"|(?:copying|notice|contributing|requirements|robots|(?:.*\W)?(?:track[ _-]?list|playlist))s?"
    r"|vocabulary"  # of names, for the recogniser: indexer.ingest.expected_names
)
# Of a recording's name, but of no words: lists, checksums, links, settings.
_COMPANIONS = frozenset(
    {".nfo", ".cue", ".m3u", ".m3u8", ".pls", ".xspf", ".wpl", ".asx", ".url", ".webloc"}
    | {".lnk", ".log", ".ini", ".md5", ".sha1", ".sha256", ".sfv", ".yaml", ".yml", ".toml"}
    | {".xmp", ".torrent", ".zip", ".py", ".sh", ".css", ".js", ".svg", ".mpd"}
)
# Captions and annotations in formats that are not read, wherever they lie.
_UNREAD_FORMATS = frozenset(
    {".stl", ".scc", ".mcc", ".usf", ".cap", ".textgrid", ".eaf"}
    | {".cha", ".trs", ".stm", ".ctm", ".rtf", ".doc", ".odt", ".sup", ".idx", ".vobsub"}
    | {".mks", ".dote"}
)
# What a table is called before it is saved as CSV.
_TABLE_STEM = Path(METADATA_FILE).stem
_SPREADSHEETS = frozenset({".xlsx", ".xls", ".xlsm", ".ods", ".numbers", ".tsv", ".tab"})
_NEVER_SOUND = frozenset({Content.PLAYLIST, Content.APPLE_DOUBLE})
NOT_READ = "not a transcript format hilbert reads; save it as WebVTT, SRT or text"
_NAMED = 5


def is_no_transcript_by_name(file: Path) -> bool:
    """Whether a text file is called a README, a licence, a track list."""
    return _NOT_TRANSCRIPTS.fullmatch(folded(file.stem)) is not None


def warning_of(path: Path, reason: str, names: RecordingNames) -> str | None:
    """Return what to warn of where a file is passed over, None where nobody misses it.

    Args:
        path: The file.
        reason: Why it is passed over.
        names: The recordings whose words it may hold.
    """
    if folded(path.stem) == _TABLE_STEM and path.suffix.lower() in _SPREADSHEETS:
        return f"not read: save the table as {METADATA_FILE}"
    if reason == LEFTOVER or (
        path.suffix.lower() in RECORDING_EXTENSIONS and content_of(path) in _NEVER_SOUND
    ):
        return reason
    return NOT_READ if may_hold_words(path, names) else None


def may_hold_words(path: Path, names: RecordingNames) -> bool:
    """Whether a file is of captions, or of text of a recording's name, in a format not read."""
    extension = path.suffix.lower()
    return extension in _UNREAD_FORMATS or (
        extension not in _COMPANIONS
        and names.owners_of(path) is not None
        and not is_partial_download(path)
        and content_of(path) in (Content.TEXT, Content.DOCUMENT)
    )


def why_by_itself(transcript: Path, owners: Owners | None, names: RecordingNames) -> str | None:
    """Say why a transcript that begins like a recording's name is not taken for its words."""
    nearest = names.nearest(transcript)
    if owners:
        similar = " and ".join(recording.name for recording in owners.recordings)
        return f"it is named like {similar}; name it exactly like one of them"
    if nearest:
        recording, rest = nearest
        said = rest.strip(" ._-")
        return f"'{said}' is no language or kind of transcript of {recording.name}"
    return None


def why_refused(path: Path, reason: str) -> str:
    """Say why a file that the user named cannot be used."""
    if is_partial_download(path):
        return "a download that is not finished; index it when it is whole"
    if path.suffix.lower() in RECORDING_EXTENSIONS or content_of(path) in _NEVER_SOUND:
        return reason
    known = " ".join(transcript_extensions())
    return f"neither a recording that FFmpeg reads nor a transcript ({known})"


def why_nothing_was_taken(top: Path, passed_over: Mapping[str, str]) -> str:
    """Say why nothing in a folder was taken: what might have been, or what there is not."""
    extensions = transcript_extensions()
    refused = [
        f"{Path(path).name} ({why})"
        for path, why in passed_over.items()
        if Path(path).suffix.lower() in extensions and top in Path(path).parents
    ]
    if refused:
        more = f" and {len(refused) - _NAMED} more" if len(refused) > _NAMED else ""
        return f"nothing here was taken: {', '.join(refused[:_NAMED])}{more}"
    return (
        "no recordings or transcripts here; recordings are sound and video that FFmpeg reads, "
        f"transcripts end in {' '.join(extensions)}"
    )
