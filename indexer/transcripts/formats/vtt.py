"""WebVTT: blocks and voices; the text without tags and entities."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from indexer.base.timecode import read_caption_clock
from indexer.base.types import Cue
from indexer.transcripts.captions import (
    CaptionBlock,
    caption_blocks,
    caption_cues,
    caption_lines,
    caption_text,
)
from indexer.transcripts.errors import TranscriptError
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.json_segments import read_json
from indexer.transcripts.json_segments import speaker as named_speaker
from indexer.transcripts.markup import without_tags
from indexer.transcripts.notes import Notes
from indexer.transcripts.repeats import without_highlighting
from indexer.transcripts.transcript import Transcript, timed_transcript

log = logging.getLogger(__name__)

_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]+([^<>]+)>")
_NAMED = re.compile(r'\d+ "([^"<>]{1,80})" \(\d+\)')
_VOICE_END = "</v>"
_LANGUAGE = re.compile(r"Language:\s*([A-Za-z]{2,3})\b")
# Of Microsoft Stream: "NOTE language:en-us".
_NOTED_LANGUAGE = re.compile(r"NOTE\s+language:\s*([A-Za-z]{2,3})\b", re.IGNORECASE)
_TIMESTAMP_MAP = re.compile(r"X-TIMESTAMP-MAP\s*=\s*(.*)", re.IGNORECASE)
# Ticks of MPEG-2 systems: 90 kHz in 33 bits.
_TICKS_PER_SECOND = 90_000
_WRAP_SECONDS = 2**33 / _TICKS_PER_SECOND
_SEAM = 0.1  # seconds between the halves of a cue that was cut where a part ends


def sniff(text: str, extension: str) -> bool:
    """Recognise WebVTT by its first word, whatever the file is called."""
    return text.lstrip().startswith("WEBVTT") or extension == ".vtt"


def parse(text: str, extension: str = ".vtt", language: str = "en") -> Transcript:
    """Read WebVTT; a cue with several voices becomes a cue a voice, all with its times.

    Parts of a stream that were joined, each with its header, have their times put on one clock
    by `X-TIMESTAMP-MAP` (RFC 8216, section 3.5).

    Args:
        text: The file's text.
        extension: Not used.
        language: Not used; a `Language:` line of the header, or a note of it,
            becomes the transcript's.

    Raises:
        TranscriptError: No cue has good times, or there is no text.
    """
    notes = Notes()
    if not text.lstrip().startswith("WEBVTT"):
        if "-->" not in text:
            raise TranscriptError(
                "line 1: it does not begin with WEBVTT, and has no times; name the file .txt"
            )
        notes.add("it does not begin with WEBVTT; read as if it did", "line 1")
    lines, parts = _without_headers(caption_lines(text))
    blocks = _on_one_clock(caption_blocks(lines, notes, with_identifiers=True), parts)
    cues = caption_cues(_with_named_speakers(blocks), notes)
    if len(parts) > 1:
        cues = list(_without_seams(cues))
    cues = [
        Cue(words, cue.start, cue.end, speaker)
        for cue in _without_highlighting(cues)
        for speaker, words in _voices(cue.text)
    ]
    named = next((part.language for part in parts if part.language), None)
    return timed_transcript(cues, "vtt", named, notes)


@dataclass
class _Part:
    """A file of a stream: where its header stands, and seconds to add to its times."""

    line: int
    clock: float | None = None
    language: str | None = None


def _without_headers(lines: list[str]) -> tuple[list[str | None], list[_Part]]:
    """Lines with None for those of headers, comments, styles and regions; the parts."""
    kept: list[str | None] = []
    parts: list[_Part] = []
    inside = ""
    blank_before = True
    for number, line in enumerate(lines):
        blank = not line.strip()
        if blank:
            inside = ""
        elif not inside and blank_before and re.match(r"(?:NOTE|STYLE|REGION)(?:\s|\Z)", line):
            inside = "comment"
        elif re.match(r"\ufeff?\s*WEBVTT(?:\s|\Z)", line) and (blank_before or not parts):
            inside = "header"
            parts.append(_Part(number))
        # Some files have times directly below the header.
        if inside and "-->" in line and not line.startswith("NOTE"):
            inside = ""
        if parts and (noted := _NOTED_LANGUAGE.match(line)) and not parts[-1].language:
            parts[-1].language = noted[1].lower()
        if inside == "header":
            _read_header(line, parts[-1])
        kept.append(None if inside else line)
        blank_before = blank
    return kept, parts


def _read_header(line: str, part: _Part) -> None:
    if language := _LANGUAGE.match(line):
        part.language = language[1].lower()
    if given := _TIMESTAMP_MAP.match(line):
        ticks = re.search(r"MPEGTS:(\d{1,12})", given[1])
        local = re.search(r"LOCAL:([\d:.]+)", given[1])
        seconds = read_caption_clock(local[1]) if local else 0.0
        if ticks and seconds is not None:
            part.clock = int(ticks[1]) / _TICKS_PER_SECOND - seconds


def _on_one_clock(blocks: list[CaptionBlock], parts: list[_Part]) -> list[CaptionBlock]:
    """Blocks with the times of the first part's clock."""
    first = parts[0].clock if parts else None
    if first is None or all(part.clock in (first, None) for part in parts):
        return blocks
    shifted = []
    index = 0
    for block in blocks:
        while index + 1 < len(parts) and parts[index + 1].line < block.line:
            index += 1
        clock = parts[index].clock
        shift = 0.0 if clock is None else (clock - first) % _WRAP_SECONDS
        if shift > _WRAP_SECONDS / 2:
            shift -= _WRAP_SECONDS
        start = None if block.start is None else block.start + shift
        end = None if block.end is None else block.end + shift
        shifted.append(replace(block, start=start, end=end))
    return shifted


