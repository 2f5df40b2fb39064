"""The encoding of a transcript: a mark at its beginning, UTF-8, or a detected older one."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.transcripts.errors import TranscriptError
from indexer.transcripts.latin_letters import count_foreign, likely_encodings
from indexer.transcripts.mixed_encodings import reread, with_other_lines

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # Before UTF-16: its little-endian mark begins like the one of UTF-32.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Encodings of files without a mark, by language: the WHATWG's default of the locale
# (https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding),
# then what DOS, Unix and Macintosh programs wrote in that language.
_CYRILLIC = ("cp1251", "koi8_r", "koi8_u", "cp866", "iso8859_5", "mac_cyrillic")
_CENTRAL_EUROPEAN = ("cp1250", "iso8859_2", "cp852", "mac_latin2")
_WESTERN = ("cp1252", "mac_roman", "cp850")
_CYRILLIC_LANGUAGES = ("ba", "be", "bg", "kk", "ky", "mk", "mn", "ru", "sr", "tg", "tt", "uk")
_OF_LANGUAGE = {
    **dict.fromkeys(_CYRILLIC_LANGUAGES, _CYRILLIC),
    **dict.fromkeys(("bs", "cs", "hr", "hu", "pl", "ro", "sk", "sl", "sq"), _CENTRAL_EUROPEAN),
    **dict.fromkeys(("et", "lt", "lv"), ("cp1257", "iso8859_13", "cp775")),
    **dict.fromkeys(("az", "ku", "tr"), ("cp1254", "cp857")),
    **dict.fromkeys(("ar", "fa", "ur"), ("cp1256", "iso8859_6", "cp864")),
    "el": ("cp1253", "iso8859_7", "cp737", "mac_greek"),
    **dict.fromkeys(("he", "yi"), ("cp1255", "cp862")),
    "ja": ("cp932", "euc_jp"),
    "ko": ("cp949", "johab"),
    "th": ("cp874", "tis_620"),
    "vi": ("cp1258",),
    "zh": ("gb18030", "big5", "big5hkscs"),
}
_LATIN = frozenset(
    [*_WESTERN, *_CENTRAL_EUROPEAN, "cp1257", "iso8859_13", "cp775", "cp1254", "cp857", "cp1258"]
)
_ALL_LATIN = tuple(dict.fromkeys((*_WESTERN, *_CENTRAL_EUROPEAN, "cp1254", "cp1257", "cp1258")))
_OTHER_SCRIPTS = sorted({e for every in _OF_LANGUAGE.values() for e in every} - _LATIN)
_SAMPLE = 1 << 16  # bytes
# Measures of charset-normalizer, both from 0 to 1: `chaos` is the share of unlikely sequences
# of characters, `coherence` how well letters are distributed as in a language that it knows.
_MAX_CHAOS = 0.1
_MIN_COHERENCE = 0.2
_SYMBOL_IN_WORD = re.compile(r"(?<=[^\W\d_])[^\w\s'’.,:/&\-]+(?=[^\W\d_])")
# What no word has: symbols beside letters ("dzi¶"), and accented capitals in it ("MŸnchen").
_ODD = re.compile(
    r"(?<=[^\W\d_])[¦¤¬¶±¼½¾×÷¹²³](?!\w)|(?<!\w)[¦¤¬¶¼½¾×÷](?=[^\W\d_])"
    r"|(?<=[^\W\d_])[^\Wa-z\d_](?=[a-z])"
)
_LINE_END = re.compile(r"\r+\n|\r")
_PADDING = 8  # bytes
_MIN_ZEROS = 0.02  # of the bytes of UTF-16
_ACCENTED = 0.02  # of the letters; English has fewer
_FEW = 40  # letters outside ASCII


@dataclass(frozen=True)
class DecodedText:
    """The text of a file, with line ends `\\n`, and what was doubtful about its encoding."""

    text: str
    warnings: tuple[str, ...] = ()


def decode(data: bytes, language: str, language_is_named: bool = False) -> DecodedText:
    """Decode a transcript.

    A byte order mark always decides. Text with single bytes that are not UTF-8 among letters that
    are is UTF-8. Else the encodings of the language are tried, and, unless the file itself names
    the language, those of other scripts.

    Args:
        data: The whole file.
        language: ISO 639 code.
        language_is_named: Whether the file's name gives the language, not the setting.

    Raises:
        TranscriptError: It is binary, or text in no encoding that fits.
    """
    decoded = _decoded(_without_padding(data), language, language_is_named)
    head = decoded.text[:100_000]
    controls = sum(ord(c) < 32 and c not in "\t\n\r\f\v\0" for c in head)
    if controls > len(head) / 200 or head.count("\0") > len(head) / 20:
        raise TranscriptError("it is binary data, not text; export the transcript as text")
    # A mark may stand within, where files were joined, and a line end be written once more.
    text = _LINE_END.sub("\n", decoded.text.replace("\ufeff", "")).replace("\0", "")
    text, mended = reread(text)
    if not mended:
        return DecodedText(text, decoded.warnings)
    note = f"{mended} letters had been read as windows-1252 and saved so; they are mended"
    return DecodedText(text, (*decoded.warnings, note))


def _without_padding(data: bytes) -> bytes:
    """The data without zeros that fill it up at its end, as failed disks leave them."""
    text = data.rstrip(b"\0")
    if len(data) - len(text) < _PADDING:
        return data
    # The last character of UTF-16 may end with a zero.
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    is_wide = is_wide or _utf16_without_mark(text) is not None
    return text + b"\0" * (len(text) % 2) if is_wide else text


def _decoded(data: bytes, language: str, language_is_named: bool) -> DecodedText:
    unicode_form = next((name for bom, name in _BOMS if data.startswith(bom)), None)
    unicode_form = unicode_form or _utf16_without_mark(data)
    if unicode_form:
        return _with_bad_bytes(data, unicode_form)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if "\x1b$" in text or "\x1b(" in text:  # 7-bit Japanese
            return DecodedText(data.decode("iso2022_jp", "replace"))
        return DecodedText(text)
    good, bad = _count_letters(data)
    other = _OF_LANGUAGE.get(language.lower()[:2], _WESTERN)[0]
    if good >= max(2, bad / 3) and (mixed := with_other_lines(data, other)):
        text, lines = mixed
        name = other.replace("cp125", "windows-125")
        what = "1 line is" if lines == 1 else f"{lines} lines are"
        return DecodedText(text, (f"{what} not UTF-8 and read as {name}",))
    # Two letters of another encoding rarely look like a whole sequence of UTF-8 by chance.
    if good > bad or good == bad == 1:
        return _with_bad_bytes(data, "utf-8")
    return _detected(data, language, language_is_named)


def _utf16_without_mark(data: bytes) -> str | None:
    """UTF-16, whose spaces, digits and line ends have a zero in every second byte."""
    head = data[:2000]
    for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, others = head[offset::2].count(0), head[1 - offset :: 2].count(0)
        if len(head) >= 4 and zeros > len(head) * _MIN_ZEROS and others <= zeros * 0.02:
            return name
    return None


def _count_letters(data: bytes) -> tuple[int, int]:
    """How many letters outside ASCII are whole sequences of UTF-8, and how many bytes are none."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return sum(ord(c) > 127 for c in text) - bad, bad


