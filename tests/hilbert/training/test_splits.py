"""The held-out documents, their score, and the honest four directions."""

from dataclasses import replace

import numpy as np
import pytest

from hilbert.model.checkpoint import new_model
from hilbert.model.config import HilbertConfig
from hilbert.model.embed import embed_documents, embed_segments, embed_text
from hilbert.model.features import Features
from hilbert.training.comparison import compare
from hilbert.training.crossmodal_retrieval import four_directions
from hilbert.training.splits import (
    HeldOutScores,
    TrainingHistory,
    held_out_ids,
    held_out_scores,
    score_difference,
    split_documents,
)

pytestmark = pytest.mark.slow  # hundreds of bootstraps and small models


@pytest.fixture
def documents(document) -> list[Features]:
    return [document(seed, segments=2 + seed % 4) for seed in range(9)]


# Which documents ---------------------------------------------------------------------------


IDS = [f"d{i}" for i in range(300)]


def test_documents_that_come_never_bring_a_learned_one_to_judge() -> None:
    """Sides may only change from judging to validating to learning."""
    rank = {"judge": 0, "validation": 1, "learn": 2}
    sides: dict[str, int] = {}
    for count in range(18, 300):
        judges, validating = held_out_ids(IDS[:count], 0.2)
        assert not set(judges) & set(validating)
        for key in IDS[:count]:
            side = "judge" if key in judges else "validation" if key in validating else "learn"
            assert rank[side] >= sides.get(key, 0), (key, count)
            sides[key] = rank[side]


@pytest.mark.parametrize(
    ("documents", "judges", "validating"), [(7, 2, 1), (12, 4, 2), (20, 6, 3), (40, 6, 3)]
)
def test_a_small_library_holds_out_enough_to_judge_by(
    documents: int, judges: int, validating: int
) -> None:
    judging, choosing = held_out_ids(IDS[:documents], 0.01)
    assert (len(judging), len(choosing)) == (judges, validating)


def test_a_large_library_holds_out_its_share() -> None:
    judging, choosing = held_out_ids(IDS, 0.3)
    assert len(judging) == pytest.approx(60, abs=18)
    assert len(choosing) == pytest.approx(30, abs=14)


def test_what_a_model_learned_from_does_not_judge_its_successors(document) -> None:
    documents = {key: document(1) for key in IDS[:60]}
    first = split_documents(documents, 0.1)
    seen = TrainingHistory(frozenset(first.train), frozenset(first.validation))
    wider = split_documents(documents, 0.5, seen)
    assert set(wider.test) <= set(first.test)
    assert not set(wider.validation) & set(first.train)
    assert sorted([*wider.train, *wider.validation, *wider.test]) == sorted(documents)
    with pytest.raises(ValueError, match="0 to judge them by"):
        split_documents(documents, 0.1, TrainingHistory(frozenset(documents)))


def test_too_large_a_share_is_refused(document) -> None:
    with pytest.raises(ValueError, match="change held_out_share"):
        split_documents({f"d{i}": document(1) for i in range(8)}, 0.9)


# Their score -------------------------------------------------------------------------------


def test_scores_are_those_of_plain_loops(model, documents: list[Features]) -> None:
    scores = held_out_scores(model, documents)
    joint = embed_documents(model, documents).joint
    found, owners = [], []
    for row, features in enumerate(documents):
        count = len(features.sentences)
        for pick in sorted({int(p) for p in np.linspace(0, count - 1, 8)}):
            asked = embed_text(model, features.sentences[pick : pick + 1]).joint[0]
            cosines = joint @ asked
            rank = 1 + int((cosines > cosines[row]).sum())
            found.append(1 / rank if rank <= 10 else 0.0)
            owners.append(row)
    np.testing.assert_allclose(scores.query_mrr, found)
    assert scores.query_document.tolist() == owners
    parts = [embed_segments(model, features) for features in documents]
    audio, text = (np.concatenate([getattr(p, name) for p in parts]) for name in ("audio", "text"))
    first = [float((audio[i] @ text.T).argmax() == i) for i in range(len(audio))]
    np.testing.assert_allclose(scores.audio_recall, first)
    assert scores.score == pytest.approx((np.mean(found) + np.mean(first)) / 2)


