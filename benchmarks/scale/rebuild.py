"""How long `hilbert rebuild` takes: every vector made anew of features, audio tokens included.

    python -m benchmarks.scale.rebuild LIBRARY --speech LIBRARY-OF-RECORDINGS [--work DIR]

LIBRARY is one of `make_library`, whose segments have a single audio token. A copy gets as many as
recordings of that length have: runs of the tokens of the library of recordings, drawn. The copy is
deleted afterwards.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.scale.commits import linked_copy
from benchmarks.scale.made_library import commit_without_repeats
from benchmarks.scale.timing import memory
from hilbert.model.features import Features
from indexer.index.library_store import LibraryStore

_LONGEST = 60.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("library", type=Path)
    parser.add_argument("--speech", type=Path, required=True, help="a library of recordings")
    parser.add_argument("--work", type=Path, help="on the same disk as the library")
    options = parser.parse_args()
    tokens = _tokens_of(options.speech)
    with tempfile.TemporaryDirectory(dir=options.work or options.library.parent) as temporary:
        copy = Path(temporary) / "library"
        linked_copy(options.library, copy)
        library = LibraryStore.open(copy)
        n_tokens = _give_tokens(library, tokens)
        started, processor = time.perf_counter(), time.process_time()
        with library.writing():
            commit_without_repeats(library, reuse=False)
        wall, used = time.perf_counter() - started, time.process_time() - processor
        segments = len(library.snapshot().index("segments", "joint"))
        library.close()
    print(f"{segments} segments, {n_tokens} audio tokens")
    print(
        f"rebuilt in {wall:.0f} s, {used:.0f} of the processor; at most {memory()['peak']:.0f} MiB"
    )


def _tokens_of(speech: Path) -> NDArray[np.float16]:
    """Return the audio tokens of a library of recordings, `[n, d]`."""
    store = LibraryStore.open(speech)
    parts = [store.features.read(row.features).audio_tokens for row in store.catalog.documents()]
    store.close()
    return np.concatenate(parts)


def _give_tokens(library: LibraryStore, tokens: NDArray[np.float16]) -> int:
    """Write the features of all documents with tokens that are drawn; return how many these are."""
    rate = library.model.config.tokens_per_second
    generator = np.random.default_rng(0)
    total = 0
    for row in library.catalog.documents():
        features = library.features.read(row.features)
        spans = np.clip(features.times[:, 1] - features.times[:, 0], 1.0, _LONGEST)
        counts = np.maximum(1, np.round(spans * rate)).astype(np.int64)
        (
            library.folder / "features" / row.features
        ).unlink()  # shared with the library that is copied
        library.features.write(row.features, _with_tokens(features, tokens, counts, generator))
        total += int(counts.sum())
    return total


def _with_tokens(
    features: Features,
    tokens: NDArray[np.float16],
    counts: NDArray[np.int64],
    generator: np.random.Generator,
) -> Features:
    ends = np.cumsum(counts)
    starts: Sequence[int] = generator.integers(0, len(tokens) - counts.max(), len(counts)).tolist()
    runs = [tokens[start : start + n] for start, n in zip(starts, counts.tolist(), strict=True)]
    return replace(
        features,
        audio_tokens=np.concatenate(runs),
        audio_bounds=np.stack([ends - counts, ends], 1),
    )


if __name__ == "__main__":
    main()
