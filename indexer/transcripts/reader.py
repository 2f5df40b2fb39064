"""Read a transcript of any format, and find the one that belongs to a recording."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from indexer.transcripts.encoding import DecodedText, decode
from indexer.transcripts.formats import (
    decoder_of,
    format_of,
    markers_of,
    transcript_extensions,
    untimed_extensions,
)
from indexer.transcripts.transcript import Transcript, TranscriptError

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_BEGINNING = 1 << 20  # bytes


def read_transcript(path: Path, language: str = "en") -> Transcript:
    """Read a transcript by its extension and by what is in it.

    Text is UTF-8, UTF-16 or in an older encoding, which is detected (`encoding`). Captions in a
    `.txt` file, or WebVTT in an `.srt` file, are read as what they are. The name may hold the
    language: `NAME.de.txt`.

    Args:
        path: The transcript.
        language: ISO 639 code to split sentences and guess encodings by where neither file nor
            name gives one.

    Raises:
        TranscriptError: The file cannot be opened, is empty, binary or broken.
    """
    tag = re.fullmatch(r"([a-z]{2})(?:[-_]\w+)?", Path(path.stem).suffix[1:])
    named = tag[1] if tag else None
    data, own_decoder = _read_bytes(path), decoder_of(path.suffix.lower())
    if own_decoder:
        decoded = DecodedText(own_decoder(data))
    else:
        decoded = decode(data, named or language, language_is_named=named is not None)
    text = decoded.text
    if not text.strip():
        raise TranscriptError("it is empty; remove it, or put the transcript in it")
    extension = path.suffix.lower()
    known = format_of(text, extension)
    if known is None:
        extensions = ", ".join(transcript_extensions())
        raise TranscriptError(f'"{extension}" is no transcript; known are {extensions}')
    transcript = known.parse(text, extension, named or language)
    return replace(
        transcript,
        language=transcript.language or named,
        warnings=(*decoded.warnings, *transcript.warnings),
    )


def find_transcript(recording: Path, siblings: Iterable[Path], language: str = "en") -> Path | None:
    """Find the transcript beside a recording `NAME.mp3`: by name, those with times first.

    `NAME.vtt`, `.srt` and `.json` come first, then the same with a language (`NAME.en.vtt`) or
    with the recording's extension (`NAME.mp3.vtt`), then `.txt` and `.md` in the same way.

    Args:
        recording: Path of the recording.
        siblings: Paths in its folder; others are ignored.
        language: The one to prefer among several.
    """
    extensions, untimed = transcript_extensions(), untimed_extensions()
    ranked = []
    for sibling in siblings:
        extension = sibling.suffix.lower()
        if sibling.parent != recording.parent or extension not in extensions:
            continue
        rank = _rank_of_name(sibling.stem, recording, language)
        if rank is not None:
            order = extensions.index(extension)
            ranked.append(((extension in untimed, rank, order, sibling.name), sibling))
    return min(ranked)[1] if ranked else None


def may_be_transcript(file: Path) -> bool:
    """Whether a file beside no recording is likely a transcript, by its extension and beginning.

    Much that ends in `.json` is something else; its first mebibyte decides.
    """
    extension = file.suffix.lower()
    if extension not in transcript_extensions():
        return False
    markers = markers_of(extension)
    if not markers:
        return True
    try:
        with file.open("rb") as stream:
            beginning = stream.read(_BEGINNING)
    except OSError:
        return True  # reading it will fail and say why
    return any(marker in beginning for marker in markers)


def _rank_of_name(stem: str, recording: Path, language: str) -> int | None:
    """Rank how a transcript is named after its recording: 0 is best, None is not at all."""
    if stem == recording.stem:
        return 0
    if stem == recording.name:
        return 2
    base, _, tag = stem.rpartition(".")
    if base not in (recording.stem, recording.name) or not _LANGUAGE_TAG.fullmatch(tag):
        return None
    return 1 if re.split("[-_]", tag.lower())[0] == language.lower() else 3


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TranscriptError(f"it cannot be opened ({reason}); check the file") from error
