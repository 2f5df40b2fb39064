"""TTML and DFXP: of Apple Podcasts, Kaltura, Opencast and most broadcasters; an XML.

Source: https://www.w3.org/TR/ttml1/ (times: 10.3; agents: 12.1). Read through `defusedxml`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from indexer.base.types import Cue
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.fragments import joined
from indexer.transcripts.json_segments import closed, language_of
from indexer.transcripts.markup import flat
from indexer.transcripts.notes import Notes
from indexer.transcripts.transcript import Transcript, TranscriptError, timed_transcript
from indexer.transcripts.xml_text import local_name, read_xml

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_EXTENSIONS = (".ttml", ".dfxp", ".xml", ".itt", ".imsc")
_ROOT = re.compile(r"<(?:\w+:)?tt[\s>]")
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,3}):(\d{1,2}(?:\.\d+)?)(?::(\d{1,4})(?:\.\d+)?)?\Z")
_OFFSET = re.compile(r"(\d{1,12}(?:\.\d{1,12})?)(h|ms|m|s|f|t)?\Z")
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_ID = "{http://www.w3.org/XML/1998/namespace}id"
# Times of words stand this near within those of their sentence.
_NEAR = 0.05
# How the characters before are read (TTML2, 10.2.40): said once with them.
_READINGS = frozenset({"text", "textContainer", "delimiter"})
_METADATA = frozenset({"metadata", "desc", "title", "agent", "name", "copyright"})


def sniff(text: str, extension: str) -> bool:
    """Recognise TTML by its first element, whatever the file is called."""
    if extension in (".ttml", ".dfxp", ".itt", ".imsc"):
        return True
    return text.lstrip().startswith("<") and _ROOT.search(text[:2000]) is not None


def parse(text: str, extension: str = ".ttml", language: str = "en") -> Transcript:
    """Read the paragraphs; timed words within them become sentences.

    Args:
        text: The file's text.
        extension: Not used.
        language: ISO 639 code to split sentences by where the file names none.

    Raises:
        TranscriptError: It is not TTML, or there are no words with times.
    """
    root = read_xml(text)
    notes = Notes()
    body = next((child for child in root if local_name(child) == "body"), None)
    if local_name(root) != "tt" or body is None:
        raise TranscriptError("it is XML, but no TTML with a body; export the captions again")
    named = language_of(root.get(_LANGUAGE))
    try:
        wanted = _language_to_read(root, body, notes)
        reader = _Reader(_rates(root), _agents(root), wanted, _are_absolute(root, body))
        cues: list[Cue] = []
        for paragraph in reader.paragraphs(body, _Scope(0.0, None, None, named)):
            fragments = [piece for piece in paragraph if piece.text.strip()]
            times = {(piece.start, piece.end) for piece in fragments}
            if len(times) > 1:
                cues.extend(joined(fragments, named or language))
            elif fragments:
                words = "".join(piece.text for piece in paragraph)
                cues.append(replace(fragments[0], text=words))
    except RecursionError as error:
        raise TranscriptError("its elements are nested too deeply; export it again") from error
    if not cues:
        raise TranscriptError("it holds no cue with text; remove it, or put the transcript in it")
    return timed_transcript(closed(cues), "ttml", wanted or named, notes)


@dataclass(frozen=True)
class _Rates:
    frames: float
    ticks: float


@dataclass(frozen=True)
class _Scope:
    """What an element hands down: times in seconds, who speaks, the language."""

    start: float
    end: float | None
    speaker: str | None
    language: str | None


class _Reader:
    """Walks the body with times, agents and languages handed down."""

    def __init__(
        self, rates: _Rates, agents: dict[str, str], language: str | None, absolute: bool
    ) -> None:
        self.rates = rates
        self.agents = agents
        self.language = language
        self.absolute = absolute

    def paragraphs(self, element: Element, scope: _Scope) -> Iterator[list[Cue]]:
        """The pieces of each paragraph below an element, spaces and all."""
        scope = self.within(element, scope)
        if local_name(element) == "p":
            if self.language in (None, scope.language):
                yield list(self.pieces(element, scope))
            return
        in_turn = element.get("timeContainer") == "seq"
        for child in element:
            yield from self.paragraphs(child, scope)
            until = self.within(child, scope).end
            if in_turn and until is not None:
                scope = replace(scope, start=until)

    def pieces(self, element: Element, scope: _Scope) -> Iterator[Cue]:
        """The texts within an element, each with the times nearest to it."""
        yield _piece(element.text, scope)
        for child in element:
            name = local_name(child)
            if name == "br":
                yield _piece("\n", scope)
            elif name not in _METADATA and _get(child, "ruby") not in _READINGS:
                yield from self.pieces(child, self.within(child, scope))
            yield _piece(child.tail, scope)

    def within(self, element: Element, scope: _Scope) -> _Scope:
        """What holds within an element."""
        begin = _seconds(_get(element, "begin"), self.rates)
        until = _seconds(_get(element, "end"), self.rates)
        lasting = _seconds(_get(element, "dur"), self.rates)
        base = 0.0 if self.absolute else scope.start
        start = scope.start if begin is None else base + begin
        end = scope.end if until is None else base + until
        if lasting is not None:
            end = start + lasting if until is None else min(start + lasting, base + until)
        elif begin is not None and until is None and local_name(element) in ("p", "span"):
            # A paragraph without an end lasts until the next, not until its division ends.
            end = None
        agent = _get(element, "agent")
        name = self.agents.get(agent, agent) if agent else scope.speaker
        tag = element.get(_LANGUAGE)
        return _Scope(start, end, name, language_of(tag) if tag else scope.language)


def _piece(text: str | None, scope: _Scope) -> Cue:
    return Cue(text or "", scope.start, scope.end, scope.speaker)


def _get(element: Element, name: str) -> str | None:
    """An attribute, in whatever version of the namespaces."""
    if name in element.attrib:
        return element.attrib[name]
    return next((v for key, v in element.attrib.items() if key.endswith(f"}}{name}")), None)


def _rates(root: Element) -> _Rates:
    frames = _number(_get(root, "frameRate")) or 30.0
    parts = re.findall(r"\d+", _get(root, "frameRateMultiplier") or "")
    if len(parts) == 2 and int(parts[1]):
        effective = frames * int(parts[0]) / int(parts[1])
    else:
        effective = frames
    sub = _number(_get(root, "subFrameRate")) or 1.0
    default = frames * sub if _get(root, "frameRate") else 1.0
    return _Rates(effective, _number(_get(root, "tickRate")) or default)


def _number(text: str | None) -> float | None:
    match = re.fullmatch(r"\s*(\d{1,12}(?:\.\d{1,6})?)\s*", text or "")
    return float(match[1]) or None if match else None


def _seconds(text: str | None, rates: _Rates) -> float | None:
    """Seconds of `00:01:02.5`, `00:01:02:12` (frames), `62.5s`, `62500ms`, `90f`, `5t`, `62.5`."""
    text = (text or "").strip().replace(",", ".")
    if clock := _CLOCK.match(text):
        whole = int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + float(clock[3])
        return whole + int(clock[4] or 0) / rates.frames
    if offset := _OFFSET.match(text):
        units = {"h": 3600.0, "m": 60.0, "ms": 0.001, "f": 1 / rates.frames, "t": 1 / rates.ticks}
        return float(offset[1]) * units.get(offset[2] or "s", 1.0)
    return None


def _agents(root: Element) -> dict[str, str]:
    """Names of the agents that the head describes, by their ids."""
    names = {}
    for agent in root.iter():
        if local_name(agent) == "agent" and agent.get(_ID):
            said = [flat("".join(n.itertext())) for n in agent if local_name(n) == "name"]
            if said and said[0]:
                names[agent.attrib[_ID]] = said[0]
    return names


def _language_to_read(root: Element, body: Element, notes: Notes) -> str | None:
    """The language to read where divisions are in several: the file's own, else the first."""
    tags = [
        language_of(d.get(_LANGUAGE)) for d in body if local_name(d) == "div" and d.get(_LANGUAGE)
    ]
    found = list(Counter(tag for tag in tags if tag))
    if len(found) < 2:
        return None
    own = language_of(root.get(_LANGUAGE))
    wanted = own if own in found else found[0]
    others = ", ".join(tag for tag in found if tag != wanted)
    notes.add(f"its words in other languages are left out: {others}")
    return wanted


def _are_absolute(root: Element, body: Element) -> bool:
    """Whether times within timed elements count from the start of the file.

    By the standard they count from the start of the element around them; Apple Podcasts and
    others write them all from the start of the file. The times that fit tell.
    """
    rates = _rates(root)
    votes = Counter[bool]()
    for outer in body.iter():
        begin, end = _seconds(_get(outer, "begin"), rates), _seconds(_get(outer, "end"), rates)
        if not begin or end is None:
            continue
        for inner in outer:
            within = _seconds(_get(inner, "begin"), rates)
            until = _seconds(_get(inner, "end"), rates) or 0.0
            if within is not None:
                absolute = begin - _NEAR <= within and max(within, until) <= end + _NEAR
                relative = max(within, until) <= end - begin + _NEAR
                if absolute != relative:
                    votes[absolute] += 1
    return votes[True] > votes[False]


TRANSCRIPT_FORMATS.add(
    "ttml",
    TranscriptFormat(_EXTENSIONS, True, sniff, parse, (b"/ttml", b"/ttaf1")),
    order=12,
)
