"""Text of two encodings: lines that were pasted in, and UTF-8 that was read as another and saved.

Both come from programs that join files, or save again what they could not read.
"""

from __future__ import annotations

import re

_MIN_SEQUENCES = 3
_TIMES = 3
_WESTERN = "cp1252"
_TYPOGRAPHIC = frozenset("’‘“”„–—…«»€°¿¡·ºª\xa0")
# A capital within a word, or one of the bytes that begin a letter in UTF-8 by itself.
_NO_WORD = re.compile(r"[^\W\d_A-Z](?<=[a-zß-ÿ])[^\W\d_a-zß-ÿ]|(?<!\w)[ÂÃÄÅÐÑâãåæç](?!\w)")


def with_other_lines(data: bytes, encoding: str) -> tuple[str, int] | None:
    """Decode UTF-8 of which some lines are in another encoding.

    A line counts as such where all its letters outside ASCII are those of words in the other
    encoding; one with a letter of UTF-8 that was cut is none.

    Args:
        data: The whole file.
        encoding: The other one, of single bytes.

    Returns:
        The text and how many lines are in the other encoding; None where a line is in neither.
    """
    lines, others = [], 0
    for line in data.split(b"\n"):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            text = _as_words(line, encoding)
            if text is None:
                return None
            lines.append(text)
            others += 1
    return "\n".join(lines), others


def _as_words(line: bytes, encoding: str) -> str | None:
    """A line in an encoding, None where it then holds what no word does."""
    if not line.decode("utf-8", "ignore").isascii():
        return None  # it holds whole letters of UTF-8
    try:
        text = line.decode(encoding)
    except UnicodeDecodeError:
        return None
    known = all(c.isascii() or c.isalpha() or c in _TYPOGRAPHIC for c in text)
    return text if known and not _NO_WORD.search(text) else None


def reread(text: str) -> tuple[str, int]:
    """Undo that UTF-8 was read as windows-1252 and saved as UTF-8, up to three times.

    Args:
        text: As it was decoded: `GrÃ¶ÃŸe` for Größe.

    Returns:
        The text, and how many letters were mended; 0 where it is as it should be.
    """
    letters = 0
    for _ in range(_TIMES):
        text, mended = _reread_once(text)
        letters = mended or letters
    return text, letters


def _reread_once(text: str) -> tuple[str, int]:
    if text.isascii():
        return text, 0
    mended, letters, others = [], 0, 0
    for line in text.split("\n"):
        better = None if line.isascii() else _reread_line(line)
        letters += sum(not c.isascii() for c in better or "")
        others += better is None and not line.isascii()
        mended.append(line if better is None else better)
    lines = sum(after != before for after, before in zip(mended, text.split("\n"), strict=True))
    if letters < _MIN_SEQUENCES or others > lines:
        return text, 0
    return "\n".join(mended), letters


def _reread_line(line: str) -> str | None:
    """The line as it was before, None where it was never anything else."""
    data = bytearray()
    for c in line:
        # Windows leaves five bytes without a letter, which go through as controls.
        if 0x80 <= ord(c) < 0xA0:
            data.append(ord(c))
            continue
        try:
            data += c.encode(_WESTERN)
        except UnicodeEncodeError:
            return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None
