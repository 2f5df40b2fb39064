"""How long `hilbert rebuild` takes, by what has changed: everything, nothing, the fusion model.

    python -m benchmarks.scale.rebuild LIBRARY --speech LIBRARY-OF-RECORDINGS [--work DIR]

LIBRARY is one of `make_library`, whose segments have a single audio token. A copy gets as many as
recordings of that length have: runs of the tokens of the library of recordings, drawn. The copy is
deleted afterwards. First every vector is made anew of features, audio tokens included, and every
word is analysed; then nothing has changed; then only the weights of the fusion model have.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.scale.commits import linked_copy
from benchmarks.scale.made_library import without_repeats
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
        segments = library.snapshot().manifest.segments
        print(f"{segments} segments, {n_tokens} audio tokens", flush=True)
        with library.writing(), without_repeats():
            _measure("everything", partial(library.commit, reuse=False))
            _measure("nothing", partial(library.commit, reuse=False))
            other = _other_model(library, Path(temporary) / "model")
            _measure("the fusion model", partial(library.adopt, other))
        library.close()


def _measure(changed: str, work: Callable[[], object]) -> None:
    started, processor = time.perf_counter(), time.process_time()
    work()
    wall, used = time.perf_counter() - started, time.process_time() - processor
    print(
        f"{changed} changed: {wall:.0f} s, {used:.0f} of the processor; at most "
        f"{memory()['peak']:.0f} MiB",
        flush=True,
    )


def _other_model(library: LibraryStore, folder: Path) -> Path:
    """Write the model of a library with other weights."""
    from safetensors.numpy import load_file, save_file

    shutil.copytree(library.model_folder, folder, ignore=shutil.ignore_patterns("*.onnx"))
    (weights,) = folder.glob("*.safetensors")
    arrays = {n: a * 1.01 if a.ndim == 2 else a for n, a in load_file(weights).items()}
    weights.unlink()
    save_file(arrays, weights)
    return folder


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
