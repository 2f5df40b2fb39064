"""Lines of a plain text or Markdown transcript."""

from __future__ import annotations

import re

from indexer.transcripts.columns import columns_as_lines
from indexer.transcripts.markup import flat
from indexer.transcripts.notes import Notes

# Only what is written like YAML: a text may begin with a rule, and have another one later.
_FRONT_MATTER = re.compile(
    r"\A---[ \t]*\n(?:(?:[\w-]+[ \t]*:.*|[ \t]+.*|-[ \t].*|#.*|)\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)"
)
# What exporters add: Otter, Teams (https://support.microsoft.com/office/dc1a8f23), Google Meet.
_BOILERPLATE = re.compile(
    r"\s*(?:(?:transcribed|transcript|generated|created)\b.{0,40}\bhttps?://\S+"
    r"|[^.:?!]{1,60} (?:started|stopped) transcription"
    r"|(?:transcription|meeting) ended after \d{1,2}:\d{2}(?::\d{2})?.{0,20}"
    r"|this (?:editable )?transcript was (?:computer|automatically) generated\b.{0,160})\s*\Z",
    re.IGNORECASE,
)


def is_boilerplate(line: str) -> bool:
    """Whether a line is written by the exporter of a transcript, and said by nobody."""
    return _BOILERPLATE.match(line) is not None


def note_no_speech(notes: Notes, number: int, line: str) -> None:
    """Note a line that is left out.

    Args:
        notes: Takes the warning.
        number: Index of the line in the file.
        line: Its text.
    """
    notes.add("left out, it is no speech", f'line {number + 1} "{flat(line)[:40]}"')


def text_lines(text: str, notes: Notes | None = None) -> list[str]:
    """Return the lines of a text without its front matter, text in columns as running text.

    Args:
        text: The file's text.
        notes: Takes warnings of what is left out: headings of columns, what an exporter adds.
    """
    notes = notes if notes is not None else Notes()
    lines = _FRONT_MATTER.sub(lambda match: "\n" * match[0].count("\n"), text).split("\n")
    for number, line in enumerate(lines):
        if is_boilerplate(line):
            note_no_speech(notes, number, line)
            lines[number] = ""
    rewritten = columns_as_lines(lines)
    if rewritten is None:
        return lines
    for number, (line, now) in enumerate(zip(lines, rewritten, strict=True), start=1):
        if not now and any(map(str.isalnum, line)):
            notes.add("headings of columns are left out", f"line {number}")
    return rewritten