def test_what_cannot_be_measured_is_left_out_of_the_score(model, document) -> None:
    silent = held_out_scores(model, [document(i, audio=False) for i in range(4)])
    assert set(silent.as_dict()) == {"query_mrr", "score"}
    assert silent.score == silent.query_mrr.mean()
    mute = held_out_scores(model, [document(i, text=False) for i in range(4)])
    assert mute.as_dict() == {"score": 0.0}
    assert score_difference(mute, mute) == (-1.0, 1.0)
    assert not compare(model, model, [document(i, text=False) for i in range(9)]).enough


def _scores(query: list[float], audio: list[float]) -> HeldOutScores:
    owners = np.arange(len(query))
    return HeldOutScores(np.array(query), owners, np.array(audio), owners)


def test_the_interval_is_of_paired_differences_of_whole_documents() -> None:
    rng = np.random.default_rng(0)
    hard = rng.random(40)
    before = _scores(list(hard), [0.0] * 40)
    # Each document a little better: far less than documents differ among each other.
    after = _scores(list(hard + 0.02), [0.0] * 40)
    low, high = score_difference(before, after)
    assert low == pytest.approx(0.01)
    assert high == pytest.approx(0.01)
    noisy = _scores(list(hard + rng.normal(0, 0.3, 40)), [0.0] * 40)
    low, high = score_difference(before, noisy)
    assert low < 0 < high


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(200):
        gain = rng.normal(0.1, 0.5, 60)
        before, after = _scores([0.0] * 60, [0.0] * 60), _scores(list(gain), list(gain))
        low, high = score_difference(before, after, samples=1000)
        inside += low <= 0.1 <= high
    assert 178 <= inside <= 199


def test_many_queries_of_one_document_do_not_count_as_many_documents() -> None:
    owners = np.repeat([0, 1], 50)
    gain = np.where(owners == 0, 1.0, -0.5)
    zeros, none = np.zeros(100), np.zeros(0)
    before = HeldOutScores(zeros, owners, none, none.astype(np.int64))
    after = replace(before, query_mrr=gain)
    low, high = score_difference(before, after)
    assert low == pytest.approx(-0.5)
    assert high == pytest.approx(1.0)


@pytest.mark.parametrize("judges", [4, 6, 8, 12, 30])
def test_a_model_that_is_no_better_is_seldom_taken_for_better(judges: int) -> None:
    """Nominally 2.5 %; the plain percentile interval errs far more often for few judges."""
    rng, wrong, tries = np.random.default_rng(judges), 0, 400
    for _ in range(tries):
        gain = rng.normal(0, 0.3, judges)
        before = _scores([0.0] * judges, [0.0] * judges)
        low, _ = score_difference(before, _scores(list(gain), list(gain)), samples=4000)
        wrong += low > 0
    assert wrong / tries <= 0.05


def test_few_judges_never_find_a_model_better(model, document) -> None:
    few = compare(new_model(model.config, seed=8), model, [document(i) for i in range(5)])
    assert not few.enough
    assert not few.better
    assert not replace(few, interval=(0.1, 0.2)).better
    assert replace(few, interval=(0.1, 0.2), documents=6).better


# The four directions -----------------------------------------------------------------------


