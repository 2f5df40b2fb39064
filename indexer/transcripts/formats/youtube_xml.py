"""YouTube's captions in XML: `srv1`, `srv2` and `srv3` of yt-dlp, and of its player.

Source: https://github.com/yt-dlp/yt-dlp (`--sub-format srv3`). `srv1` has `<text>` with `start` and
`dur` in seconds, the others `<text>` or `<p>` with `t` and `d` in milliseconds. Each element holds
new words only, though it is shown until later ones have scrolled it away.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from indexer.base.types import Cue
from indexer.transcripts.durations import without_overlaps
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.json_segments import closed, seconds
from indexer.transcripts.markup import without_tags
from indexer.transcripts.transcript import Transcript, TranscriptError, timed_transcript
from indexer.transcripts.xml_text import local_name, read_xml

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_OWN = (".srv1", ".srv2", ".srv3")
_ROOT = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?<(?:transcript|timedtext)[\s>]")
_CAPTION = re.compile(r"<(?:text|p)\s(?:[^<>]*\s)?(?:start|t)=")
_LOOK = 20_000  # characters; the head holds styles


def sniff(text: str, extension: str) -> bool:
    """Recognise these captions by their first element, whatever the file is called."""
    known = _ROOT.match(text) and _CAPTION.search(text, 0, _LOOK)
    return extension in _OWN or known is not None


def parse(text: str, extension: str = ".srv3", language: str = "en") -> Transcript:
    """Read the elements that hold words; a cue ends where the next starts, or sooner.

    Args:
        text: The file's text.
        extension: Not used.
        language: Not used; elements are cues as they stand.

    Raises:
        TranscriptError: It is not such XML, or there are no words with times.
    """
    elements = (each for each in read_xml(text).iter() if local_name(each) in ("text", "p"))
    try:
        cues = [cue for element in elements if (cue := _cue(element)).text]
    except RecursionError as error:
        raise TranscriptError("its elements are nested too deeply; export it again") from error
    if not cues:
        raise TranscriptError("it has no captions with words; download them again")
    return timed_transcript(without_overlaps(closed(cues)), "youtube-xml")


def _cue(element: Element) -> Cue:
    if "start" in element.attrib:
        start, lasting = seconds(element.get("start")), seconds(element.get("dur"))
    else:
        start, lasting = seconds(element.get("t"), 0.001), seconds(element.get("d"), 0.001)
    end = start + lasting if start is not None and lasting is not None else None
    return Cue(without_tags("".join(_texts(element))), start, end)


def _texts(element: Element) -> list[str]:
    """The texts within an element; `<br/>` is a line break."""
    parts = [element.text or ""]
    for child in element:
        parts += ["\n"] if local_name(child) == "br" else _texts(child)
        parts.append(child.tail or "")
    return parts


TRANSCRIPT_FORMATS.add(
    "youtube-xml",
    TranscriptFormat((*_OWN, ".xml"), True, sniff, parse, (b"<transcript", b"<timedtext")),
    order=11,  # before TTML, whose message fits XML of neither kind
)
