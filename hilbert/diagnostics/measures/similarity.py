"""How much the modalities, the joint and the frozen features agree."""

from __future__ import annotations

from hilbert.diagnostics.measures.registry import (
    ALL,
    FrozenInputs,
    MeasureInputs,
    Numbers,
    TableRow,
    diagnostic_measure,
)
from hilbert.diagnostics.neighbours import overlap
from hilbert.diagnostics.similarity import information, unbiased_cka

_PAIRS = (
    ("audio", "text"),
    ("audio", "joint"),
    ("text", "joint"),
    ("audio", "frozen_audio"),
    ("text", "frozen_text"),
    ("joint", "frozen_audio"),
    ("joint", "frozen_text"),
)


def _frozen_cka(inputs: FrozenInputs) -> Numbers:
    return {"audio_text": unbiased_cka(inputs.audio, inputs.text)}


@diagnostic_measure(
    "cka",
    order=30,
    rows=[
        TableRow("cka.audio_text", "CKA, audio and text", "alike in structure; 0 no, 1 yes"),
        TableRow("cka.audio_joint", "CKA, audio and joint"),
        TableRow("cka.text_joint", "CKA, text and joint"),
        TableRow("cka.audio_frozen_audio", "CKA, audio and frozen"),
        TableRow("cka.text_frozen_text", "CKA, text and frozen"),
    ],
    table_order=30,
    frozen=_frozen_cka,
)
def _cka(inputs: MeasureInputs) -> Numbers:
    space = inputs.space
    return {f"{x}_{y}": unbiased_cka(getattr(space, x), getattr(space, y)) for x, y in _PAIRS}


def _frozen_mutual_knn(inputs: FrozenInputs) -> Numbers:
    return {"audio_text": overlap(inputs.nearest["audio"], inputs.nearest["text"])}


@diagnostic_measure(
    "mutual_knn",
    order=31,
    rows=[
        TableRow(
            "mutual_knn.audio_text",
            "Mutual neighbours, audio and text",
            "of ten; 0 none, 1 the same",
        ),
        TableRow("mutual_knn.audio_frozen_audio", "Mutual neighbours, audio and frozen"),
        TableRow("mutual_knn.text_frozen_text", "Mutual neighbours, text and frozen"),
    ],
    table_order=31,
    frozen=_frozen_mutual_knn,
    shares=ALL,
)
def _mutual_knn(inputs: MeasureInputs) -> Numbers:
    near = inputs.nearest
    return {f"{x}_{y}": overlap(getattr(near, x), getattr(near, y)) for x, y in _PAIRS}


@diagnostic_measure(
    "information",
    order=42,
    rows=[
        TableRow("information.audio_joint", "Information, audio and joint", "nats, at least"),
        TableRow("information.text_joint", "Information, text and joint", "nats, at least"),
        TableRow("information.balance", "Balance", "text minus audio; 0 balanced"),
    ],
    table_order=42,
    counts=["most"],
)
def _information(inputs: MeasureInputs) -> Numbers:
    space = inputs.space
    found = information(space.audio, space.text, space.joint)
    return {**vars(found), "balance": found.balance}
