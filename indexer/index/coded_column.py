"""Columns of texts of which few are distinct: each text once, and a number per row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray


class CodedColumn(Sequence[str]):
    """A sequence of texts that takes 4 bytes a row.

    Attributes:
        values: Each distinct text once.
        codes: `[n]`, the place in `values` of the text of each row.
    """

    def __init__(self, values: list[str], codes: NDArray[np.int32]) -> None:
        self.values = values
        self.codes = codes

    @classmethod
    def of(cls, texts: Iterable[str]) -> CodedColumn:
        """Number texts as they come; they may come from a generator."""
        numbers: dict[str, int] = {}
        codes = np.fromiter((numbers.setdefault(t, len(numbers)) for t in texts), np.int32)
        return cls(list(numbers), codes)

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        """Return the text of a row, or those of several."""
        if isinstance(row, slice):
            return [self.values[code] for code in self.codes[row].tolist()]
        return self.values[int(self.codes[row])]

    def __iter__(self) -> Iterator[str]:
        values = self.values
        return (values[code] for code in self.codes)

    def where(self, holds: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Find the rows with a text of which something holds; asked once per distinct text.

        Returns:
            `[n]`.
        """
        held = np.array([holds(value) for value in self.values], bool)
        if not held.any():
            return np.zeros(len(self), bool)
        found: NDArray[np.bool_] = held[self.codes]
        return found

    def counts(self) -> dict[str, int]:
        """Count the rows of each distinct text."""
        counted = np.bincount(self.codes, minlength=len(self.values)).tolist()
        return dict(zip(self.values, counted, strict=True))
