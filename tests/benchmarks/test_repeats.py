"""The benchmark of repeats: adverts put into real episodes are known by their words."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks.common.made_adverts import PASSAGES
from benchmarks.repeats import find, judge, make_episode, reworded


def write_talks(folder: Path, n: int) -> list[Path]:
    paths = []
    for number in range(n):
        sentences = (
            f"Here {number} the guest says thing {place} of {chr(97 + number) * 3}{place}."
            for place in range(60)
        )
        path = folder / f"talk{number}.txt"
        path.write_text("\n\n".join(sentences), encoding="utf-8")
        paths.append(path)
    return paths


def test_made_passages_are_found_in_episodes(tmp_path: Path) -> None:
    rng = random.Random(3)
    paths = write_talks(tmp_path, 8)
    segments = [s for path in paths for s in make_episode(path, rng, 0.05)]
    counts, wrong = judge(segments, find(segments))
    assert counts["made"] > 20 and counts["found"] > 0.8 * counts["made"]
    assert counts["others"] > 40 and counts["false"] == len(wrong)
    assert counts["entries"] < counts["made"] / 2


def test_rules_change_a_wording_and_keep_most_of_it() -> None:
    rng = random.Random(0)
    text = PASSAGES["shoes"][0]
    assert " ".join(reworded(text, rng, 0.0)).startswith("Today's sponsor is Larkfoot. Larkfoot")
    changed = " ".join(reworded(text, rng, 0.1))
    assert changed != text and len({*changed.split()} & {*text.split()}) > 50
