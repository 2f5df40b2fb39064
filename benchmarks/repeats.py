"""Are adverts, intros and outros found that recur in several episodes, and nothing else?

    HILBERT_DATA=... python -m benchmarks.repeats [--seeds 5] [--read 30]

Ten episodes of real transcripts (`changelog-text`) get made adverts, an intro and an outro
(`benchmarks/common/made_adverts.py`), each in one of several wordings written by hand; by rule,
words are left out or doubled, numbers are changed and sentences change places. They are cut into
segments as indexing does, and their repeats are looked for. A segment is of a made passage where
more than half of its words are.

Prints how many segments of made passages are marked; how many of the others are, which is wrong
unless the real episodes repeat themselves, so they are shown; how many segments are taken for the
same as one of another passage; and how many entries of a list the segments of one made passage
become. Then the same of all real transcripts, `--read` of the marked segments printed to be read.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.common.exit_status import exit_status
from benchmarks.common.made_adverts import INTRO, OUTRO, PASSAGES
from indexer.base.types import Cue, SegmentSettings
from indexer.index.repeat_search import repeated_segments
from indexer.index.repeat_words import number_words
from indexer.index.repeats import Repeats
from indexer.ingest.segment import cut_segments, split_cues
from indexer.transcripts.reader import read_transcript
from tools.speech_corpus.errors import SpeechError

# Not the shows whose episodes the settings were chosen with.
SHOWS = ("podcast", "practicalai", "founderstalk", "shipit")
EPISODES = 10
# Shares of words that are left out or said twice.
CHANGED = (0.0, 0.05, 0.1)
# How many of the episodes have a passage.
_SHARE = 0.7
_SENTENCE = re.compile(r"(?<=[.?!:]) +")


@dataclass(frozen=True)
class CutSegment:
    """A segment of an episode.

    Attributes:
        episode: Its name.
        text: Its words.
        passage: The made passage that more than half of its words are of.
        passages: All made passages that some of its words are of.
    """

    episode: str
    text: str
    passage: str | None = None
    passages: tuple[str, ...] = ()


def main() -> None:
    """Print the tables, and what is to be read."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5, help="so many sets of ten episodes")
    parser.add_argument("--read", type=int, default=30, help="how many real ones are printed")
    options = parser.parse_args()
    sys.exit(exit_status(lambda: _measure(options.seeds, options.read)))


def _measure(seeds: int, read: int) -> None:
    data = Path(os.environ.get("HILBERT_DATA", ""))
    paths = [p for show in SHOWS for p in sorted((data / "changelog-text" / show).glob("*.md"))]
    if not paths:
        raise SpeechError("set HILBERT_DATA to the folder that holds changelog-text")
    print("| words changed | segments found | others marked | wrong pairs | entries in a list |")
    print("| --- | --- | --- | --- | --- |")
    marked_others: list[CutSegment] = []
    for changed in CHANGED:
        total = Counter[str]()
        for seed in range(seeds):
            rng = random.Random(seed)
            chosen = rng.sample(paths, EPISODES)
            segments = [s for path in chosen for s in make_episode(path, rng, changed)]
            counts, wrong = judge(segments, find(segments))
            total.update(counts)
            marked_others += wrong
        print(_line(changed, total, seeds))
    print("\nmarked without a made word:")
    for segment in dict.fromkeys(marked_others):
        print(f"- {segment.episode}: {segment.text}")
    for name, found in (
        ("changelog-text", sorted((data / "changelog-text").glob("*/*.md"))),
        ("changelog-speech", sorted((data / "changelog-speech").glob("*.vtt"))),
    ):
        _print_real(name, found, read)


def make_episode(path: Path, rng: random.Random, changed: float) -> list[CutSegment]:
    """Put made passages into a real transcript and cut it into segments."""
    cues = _cues(path)
    chosen = [name for name in PASSAGES if rng.random() < _SHARE]
    places = {name: rng.randrange(5, max(6, len(cues) - 5)) for name in chosen}
    places.update({name: at for name, at in ((INTRO, 0), (OUTRO, len(cues))) if name in places})
    made: list[tuple[Cue, str | None]] = [(cue, None) for cue in cues]
    for name, at in sorted(places.items(), key=lambda place: -place[1]):
        text = rng.choice(PASSAGES[name])
        made[at:at] = [(Cue(s, None, None), name) for s in reworded(text, rng, changed)]
    return cut(path.stem, made)


