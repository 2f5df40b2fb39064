"""Whole spaces: all numbers at once, their intervals, and what is said of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from hilbert.diagnostics import (
    Space,
    control_space,
    jackknife,
    measure,
    measure_frozen,
    model_space,
    read,
)
from hilbert.model.embed import embed_documents, embed_segments
from hilbert.model.features import Features
from hilbert.model.fusion import Hilbert

MakeDocument = Callable[..., Features]
Rows = np.ndarray


def l2_normalize(x: Rows) -> Rows:
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def rows(n: int, d: int, seed: int) -> Rows:
    return l2_normalize(np.random.default_rng(seed).standard_normal((n, d)))


def made(audio: Rows, text: Rows, joint: Rows, each: int = 4) -> Space:
    """A space whose joint made of one modality is that modality."""
    n = len(audio)
    groups = np.arange(n) // each
    first = np.unique(groups, return_index=True)[1]
    return Space(
        audio=audio,
        text=text,
        joint=joint,
        joint_of_audio=audio,
        joint_of_text=text,
        joint_mean_audio=l2_normalize(text + audio.mean(0)),
        joint_mean_text=l2_normalize(audio + text.mean(0)),
        frozen_audio=audio,
        frozen_text=text,
        groups=groups,
        document_audio=audio[first],
        document_text=text[first],
        document_seconds=60.0 * np.arange(1, len(first) + 1),
    )


def said(space: Space, control: Space | None = None) -> str:
    numbers, after = measure(space), measure(space.centred())
    return "\n".join(
        map(str, read(numbers, after, measure(control) if control else None, space.audio.shape[1]))
    )


def numbers_of(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for part in value.values() for number in numbers_of(part)]
    return [n for part in value for n in numbers_of(part)] if isinstance(value, list) else [value]


def test_every_number_is_finite_and_the_same_again() -> None:
    space = made(rows(60, 16, 1), rows(60, 16, 2), rows(60, 16, 3))
    numbers = measure(space)
    assert numbers == measure(space)
    assert all(math.isfinite(value) for value in numbers_of(numbers))
    assert measure(space.centred()).keys() == numbers.keys()
    wanted = "centroid_gap relative_gap alignment uniformity separability effective_rank cka"
    wanted += " mutual_knn hubness occlusion recall spectrum cosines information"
    assert set(wanted.split()) <= numbers.keys()


@pytest.mark.parametrize("n", [2, 3, 5])
def test_a_handful_of_things_is_measured_too(n: int) -> None:
    space = made(rows(n, 8, 1), rows(n, 8, 2), rows(n, 8, 3), each=1)
    assert all(math.isfinite(value) for value in numbers_of(measure(space)))
    assert said(space)


@pytest.mark.slow
def test_a_forced_gap_is_reported_and_that_centring_closes_it() -> None:
    x = rows(200, 16, 1)
    noise = 0.15 * rows(200, 16, 2)
    away = np.eye(16)[0]
    space = made(
        l2_normalize(x + noise + away), l2_normalize(x - away), l2_normalize(2 * x + noise)
    )
    numbers, after = measure(space), measure(space.centred())
    assert numbers["separability"] > 0.95 and numbers["centroid_gap"] > 0.8
    assert after["separability"] < 0.65 and after["centroid_gap"] < 0.1
    assert numbers["own_modality_in_top_10"]["audio"] > 0.9
    reading = said(space)
    assert "Take care: There is a modality gap" in reading
    assert "Do not rank sound and text vectors in one list" in reading
    together = said(made(l2_normalize(x + noise), x, l2_normalize(2 * x + noise)))
    assert "Healthy: The modalities share one region" in together
    assert "Healthy: Both modalities show in one list" in together


@pytest.mark.slow
def test_the_trap_of_two_halves_is_seen() -> None:
    # Audio and text in orthogonal halves, the joint their sum: each is tied to the joint, and
    # neither finds the other.
    n, d = 256, 128
    audio = np.concatenate([rows(n, d, 1), np.zeros((n, d))], axis=1)
    text = np.concatenate([np.zeros((n, d)), rows(n, d, 2)], axis=1)
    space = made(audio, text, l2_normalize(audio + text))
    numbers = measure(space)
    assert numbers["cka"]["audio_joint"] == pytest.approx(0.7, abs=0.05)
    assert numbers["cka"]["text_joint"] == pytest.approx(0.7, abs=0.05)
    assert numbers["information"]["audio_joint"] > 0.99 * math.log(n)
    assert abs(numbers["information"]["balance"]) < 0.01
    assert numbers["recall"]["audio_to_text"]["recall_at_1"] == pytest.approx(1 / n)
    reading = said(space)
    assert "Not healthy: Sound and words are not aligned" in reading
    assert "holds them side by side" in reading


def test_a_joint_that_ignores_a_modality_is_told() -> None:
    x, y = rows(80, 16, 1), rows(80, 16, 2)
    deaf = replace(made(x, y, y), joint_mean_audio=y, joint_mean_text=rows(80, 16, 5))
    assert measure(deaf)["occlusion"]["audio"] == {"change": 0, "recall_at_1": 1}
    assert "nearly all words, and leaves out the sound" in said(deaf)


def test_a_collapse_is_told() -> None:
    flat = l2_normalize(np.ones((60, 64)) + 1e-3 * rows(60, 64, 1))
    assert "Not healthy: Vectors collapse" in said(made(flat, rows(60, 64, 2), rows(60, 64, 3)))


def test_what_lies_apart_by_document_length_is_counted() -> None:
    space = made(rows(120, 16, 1), rows(120, 16, 2), rows(120, 16, 3))
    whole = rows(30, 16, 4)
    wrong = np.concatenate([whole[:20], -whole[20:]])  # the ten longest
    by_length = measure(replace(space, document_audio=whole, document_text=wrong))[
        "recall_by_length"
    ]
    assert [by_length[name]["recall_at_1"] for name in ("short", "middle", "long")] == [1, 1, 0]
    assert by_length["middle"]["longest_minutes"] == 20
    assert [part["documents"] for part in by_length.values()] == [10, 10, 10]


def test_frozen_features_of_any_width_are_measured() -> None:
    numbers = measure_frozen(rows(40, 12, 1), rows(40, 7, 2), np.arange(40) // 4)
    assert numbers["effective_rank"]["text"] < 7.1
    assert "centroid_gap" not in numbers


def test_intervals_of_a_mean_are_those_of_students_t() -> None:
    space = made(*(rows(8, 4, seed) for seed in (1, 2, 3)), each=1)

    def mean(some: Space) -> dict[str, Any]:
        return {"x": float(some.audio[:, 0].mean()), "n": {"rows": 2.0}, "list": [1.0]}

    found = jackknife(space, mean(space), mean, parts=8)
    assert found.keys() == {"x", "n.rows"}
    values = space.audio[:, 0]
    wide = 2.364624 * values.std(ddof=1) / math.sqrt(8)
    assert found["x"] == pytest.approx((values.mean() - wide, values.mean() + wide))
    assert found["n.rows"] == pytest.approx((2, 2))
    assert jackknife(space.without(np.arange(6)), {}, mean) == {}


def test_leaving_documents_out_leaves_their_rows_out() -> None:
    space = made(rows(12, 4, 1), rows(12, 4, 2), rows(12, 4, 3))
    less = space.without(np.array([1]))
    assert less.groups.tolist() == [0] * 4 + [2] * 4
    assert len(less.joint_mean_text) == 8 and less.document_seconds.tolist() == [60, 180]
    assert all(math.isfinite(value) for value in numbers_of(measure(less)))


@pytest.fixture
def documents(document: MakeDocument) -> list[Features]:
    return [
        document(1),
        document(2, audio=False),
        document(3, segments=5),
        document(4, text=False),
    ]


def test_the_space_of_a_model_is_what_it_embeds(documents: list[Features], model: Hilbert) -> None:
    space = model_space(model, documents)
    assert space.audio.shape == (9, model.config.width)
    assert space.groups.tolist() == [0] * 4 + [1] * 5
    first = embed_segments(model, documents[0])
    np.testing.assert_allclose(space.joint[:4], first.joint, atol=1e-6)
    np.testing.assert_allclose(space.text[:4], first.text, atol=1e-6)
    whole = embed_documents(model, [documents[2].without_text()])
    np.testing.assert_allclose(space.document_audio[1], whole.audio[0], atol=1e-6)
    tokens = documents[0].audio_tokens[slice(*documents[0].audio_bounds[2])]
    mean = tokens.astype(np.float64).mean(0)
    np.testing.assert_allclose(space.frozen_audio[2], mean / np.linalg.norm(mean), atol=1e-6)
    with pytest.raises(ValueError, match="fewer than two segments"):
        model_space(model, documents[1:2])


def test_the_control_takes_halves_of_texts(documents: list[Features], model: Hilbert) -> None:
    space = control_space(model, documents)
    assert len(space.audio) == 4 + 4 + 5
    said_first = documents[0].sentences[0].astype(np.float64)
    np.testing.assert_allclose(space.frozen_audio[0], said_first, atol=1e-3)
    # Sentences of a segment say much the same here: halves find each other, without a gap.
    numbers = measure(space)
    assert numbers["recall"]["audio_to_text"]["recall_at_1"] > 0.5
    assert numbers["cosines"]["told_apart"] > 0.9
    assert numbers["centroid_gap"] < 0.3
    with pytest.raises(ValueError, match="two sentences"):
        control_space(model, [documents[3]])


def test_a_model_with_a_forced_gap_is_reported_as_such(
    document: MakeDocument, model: Hilbert
) -> None:
    documents = [document(seed, segments=6) for seed in range(8)]
    with torch.no_grad():
        model.adapter.out[0].bias += 2.0  # every sound is moved the same way
    space = model_space(model, documents)
    assert measure(space)["separability"] > 0.9
    assert "There is a modality gap" in said(space)


def test_a_constant_joint_is_told() -> None:
    x, y, same = rows(80, 16, 1), rows(80, 16, 2), np.tile(np.eye(16)[0], (80, 1))
    still = replace(made(x, y, same), joint_mean_audio=same, joint_mean_text=same)
    assert "Not healthy: The joint hardly changes" in said(still)


def test_of_few_segments_little_is_said() -> None:
    few = said(made(*(rows(4, 64, 1),) * 3, each=1))
    assert "Too few segments to judge by" in few and "Not healthy" not in few
    assert "hubs" not in few and "too few to tell whether that is chance" in few


def test_the_control_is_no_larger_than_wanted(documents: list[Features], model: Hilbert) -> None:
    assert len(control_space(model, documents, most=3).audio) == 4  # whole documents


def test_counts_have_no_interval() -> None:
    space = made(*(rows(40, 8, seed) for seed in (1, 2, 3)))
    found = jackknife(space, measure(space), measure)
    assert "recall.audio_to_text.recall_at_1" in found
    assert not [name for name in found if name.endswith(("candidates", "documents", "queries"))]
    assert all(0 <= low <= high <= 1 for name, (low, high) in found.items() if "recall_at" in name)
