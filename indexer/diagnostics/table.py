"""The numbers of a diagnosis as a table: a measure a row, before and after and control."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hilbert.diagnostics import measured_rows

if TYPE_CHECKING:
    from indexer.diagnostics.diagnose import Diagnosis


@dataclass(frozen=True)
class Row:
    """A measure; columns are empty where it has no meaning or was not measured.

    Attributes:
        name: Of the measure.
        meaning: How to interpret it.
        before: Of the library's model, with its interval where there is one.
        after: After centring each modality.
        control: Of two halves of one text.
        frozen: Of the encoders' features, before any model.
    """

    name: str
    meaning: str
    before: str
    after: str
    control: str
    frozen: str


def table_rows(diagnosis: Diagnosis) -> list[Row]:
    """Return a row for each number that the measures show in tables."""
    before, after = (diagnosis.intervals.get(name) for name in ("before", "after_centering"))
    return [
        Row(
            row.label,
            row.meaning,
            _cell(diagnosis.before, row.path, before),
            _cell(diagnosis.after_centering, row.path, after if row.centred_interval else None),
            _cell(diagnosis.control, row.path),
            _cell(diagnosis.frozen["before"], row.path),
        )
        for row in measured_rows(diagnosis.before)
    ]


def _cell(
    numbers: dict[str, Any], path: str, intervals: dict[str, tuple[float, float]] | None = None
) -> str:
    value: Any = numbers
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
        if value is None:
            return ""
    shown = _number(value)
    if intervals and path in intervals:
        low, high = intervals[path]
        shown += f" ({_number(low)} to {_number(high)})"
    return shown


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 20 else f"{value:.2f}"
