"""Sentences find their tokens by the times of cues; crops of segments are runs of sentences."""

import numpy as np

from hilbert.model.features import Features
from indexer.adapt.sentence_alignment import cut_crops, with_sentence_bounds
from indexer.base.types import Cue, Segment


def _features(sentences: int, bounds: list[tuple[int, int]]) -> Features:
    return Features(
        audio_tokens=np.zeros((bounds[-1][1], 4), np.float16),
        audio_bounds=np.array(bounds),
        text=np.zeros((len(bounds), 3), np.float32),
        sentences=np.zeros((sentences, 3), np.float16),
        sentence_segments=np.zeros(sentences, np.int64),
        times=np.zeros((len(bounds), 2), np.float32),
    )


def _segment(cues: list[Cue], first: int, last: int) -> Segment:
    chosen = cues[first:last]
    text = " ".join(cue.text for cue in chosen)
    assert chosen[0].start is not None and chosen[-1].end is not None
    return Segment(chosen[0].start, chosen[-1].end, text, first, last)


def test_a_sentence_that_is_a_cue_gets_the_tokens_of_its_time() -> None:
    cues = [Cue("One two.", 0.0, 2.0), Cue("Three four five.", 4.0, 10.0), Cue("Six.", 12.0, 14.0)]
    segments = [_segment(cues, 0, 2), _segment(cues, 2, 3)]
    features = with_sentence_bounds(_features(3, [(0, 20), (24, 28)]), segments, cues)
    assert features.sentence_bounds.tolist() == [[0, 4], [8, 20], [24, 28]]


def test_sentences_within_a_cue_share_its_time_by_their_letters() -> None:
    cues = [Cue("Aaaa bbbb. Cc dd ee ffff gg hh.", 10.0, 20.0)]  # 9 and 15 letters and dots
    features = with_sentence_bounds(_features(2, [(100, 120)]), [_segment(cues, 0, 1)], cues)
    (low, first_end), (second_start, high) = features.sentence_bounds.tolist()
    assert (low, high) == (100, 120)
    assert (first_end, second_start) == (107, 108)  # 9 / 24 of 20 tokens, and half a letter


def test_a_sentence_over_two_cues_lasts_from_one_to_the_other() -> None:
    cues = [Cue("It began", 0.0, 2.0), Cue("and ended. Then", 5.0, 8.0), Cue("no more.", 8.0, 9.0)]
    features = with_sentence_bounds(_features(2, [(0, 18)]), [_segment(cues, 0, 3)], cues)
    (a, b), (c, d) = features.sentence_bounds.tolist()
    assert a == 0 and d == 18
    assert 10 < b <= c < 16


def test_nothing_is_told_where_no_time_is_known() -> None:
    cues = [Cue("One two.", None, None)]
    segments = [Segment(0.0, 4.0, "One two.", 0, 1, timed=False)]
    features = with_sentence_bounds(_features(1, [(0, 8)]), segments, cues)
    assert features.sentence_bounds.tolist() == [[0, 0]]


def test_features_split_into_other_sentences_stay_as_they_are() -> None:
    cues = [Cue("One two. Three.", 0.0, 4.0)]
    features = _features(1, [(0, 8)])
    assert with_sentence_bounds(features, [_segment(cues, 0, 1)], cues) is features


def test_crops_are_different_runs_of_sentences_with_their_tokens() -> None:
    texts = ["Apples are red.", "Pears are green.", "Plums are blue.", "Figs are brown."]
    cues = [Cue(text, 5.0 * i, 5.0 * i + 5.0) for i, text in enumerate(texts)]
    segments = [_segment(cues, 0, 4)]
    features = with_sentence_bounds(_features(4, [(0, 40)]), segments, cues)
    crops = cut_crops(features, segments, most=10)
    runs = {
        (first, last): " ".join(texts[first:last])
        for first in range(4)
        for last in range(first + 2, 5)
        if last - first < 4
    }
    assert {crop.bounds: crop.text for crop in crops} == {
        (10 * first, 10 * last): text for (first, last), text in runs.items()
    }
    assert cut_crops(features, segments, most=2) == cut_crops(features, segments, most=2)
    assert len(cut_crops(features, segments, most=2)) == 2


def test_a_segment_of_one_or_two_sentences_has_no_crops() -> None:
    cues = [Cue("Apples are red.", 0.0, 5.0), Cue("Pears are green.", 5.0, 10.0)]
    segments = [_segment(cues, 0, 2)]
    features = with_sentence_bounds(_features(2, [(0, 20)]), segments, cues)
    assert cut_crops(features, segments) == []
    assert cut_crops(_features(2, [(0, 20)]), segments) == []  # of nothing is known when
