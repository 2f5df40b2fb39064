"""Plan of a commit: which shards stay, what is written anew, and which shards are merged.

Shards are merged by size, as in P. O'Neil and others, The log-structured merge-tree, Acta
Informatica 1996: where a commit would make the fourth shard of a size, the four become one of the
next size. So a document is written again a few times in its life, and there are few shards.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from indexer.index.manifest import ShardEntry
from indexer.index.shard import Shard

# Shards up to so many segments are of one size; each size has up to `_GROWTH` times as many.
_SMALLEST = 256
_GROWTH = 4
# Of one size, so many are merged.
_MOST_OF_ONE_SIZE = 4
# A merge that is larger is left to `hilbert rebuild`, so that no commit takes long.
MOST_MERGED = 1 << 16
# A shard most of whose segments are of removed documents is written anew.
_LEAST_LIVE = 0.5


@dataclass(frozen=True)
class ShardPlan:
    """What a commit does.

    Attributes:
        kept: Entries of the shards that stay, with what is removed from them.
        written: Ids of the documents that are written into new shards.
    """

    kept: tuple[ShardEntry, ...]
    written: frozenset[str]


def plan_shards(
    shards: Sequence[Shard],
    revisions: Mapping[str, str],
    segments: Mapping[str, int],
    purged: Collection[str] = (),
) -> ShardPlan:
    """Plan a commit.

    Args:
        shards: That may stay.
        revisions: Of the documents that the snapshot shall have.
        segments: How many segments each of these has.
        purged: Ids of documents of which nothing may stay in a shard.
    """
    current = {
        shard.entry.name: {
            id_ for id_, d in shard.documents.items() if revisions.get(id_) == d.revision
        }
        for shard in shards
    }
    kept = [shard for shard in shards if _stays(shard, current[shard.entry.name], purged)]
    covered = {id_ for shard in kept for id_ in current[shard.entry.name]}
    written = set(revisions) - covered
    if written:
        sizes = {s.entry.name: sum(segments[i] for i in current[s.entry.name]) for s in kept}
        for name in merged_names(sizes, sum(segments[id_] for id_ in written)):
            written |= current[name]
            kept = [shard for shard in kept if shard.entry.name != name]
    entries = []
    for shard in kept:
        removed = sorted(shard.written.keys() - current[shard.entry.name])
        entries.append(replace(shard.entry, removed=tuple(removed)))
    return ShardPlan(tuple(entries), frozenset(written))


def _stays(shard: Shard, current: Collection[str], purged: Collection[str]) -> bool:
    """Return whether a shard stays as it is, but for removed documents."""
    if not current or any(id_ in purged for id_ in shard.written):
        return False
    live = sum(shard.written[id_].segments for id_ in current)
    whole = sum(document.segments for document in shard.written.values())
    return live > MOST_MERGED or live >= _LEAST_LIVE * whole


def merged_names(sizes: Mapping[str, int], new: int) -> list[str]:
    """Choose the shards to merge with a new one.

    Args:
        sizes: Name to the number of segments.
        new: Segments of the new one.
    """
    chosen: list[str] = []
    total = new
    while True:
        size = _size_class(total)
        fitting = [n for n, s in sizes.items() if _size_class(s) <= size and n not in chosen]
        if len(fitting) + 1 < _MOST_OF_ONE_SIZE:
            return chosen
        grown = total + sum(sizes[name] for name in fitting)
        if grown > max(MOST_MERGED, _GROWTH * new):
            return chosen
        chosen += fitting
        total = grown


def _size_class(segments: int) -> int:
    size = 0
    while segments > _SMALLEST:
        segments //= _GROWTH
        size += 1
    return size
