"""`Speaker: text` transcripts: an untimed cue a sentence, with who says it.

The hard part is prose that holds a colon now and then, which must not be read as turns: a name
counts when it is set in bold, or when the same short name leads several lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from indexer.base.types import Cue
from indexer.transcripts.captions import NOT_NAMES
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.markup import flat, without_markdown, without_timecodes
from indexer.transcripts.sentences import split_sentences
from indexer.transcripts.transcript import Transcript, untimed_transcript

_CLOCK = r"(?:[\[(]?(?:\d{1,2}:)?\d{1,3}:\d{2}(?:[.,]\d+)?[\])]?\s+(?:-\s+)?)?"
_NAME = r"[^\W_][\w .,'’&/\-]{0,39}?(?:\s?\([^()]{1,30}\))?"
_BOLD = re.compile(rf"\s*{_CLOCK}(?:\*\*|__)({_NAME})\s*(?::\s*(?:\*\*|__)|(?:\*\*|__)\s*:)\s*")
_PLAIN = re.compile(rf"\s*{_CLOCK}({_NAME})\s?([:;])(?:\s+|\Z)")
EXTENSIONS = (".txt", ".md")
# "D:", "P1:", "Q:", "HOST:", "Speaker 2:": no prose begins a line like this.
_LABEL = re.compile(r"[A-Z]\d{0,2}|[A-Z][A-Z .'\-]{1,24}|[Ss]peaker \w{1,3}")


def sniff(text: str, extension: str) -> bool:
    """Recognise running text in which names lead most lines or paragraphs."""
    return extension in EXTENSIONS and bool(_heads(text.split("\n")))


def parse(text: str, extension: str = ".txt", language: str = "en") -> Transcript:
    """Read turns.

    A line without a name continues the turn before it; what stands before the first turn is kept
    without a speaker.

    Args:
        text: The file's text, in which `sniff` found turns.
        extension: `.md` for Markdown.
        language: ISO 639 code to split sentences by.

    Raises:
        TranscriptError: There are no words.
    """
    lines = text.split("\n")
    cues = (
        Cue(sentence, None, None, speaker)
        for speaker, paragraph in _paragraphs(lines, _heads(lines), extension == ".md")
        for sentence in split_sentences(paragraph, language)
    )
    return untimed_transcript(cues, "turns")


def _heads(lines: list[str]) -> dict[int, tuple[str, int]]:
    """Lines that begin a turn: index to (name, where the words begin); empty for prose."""
    bold = [_BOLD.match(line) for line in lines]
    if sum(match is not None for match in bold) >= 2:
        return {i: (m[1], m.end()) for i, m in enumerate(bold) if m}
    return _plain_heads(lines)


def _plain_heads(lines: list[str]) -> dict[int, tuple[str, int]]:
    """Turns whose names are not set in bold; see `_heads`."""
    matches = {i: m for i, line in enumerate(lines) if (m := _PLAIN.match(line))}
    named = {i: m for i, m in matches.items() if m[2] == ":" and _looks_like_name(m[1])}
    uses = Counter(m[1] for m in named.values())
    names = {name for name, n in uses.items() if n >= 2}
    filled = [i for i, line in enumerate(lines) if line.strip()]
    if not names:
        # Too short for anyone to speak twice: every line must carry a plain label.
        labels = all(_LABEL.fullmatch(name) for name in uses)
        names = set(uses) if len(named) == len(filled) >= 2 and labels else set()
    turns = [i for i, m in named.items() if m[1] in names]
    if not turns or not _are_turns(lines, turns, filled, names):
        return {}
    names |= {name for name in uses if _LABEL.fullmatch(name) or _is_full_name(name)}
    # "D; OK" is a slip of the pen for "D: OK" once D is known to speak.
    return {i: (m[1], m.end()) for i, m in matches.items() if m[1] in names}


def _are_turns(lines: list[str], turns: list[int], filled: list[int], names: set[str]) -> bool:
    """Whether lines led by these names make up the file, rather than stand in it by chance."""
    blocks = [i for i in filled if i == 0 or not lines[i - 1].strip()]
    leading = set(turns)
    of_lines = len(turns) / len(filled)
    of_blocks = sum(i in leading for i in blocks) / len(blocks)
    if max(of_lines, of_blocks) >= 0.5:
        return True
    # Long turns over many lines: two speakers at least, from the start, by turns.
    starts_early = filled.index(turns[0]) <= len(filled) * 0.1
    return len(names) >= 2 and len(turns) >= 4 and starts_early and of_lines >= 0.1


def _looks_like_name(name: str) -> bool:
    words = re.sub(r"\(.*\)", "", name).split()
    if not 1 <= len(words) <= 5 or words[0].lower() in NOT_NAMES:
        return False
    return words[0][0].isupper() or words[0][0].isdigit()


def _is_full_name(name: str) -> bool:
    words = name.split()
    return 2 <= len(words) <= 4 and all(word[0].isupper() for word in words)


def _paragraphs(
    lines: list[str], heads: dict[int, tuple[str, int]], markdown: bool
) -> Iterator[tuple[str | None, str]]:
    """(speaker, text) of each stretch without a blank line."""
    speaker: str | None = None
    held: list[str] = []
    for i, line in enumerate([*lines, ""]):
        if held and (i in heads or not line.strip()):
            text = without_timecodes("\n".join(held)).strip()
            yield speaker, without_markdown(text) if markdown else flat(text)
            held = []
        if i in heads:
            name, begin = heads[i]
            speaker, line = flat(name), line[begin:]
        if line.strip():
            held.append(line)


TRANSCRIPT_FORMATS.add("turns", TranscriptFormat(EXTENSIONS, False, sniff, parse), order=900)
