"""Read a transcript of any format, and find the one that belongs to a recording."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from indexer.transcripts.formats.plain import parse_plain
from indexer.transcripts.formats.podcast_json import parse_podcast_json
from indexer.transcripts.formats.srt import parse_srt
from indexer.transcripts.formats.turns import parse_turns
from indexer.transcripts.formats.vtt import parse_vtt
from indexer.transcripts.formats.whisper_json import parse_whisper_json
from indexer.transcripts.transcript import Transcript, TranscriptError

_TIMED = (".vtt", ".srt", ".json")
_UNTIMED = (".txt", ".md")
TRANSCRIPT_EXTENSIONS = _TIMED + _UNTIMED
"""Extensions of transcripts, the preferred ones first."""

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_SRT_START = re.compile(r"\s*(?:\d+\s*\n)?\s*(?:\d+:)?\d{1,2}:\d{1,2}[.,]\d+\s*-->")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # Before UTF-16: its little-endian mark begins like the one of UTF-32.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_transcript(path: Path, language: str = "en") -> Transcript:
    """Read a transcript by its extension and by what is in it.

    Text is UTF-8, UTF-16 or, failing these, Windows-1252. Captions in a `.txt` file, or WebVTT in
    an `.srt` file, are read as what they are. The name may tell the language: `NAME.de.txt`.

    Args:
        path: the transcript.
        language: ISO 639 code to split sentences by where neither file nor name tells one.

    Raises:
        TranscriptError: for a file that cannot be opened, is empty, binary or broken.
    """
    text = _decode(_read_bytes(path))
    if not text.strip():
        raise TranscriptError("it is empty; remove it, or put the transcript in it")
    tag = re.fullmatch(r"([a-z]{2})(?:[-_]\w+)?", Path(path.stem).suffix[1:])
    named = tag[1] if tag else None
    transcript = _parse(text, path.suffix.lower(), named or language)
    return replace(transcript, language=transcript.language or named)


def find_transcript(recording: Path, siblings: Iterable[Path], language: str = "en") -> Path | None:
    """The transcript beside a recording `NAME.mp3`: by name, those with times first.

    `NAME.vtt`, `.srt` and `.json` go first, then the same with a language (`NAME.en.vtt`) or with
    the recording's extension (`NAME.mp3.vtt`), then `.txt` and `.md` in the same way.

    Args:
        recording: path of the recording.
        siblings: paths in its folder; others are ignored.
        language: the one to prefer among several.
    """
    ranked = []
    for sibling in siblings:
        extension = sibling.suffix.lower()
        if sibling.parent != recording.parent or extension not in TRANSCRIPT_EXTENSIONS:
            continue
        form = _form(sibling.stem, recording, language)
        if form is not None:
            order = TRANSCRIPT_EXTENSIONS.index(extension)
            ranked.append(((extension in _UNTIMED, form, order, sibling.name), sibling))
    return min(ranked)[1] if ranked else None


def _form(stem: str, recording: Path, language: str) -> int | None:
    """How a transcript is named after its recording: 0 is best, None is not at all."""
    if stem == recording.stem:
        return 0
    if stem == recording.name:
        return 2
    base, _, tag = stem.rpartition(".")
    if base not in (recording.stem, recording.name) or not _LANGUAGE_TAG.fullmatch(tag):
        return None
    return 1 if re.split("[-_]", tag.lower())[0] == language.lower() else 3


def _parse(text: str, extension: str, language: str) -> Transcript:
    if text.startswith("WEBVTT") or extension == ".vtt":
        return parse_vtt(text)
    if extension == ".srt" or _SRT_START.match(text):
        return parse_srt(text)
    if extension == ".json":
        return _parse_json(text, language)
    if extension not in _UNTIMED:
        known = ", ".join(TRANSCRIPT_EXTENSIONS)
        raise TranscriptError(f'"{extension}" is no transcript; known are {known}')
    markdown = extension == ".md"
    return parse_turns(text, markdown, language) or parse_plain(text, markdown, language)


def _parse_json(text: str, language: str) -> Transcript:
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}: " if isinstance(error, json.JSONDecodeError) else ""
        raise TranscriptError(f"{where}it is not valid JSON; export it again") from error
    if isinstance(data, list):
        data = {"segments": data}
    segments = data.get("segments", data.get("transcription")) if isinstance(data, dict) else None
    if not isinstance(segments, list) or not all(isinstance(s, dict) for s in segments):
        raise TranscriptError(
            'it has no list "segments", so it is no transcript of Whisper or Podcasting 2.0; '
            "export one of these, or move the file away"
        )
    if segments and "startTime" in segments[0]:
        return parse_podcast_json(data, language)
    return parse_whisper_json(data, language)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TranscriptError(f"it cannot be opened ({reason}); check the file") from error


def _decode(data: bytes) -> str:
    """Text with `\\n` line ends, whatever the encoding; binary data is refused."""
    text = _decoded(data)
    controls = sum(ord(c) < 32 and c not in "\t\n\r\f\v" for c in text[:100_000])
    if controls > len(text[:100_000]) / 200:
        raise TranscriptError("it is binary data, not text; export the transcript as text")
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _decoded(data: bytes) -> str:
    encodings = [name for bom, name in _BOMS if data.startswith(bom)]
    if not encodings:
        # Mostly Latin text in UTF-16 has a zero in every second byte.
        head = data[:2000]
        for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
            if len(head) >= 4 and head[offset::2].count(0) > len(head) * 0.35:
                encodings.append(name)
    for encoding in [*encodings[:1], "utf-8", "cp1252"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TranscriptError("it is not text in UTF-8, UTF-16 or Windows-1252; save it as UTF-8")