def _with_named_speakers(blocks: list[CaptionBlock]) -> list[CaptionBlock]:
    """Blocks whose identifiers say who speaks, as Webex writes them: `1 "Ann Reed" (1024)`."""
    names = [_NAMED.fullmatch(block.identifier) for block in blocks]
    return [
        replace(block, text=f"<v {name[1]}>{block.text}") if name and block.text else block
        for block, name in zip(blocks, names, strict=True)
    ]


def _without_seams(cues: list[Cue]) -> Iterator[Cue]:
    """Cues of joined parts, one that was cut in two at the end of a part made whole."""
    held: Cue | None = None
    for cue in cues:
        if held is None:
            held = cue
        elif held.text == cue.text and _touches(held, cue):
            held = replace(held, end=max(held.end or 0.0, cue.end or 0.0))
        else:
            yield held
            held = cue
    if held is not None:
        yield held


def _touches(first: Cue, second: Cue) -> bool:
    assert first.end is not None
    assert second.start is not None
    return second.start - first.end <= _SEAM


def _without_highlighting(cues: list[Cue]) -> list[Cue]:
    """Cues with one highlighted word each as one; with tags, of which voices are needed."""
    if not any("<" in cue.text for cue in cues):
        return cues
    plain = [caption_text(cue.text) for cue in cues]
    joined = without_highlighting(cues, plain)
    if len(joined) == len(cues):
        return cues
    raw = {cue.start: cue.text for cue in reversed(cues)}
    return [replace(cue, text=raw[cue.start]) for cue in joined]


def _voices(payload: str) -> Iterator[tuple[str | None, str]]:
    """(speaker, text) of each stretch of a cue, neighbours of one speaker joined."""
    said = _metadata(payload)
    if said is not None:
        yield said
        return
    speaker: str | None = None
    stretches: list[tuple[str | None, str]] = []
    # re.split with one group alternates text and the name of the voice that follows it.
    for index, piece in enumerate(_VOICE.split(payload)):
        if index % 2:
            speaker = without_tags(piece).strip('"') or None
            continue
        inside, _, after = piece.partition(_VOICE_END)
        for name, words in ((speaker, caption_text(inside)), (None, caption_text(after))):
            if not words:
                continue
            if stretches and stretches[-1][0] == name:
                words = f"{stretches.pop()[1]} {words}"
            stretches.append((name, words))
    yield from stretches


def _metadata(payload: str) -> tuple[str | None, str] | None:
    """(speaker, text) of a cue of JSON, as Teams gives a meeting with its metadata; else None.

    Source: https://learn.microsoft.com/graph/api/calltranscript-get (`metadataContent`).
    """
    if not payload.lstrip().startswith("{") or '"spokenText"' not in payload:
        return None
    try:
        cue = read_json(payload)
    except TranscriptError:
        log.debug("no JSON: %s", payload, exc_info=True)
        return None
    words = cue.get("spokenText") if isinstance(cue, dict) else None
    return (named_speaker(cue.get("speakerName")), words) if isinstance(words, str) else None


TRANSCRIPT_FORMATS.add("vtt", TranscriptFormat((".vtt",), True, sniff, parse), order=10)
