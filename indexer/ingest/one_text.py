"""Whether two files of text say the same, whatever their formats."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from hilbert.system_faults import raise_system_fault
from indexer.base.names import folded
from indexer.base.regular_file import read_small
from indexer.transcripts.encoding import decode
from indexer.transcripts.transcript import TranscriptError

log = logging.getLogger(__name__)

# Short words stand everywhere; of scripts without spaces each character is one.
_WORD = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff]|[^\W\d_]{4,}")
# Of the distinct words of the one with fewer in the other: all but headings and corrections. Of two
# talks about one thing it is less than half.
_SHARED = 0.8


def say_the_same(one: Path, other: Path) -> bool:
    """Return whether nearly all words of one file stand in the other; not where one is unread."""
    try:
        first, second = _words(one), _words(other)
    except (OSError, TranscriptError) as error:
        raise_system_fault(error)
        log.debug("cannot compare %s with %s", one, other, exc_info=True)
        return False
    fewer = min(len(first), len(second))
    return fewer > 0 and len(first & second) >= _SHARED * fewer


def _words(path: Path) -> set[str]:
    return set(_WORD.findall(folded(decode(read_small(path), "en").text)))
