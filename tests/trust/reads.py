"""Searches and lists a library over and over while documents are added, replaced and removed.

    python -m tests.trust.reads EMPTY_LIBRARY WORK_FOLDER [--reads N] [--minutes M]

Each answer must be that of one commit: each document in one version, and of all documents
that were there then. A document whose removal was reported is never found again. The exit
status is 1 where one is not, 2 where the time was up.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from indexer import Library
from indexer.base.types import Cue, Segment
from indexer.index.library_store import LibraryStore
from indexer.maintenance.manage import remove
from indexer.store.catalog import Document
from tests.made_documents import document_id, features
from tests.sharing import copy_library

_MOST = 8  # documents
_PARTS = 3  # segments of each
_READS_OF_A_LIBRARY = 10
_LEAST_COMMITS = 3

_VERSION = re.compile(r"version (\d+)")

State = dict[str, int]
"""Version of each document by its id."""


def put_version(library: LibraryStore, seed: int, version: int) -> None:
    """Put a version of a document into the catalog, the words of no other one in it."""
    rng = random.Random(f"{seed} {version}")
    said = [
        " ".join(["water", *(f"w{rng.randrange(10**9)}" for _ in range(9)), f"version {version}."])
        for _ in range(_PARTS)
    ]
    id_ = document_id(seed)
    name = library.features.file_name(id_, str(version))
    library.features.write(
        name, features(np.random.default_rng([seed, version]), _PARTS, heard=True)
    )
    document = Document(
        *(id_, f"talk-{seed}", f"Talk {seed}", "2024-05-01", None, None, "en", 20.0 * _PARTS),
        *(f"/nowhere/{seed}.wav", None, None, "asr", name, ()),
    )
    segments = [Segment(20.0 * i, 20.0 * i + 20, t, i, i + 1, True) for i, t in enumerate(said)]
    cues = [Cue(s.text, s.start, s.end) for s in segments]
    with library.catalog.transaction():
        library.catalog.put_document(document, cues, segments)


class Journal:
    """What the writer is about to commit, and has committed: a line each, read as it grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._at = 0
        self.states: list[State] = [{}]
        self.done = 0

    def note(self, kind: str, state: State) -> None:
        """Write a line; another process sees it from now on."""
        with self.path.open("a") as file:
            file.write(json.dumps([kind, state]) + "\n")

    def read(self) -> None:
        """Read what was written since."""
        with self.path.open() as file:
            file.seek(self._at)
            while (line := file.readline()).endswith("\n"):
                kind, state = json.loads(line)
                if kind == "begun":
                    self.states.append(state)
                else:
                    self.done = len(self.states) - 1
                self._at = file.tell()


def write(folder: Path, journal: Journal, seed: int) -> None:
    """Change a library until this process is killed."""
    rng, state, version = random.Random(seed), dict[str, int](), 0
    store = LibraryStore.open(folder)
    while True:
        version += 1
        chosen = rng.randrange(_MOST)
        id_ = document_id(chosen)
        if id_ in state and len(state) > 2 and rng.random() < 0.4:
            state = {known: v for known, v in state.items() if known != id_}
            journal.note("begun", state)
            remove(store, [id_])
        else:
            state = state | {id_: version}
            with store.writing():
                journal.note("begun", state)
                put_version(store, chosen, version)
                store.commit()
        journal.note("done", state)


def wrong_answer(found: State, states: list[State]) -> bool:
    """Whether an answer is of none of the states that there may have been meanwhile.

    A document that a later one of them has not may be missing, since a search shows none that the
    catalog lost.
    """
    for number, state in enumerate(states):
        gone = {id_ for later in states[number:] for id_ in state.keys() - later.keys()}
        if found.items() <= state.items() and state.keys() - found.keys() <= gone:
            return False
    return True


def read(library: Library, journal: Journal) -> Iterator[str]:
    """Search and list once; yield what is wrong."""
    journal.read()
    first = journal.done
    result = library.search("water", channel="lexical", limit=999, per_document=0)
    listed = {document.id for document in library.documents()}
    journal.read()
    states = journal.states[first:]
    parts: dict[str, list[int]] = defaultdict(list)
    for hit in result:
        # Neighbours may be one moment.
        parts[hit.document] += map(int, _VERSION.findall(hit.text))
    if any(len(set(each)) != 1 for each in parts.values()):
        yield f"parts of several versions: {dict(parts)}"
    found = {id_: each[0] for id_, each in parts.items()}
    if wrong_answer(found, states):
        yield f"found {found}, none of {states}"
    if all(listed - state.keys() for state in states):
        yield f"listed {listed}, none of {states}"


def run(
    empty: Path, work: Path, reads: int, minutes: float, seed: int = 1
) -> tuple[int, list[str]]:
    """Read while another process writes.

    Returns:
        How often it was read, and what was wrong.
    """
    folder = work / "library"
    shutil.rmtree(folder, ignore_errors=True)
    copy_library(empty, folder)
    journal = Journal(work / "journal.jsonl")
    journal.path.write_text("")
    writer = os.fork()
    if not writer:
        try:
            write(folder, journal, seed)
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    end, done, findings = time.monotonic() + 60 * minutes, 0, list[str]()
    try:
        while not journal.done and time.monotonic() < end:
            time.sleep(0.05)
            journal.read()
        # A quick machine reads more often, so that there is something to be wrong about.
        while (done < reads or journal.done < _LEAST_COMMITS) and (
            time.monotonic() < end and len(findings) < 20
        ):
            try:
                # As the command line does, which opens it anew, and as the app, which keeps it.
                with Library.open(folder) as library:
                    for _ in range(min(_READS_OF_A_LIBRARY, max(1, reads - done))):
                        findings += read(library, journal)
                        done += 1
            except Exception:
                findings.append(traceback.format_exc()[-1500:])
                done += 1
        if os.waitpid(writer, os.WNOHANG) != (0, 0):
            findings.append("the writer ended")
            return done, findings
    finally:
        os.kill(writer, signal.SIGKILL)
    os.waitpid(writer, 0)
    journal.read()
    if journal.done < _LEAST_COMMITS:
        findings.append(f"only {journal.done} commits")
    return done, findings


def main() -> int:
    """Read until there were enough."""
    parser = argparse.ArgumentParser()
    parser.add_argument("empty", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--reads", type=int, default=12_000)
    parser.add_argument("--minutes", type=float, default=140)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    done, findings = run(
        options.empty.resolve(), options.work.resolve(), options.reads, options.minutes
    )
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    commits = Journal(options.work / "journal.jsonl")
    commits.read()
    sys.stdout.write(f"{done} reads, {commits.done} commits, {len(findings)} findings\n")
    return 1 if findings else 2 if done < options.reads else 0


if __name__ == "__main__":
    sys.exit(main())
