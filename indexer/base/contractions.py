"""Contractions of English and what they stand for: `don't` and `do not`, `I'll` and `I will`.

Who transcribes writes either, whatever was said; a quoted phrase is looked for in both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

POSSESSIVE = ("'s", "’s")
"""What a possessive ends in, as it may be typed."""
_BEFORE_NOT = (
    *("do", "does", "did", "is", "are", "was", "were", "has", "have", "had"),
    *("would", "could", "should", "must", "need"),
)
_PRONOUNS = ("i", "you", "he", "she", "it", "we", "they", "that", "there", "who", "what")
_ENDINGS = {
    **{"am": "'m", "are": "'re", "is": "'s", "has": "'s", "have": "'ve"},
    **{"will": "'ll", "would": "'d", "had": "'d"},
}
_SHORT: dict[str, tuple[str, ...]] = {
    **{f"{word} not": (f"{word}n't",) for word in _BEFORE_NOT},
    "can not": ("can't", "cannot"),
    "will not": ("won't",),
    "let us": ("let's",),
    **{
        f"{pronoun} {word}": (f"{pronoun}{ending}",)
        for pronoun in _PRONOUNS
        for word, ending in _ENDINGS.items()
    },
}
_LONG: dict[str, list[str]] = defaultdict(list)
for _long, _shorts in _SHORT.items():
    for _short in _shorts:
        _LONG[_short] += [_long, *(other for other in _shorts if other != _short)]


def other_contractions(words: Sequence[str]) -> list[str]:
    """Return how else a contraction, or two words, are written.

    Args:
        words: One or two, in small letters; an apostrophe tells `we're` from `were`.

    Returns:
        In small letters, with apostrophes.
    """
    own = " ".join(words)
    return [*_SHORT.get(own, ()), *_LONG.get(own, ())]
