"""ASS and SSA: `Dialogue:` lines, split by the `Format:` line of the file; the actor speaks.

Source: http://www.tcax.org/docs/ass-specs.htm. Parser libraries split by a fixed format, and take
the square of the length for braces that nothing closes.
"""

from __future__ import annotations

import re

from indexer.base.timecode import read_caption_clock
from indexer.base.types import Cue
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.markup import flat
from indexer.transcripts.notes import Notes
from indexer.transcripts.transcript import Transcript, TranscriptError, timed_transcript

_FIELDS = (
    "layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text",
)  # fmt: skip
_LINE = re.compile(r"\s*(Format|Dialogue|Comment)\s*:\s*(.*)\Z", re.IGNORECASE)
_SECTION = re.compile(r"\s*\[([^\]]+)\]\s*\Z")
_TAG = re.compile(r"\{[^}]*\}")
# {\p1} begins a drawing, {\p0} ends it.
_DRAWING = re.compile(r"\\p(\d)")
_BREAK = re.compile(r"\\[hnN]")
# What Sub Station Alpha writes where nobody is named.
_NOBODY = "NTP"


def sniff(text: str, extension: str) -> bool:
    """Recognise ASS by its first section, whatever the file is called."""
    return extension in (".ass", ".ssa") or text.lstrip().lower().startswith("[script info]")


def parse(text: str, extension: str = ".ass", language: str = "en") -> Transcript:
    r"""Read the dialogue, without tags, drawings and comments; `\N` is a space.

    A karaoke template leaves the sung line as a comment and writes an effect a syllable; then the
    comment is read, and not the effects. Lines on several layers at one time are said once.

    Args:
        text: The file's text.
        extension: Not used.
        language: Not used; lines are cues as they stand.

    Raises:
        TranscriptError: There is no dialogue.
    """
    notes = Notes()
    events = _events(text, notes)
    sung = any(kind == "comment" and e["effect"].lower() == "karaoke" for kind, e in events)
    wanted = []
    for kind, event in events:
        effect = event["effect"].strip().lower()
        template = sung and effect in ("fx", "karaoke")
        if (kind == "comment" and effect == "karaoke") if template else kind == "dialogue":
            wanted.append(event)
    cues = dict.fromkeys(_cue(event) for event in wanted)
    if not cues:
        raise TranscriptError("it has no line of dialogue; export it again")
    return timed_transcript(cues, "ass", None, notes)


def _events(text: str, notes: Notes) -> list[tuple[str, dict[str, str]]]:
    """(kind, fields) of the lines of the section of events, which may be the only one."""
    fields: tuple[str, ...] = _FIELDS
    events = []
    section = "events"
    for number, line in enumerate(text.split("\n"), start=1):
        if match := _SECTION.match(line):
            section = match[1].strip().lower()
        match = _LINE.match(line)
        if match is None or section != "events":
            continue
        kind, rest = match[1].lower(), match[2]
        if kind == "format":
            named = tuple(name.strip().lower() for name in rest.split(","))
            named = tuple("name" if name == "actor" else name for name in named)
            if {"start", "end", "text"} <= set(named) and named[-1] == "text":
                fields = named
            continue
        values = rest.split(",", len(fields) - 1)
        if len(values) < len(fields):
            notes.add("a field is missing, so it is left out", f"line {number}")
            continue
        event = dict.fromkeys(_FIELDS, "") | dict(zip(fields, values, strict=True))
        events.append((kind, event))
    return events


def _cue(event: dict[str, str]) -> Cue:
    return Cue(
        flat(_BREAK.sub(" ", _without_tags(event["text"]))),
        read_caption_clock(event["start"].strip()),
        read_caption_clock(event["end"].strip()),
        name if (name := flat(event["name"])) != _NOBODY else None,
    )


def _without_tags(text: str) -> str:
    """Leave out the override tags, and what is drawn."""
    shown, is_drawn, begin = [], False, 0
    for tag in _TAG.finditer(text, 0, text.rfind("}") + 1):
        if not is_drawn:
            shown.append(text[begin : tag.start()])
        for level in _DRAWING.findall(tag[0]):
            is_drawn = level != "0"
        begin = tag.end()
    if not is_drawn:
        shown.append(text[begin:])
    return "".join(shown)


TRANSCRIPT_FORMATS.add("ass", TranscriptFormat((".ass", ".ssa"), True, sniff, parse), order=11)