def _with_bad_bytes(data: bytes, encoding: str) -> DecodedText:
    """Decode and count what fits not; within a word it leaves a mark, elsewhere nothing."""
    text = data.decode(encoding, "replace")
    before = data.count("\ufffd".encode()) if encoding.startswith("utf-8") else 0
    bad = text.count("\ufffd") - before
    if bad <= 0:
        return DecodedText(text)
    name = encoding.removesuffix("-sig").upper()
    what = "1 byte is" if bad == 1 else f"{bad} bytes are"
    text = re.sub(r"(?<!\w)\ufffd+(?!\w)", "", text)
    return DecodedText(text, (f"{what} not valid {name}; the rest is read as {name}",))


def _detected(data: bytes, language: str, language_is_named: bool) -> DecodedText:
    from charset_normalizer import from_bytes

    # Times and English would hide the letters that tell encodings apart.
    lines = [line for line in data.splitlines() if any(byte > 127 for byte in line)]
    sample = b"\n".join(lines)[:_SAMPLE]
    code = language.lower()[:2]
    own = _OF_LANGUAGE.get(code, _WESTERN)
    unsure = code == "en" and not language_is_named
    foreign = unsure and _is_accented(data)
    if unsure:
        likely = likely_encodings(sample, _ALL_LATIN)
        if likely and (sure := _by_letters(data, likely, foreign)):
            return sure
        own = likely or (_ALL_LATIN if foreign else own)
    best = None
    guessed = False
    if not language_is_named and own[0] in _LATIN:
        best = from_bytes(sample, cp_isolation=_OTHER_SCRIPTS).best()
        # East Asian text is judged by its form alone, where chance is improbable.
        if best is not None and (best.coherence < _MIN_COHERENCE and not _is_wide(str(best))):
            best = None
        guessed = best is not None
    if best is None:
        found = list(from_bytes(sample, cp_isolation=list(own)))
        # Of encodings that fit equally well, the one with the language's letters, the usual first.
        best = min(
            (match for match in found if match.encoding in own),
            key=lambda match: (
                _odd(str(match)),
                count_foreign(str(match), code) if language_is_named else 0,
                round(match.chaos, 1),
                -round(match.coherence, 2 if foreign else 1),
                own.index(match.encoding),
            ),
            default=None,
        )
    if best is None or best.chaos > 2 * _MAX_CHAOS:
        other = from_bytes(sample).best()
        best, guessed = other or best, True
    if best is None:
        raise TranscriptError(
            "it is not text in an encoding that can be recognised; save it as UTF-8"
        )
    letters = sum(ord(c) > 127 and c.isalpha() for c in str(best))
    few = letters < _FEW and best.encoding != own[0]
    text = data.decode(best.encoding, "replace")
    if guessed or foreign or few or best.chaos > _MAX_CHAOS or "\ufffd" in text:
        return _as_guess(text, best.encoding)
    return DecodedText(text)