@cache
def _cues(path: Path) -> tuple[Cue, ...]:
    return read_transcript(path).cues


def reworded(text: str, rng: random.Random, changed: float) -> list[str]:
    """Return the sentences of a text, changed by rule."""
    sentences = []
    for sentence in _SENTENCE.split(text):
        words: list[str] = []
        for word in sentence.split():
            chance = rng.random()
            words += [] if chance < changed / 2 else [word] * (2 if chance < changed else 1)
        sentence = " ".join(words)
        sentences.append(re.sub(r"\d+", lambda _: str(rng.randint(5, 95)), sentence))
    if changed and len(sentences) > 3:
        at = rng.randrange(len(sentences) - 1)
        sentences[at : at + 2] = sentences[at + 1], sentences[at]
    return [sentence for sentence in sentences if sentence]


def cut(episode: str, cues: Sequence[tuple[Cue, str | None]]) -> list[CutSegment]:
    """Cut cues, with the passages they are of, into segments as indexing does."""
    settings = SegmentSettings()
    clock, pieces, names = 0.0, [], []
    for cue, name in cues:
        cue = replace(cue, start=clock, end=clock + max(0.4, len(cue.text.split()) / 2.5))
        clock = cue.end or clock
        for piece in split_cues([cue], settings):
            pieces.append(piece)
            names.append(name)
    segments = []
    for segment in cut_segments(pieces, settings):
        of = Counter[str | None]()
        for number in range(segment.first_cue, segment.last_cue):
            of[names[number]] += len(pieces[number].text.split())
        name, count = of.most_common(1)[0]
        passage = name if count > sum(of.values()) / 2 else None
        held = tuple(held for held in PASSAGES if of[held])
        segments.append(CutSegment(episode, segment.text, passage, held))
    return segments


def find(segments: Sequence[CutSegment]) -> Repeats:
    """Look for the repeats among segments, whose ids are their rows."""
    rows = {name: row for row, name in enumerate(dict.fromkeys(s.episode for s in segments))}
    words, of_segment = number_words((s.text, "en") for s in segments)
    owners = np.array([rows[s.episode] for s in segments], np.int64)
    return Repeats(repeated_segments(words, of_segment, owners, range(len(segments))))


def judge(
    segments: Sequence[CutSegment], repeats: Repeats
) -> tuple[Mapping[str, int], list[CutSegment]]:
    """Count what is right and wrong; return what is marked without a made word, too."""
    counts = Counter[str]()
    wrong = []
    folded: set[int] = set()
    for row, segment in enumerate(segments):
        marked = repeats.is_marked(row)
        if segment.passage:
            counts["made"] += 1
            counts["found"] += marked
        elif not segment.passages:
            counts["others"] += 1
            counts["false"] += marked
            wrong += [segment] if marked else []
        if not segment.passage:
            continue
        same = repeats.elsewhere([row])
        counts["pairs"] += len(same)
        counts["wrong pairs"] += sum(segment.passage not in segments[o].passages for o in same)
        if row not in folded:
            counts["entries"] += 1
            folded.update(same)
    return counts, wrong


def _line(changed: float, total: Mapping[str, int], seeds: int) -> str:
    return (
        f"| {changed:.0%} | {total['found']} of {total['made']} "
        f"({total['found'] / total['made']:.0%}) | {total['false']} of {total['others']} | "
        f"{total['wrong pairs']} of {total['pairs']} | {total['entries'] / seeds:.1f} instead of "
        f"{total['made'] / seeds:.1f} |"
    )


def _print_real(name: str, paths: Iterable[Path], read: int) -> None:
    segments = [
        segment
        for path in paths
        for segment in cut(path.stem, [(cue, None) for cue in _cues(path)])
    ]
    started = time.process_time()
    repeats = find(segments)
    seconds = time.process_time() - started
    marked = repeats.marked.tolist()
    print(
        f"\n{name}: {len(marked)} of {len(segments)} segments marked, {seconds:.1f} s of one core"
    )
    for row in sorted(random.Random(0).sample(marked, min(read, len(marked)))):
        print(f"- {segments[row].episode}: {segments[row].text}")


if __name__ == "__main__":
    main()
