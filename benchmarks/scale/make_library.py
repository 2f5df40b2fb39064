"""Make libraries of 10,000 to 1,000,000 moments: real transcripts, then copies of them.

    HILBERT_DATA=... python -m benchmarks.scale.make_library FOLDER --speech LIBRARY
        [--sizes 10000,100000] [--vectors-of LIBRARY ...] [--encode] [--index-again]

Makes FOLDER/10000, FOLDER/100000 and so on, of the transcripts in `hearings` and `changelog-text`,
cut into segments as `hilbert index` cuts them. Text vectors are taken from libraries that hold the
same segments (--vectors-of), or encoded (--encode), once, and kept in FOLDER/text-vectors; an
encoding that was stopped goes on. Documents whose vectors are not known are left out, so without
either option nothing is made. Beyond the real documents come copies of them: every second sentence
is exchanged, so that words occur as often as before, and their text vectors are jittered copies.
The audio vectors of all moments are jittered copies of those of a library of recordings (--speech);
joint vectors are those that the model makes of the two. A library that was being made goes on;
--index-again writes the index of one that is finished anew, as after a change of its format.
FOLDER/SIZE.json says how much is real.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from benchmarks.scale.made_library import MadeLibrary, commit_without_repeats, put_all
from benchmarks.scale.real_documents import ScaleDocument, list_transcripts, read_documents
from benchmarks.scale.recombination import recombined
from benchmarks.scale.vectors import Floats, TextVectors, audio_vectors, drawn_copies, jittered_copy
from indexer.base.progress import SilentProgress

_FOLDERS = ("hearings", "changelog-text")
_DOCUMENTS_AT_ONCE = 64


def main() -> None:
    """Make the libraries."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--speech", type=Path, required=True, help="a library of recordings")
    parser.add_argument("--sizes", default="10000,100000", help="moments, with commas between")
    parser.add_argument("--vectors-of", type=Path, nargs="*", default=[])
    parser.add_argument("--encode", action="store_true")
    parser.add_argument("--index-again", action="store_true")
    options = parser.parse_args()
    data = Path(os.environ.get("HILBERT_DATA", ""))
    texts = TextVectors(options.folder / "text-vectors")
    paths = list_transcripts([data / name for name in _FOLDERS])
    if not options.encode:  # to read all takes minutes
        paths = texts.perhaps_known(paths, options.vectors_of)
    documents = list(read_documents(paths))
    for library in options.vectors_of:
        texts.take(library, documents)
    if options.encode:
        texts.encode(documents)
    known = [document for document in documents if document in texts]
    if not known:
        sys.exit("no text vectors are known: add --vectors-of LIBRARY or --encode")
    audio = audio_vectors(options.speech)
    for size in map(int, options.sizes.split(",")):
        folder = options.folder / str(size)
        make(folder, size, known, texts, audio, again=options.index_again)


def make(
    folder: Path,
    size: int,
    known: Sequence[ScaleDocument],
    texts: TextVectors,
    audio: Floats,
    *,
    again: bool = False,
) -> None:
    """Make one library, or finish it; one that is finished stays as it is.

    Args:
        folder: Of the library.
        size: Moments; the last document is cut so that there are as many.
        known: Documents whose text vectors are known, in the order in which they are put in.
        texts: Their vectors.
        audio: `[n, d]`, of which copies are made.
        again: Index it anew where it is finished.
    """
    report = folder.with_name(f"{folder.name}.json")
    if report.exists() and not again:
        return
    library = MadeLibrary.create(folder)
    assert isinstance(library, MadeLibrary)
    there, real, total, started = library.catalog.document_ids(), 0, 0, time.perf_counter()
    group: list[tuple[ScaleDocument, Floats, Floats]] = []
    with library.writing():
        for document in documents_of(known, size):
            total += len(document.segments)
            real += 0 if document.base else len(document.segments)
            if document.id not in there:
                group.append((document, *_vectors(document, texts, audio)))
            if len(group) == _DOCUMENTS_AT_ONCE:
                put_all(library, group)
                group = []
                minutes = (time.perf_counter() - started) / 60
                print(f"{folder.name}: {total} moments, {minutes:.1f} min", file=sys.stderr)
        put_all(library, group)
        commit_without_repeats(library, _Progress(), reuse=not again)
    library.close()
    made = {"moments": total, "real_moments": real, "real_documents_known": len(known)}
    report.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    print(f"{folder}: {total} moments, {real} of them real")


def documents_of(known: Sequence[ScaleDocument], size: int) -> Iterator[ScaleDocument]:
    """Yield real documents, then copies of them all, then other copies, up to `size` segments."""
    left = size
    for number in count():
        for document in recombined(known, number) if number else known:
            yield document.first_segments(left)
            left -= len(document.segments)
            if left <= 0:
                return


def _vectors(document: ScaleDocument, texts: TextVectors, audio: Floats) -> tuple[Floats, Floats]:
    text = texts.of(document.base or document.name)[: len(document.segments)]
    if document.base:
        text = jittered_copy(text, document.name)
    return text, drawn_copies(audio, len(text), document.name)


class _Progress(SilentProgress):
    """Says how many documents are embedded."""

    def update(self, done: float, detail: str = "") -> None:
        """Print now and then."""
        if done % 256 == 0:
            print(f"embedded {done:.0f} documents", file=sys.stderr)


if __name__ == "__main__":
    main()
