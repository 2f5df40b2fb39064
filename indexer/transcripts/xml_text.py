"""XML of strangers, read without what it may be made to do: through `defusedxml`."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from indexer.transcripts.errors import TranscriptError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

log = logging.getLogger(__name__)

_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,10};)")
_PREFIX = re.compile(r"[<\s]/?([A-Za-z][\w-]{0,30}):[A-Za-z]")
_FIRST_ELEMENT = re.compile(r"<[A-Za-z][^<>]*?(?=/?>)")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def read_xml(text: str) -> Element:
    """Read XML; bare ampersands, control characters and undeclared prefixes are repaired.

    Many programs write these.

    Raises:
        TranscriptError: It is no XML, with the line, or it defines entities.
    """
    from xml.parsers.expat import errors

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    clean = _BARE_AMPERSAND.sub("&amp;", _CONTROLS.sub("", text)).lstrip()
    try:
        root: Element = fromstring(clean)
    except ParseError as error:
        log.debug("no XML as it stands", exc_info=True)
        if error.code == errors.codes[errors.XML_ERROR_UNBOUND_PREFIX] and (
            declared := _with_prefixes(clean)
        ):
            return read_xml(declared)
        line = error.position[0]
        raise TranscriptError(f"line {line}: it is not valid XML; export it again") from error
    except (DefusedXmlException, ValueError) as error:
        raise TranscriptError(
            "its XML defines entities, which is refused; export it again"
        ) from error
    return root


def _with_prefixes(text: str) -> str | None:
    """The text with what its first element lacks to declare; None where that is nothing."""
    first = _FIRST_ELEMENT.search(text)
    if first is None:
        return None
    names = dict.fromkeys(_PREFIX.findall(text))
    missing = [n for n in names if n not in ("xml", "xmlns") and f"xmlns:{n}" not in first[0]]
    if not missing:
        return None
    declared = "".join(f' xmlns:{name}="urn:undeclared:{name}"' for name in missing)
    return f"{text[: first.end()]}{declared}{text[first.end() :]}"


def local_name(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]
