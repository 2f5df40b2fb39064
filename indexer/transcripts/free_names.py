"""Display names of any form before a colon: `Anna 🐝: ...`, `anna@example.com: ...`.

People call themselves in meetings as they like, so no grammar of names holds all. What leads nearly
every cue of a file and recurs is a name whatever it is made of, even without a space behind its
colon (`Anna:words`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from indexer.transcripts.name_lines import NOT_NAMES

_LED = re.compile(
    r"\s*(?:[-+*•–—]\s+)?(?P<name>[^\s:：>*_♪][^:：\n]{0,78}?)\s?(?::(?=\s|[^\W\d])|：)(?P<rest>\s*)(?=.*\w)"
)
_MOST = 0.8  # of all cues
_SENTENCE = re.compile(r"[.!?…。！？]\s+\S+\s+\S+\s+\S+\Z")
_MAX_WORDS_OF_ONE_USE = 6


def led_by(text: str) -> re.Match[str] | None:
    """Match whatever stands before the first colon of a text, short enough for a name."""
    return _LED.match(text)


def free_names(texts: Sequence[str], is_usual: Callable[[str], bool]) -> frozenset[str]:
    """Find the names of a file that the grammar of names does not know.

    Args:
        texts: Of all cues with words whose speaker is not known.
        is_usual: Whether a text is led by a name in a form that is known otherwise.

    Returns:
        Nothing where fewer than four fifths of the cues are led by such words, where more than
        half of these differ, or where none recurs that is not known otherwise.
    """
    leads = [match["name"] for text in texts if (match := _LED.match(text))]
    uses = Counter(leads)
    if len(leads) < _MOST * len(texts) or 2 * len(uses) > len(leads) or len(uses) < 2:
        return frozenset()
    odd = Counter(m["name"] for t in texts if (m := _LED.match(t)) and not is_usual(t))
    if max(odd.values(), default=0) < 2:
        return frozenset()
    names = (name for name in odd if uses[name] >= 2 or _is_short(name))
    return frozenset(name for name in names if name.lower() not in NOT_NAMES)


def _is_short(name: str) -> bool:
    return len(name.split()) <= _MAX_WORDS_OF_ONE_USE and not _SENTENCE.search(name)