def test_directions_are_those_of_plain_loops(model, documents: list[Features]) -> None:
    found = {(d.level, d.query, d.target): d for d in four_directions(model, documents)}
    assert len(found) == 8
    sound = [embed_segments(model, features.without_text()) for features in documents]
    words = [embed_segments(model, features.without_audio()) for features in documents]
    rows = {
        name: np.concatenate([getattr(part, vector) for part in parts])
        for name, parts, vector in (
            ("audio", sound, "audio"),
            ("text", words, "text"),
            ("joint of text", words, "joint"),
            ("joint of audio", sound, "joint"),
        )
    }
    for query, target, wanted in (
        ("audio", "text", "text"),
        ("text", "audio", "audio"),
        ("audio", "joint", "joint of text"),
        ("text", "joint", "joint of audio"),
    ):
        scores = rows[query] @ rows[wanted].T
        ranks = (scores > np.diag(scores)[:, None]).sum(1) + 1
        direction = found["segment", query, target]
        assert direction.candidates == len(scores) == sum(d.n_segments for d in documents)
        assert direction.recall_at_1 == pytest.approx((ranks == 1).mean())
        assert direction.mrr_at_10 == pytest.approx(np.where(ranks <= 10, 1 / ranks, 0).mean())


def test_a_segment_never_finds_its_joint_by_hearing_itself_in_it(tiny: HilbertConfig) -> None:
    """Audio and text that know nothing of each other read as chance in every direction."""
    rng = np.random.default_rng(3)
    documents = [_unrelated(rng, segments=8) for _ in range(12)]
    form = {"text_anchor": False, "joint_form": "pooled", "gate": False}
    for config in (tiny, replace(tiny, **form), replace(tiny, fusion_mode="X", **form)):
        model = new_model(config, seed=1)
        for direction in four_directions(model, documents):
            if direction.level == "segment":
                assert direction.recall_at_1 < 0.08, (config.fusion_mode, direction)


def _unrelated(rng: np.random.Generator, segments: int) -> Features:
    text = rng.standard_normal((segments, 16)).astype(np.float32)
    ends = 6 * np.arange(1, segments + 1)
    return Features(
        audio_tokens=rng.standard_normal((6 * segments, 24)).astype(np.float16),
        audio_bounds=np.stack([ends - 6, ends], axis=1),
        text=text / np.linalg.norm(text, axis=1, keepdims=True),
        sentences=np.zeros((0, 16), np.float16),
        sentence_segments=np.zeros(0, np.int64),
        times=np.stack([ends - 6, ends], axis=1).astype(np.float32),
    )


def test_directions_need_two_candidates_with_both_modalities(model, document) -> None:
    assert four_directions(model, []) == []
    assert four_directions(model, [document(1, audio=False), document(2, text=False)]) == []
    only_segments = four_directions(model, [document(1), document(2, audio=False)])
    assert {direction.level for direction in only_segments} == {"segment"}


# Comparing ---------------------------------------------------------------------------------


def test_a_model_is_not_better_than_itself(model, documents: list[Features]) -> None:
    comparison = compare(model, model, documents)
    assert comparison.interval == (0.0, 0.0)
    assert not comparison.better
    assert comparison.to_json()["difference"] == 0.0


# Features ----------------------------------------------------------------------------------


def test_selected_segments_are_a_document_of_their_own(model, document) -> None:
    features = document(1, segments=5)
    part = features.select([3, 1])
    whole, rows = embed_segments(model, features), embed_segments(model, part)
    np.testing.assert_allclose(rows.audio, whole.audio[[3, 1]], atol=1e-5)
    np.testing.assert_allclose(rows.text, whole.text[[3, 1]], atol=1e-6)
    assert part.times.tolist() == features.times[[3, 1]].tolist()
    owners = [(s == features.sentences).all(1).nonzero()[0][0] // 2 for s in part.sentences]
    assert [[3, 1][s] for s in part.sentence_segments] == owners
    assert sorted(part.sentence_segments.tolist()) == [0, 0, 1, 1]


def test_a_document_without_a_modality_keeps_its_segments(document) -> None:
    features = document(1, segments=3)
    silent, mute = features.without_audio(), features.without_text()
    assert (silent.n_segments, silent.has_audio, silent.has_text) == (3, False, True)
    assert (mute.n_segments, mute.has_audio, mute.has_text) == (3, True, False)
    assert not mute.select([0, 2]).has_text
