"""Hubs, and what the nearest neighbours have in common."""

from __future__ import annotations

from hilbert.diagnostics.measures.registry import (
    ALL,
    NEIGHBOURS,
    FrozenInputs,
    MeasureInputs,
    Numbers,
    TableRow,
    diagnostic_measure,
)
from hilbert.diagnostics.neighbours import (
    hubness,
    occurrences,
    own_modality_share,
    precision,
)


def _frozen_hubness(inputs: FrozenInputs) -> Numbers:
    return {
        f"{name}_to_{name}": vars(occurrences(rows, len(rows)))
        for name, rows in inputs.nearest.items()
    }


@diagnostic_measure(
    "hubness",
    order=40,
    rows=[
        TableRow(
            "hubness.text_to_audio.skew",
            "Hubness, words to sound",
            "skewness of k-occurrence; 0 none",
        ),
        TableRow(
            "hubness.text_to_audio.anti_hubs", "Never found, words to sound", "share of segments"
        ),
    ],
    table_order=41,
    frozen=_frozen_hubness,
    shares=["anti_hubs"],
)
def _hubness(inputs: MeasureInputs) -> Numbers:
    a, t, near = inputs.space.audio, inputs.space.text, inputs.nearest
    return {
        "audio_to_text": vars(hubness(a, t, NEIGHBOURS)),
        "text_to_audio": vars(hubness(t, a, NEIGHBOURS)),
        "audio_to_audio": vars(occurrences(near.audio, len(a))),
        "text_to_text": vars(occurrences(near.text, len(t))),
        "joint_to_joint": vars(occurrences(near.joint, len(inputs.space.joint))),
    }


@diagnostic_measure(
    "own_modality_in_top_10",
    order=44,
    rows=[
        TableRow(
            "own_modality_in_top_10.audio",
            "Sound among ten for sound",
            "in a mixed list; 0.5 mixed",
        ),
        TableRow(
            "own_modality_in_top_10.text",
            "Words among ten for words",
            "in a mixed list; 0.5 mixed",
        ),
    ],
    table_order=44,
    shares=ALL,
)
def _own_modality(inputs: MeasureInputs) -> Numbers:
    shares = own_modality_share(inputs.space.audio, inputs.space.text, NEIGHBOURS)
    return dict(zip(("audio", "text"), shares, strict=True))


def _frozen_neighbour_precision(inputs: FrozenInputs) -> Numbers:
    groups = inputs.groups.tolist()
    return {name: {"frozen": precision(rows, groups)} for name, rows in inputs.nearest.items()}


@diagnostic_measure(
    "neighbour_precision",
    order=45,
    rows=[
        TableRow(
            "neighbour_precision.audio.model",
            "Neighbours of one recording, audio",
            "of what ten can hold",
        ),
        TableRow("neighbour_precision.audio.frozen", "Neighbours of one recording, frozen audio"),
        TableRow("neighbour_precision.text.model", "Neighbours of one recording, text"),
        TableRow("neighbour_precision.text.frozen", "Neighbours of one recording, frozen text"),
    ],
    table_order=40,
    frozen=_frozen_neighbour_precision,
    shares=ALL,
)
def _neighbour_precision(inputs: MeasureInputs) -> Numbers:
    near, groups = inputs.nearest, inputs.space.groups.tolist()
    return {
        name: {"model": precision(model, groups), "frozen": precision(frozen, groups)}
        for name, model, frozen in (
            ("audio", near.audio, near.frozen_audio),
            ("text", near.text, near.frozen_text),
        )
    }
