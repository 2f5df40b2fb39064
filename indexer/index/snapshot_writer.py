"""Writes snapshots: a shard of what is new, and a manifest; deletes what nothing refers to."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hilbert.files import PARTIAL_SUFFIX, sync_folder
from hilbert.system_faults import raise_system_fault
from indexer.base.errors import LibraryError
from indexer.base.progress import BUILDING, Progress, SilentProgress
from indexer.base.shell import quoted
from indexer.index.background import PairSums
from indexer.index.manifest import (
    SHARDS_FOLDER,
    Manifest,
    ShardEntry,
    check_files,
    digests_of,
    read_manifest,
)
from indexer.index.merged_records import MergedRecords
from indexer.index.repeat_parts import RepeatPart, parts_of
from indexer.index.repeat_writer import Growth, write_repeats
from indexer.index.segment_values import SEGMENT_VALUES
from indexer.index.shard import FULLTEXT_FILE, Shard
from indexer.index.shard_plan import ShardPlan, plan_shards
from indexer.index.shard_writer import ShardWriter
from indexer.index.snapshot_names import GENERATIONS_FOLDER, snapshot_folder
from indexer.index.vector_choice import AUTO, VectorSettings, choose_vector_index
from indexer.index.vector_index import LEVELS, MODALITIES, VECTOR_NAMES, vector_index_class
from indexer.store.catalog import Catalog, Document
from indexer.store.feature_store import FeatureStore

if TYPE_CHECKING:
    from hilbert.model.arrays import FusionModel

log = logging.getLogger(__name__)

# A commit of more segments writes several shards, so that memory is bounded.
_MOST_SEGMENTS = 1 << 17
# Up to so many segments, repeats are looked for among all of them.
MOST_COMPARED = 1 << 14
_MOST_RECENT_DOCUMENTS = 64

Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Previous:
    """What can be used again of the current snapshot.

    Attributes:
        shards: Those that are whole.
        stay: Whether they can be shards of the next snapshot.
        with_vectors: Whether those of the same features are what the next snapshot needs.
        anew: Whether the next one is written as a whole, as if nothing were there before it.
        sums: Over all of its documents; None where they are not known.
        repeats: Parts of its repeats; None where these are not whole.
    """

    shards: tuple[Shard, ...] = ()
    stay: bool = False
    with_vectors: bool = False
    anew: bool = False
    sums: PairSums | None = field(default=None, repr=False)
    repeats: tuple[RepeatPart, ...] | None = None

    @classmethod
    def read(cls, folder: Path, fingerprint: str, *, anew: bool = False) -> Previous:
        """Read the manifest of a snapshot, and check the files of its shards.

        Args:
            folder: Of the snapshot.
            fingerprint: Of the next one; vectors with another are of no use.
            anew: See above; every byte that is used is checked.
        """
        try:
            manifest = read_manifest(folder)
        except LibraryError:
            log.debug("nothing to use again in %s", folder, exc_info=True)
            return cls()
        shards = []
        for entry in manifest.shards:
            try:
                kind = vector_index_class(manifest.vector_index_of(entry), "")
                named = replace(entry, vector_index=manifest.vector_index_of(entry))
                place = manifest.shard_folder(folder, entry)
                shards.append(Shard(place, named, kind, deep=anew))
            except (LibraryError, OSError, ValueError, TypeError, sqlite3.DatabaseError) as error:
                raise_system_fault(error)
                log.debug("shard %s is written anew", entry.name, exc_info=True)
        same = manifest.fingerprint == fingerprint
        if anew or not same:
            return cls(tuple(shards), with_vectors=same, anew=anew)
        whole = len(shards) == len(manifest.shards)
        stay = not manifest.is_old and manifest.segment_values == tuple(SEGMENT_VALUES)
        sums, repeats = None, None
        if whole and not manifest.is_old:
            try:
                check_files(folder, manifest.files)
                sums, repeats = (
                    PairSums.read(folder, manifest.dimension),
                    parts_of(manifest, folder),
                )
            except LibraryError:
                log.debug("the sums of %s are made anew", folder, exc_info=True)
        return cls(tuple(shards), stay, with_vectors=True, sums=sums, repeats=repeats)


def write_snapshot(
    library: Path,
    number: int,
    catalog: Catalog,
    store: FeatureStore,
    model: FusionModel,
    fingerprint: str,
    vectors: VectorSettings,
    previous: Previous,
    removed: Collection[str] = (),
    progress: Progress | None = None,
) -> Path:
    """Write what is new, and a manifest; nothing refers to them yet.

    Args:
        library: Folder of the library.
        number: Of the new generation.
        catalog: Its documents are indexed.
        store: Their features.
        model: The fusion model.
        fingerprint: Of encoders, model and segmenter.
        vectors: How they are indexed.
        previous: Documents that are in it as they are in the catalog stay where they are, unless
            it says otherwise; of them, what is made of what has not changed is not made again.
        removed: Ids of documents that the snapshot shall not have, nor any file of it.
        progress: Of the stage `BUILDING`, in documents.

    Returns:
        The folder of the snapshot.

    Raises:
        LibraryError: There is no such kind of vector index.
    """
    advice = f"choose one with 'hilbert rebuild --vector-index NAME --library {quoted(library)}'"
    if vectors.kind != AUTO:
        vector_index_class(vectors.kind, advice)
    documents = {d.id: d for d in catalog.documents() if d.id not in removed}
    revisions = {id_: r for id_, r in catalog.revisions().items() if id_ in documents}
    counts = catalog.segment_counts()
    segments = {id_: counts.get(id_, 0) for id_ in documents}
    shards = previous.shards if previous.stay else ()
    plan = plan_shards(shards, revisions, segments, removed)
    writer = ShardWriter(
        *(library, catalog, store, model, vectors, revisions),
        {id_: shard for shard in previous.shards for id_ in shard.documents},
        with_vectors=previous.with_vectors,
        anew=previous.anew,
    )
    writer.clear(f"{number:06d}-")
    sums = _sums(model.config.width, previous, documents)
    progress = progress or SilentProgress()
    progress.start(BUILDING, len(plan.written))
    entries, done, total = list(plan.kept), 0, sum(segments.values())
    written = [d for d in documents.values() if d.id in plan.written]
    for place, group in enumerate(_groups(written, segments)):
        name = f"{number:06d}-{place:02d}"
        chosen = choose_vector_index(
            vectors, total, sum(segments[d.id] for d in group), model.config.width
        )
        for embedded in writer.write(name, group, sums, chosen.kind):
            progress.update(done + embedded)
        done += len(group)
        entries.append(writer.entry(name))
    with closing(_records(library, entries)) as records:
        name = f"{number:06d}-{len(entries) - len(plan.kept):02d}"
        repeats = write_repeats(library, name, records, _growth(previous, revisions, segments))
    return _write_manifest(
        library,
        number,
        entries,
        sums,
        repeats,
        fingerprint=fingerprint,
        vector_index=vectors.kind,
        documents=len(documents),
        segments=total,
        counts=_counts(shards, plan, writer),
        dimension=model.config.width,
    )


def _write_manifest(
    library: Path,
    number: int,
    entries: Sequence[ShardEntry],
    sums: PairSums,
    repeats: tuple[ShardEntry, ...],
    *,
    fingerprint: str,
    vector_index: str,
    documents: int,
    segments: int,
    counts: Counts,
    dimension: int,
) -> Path:
    folder = snapshot_folder(library, number)
    unfinished = folder.with_name(folder.name + PARTIAL_SUFFIX)
    for leftover in (unfinished, folder):  # of a killed run: no transaction made them current
        if leftover.exists():
            shutil.rmtree(leftover)
    unfinished.mkdir(parents=True)
    sums.write(unfinished)
    Manifest(
        fingerprint=fingerprint,
        created_at=time.time(),
        vector_index=vector_index,
        dimension=dimension,
        documents=documents,
        segments=segments,
        counts=counts,
        random_pairs=tuple(sums.listed()),
        shards=tuple(entries),
        repeats=repeats,
        segment_values=tuple(SEGMENT_VALUES),
        files=digests_of(unfinished),
    ).write(unfinished)
    sync_folder(unfinished)
    unfinished.rename(folder)
    sync_folder(folder.parent)
    return folder


def _records(library: Path, entries: Sequence[ShardEntry]) -> MergedRecords:
    paths = [library / SHARDS_FOLDER / entry.name / FULLTEXT_FILE for entry in entries]
    removed = {path: entry.removed for path, entry in zip(paths, entries, strict=True)}
    return MergedRecords(*paths, removed=removed)


def _growth(
    previous: Previous, revisions: Mapping[str, str], segments: Mapping[str, int]
) -> Growth | None:
    """Return how a large library differs from the snapshot before; None to compare everything."""
    if previous.repeats is None or not previous.stay:
        return None
    before = {id_: d for shard in previous.shards for id_, d in shard.documents.items()}
    unchanged = {id_ for id_, d in before.items() if revisions.get(id_) == d.revision}
    new = frozenset(revisions) - unchanged
    total = sum(segments.values())
    if total <= MOST_COMPARED or sum(segments[id_] for id_ in new) > total / 4:
        return None
    gone = frozenset(before.keys() - unchanged)
    last_first = [id_ for shard in reversed(previous.shards) for id_ in shard.documents]
    recent = [id_ for id_ in last_first if id_ in unchanged][:_MOST_RECENT_DOCUMENTS]
    return Growth(previous.repeats, new, gone, recent)


def _sums(width: int, previous: Previous, documents: Mapping[str, Document]) -> PairSums:
    """Return the sums over the documents whose vectors stay or are used again."""
    if previous.anew or not previous.with_vectors:
        return PairSums(width)
    sums = previous.sums or PairSums(width)
    for shard in previous.shards:
        for id_, known in shard.documents.items():
            document = documents.get(id_)
            stays = document is not None and document.features == known.features
            if previous.sums is None and stays:
                sums.add(shard.segment_vectors(id_))
            elif previous.sums is not None and not stays:
                sums.add(shard.segment_vectors(id_), sign=-1)
    return sums


def _counts(shards: Sequence[Shard], plan: ShardPlan, writer: ShardWriter) -> Counts:
    """Count the vectors of the documents that stay and of those that were written."""
    by_name = {shard.entry.name: shard for shard in shards}
    documents = list(writer.documents.values())
    for entry in plan.kept:
        written = by_name[entry.name].written
        documents += [d for id_, d in written.items() if id_ not in entry.removed]
    counts: dict[str, dict[str, int]] = {level: dict.fromkeys(MODALITIES, 0) for level in LEVELS}
    for place, (level, modality) in enumerate(VECTOR_NAMES):
        counts[level][modality] = sum(document.vectors[place] for document in documents)
    return counts


def _groups(documents: Iterable[Document], segments: Mapping[str, int]) -> Iterable[list[Document]]:
    """Split documents into groups of a bounded number of segments."""
    group: list[Document] = []
    total = 0
    for document in documents:
        if group and total + segments[document.id] > _MOST_SEGMENTS:
            yield group
            group, total = [], 0
        group.append(document)
        total += segments[document.id]
    if group:
        yield group


def remove_old_snapshots(library: Path, current: int, *, keep_previous: bool = True) -> None:
    """Delete all snapshots but the current one, and what they alone are made of.

    Args:
        library: Folder of the library.
        current: Number of the current generation.
        keep_previous: Keep the one before too, for readers that opened it a moment ago.
    """
    kept = [number for number in _generations(library) if number <= current]
    kept = kept[-2:] if keep_previous else kept[-1:]
    for path in leftovers(library, current):
        shutil.rmtree(path, ignore_errors=True)
    for number in _generations(library):
        if number not in kept:
            shutil.rmtree(snapshot_folder(library, number), ignore_errors=True)
    used = _used_shards(library, kept)
    for path in _inside(library / SHARDS_FOLDER):
        if path.name not in used:
            shutil.rmtree(path, ignore_errors=True)
    for folder in (library / GENERATIONS_FOLDER, library / SHARDS_FOLDER):
        if folder.is_dir():
            sync_folder(folder)


def leftovers(library: Path, current: int | None) -> list[Path]:
    """List what a killed commit left: folders that no snapshot is made of.

    Args:
        library: Folder of the library.
        current: Number of the current generation.
    """
    numbers = [number for number in _generations(library) if number <= (current or 0)]
    names = {snapshot_folder(library, number).name for number in numbers}
    used = _used_shards(library, numbers)
    return [
        *(p for p in _inside(library / GENERATIONS_FOLDER) if p.name not in names),
        *(p for p in _inside(library / SHARDS_FOLDER) if p.name not in used),
    ]


def _generations(library: Path) -> list[int]:
    """List the numbers of the snapshots that are there, ascending."""
    return sorted(int(p.name) for p in _inside(library / GENERATIONS_FOLDER) if p.name.isdigit())


def _used_shards(library: Path, numbers: Iterable[int]) -> set[str]:
    """Return the names of the shards that some snapshots are made of."""
    used: set[str] = set()
    for number in numbers:
        try:
            used |= {e.name for e in read_manifest(snapshot_folder(library, number)).entries}
        except LibraryError:
            log.debug("generation %s is not whole", number, exc_info=True)
    return used


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
