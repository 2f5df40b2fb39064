"""Telling words of a segment stand in for typed queries, in what is learned from only."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.adapt.keyphrases import keyphrases
from indexer.adapt.train_fusion import with_learning_aids
from indexer.index.library_store import LibraryStore
from tests.recorder import Recorder


@pytest.mark.slow
def test_a_keyphrase_is_what_this_segment_says_and_others_do_not() -> None:
    texts = [
        "So today we talk about the tides and why the tides are late in the harbour",
        "So today we talk about violins and how a violin sings when the bow moves",
        "So today we talk about vaccines and what memory cells learn",
    ]
    first, second, third = keyphrases(texts)
    assert "tides" in first and "harbour" in first and "today" not in first
    assert second.startswith("violins")
    assert "memory" in third and len(third.split()) <= 4


def test_only_what_is_learned_from_gets_keyphrases_times_and_crops(
    small_library: LibraryStore,
) -> None:
    documents = small_library.catalog.documents()
    features = {d.id: small_library.features.read(d.features) for d in documents}
    learn = sorted(features)[:3]
    progress = Recorder()
    more = with_learning_aids(small_library, features, learn, progress)
    assert [done for _, _, done in progress.stages] == [[1, 2, 3]]
    for key, before in features.items():
        after, added = more[key], len(more[key].sentences) - len(before.sentences)
        assert np.array_equal(after.sentences[: len(before.sentences)], before.sentences)
        if key not in learn:
            assert after is before
            continue
        spoken = after.sentence_bounds[: len(before.sentences)]
        assert (spoken[:, 1] > spoken[:, 0]).mean() > 0.9
        segment = before.audio_bounds[before.sentence_segments]
        assert (spoken[:, 0] >= segment[:, 0]).all() and (spoken[:, 1] <= segment[:, 1]).all()
        if after.crops is not None:
            # The words of a crop are about its own segment more than about most others.
            cosines = after.crops.text @ before.text.T
            assert (cosines.argmax(1) == after.crops.segments).mean() > 0.8
        assert 0 < added <= before.n_segments
        own = after.sentence_segments[-added:]
        assert sorted(set(own.tolist())) == own.tolist()
        # A keyphrase is about its own segment more than about most others.
        cosines = after.sentences[-added:].astype(np.float32) @ before.text.T
        assert (cosines.argmax(1) == own).mean() > 0.5


def test_segments_without_telling_words_have_no_keyphrase() -> None:
    assert keyphrases([]) == []
    assert keyphrases(["", "the and of", "42"]) == ["", "", ""]
    assert keyphrases(["", "Flut und Ebbe"], language="de") == ["", "flut und ebbe"]
