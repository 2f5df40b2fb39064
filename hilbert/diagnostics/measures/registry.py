"""The registry of diagnostic measures, and what a measure receives and returns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hilbert import extension_points
from hilbert.diagnostics.arrays import FloatArray
from hilbert.diagnostics.measures.space import Space
from hilbert.diagnostics.neighbours import nearest_rows
from hilbert.registry import Registry

Numbers = dict[str, Any]
IntArray = NDArray[np.int64]

NEIGHBOURS = 10

ALL = ("*",)
"""In `Measure.shares`: all numbers of the measure."""


@dataclass(frozen=True)
class NearestRows:
    """The nearest rows to each row within a kind of vector, each `[n, k]`."""

    audio: IntArray
    text: IntArray
    joint: IntArray
    frozen_audio: IntArray
    frozen_text: IntArray


@dataclass(frozen=True)
class MeasureInputs:
    """What a measure of a space receives.

    Attributes:
        space: At least two things.
        seed: Seed of whatever is drawn at random.
    """

    space: Space
    seed: int = 0

    @property
    def vectors(self) -> dict[str, FloatArray]:
        """Audio, text and joint vectors by name, each `[n, d]`."""
        return {"audio": self.space.audio, "text": self.space.text, "joint": self.space.joint}

    @cached_property
    def nearest(self) -> NearestRows:
        """The nearest rows within each kind of vector, computed once for all measures."""
        names = [entry.name for entry in fields(NearestRows)]
        # Each kind breaks ties in an order of its own: equal rows share no neighbours by chance.
        return NearestRows(
            **{name: _nearest(getattr(self.space, name), i) for i, name in enumerate(names)}
        )


@dataclass(frozen=True)
class FrozenInputs:
    """What a measure of frozen features receives: each modality in a space of its own.

    Attributes:
        audio: `[n, d_audio]`.
        text: `[n, d_text]`.
        groups: `[n]`, the document of each row, as numbers from 0.
    """

    audio: FloatArray
    text: FloatArray
    groups: IntArray

    @property
    def vectors(self) -> dict[str, FloatArray]:
        """The vectors by modality, `[n, d_audio]` and `[n, d_text]`."""
        return {"audio": self.audio, "text": self.text}

    @cached_property
    def nearest(self) -> dict[str, IntArray]:
        """The nearest rows within each modality, `[n, k]`, computed once for all measures."""
        return {name: _nearest(x, i) for i, (name, x) in enumerate(self.vectors.items())}


@dataclass(frozen=True)
class TableRow:
    """A number that tables of a diagnosis show.

    Attributes:
        path: Where it stands in the numbers of a space, such as `uniformity.audio`.
        label: Name of the row.
        meaning: How to read the number.
        centred_interval: Whether its interval after centring is shown, too.
    """

    path: str
    label: str
    meaning: str = ""
    centred_interval: bool = True


@dataclass(frozen=True)
class Measure:
    """A measure of an embedding space.

    Attributes:
        function: Returns a finite number, or nested ones by name.
        rows: What tables show of it; a function makes them from the measured value.
        table_order: Place of its rows in tables; low ones come first.
        frozen: The same of frozen features; None where it compares one modality's vectors with
            the other's, which has no meaning there.
        shares: Names of numbers that are shares of a whole, `ALL` for all of them: their
            confidence intervals end at 0 and 1. A name is the last part of a path, such as
            `recall_at_1`.
        counts: Names of numbers that say what was measured, such as a number of queries: they
            have no confidence interval.
    """

    function: Callable[[MeasureInputs], Any]
    rows: Sequence[TableRow] | Callable[[Any], Iterable[TableRow]] = ()
    table_order: int = 100
    frozen: Callable[[FrozenInputs], Any] | None = None
    shares: Sequence[str] = ()
    counts: Sequence[str] = ()

    def is_share(self, path: str) -> bool:
        """Return whether the number at a path, such as `recall.mixed.recall_at_1`, is a share."""
        return self.shares == ALL or path.rpartition(".")[2] in self.shares

    def is_count(self, path: str) -> bool:
        """Return whether the number at a path says what was measured."""
        return path.rpartition(".")[2] in self.counts


MEASURES: Registry[Measure] = Registry(extension_points.MEASURES)


def diagnostic_measure(
    name: str,
    *,
    order: int = 100,
    rows: Sequence[TableRow] | Callable[[Any], Iterable[TableRow]] = (),
    table_order: int = 100,
    frozen: Callable[[FrozenInputs], Any] | None = None,
    shares: Sequence[str] = (),
    counts: Sequence[str] = (),
) -> Callable[[Callable[[MeasureInputs], Any]], Callable[[MeasureInputs], Any]]:
    """Return a decorator that registers a function as a measure.

    Args:
        name: Key among the numbers of a space, in `hilbert diagnose --json`, too.
        order: Place of the key; low ones come first.
        rows: See `Measure`.
        table_order: See `Measure`.
        frozen: See `Measure`.
        shares: See `Measure`.
        counts: See `Measure`.
    """

    def decorate(function: Callable[[MeasureInputs], Any]) -> Callable[[MeasureInputs], Any]:
        member = Measure(function, rows, table_order, frozen, shares, counts)
        MEASURES.add(name, member, order)
        return function

    return decorate


def measured_rows(numbers: Mapping[str, Any]) -> list[TableRow]:
    """Return the rows that tables show of the numbers of a space, in the order of tables."""
    found: list[TableRow] = []
    for name, measure in sorted(MEASURES.items(), key=lambda item: item[1].table_order):
        if not callable(measure.rows):
            found += measure.rows
        elif name in numbers:
            found += measure.rows(numbers[name])
    return found


def _nearest(x: FloatArray, seed: int) -> IntArray:
    k = min(NEIGHBOURS, len(x) - 1)
    return nearest_rows(x, x, k, leave_out=np.arange(len(x)), seed=seed)
