"""XML of strangers, read without what it may be made to do: through `defusedxml`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from indexer.transcripts.errors import TranscriptError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,10};)")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def read_xml(text: str) -> Element:
    """Read XML; bare ampersands and control characters, which many programs write, are repaired.

    Raises:
        TranscriptError: It is no XML, with the line, or it defines entities.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    clean = _BARE_AMPERSAND.sub("&amp;", _CONTROLS.sub("", text)).lstrip()
    try:
        root: Element = fromstring(clean)
    except ParseError as error:
        line = error.position[0]
        raise TranscriptError(f"line {line}: it is not valid XML; export it again") from error
    except (DefusedXmlException, ValueError) as error:
        raise TranscriptError(
            "its XML defines entities, which is refused; export it again"
        ) from error
    return root


def local_name(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]
