"""Two documents compared: the pairs of moments that are most alike, by words and by sound."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.index.library_store import LibraryStore
from indexer.search.alike_pairs import alike_pairs


def test_pairs_are_the_most_alike_of_all_each_moment_once(small_library: LibraryStore) -> None:
    snapshot = small_library.snapshot()
    first, second = sorted(d.id for d in small_library.catalog.documents())[:2]
    pairs = alike_pairs(snapshot, first, second)
    of = [snapshot.lexical.segments_of(each) for each in (first, second)]
    assert len(pairs) == min(6, *map(len, of))
    assert [pair.score for pair in pairs] == sorted((p.score for p in pairs), reverse=True)
    for side, moments in enumerate(zip(*((p.first, p.second) for p in pairs), strict=True)):
        assert {m.document for m in moments} == {(first, second)[side]}
        assert len({m.id for m in moments}) == len(moments)
    assert all(set(pair.shares) == {"words", "sound"} for pair in pairs)
    # The best of them by words and sound, found one by one.
    index = {m: snapshot.index("segments", m) for m in ("text", "audio")}
    best = max(
        sum(
            weight * (cosine(index[m], a.id, b.id) - base.mean) / (6 * base.std)
            for m, weight in (("text", 0.40), ("audio", 0.15))
            if (base := snapshot.background[m, m])
        )
        / 0.55
        for a in of[0]
        for b in of[1]
    )
    assert pairs[0].score == pytest.approx(best, abs=1e-4)
    same = alike_pairs(snapshot, second, first)
    assert [(p.second.id, p.first.id) for p in same] == [(p.first.id, p.second.id) for p in pairs]


def cosine(index: object, first: int, second: int) -> float:
    a, b = index.vectors([first, second]).astype(np.float64)  # type: ignore[attr-defined]
    return float(a @ b)


def test_a_moment_is_most_like_itself(small_library: LibraryStore) -> None:
    document = small_library.catalog.documents()[0].id
    pairs = alike_pairs(small_library.snapshot(), document, document, most=3)
    assert all(pair.first.id == pair.second.id and pair.score > 0.5 for pair in pairs)
