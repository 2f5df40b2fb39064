"""The numbers of a diagnosis as a table: a measure a row, before and after and control."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from indexer.diagnostics.diagnose import Diagnosis

# Path of a number, what it is called, and how it is read.
_MEASURES = (
    ("centroid_gap", "Centroid gap", "distance of the means; 0 none, 2 opposite"),
    ("relative_gap", "Relative gap", "matched pairs beside strangers; 0 coincide, 0.5 no closer"),
    ("separability", "Linear separability", "a probe's held-out accuracy; 0.5 mixed, 1 apart"),
    ("alignment", "Alignment", "mean squared distance of matched pairs; 0 best"),
    ("uniformity.audio", "Uniformity, audio", "lower is more even; near -4 is even"),
    ("uniformity.text", "Uniformity, text", ""),
    ("uniformity.across", "Uniformity, across", "unmatched sound and words"),
    ("cosines.told_apart", "Matched above random", "chance that a match is the closer pair"),
    ("effective_rank.audio", "Effective rank, audio", "directions in use"),
    ("effective_rank.text", "Effective rank, text", ""),
    ("effective_rank.joint", "Effective rank, joint", ""),
    ("cka.audio_text", "CKA, audio and text", "alike in structure; 0 no, 1 yes"),
    ("cka.audio_joint", "CKA, audio and joint", ""),
    ("cka.text_joint", "CKA, text and joint", ""),
    ("cka.audio_frozen_audio", "CKA, audio and frozen", ""),
    ("cka.text_frozen_text", "CKA, text and frozen", ""),
    ("mutual_knn.audio_text", "Mutual neighbours, audio and text", "of ten; 0 none, 1 the same"),
    ("mutual_knn.audio_frozen_audio", "Mutual neighbours, audio and frozen", ""),
    ("mutual_knn.text_frozen_text", "Mutual neighbours, text and frozen", ""),
    (
        "neighbour_precision.audio.model",
        "Neighbours of one recording, audio",
        "of what ten can hold",
    ),
    ("neighbour_precision.audio.frozen", "Neighbours of one recording, frozen audio", ""),
    ("neighbour_precision.text.model", "Neighbours of one recording, text", ""),
    ("neighbour_precision.text.frozen", "Neighbours of one recording, frozen text", ""),
    ("hubness.text_to_audio.skew", "Hubness, words to sound", "skewness of k-occurrence; 0 none"),
    ("hubness.text_to_audio.anti_hubs", "Never found, words to sound", "share of segments"),
    ("information.audio_joint", "Information, audio and joint", "nats, at least"),
    ("information.text_joint", "Information, text and joint", "nats, at least"),
    ("information.balance", "Balance", "text minus audio; 0 balanced"),
    ("occlusion.audio.change", "Joint without its own sound", "moves by, 1 - cosine"),
    ("occlusion.text.change", "Joint without its own words", "moves by, 1 - cosine"),
    ("own_modality_in_top_10.audio", "Sound among ten for sound", "in a mixed list; 0.5 mixed"),
    ("own_modality_in_top_10.text", "Words among ten for words", "in a mixed list; 0.5 mixed"),
    ("recall.audio_to_text.recall_at_1", "Sound finds its words first", ""),
    ("recall.text_to_audio.recall_at_1", "Words find their sound first", ""),
    ("recall.audio_to_joint.recall_at_1", "Sound finds its joint first", "made without the sound"),
    ("recall.text_to_joint.recall_at_1", "Words find their joint first", "made without the words"),
    ("recall.audio_to_audio.recall_at_1", "Sound finds its recording first", ""),
    ("recall.text_to_text.recall_at_1", "Words find their recording first", ""),
    ("recall.mixed.recall_at_1", "Match first in a mixed list", ""),
)


@dataclass(frozen=True)
class Row:
    """A measure; columns are empty where it has no meaning or was not measured.

    Attributes:
        name: of the measure.
        meaning: how it is read.
        before: of the library's model, with its interval where there is one.
        after: after centring each modality.
        control: of two halves of one text.
        frozen: of the encoders' features, before any model.
    """

    name: str
    meaning: str
    before: str
    after: str
    control: str
    frozen: str


def table_rows(diagnosis: Diagnosis) -> list[Row]:
    """Every measure that fits a cell."""
    rows = []
    for path, name, meaning in _MEASURES:
        cells = (
            _cell(diagnosis.before, path, diagnosis.intervals.get("before")),
            _cell(diagnosis.after_centering, path, diagnosis.intervals.get("after_centering")),
            _cell(diagnosis.control, path),
            _cell(diagnosis.frozen["before"], path),
        )
        rows.append(Row(name, meaning, *cells))
    for name, numbers in diagnosis.before["recall_by_length"].items():
        if numbers["documents"]:
            at = f"recall_by_length.{name}.recall_at_1"
            rows.append(
                Row(
                    f"Whole recordings by sound, {name}",
                    f"{numbers['documents']} up to {numbers['longest_minutes']:.1f} min",
                    _cell(diagnosis.before, at, diagnosis.intervals.get("before")),
                    _cell(diagnosis.after_centering, at),
                    _cell(diagnosis.control, at),
                    "",
                )
            )
    return rows


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
