"""Inline filters: `speaker:anna since:2023` within a typed query, as the filters that they name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from indexer.base.errors import QueryError
from indexer.search.filters import Filters
from indexer.search.query_parser import plain_signs

_NONE = Filters()


@dataclass(frozen=True)
class InlineFilter:
    """A filter that can be typed.

    Attributes:
        field: Of `Filters`.
        help: What passes, for people; ends a sentence that begins with the name.
        excludes: Whether a minus before the name turns it round.
    """

    field: str
    help: str
    excludes: bool = True


INLINE_FILTERS: Mapping[str, InlineFilter] = {
    "speaker": InlineFilter("speakers", "where somebody of this name speaks"),
    "in": InlineFilter("documents", "in the document of this name or title"),
    "label": InlineFilter("labels", "in documents with this label"),
    "folder": InlineFilter("folders", "in recordings in or below this folder"),
    "language": InlineFilter("languages", "in documents in this language"),
    "since": InlineFilter("since", "from this date on", excludes=False),
    "until": InlineFilter("until", "up to this date", excludes=False),
}
"""By name."""
SOUND_HELP = "where the transcript notes this sound"
"""What passes `sound:music`: typed like the others, and read with the words (`query_parser`)."""

# A quoted phrase is passed over: what stands in it is looked for as it is.
_PIECE = re.compile(
    rf"(?<!\S)(?P<no>-|(?-i:NOT)\s+)?(?P<name>{'|'.join(INLINE_FILTERS)}):"
    r"""(?:"(?P<quoted>[^"]+)"|'(?P<single>[^'"]+)'(?!\w)|(?P<bare>[^\s"]+))"""
    r'|-?"[^"]+"',
    re.IGNORECASE,
)
# Around a value that is typed among other words.
_AROUND = "()[]{},;"
# What other searches call their filters, and what is nearly the name of one: here they are words,
# and that is said.
_FOREIGN = frozenset(
    (
        *("after", "author", "before", "by", "date", "from", "host", "lang", "podcast", "show"),
        *("tag", "title", "year", "who", "person", "guest", "channel", "series", "file", "path"),
    )
)
_NAME = re.compile(r"(?<!\S)-?([^\W\d_]{2,12})[:=][^\s:/]")
_LEAST_MISTYPED = 4


@dataclass(frozen=True)
class InlineFilters:
    """What a typed query restricts itself to.

    Attributes:
        wanted: Each must pass.
        excluded: None may pass; each has one value.
        foreign: Names of filters of other searches, which were typed and restrict nothing.
    """

    wanted: Filters = _NONE
    excluded: tuple[Filters, ...] = ()
    foreign: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wanted or self.excluded)

    def to_dict(self) -> dict[str, list[str]]:
        """Return the values by name, an excluded one with a minus before its name."""
        found: dict[str, list[str]] = {}
        for sign, filters in (("", self.wanted), *(("-", each) for each in self.excluded)):
            for name, inline in INLINE_FILTERS.items():
                value = getattr(filters, inline.field)
                values = [value] if isinstance(value, str) else list(value or ())
                if values:
                    found.setdefault(sign + name, []).extend(values)
        return found


NO_INLINE_FILTERS = InlineFilters()


def split_filters(text: str) -> tuple[str, InlineFilters]:
    """Take the inline filters out of a typed query.

    Several values of one name are alternatives; different names must all hold. Within quotes, and
    with a space behind its colon, a name is a word like any other. A minus or NOT excludes.

    Args:
        text: As it was typed.

    Returns:
        The rest of the text, and the filters.

    Raises:
        QueryError: A minus before what cannot be excluded, or two dates for one end.
    """
    values: dict[str, list[str]] = {}
    excluded: list[Filters] = []

    def take(piece: re.Match[str]) -> str:
        if not piece["name"]:
            return piece[0]
        # No name has lines; what is not found is told on one.
        typed = piece["quoted"] or piece["single"] or piece["bare"].strip(_AROUND) or piece["bare"]
        value = " ".join(typed.splitlines()).strip()
        name = piece["name"].lower()
        inline = INLINE_FILTERS[name]
        if piece["no"] and not inline.excludes:
            raise QueryError(f"'-{name}:' excludes nothing; write since:DATE or until:DATE")
        if piece["no"]:
            only: dict[str, Any] = {inline.field: (value,)}
            excluded.append(replace(_NONE, **only))
        else:
            values.setdefault(name, []).append(value)
        return " "

    rest = _PIECE.sub(take, plain_signs(text))
    names = dict.fromkeys(name.lower() for name in _NAME.findall(rest))
    foreign = tuple(name for name in names if name in _FOREIGN or _is_mistyped(name))
    if not (values or excluded):
        return text, InlineFilters(foreign=foreign)
    given: dict[str, Any] = {}
    for name, typed in values.items():
        inline = INLINE_FILTERS[name]
        if inline.excludes:
            given[inline.field] = tuple(dict.fromkeys(typed))
        elif len(set(typed)) > 1:
            raise QueryError(f"'{name}:' stands there twice, with different dates; write one")
        else:
            given[inline.field] = typed[0]
    return rest, InlineFilters(replace(_NONE, **given), tuple(excluded), foreign)


def _is_mistyped(name: str) -> bool:
    """Return whether a name differs from one that can be typed by a letter or two."""
    from rapidfuzz.distance import OSA

    most = 2 if len(name) > _LEAST_MISTYPED + 1 else 1
    known = (known for known in (*INLINE_FILTERS, "sound") if len(known) >= _LEAST_MISTYPED)
    return name not in (*INLINE_FILTERS, "sound") and any(
        OSA.distance(name, each, score_cutoff=most) <= most for each in known
    )