def _by_letters(data: bytes, likely: Sequence[str], foreign: bool) -> DecodedText | None:
    """Decode by the first of the likely encodings, unless another of them means other letters."""
    text = data.decode(likely[0], "replace")
    # A few accents fit many encodings; among English words they are of the usual one.
    if not foreign and likely[0] == _WESTERN[0]:
        return DecodedText(text)
    if all(data.decode(other, "replace") == text for other in likely[1:]):
        return _as_guess(text, likely[0])
    return None


def _as_guess(text: str, encoding: str) -> DecodedText:
    name = encoding.replace("cp125", "windows-125")
    return DecodedText(
        text, (f"its encoding is a guess: {name}; if letters are wrong, save it as UTF-8",)
    )


def _is_accented(data: bytes) -> bool:
    """Whether letters outside ASCII are more than English has."""
    high = sum(byte > 127 for byte in data[:_SAMPLE])
    return high > _ACCENTED * sum(65 <= byte <= 122 for byte in data[:_SAMPLE])


def _odd(text: str) -> int:
    """Count the places where letters of a wrong encoding show."""
    capitals = (match for match in _ODD.finditer(text) if not match[0].islower())
    return len(_SYMBOL_IN_WORD.findall(text)) + sum(1 for _ in capitals)


def _is_wide(text: str) -> bool:
    """Whether most letters outside ASCII are Chinese, Japanese or Korean."""
    letters = [c for c in text if ord(c) > 127 and c.isalpha()]
    wide = sum(0x3040 <= ord(c) <= 0x9FFF or 0xAC00 <= ord(c) <= 0xD7A3 for c in letters)
    return len(letters) >= 8 and wide > 0.9 * len(letters)
