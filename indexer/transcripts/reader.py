"""Read a transcript of any format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from indexer.transcripts.encoding import DecodedText, decode
from indexer.transcripts.formats import (
    decoder_of,
    format_of,
    is_recognised,
    markers_of,
    transcript_extensions,
)
from indexer.transcripts.name_tags import language_of_name
from indexer.transcripts.transcript import Transcript, TranscriptError

_BEGINNING, _WHOLE = 1 << 20, 16 << 20  # bytes


def read_transcript(path: Path, language: str = "en", named: str | None = None) -> Transcript:
    """Read a transcript by its extension and by what is in it.

    Text is UTF-8, UTF-16 or in an older encoding, which is detected (`encoding`). Captions in a
    `.txt` file, or WebVTT in an `.srt` file, are read as what they are. The name may hold the
    language: `NAME.de.txt`.

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


def may_be_transcript(file: Path) -> bool:
    """Whether a file beside no recording is likely a transcript, by its extension and content.

    Much that ends in `.json` is something else: one of the formats must recognise it, or its
    first mebibyte where it is long.
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
            whole = beginning + stream.read(_WHOLE - _BEGINNING + 1)
    except OSError:
        return True  # reading it will fail and say why
    if not any(marker in beginning for marker in markers):
        return False
    return len(whole) > _WHOLE or is_recognised(decode(whole, "en").text, extension)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TranscriptError(f"it cannot be opened ({reason}); check the file") from error
