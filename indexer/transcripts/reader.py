"""Read a transcript of any format."""

from __future__ import annotations

import logging
import os
import re
from dataclasses import replace
from pathlib import Path

from indexer.base.regular_file import open_regular, read_small
from indexer.transcripts.captions import begins_with_timing
from indexer.transcripts.encoding import DecodedText, decode
from indexer.transcripts.formats import (
    decoder_of,
    format_of,
    markers_of,
    transcript_extensions,
)
from indexer.transcripts.guarded import is_recognised_guarded
from indexer.transcripts.json_segments import is_json
from indexer.transcripts.name_tags import language_of_name
from indexer.transcripts.transcript import Transcript, TranscriptError

log = logging.getLogger(__name__)

_TEXT, _CAPTIONS = (".txt", ".md"), (".srt", ".vtt")
_OTHER_KINDS = {
    ";FFMETADATA": "it is metadata of FFmpeg, no transcript; name it NAME.ffmetadata to keep its "
    "chapters",
    "{\\rtf": "it is RTF, which is not read; save it as plain text or as .docx",
    "#EXTM3U": "it is a playlist, no transcript; move it away",
}
# Cues of players: pictures to be shown while the time is looked for, and data of programs.
_SHOWN = re.compile(
    r"-->[^\n]{0,200}\n\s{0,9}(?:\S{1,300}\.(?:jpe?g|png|webp|gif|bmp|avif)(?:[?#]\S{0,200})?\s"
    r"|\{\s{0,9}\")",
    re.IGNORECASE,
)
_MOST = 0.9
_FIRST_CUES = 4000  # characters, in which the first of them stands
_BEGINNING, _WHOLE = 1 << 20, 16 << 20  # bytes


def read_transcript(path: Path, language: str = "en", named: str | None = None) -> Transcript:
    """Read a transcript by its extension and by what is in it.

    Text is UTF-8, UTF-16 or in an older encoding, which is detected (`encoding`). Captions, JSON
    or a page in a `.txt` file, or WebVTT in an `.srt` file, are read as what they are. The name
    may hold the language: `NAME.de.txt`.

    Args:
        path: The transcript.
        language: ISO 639 code to split sentences and guess encodings by where neither file nor
            name gives one.
        named: ISO 639 code that the name holds, where its recording shows which part of it does.

    Raises:
        TranscriptError: The file cannot be opened, is empty, binary or broken.
    """
    named = named or language_of_name(path)
    data, own_decoder = _read_bytes(path), decoder_of(path.suffix.lower())
    if own_decoder:
        decoded = DecodedText(own_decoder(data))
    else:
        decoded = decode(data, named or language, language_is_named=named is not None)
    text = decoded.text
    if not text.strip():
        raise TranscriptError("it is empty; remove it, or put the transcript in it")
    if refusal := _refusal(text):
        raise TranscriptError(refusal)
    extension = _extension_of(text, path.suffix.lower())
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


def may_be_transcript(file: Path) -> bool:
    """Whether a file beside no recording is likely a transcript, by its extension and content.

    Much that ends in `.json` is something else: one of the formats must recognise it, or its
    first mebibyte where it is long.
    """
    extension = file.suffix.lower()
    if extension not in transcript_extensions():
        return False
    markers = markers_of(extension)
    try:
        with open_regular(file) as stream:
            beginning = stream.read(_BEGINNING)
            is_long = os.fstat(stream.fileno()).st_size > _WHOLE
    except OSError:
        return True  # reading it will fail and say why
    if any(beginning.lstrip().startswith(mark.encode()) for mark in _OTHER_KINDS):
        return False
    text = beginning.decode("utf-8", "replace")
    if not markers:
        return not _holds_no_words(text)
    if _captions_extension(text):
        return True
    if not any(marker in beginning for marker in markers):
        return False
    if is_long:
        return True
    try:
        return is_recognised_guarded(file, extension)
    except TranscriptError:
        log.debug("could not look at %s", file, exc_info=True)
        return True  # likewise


def beginning_as_text(file: Path) -> str:
    """Return the beginning of a file as text, as far as formats are recognised by it."""
    with open_regular(file) as stream:
        return decode(stream.read(_WHOLE + 1), "en").text


def _refusal(text: str) -> str | None:
    """What a text is that is no transcript whatever its extension, by how it begins."""
    kinds = (what for mark, what in _OTHER_KINDS.items() if text.lstrip().startswith(mark))
    if refused := next(kinds, None):
        return refused
    return "its cues are pictures or data for a player, no words" if _holds_no_words(text) else None


def _holds_no_words(text: str) -> bool:
    """Whether nearly all cues of captions name pictures, or are data of a program."""
    if _SHOWN.search(text, 0, _FIRST_CUES) is None or '"spokenText"' in text:
        return False
    return len(_SHOWN.findall(f"{text}\n")) >= _MOST * text.count("-->")


def _captions_extension(text: str) -> str | None:
    """The extension of captions whose beginning shows what they are; None for all else."""
    if text.lstrip("\ufeff \t\r\n").startswith("WEBVTT"):
        return ".vtt"
    return ".srt" if begins_with_timing(text) else None


def _extension_of(text: str, extension: str) -> str:
    """The extension that a text should have, by how it begins."""
    if captions := _captions_extension(text):
        return extension if extension == ".vtt" else captions
    if extension in _CAPTIONS and text.lstrip().startswith(("{", "[")) and is_json(text):
        return ".json"
    if extension not in _TEXT:
        return extension
    begin = text.lstrip()[:20].lower()
    if begin.startswith(("<!doctype html", "<html")):
        return ".html"
    if begin.startswith(("{", "[")) and is_json(text):
        return ".json"
    return extension


def _read_bytes(path: Path) -> bytes:
    try:
        return read_small(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TranscriptError(f"it cannot be opened ({reason}); check the file") from error
