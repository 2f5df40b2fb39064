"""Names that may come up in a recording: by its folder's vocabulary, its table and its tags."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from indexer.base.regular_file import read_small
from indexer.ingest.source import Source

log = logging.getLogger(__name__)

VOCABULARY_FILE = "vocabulary.txt"
"""Of a folder: names and words that its recordings use, one a line; `#` begins a comment."""

# A recogniser takes a few dozen words; what is longer is a text.
_MOST_NAMES = 60
_LONGEST_NAME = 60
_TITLES = ("title", "album")
_SPEAKERS = ("artist", "album_artist")
_NOTES = ("comment", "description", "synopsis")
# A word with a capital that begins no sentence, and those that follow it.
_NAME = re.compile(r"(?<=[^.!?:\s] )[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*")


def names_for(source: Source, tags: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names that may come up in a recording, the likeliest first.

    Args:
        source: The recording, and its row of a table.
        tags: Of the recording.
    """
    found: dict[str, None] = {}
    for name in _candidates(source, tags, source.path.parent):
        plain = " ".join(name.split()).strip(" .,;:-")
        if any(c.isalpha() for c in plain) and len(plain) <= _LONGEST_NAME:
            found.setdefault(plain)
        if len(found) == _MOST_NAMES:
            break
    return tuple(found)


def _candidates(source: Source, tags: Mapping[str, str], folder: Path) -> Iterator[str]:
    yield from _vocabulary(folder)
    yield from re.split(r"[;,&]| and ", source.metadata.get("speaker", ""))
    yield from source.speakers.values()
    for key in _SPEAKERS:
        yield from re.split(r"[;,&]", tags.get(key, ""))
    yield source.metadata.get("title", "")
    yield from (tags.get(key, "") for key in _TITLES)
    for key in _NOTES:
        yield from (match.group() for match in _NAME.finditer(tags.get(key, "")))


def _vocabulary(folder: Path) -> Iterator[str]:
    try:
        text = read_small(folder / VOCABULARY_FILE).decode("utf-8-sig", "replace")
    except FileNotFoundError:
        return
    except OSError as error:
        log.warning("%s cannot be read: %s", folder / VOCABULARY_FILE, error.strerror)
        return
    yield from (line.partition("#")[0] for line in text.splitlines())
