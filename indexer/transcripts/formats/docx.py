"""Word documents, as Teams and Otter export them: their paragraphs are read as plain text.

Read with `zipfile` and `defusedxml`: the libraries for Word need lxml, which expands entities,
and read styles and pictures that no transcript needs.
Source: ECMA-376, part 1, chapter 17 (WordprocessingML).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.transcript import Transcript, TranscriptError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_DOCUMENT = "word/document.xml"
# Ten hours of speech are about 1 MB of words, and 10 MB of XML.
_MAX_BYTES = 64 << 20
_TEXT_FORMATS = ("clocked-text", "turns", "plain")
_NEW_LINE = frozenset({"br", "cr"})
# Deleted words, and the second form of what text boxes hold.
_SKIPPED = frozenset({"del", "moveFrom", "Fallback", "pPr", "rPr"})


def to_text(data: bytes) -> str:
    """Return the paragraphs of a document, tables with tabs between their cells.

    Raises:
        TranscriptError: It is no Word document, is damaged or locked, or grows beyond 64 MiB.
    """
    from defusedxml.ElementTree import fromstring

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(_DOCUMENT) as stream:
            xml = stream.read(_MAX_BYTES + 1)
        if len(xml) > _MAX_BYTES:
            raise TranscriptError("its text is larger than 64 MiB; export it as .txt")
        body = fromstring(xml)
        paragraphs = list(_paragraphs(body))
    except (TranscriptError, MemoryError):
        raise
    # Damaged archives raise a dozen kinds of errors, by where they are damaged and what packed
    # them; also what is encrypted, or nested too deeply. Nothing here is read from a disk.
    except Exception as error:
        raise TranscriptError(
            "it is no Word document that can be read; open it in Word and save it as .txt"
        ) from error
    # Where blank paragraphs part turns, a header and its words stand on lines below each other.
    blank = sum(not paragraph.strip() for paragraph in paragraphs)
    return ("\n" if blank > len(paragraphs) / 5 else "\n\n").join(paragraphs)


def sniff(text: str, extension: str) -> bool:
    """Recognise by the extension: the text itself has no marks."""
    return extension == ".docx"


def parse(text: str, extension: str = ".docx", language: str = "en") -> Transcript:
    """Read the text with clock times, as turns, or as plain text: what fits first.

    Args:
        text: What `to_text` gave.
        extension: Not used.
        language: ISO 639 code to split sentences by.

    Raises:
        TranscriptError: There are no words.
    """
    formats = [TRANSCRIPT_FORMATS[name] for name in _TEXT_FORMATS]
    return next(known for known in formats if known.sniff(text, ".txt")).parse(
        text, ".txt", language
    )


def _paragraphs(element: Element) -> Iterator[str]:
    for child in element:
        kind = _kind(child)
        if kind == "p":
            yield "".join(_pieces(child))
        elif kind == "tr":
            cells = [cell for cell in child if _kind(cell) == "tc"]
            yield "\t".join(" ".join(_paragraphs(cell)).strip() for cell in cells)
        elif kind not in _SKIPPED:
            yield from _paragraphs(child)


def _pieces(element: Element) -> Iterator[str]:
    for child in element:
        kind = _kind(child)
        if kind == "t":
            yield child.text or ""
        elif kind == "tab":
            yield "\t"
        elif kind in _NEW_LINE:
            yield "\n"
        elif kind not in _SKIPPED:
            yield from _pieces(child)


def _kind(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


TRANSCRIPT_FORMATS.add(
    "docx", TranscriptFormat((".docx",), False, sniff, parse, to_text=to_text), order=5
)
