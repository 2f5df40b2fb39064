"""Writes the repeats of a snapshot: a part with what new documents add, or one of everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hilbert.files import PARTIAL_SUFFIX, sync_folder
from indexer.index.manifest import SHARDS_FOLDER, ShardEntry, digests_of
from indexer.index.merged_records import MergedRecords
from indexer.index.records import IndexedSegment, SegmentText
from indexer.index.repeat_arrays import REPEATS_FILE, RepeatArrays, join_repeats
from indexer.index.repeat_finder import seed_keys
from indexer.index.repeat_growth import KnownRepeats, additions
from indexer.index.repeat_parts import RepeatPart, document_keys
from indexer.index.repeat_search import find_among
from indexer.index.repeat_words import number_words
from indexer.index.shard_plan import merged_names

# Of the documents that were added last, so many segments are compared with new ones.
_MOST_RECENT = 4096
# A part most of whose segments are of removed documents is written anew.
_LEAST_LIVE = 0.5


@dataclass(frozen=True)
class Growth:
    """How a snapshot differs from the one before.

    Attributes:
        parts: Of the one before.
        new: Ids of the documents that are new, or others than they were.
        gone: Ids of those that it had and that are not in it any more, or others than they were.
        recent: Ids of documents that new ones are compared with, the last added first.
    """

    parts: Sequence[RepeatPart]
    new: frozenset[str]
    gone: frozenset[str]
    recent: Sequence[str]


def write_repeats(
    library: Path, name: str, records: MergedRecords, growth: Growth | None = None
) -> tuple[ShardEntry, ...]:
    """Find the repeats of a snapshot that is being written; on return they are on disk.

    Args:
        library: Its folder.
        name: Of the folder of a new part, which is not there.
        records: Documents and segments of the snapshot.
        growth: What has changed; None to compare everything with everything.

    Returns:
        The parts of the snapshot.
    """
    if growth is None:
        return _write(library / SHARDS_FOLDER, name, find_among(records.texts()))
    read = [part.read(seeds=True) for part in growth.parts]
    parts = [
        part.without(arrays, growth.gone) for part, arrays in zip(growth.parts, read, strict=True)
    ]
    live = [part.live(arrays) for part, arrays in zip(parts, read, strict=True)]
    known = KnownRepeats(live)
    added = additions(known, _found(known, records, growth), document_keys(growth.new))
    sizes = {part.entry.name: len(arrays) for part, arrays in zip(parts, live, strict=True)}
    merged = set(merged_names(sizes, len(added))) if len(added) else set()
    for part, before in zip(parts, read, strict=True):
        if sizes[part.entry.name] < _LEAST_LIVE * len(before):
            merged.add(part.entry.name)
    kept = tuple(part.entry for part in parts if part.entry.name not in merged)
    taken = [a for part, a in zip(parts, live, strict=True) if part.entry.name in merged]
    return kept + _write(library / SHARDS_FOLDER, name, join_repeats([*taken, added]))


def _found(known: KnownRepeats, records: MergedRecords, growth: Growth) -> RepeatArrays:
    """Find the repeats among new documents and what they may repeat."""
    languages = {document.id: document.language for document in records.documents()}
    new = [segment for id_ in sorted(growth.new) for segment in records.segments_of(id_)]
    compared = {segment.id: segment for segment in new}
    if new:
        words, _ = number_words((s.text, languages[s.document]) for s in new)
        compared |= _by_id(records.segments(known.sharing(seed_keys(words)).tolist()))
        most = len(compared) + _MOST_RECENT
        for id_ in growth.recent:
            if len(compared) > most:
                break
            compared |= _by_id(records.segments_of(id_))
    ordered = sorted(compared.values(), key=lambda segment: (segment.document, segment.ordinal))
    return find_among(SegmentText(s.id, s.document, s.text, languages[s.document]) for s in ordered)


def _by_id(segments: Sequence[IndexedSegment]) -> dict[int, IndexedSegment]:
    return {segment.id: segment for segment in segments}


def _write(shards: Path, name: str, arrays: RepeatArrays) -> tuple[ShardEntry, ...]:
    """Write a part, if there is anything in it; nothing refers to it yet."""
    if not len(arrays):
        return ()
    unfinished = shards / (name + PARTIAL_SUFFIX)
    unfinished.mkdir(parents=True)
    arrays.write(unfinished / REPEATS_FILE)
    sync_folder(unfinished)
    unfinished.rename(shards / name)
    sync_folder(shards)
    return (ShardEntry(name, digests_of(shards / name)),)
