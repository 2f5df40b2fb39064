"""Names as people type them: which documents, labels, folders and speakers they stand for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from indexer.base.errors import QueryError
from indexer.base.names import folded, spelt_out, unaccented

_NAMED = 8
_WORD = re.compile(r"\w+")
_BETWEEN_NAMES = re.compile(r"[\s,]+")


def called(wanted: Iterable[str], known: Sequence[tuple[str, ...]]) -> NDArray[np.bool_]:
    """Return which documents are called one of some names, `[n_documents]`.

    Args:
        wanted: As they were typed.
        known: Of each document its names, its path the last of them.

    Raises:
        QueryError: A name is of no document, or may be of several.
    """
    files = [(*names[:-1], PurePath(names[-1]).name) for names in known]
    passed = np.zeros(len(known), bool)
    for value in wanted:
        found = np.array([value in names for names in files], bool)
        if not found.any():
            _check_one_name(value, files)
            found = _like(value, files)
        if not found.any() and "/" in value:
            found = np.array([_ends_path(value, names[-1]) for names in known], bool)
        if not found.any():
            found = _unique_beginning(value, files)
        if not found.any():
            raise _unknown("document", value, files)
        passed |= found
    return passed


def labelled(wanted: Iterable[str], known: Sequence[str]) -> NDArray[np.bool_]:
    """Return which documents have one of some labels, `[n_documents]`.

    Args:
        wanted: As they were typed.
        known: Of each document its label, or nothing.

    Raises:
        QueryError: No document has a label.
    """
    passed = np.zeros(len(known), bool)
    for value in wanted:
        found = _like(value, [(label,) for label in known])
        if not found.any():
            raise _unknown("label", value, [(label,) for label in known])
        passed |= found
    return passed


def ends_with(folder: str, parents: Iterable[Path]) -> bool:
    """Return whether the path of one of some folders ends in what was typed."""
    return any(_ends_path(folder, str(parent)) for parent in parents)


def begins_words(value: str) -> Iterator[Callable[[str], bool]]:
    """Yield how a name is compared with what was typed: as it is, else its words in any order.

    "anna" is Anna and Anna-Lena, not Hannah; "Reed, Anna" is Anna Reed, "Mueller" Müller.
    """
    for parts in ([value], _BETWEEN_NAMES.split(value.strip())):
        patterns = [
            re.compile("|".join(rf"\b{re.escape(spelt)}" for spelt in _spellings(part)))
            for part in parts
        ]
        yield partial(_has_all, patterns)


def _has_all(patterns: Sequence[re.Pattern[str]], name: str) -> bool:
    spellings = _spellings(name)
    return all(any(map(pattern.search, spellings)) for pattern in patterns)


# Each query by a name compares it with those of all segments.
@lru_cache(maxsize=1 << 16)
def _spellings(name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((unaccented(name), unaccented(spelt_out(name)))))


def _like(value: str, known: Sequence[tuple[str, ...]]) -> NDArray[np.bool_]:
    """Return where a name is what was typed, but for what keyboards lack and for punctuation."""
    found = np.zeros(len(known), bool)
    for form in (folded, unaccented, _words):
        wanted = form(value)
        found = np.array([wanted in map(form, names) for names in known], bool)
        if wanted and found.any():
            return found
    return found & bool(_words(value))


def _words(name: str) -> str:
    """Return the words of a name, which are the same however it is punctuated."""
    return " ".join(_WORD.findall(unaccented(name).replace("&", " and ")))


def _check_one_name(value: str, known: Sequence[tuple[str, ...]]) -> None:
    """Refuse a value that several names differ from in Unicode form or case alone."""
    same = {name for names in known for name in names if name and folded(name) == folded(value)}
    if len(same) > 1:
        raise QueryError(
            f"'{value}' may be {' or '.join(map(repr, sorted(same)))}; write it exactly, or an id"
        )


def _unique_beginning(value: str, known: Sequence[tuple[str, ...]]) -> NDArray[np.bool_]:
    """Return the document whose name, title or id begins so, or has a word that does.

    Where those of several do, none is guessed.
    """
    found = np.zeros(len(known), bool)
    for form in (folded, _words):
        wanted = re.escape(form(value.strip()))
        if not wanted:
            break
        forms = [tuple(map(form, names)) for names in known]
        for place, how in ((r"\A", "begin with"), (r"(?<!\w)", "have a word that begins with")):
            begins = re.compile(place + wanted)
            found = np.array([any(map(begins.search, names)) for names in forms], bool)
            if found.sum() > 1:
                raise QueryError(f"{found.sum()} documents {how} '{value}'; write more of the name")
            if found.any():
                return found
    return found


def _ends_path(typed: str, path: str) -> bool:
    """Return whether a path ends in the parts that were typed, with or without an extension."""
    wanted = [folded(part) for part in PurePath(typed).parts if part != "."]
    *parents, name = map(folded, PurePath(path).parts)
    return wanted != [] and any(
        [*parents, last][-len(wanted) :] == wanted for last in (name, PurePath(name).stem)
    )


def _unknown(what: str, value: str, known: Sequence[tuple[str, ...]]) -> QueryError:
    there = sorted({names[0] for names in known if names[0]})
    some = ", ".join(there[:_NAMED]) + (", ..." if len(there) > _NAMED else "")
    return QueryError(f"no {what} '{value}' in this library; there is {some or 'none'}")
