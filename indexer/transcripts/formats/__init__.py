"""Transcript formats, one file each; a file dropped here is found by itself.

A format is a `TranscriptFormat` that its file registers when it is imported:

    TRANSCRIPT_FORMATS.add("lrc", TranscriptFormat((".lrc",), True, sniff, parse))

Everything that names formats or extensions (reading, finding the transcript of a recording, help
texts, the upload form) asks the functions below.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hilbert.extension_points import TRANSCRIPT_FORMATS as POINT
from hilbert.registry import Registry
from indexer.transcripts.transcript import Transcript


@dataclass(frozen=True)
class TranscriptFormat:
    """How one format of transcripts is recognised and read.

    Several formats may share an extension (two kinds of JSON do): the first one, in the order
    of the registry, that recognises the text reads it.

    Attributes:
        extensions: Lower-case extensions of its files, with the dot.
        timed: Whether its cues have times. Beside a recording, a timed transcript is preferred.
        sniff: `sniff(text, extension)` says whether a text is of this format. It decides over
            files of any extension: captions in a `.txt` file are read as captions.
        parse: `parse(text, extension, language)` gives the transcript; `language` is the ISO 639
            code to split sentences by where the text names none. Raises `TranscriptError`.
        markers: For extensions that much else has, such as `.json`: a file beside no recording
            is taken for a transcript if one of these stands in its first mebibyte. Without
            markers every file of the extensions is.
        to_text: `to_text(data)` turns the bytes of a file into the text that `sniff` and `parse`
            take, for formats that are not text (`.docx`). Raises `TranscriptError`.
    """

    extensions: tuple[str, ...]
    timed: bool
    sniff: Callable[[str, str], bool]
    parse: Callable[[str, str, str], Transcript]
    markers: tuple[bytes, ...] = ()
    to_text: Callable[[bytes], str] | None = None


TRANSCRIPT_FORMATS: Registry[TranscriptFormat] = Registry(POINT)
"""Formats by name. They are tried in order: low numbers for formats that are recognised by their
content, above 900 for running text, which has no marks of its own."""


def transcript_extensions() -> tuple[str, ...]:
    """Return the extensions of all formats, the preferred ones first: those with times."""
    formats = list(TRANSCRIPT_FORMATS.values())
    every = dict.fromkeys(e for known in formats for e in known.extensions)
    untimed = untimed_extensions()
    return tuple(sorted(every, key=lambda extension: extension in untimed))


def untimed_extensions() -> frozenset[str]:
    """Return the extensions of which nothing is known before a file is read but its words.

    The last format of an extension decides: the one that takes what no other recognises. Some
    `.txt` has clock times, and some `.json` has none, but most is as that format reads it.
    """
    last = {e: known for known in TRANSCRIPT_FORMATS.values() for e in known.extensions}
    return frozenset(extension for extension, known in last.items() if not known.timed)


def markers_of(extension: str) -> tuple[bytes, ...]:
    """Return what a lone file of this extension must hold one of; empty where any will do."""
    formats = [known for known in TRANSCRIPT_FORMATS.values() if extension in known.extensions]
    if not all(known.markers for known in formats):
        return ()
    return tuple(dict.fromkeys(marker for known in formats for marker in known.markers))


def decoder_of(extension: str) -> Callable[[bytes], str] | None:
    """Return what turns files of an extension into text; None for files that are text."""
    formats = (known for known in TRANSCRIPT_FORMATS.values() if extension in known.extensions)
    return next((known.to_text for known in formats if known.to_text), None)


def is_recognised(text: str, extension: str) -> bool:
    """Return whether one of the formats of an extension recognises a text."""
    formats = (known for known in TRANSCRIPT_FORMATS.values() if extension in known.extensions)
    return any(known.sniff(text, extension) for known in formats)


def format_of(text: str, extension: str) -> TranscriptFormat | None:
    """Return the format to read a text with; None where none fits text or extension.

    Args:
        text: The whole transcript.
        extension: Of its file, lower-case, with the dot.
    """
    formats = list(TRANSCRIPT_FORMATS.values())
    recognised = (known for known in formats if known.sniff(text, extension))
    by_extension = (known for known in reversed(formats) if extension in known.extensions)
    # A file that no format recognises is read as the last one of its extension, which takes what
    # the others leave, for the message of what is wrong.
    return next(recognised, None) or next(by_extension, None)
