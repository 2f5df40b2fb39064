"""Lines of a plain text or Markdown transcript."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from indexer.transcripts.columns import columns_as_lines
from indexer.transcripts.markup import TAG_NAMES, flat
from indexer.transcripts.notes import Notes

# Only what is written like YAML: a text may begin with a rule, and have another one later.
_FRONT_MATTER = re.compile(
    r"\A---[ \t]*\n(?:(?:[\w-]+[ \t]*:.*|[ \t]+.*|-[ \t].*|#.*|)\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)"
)
_LINE_NUMBER = re.compile(r"\s{0,8}(\d{1,4})(?:(?:[\t\u2002\u2003]|[ \xa0]{2,})\s*|\s*\Z)(.*)")
_MIN_NUMBERED = 5
_TAGGED = re.compile(r"<([A-Za-z][\w .'’\-]{0,39})>([^<>]*)</\1\s*>")
_MOSTLY = 0.9
_SPACES = str.maketrans("\xa0\u202f", "  ")  # within names, and before the colons of French
# What exporters add: Otter, Teams (https://support.microsoft.com/office/dc1a8f23), Google Meet.
_BOILERPLATE = re.compile(
    r"\s*(?:(?:transcribed|transcript|generated|created)\b.{0,40}\bhttps?://\S+"
    r"|\[auto-generated transcript\b[^\[\]]{0,80}\]"  # Panopto
    # The languages to choose from, below the transcript on YouTube's page.
    r"|[^\W\d]{3,20}(?: \([^\W\d]{2,20}\))? \((?:auto-generated|automatisch erzeugt|generados? "
    r"automáticamente|générés? automatiquement|gerad[ao]s? automaticamente)\)"
    r"|page \d{1,4} of \d{1,4}"
    r"|[^.:?!]{1,60} (?:started|stopped) transcription"
    r"|(?:transcription|meeting) ended after \d{1,2}:\d{2}(?::\d{2})?.{0,20}"
    r"|this (?:editable )?transcript was (?:computer|automatically) generated\b.{0,160})\s*\Z",
    re.IGNORECASE,
)


def _with_colons(text: str) -> str:
    """`<Anna>words</Anna>`, as scripts of podcasts are written, as `Anna: words`."""
    if "</" not in text:
        return text
    turns = [m for m in _TAGGED.finditer(text) if m[1].lower() not in TAG_NAMES.split()]
    said = sum(len(match[0]) for match in turns)
    if len(turns) < 2 or said < _MOSTLY * len(text.strip()):
        return text
    return "\n\n".join(f"{match[1]}: {flat(match[2])}" for match in turns)


def is_boilerplate(line: str) -> bool:
    """Whether a line is written by the exporter of a transcript, and said by nobody."""
    return _BOILERPLATE.match(line) is not None


def without_line_numbers(lines: Sequence[str]) -> list[str]:
    """Lines without the numbers that depositions and hearings have at their left edge.

    They count up by one, and begin anew on each page; nearly every line has one, set apart.
    """
    filled = [i for i, line in enumerate(lines) if line.strip()]
    numbered = {i: match for i in filled if (match := _LINE_NUMBER.match(lines[i]))}
    numbers = [int(match[1]) for match in numbered.values()]
    counted = sum(b in (a + 1, 1) for a, b in pairwise(numbers))
    with_words = sum(bool(match[2]) for match in numbered.values())
    if (
        len(numbered) < max(_MIN_NUMBERED, 0.8 * len(filled))
        or counted < 0.9 * (len(numbers) - 1)
        or with_words < 0.5 * len(numbered)
    ):
        return list(lines)
    return [numbered[i][2] if i in numbered else line for i, line in enumerate(lines)]


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
    text = _with_colons(text.translate(_SPACES))
    lines = _FRONT_MATTER.sub(lambda match: "\n" * match[0].count("\n"), text).split("\n")
    lines = without_line_numbers(lines)
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
