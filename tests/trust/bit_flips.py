"""Flips bits of each file of a library, and checks that damage is noticed and told in words.

    python -m tests.trust.bit_flips WORK_FOLDER [--flips N] [--minutes M] [--file NAME ...]

WORK_FOLDER keeps a line of JSON for each flip in `flips.jsonl`; those that are there are not tried
again. The exit status is 1 where one of them is a finding, 2 where the time was up.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from indexer import Library
from indexer.base.assets import demo_folder
from indexer.cli import run
from tests.commit_kills import link
from tests.killing import in_child
from tests.trust.fault_points import comparable

VERBS = (
    ["doctor", "--deep", "--json"],
    ["search", "the fog", "--json"],
    ["search", "the fog", "--channel", "lexical"],
    ["info", "--json"],
    ["list"],
    ["index"],
)
FLIPS = 12
# What training leaves: any bytes will do, nothing here loads them.
LEARNED = {
    "classifier": ("classifier.json", "classifier.safetensors"),
    "text-encoder": ("model.onnx", "tokenizer.json"),
}
_TOLD_WRONG = ("Traceback", "unexpected ")
# In no use while no process has the library open.
_IDLE = ("writer.lock", "catalog.sqlite-shm", "catalog.sqlite-wal")


def make_library(folder: Path) -> Path:
    """Make a library of a few of the demo's talks, with all that a library can keep."""
    demo = demo_folder()
    assert demo is not None
    talks = folder.with_name("talks")
    talks.mkdir(parents=True)
    for file in sorted((demo / "recordings").glob("*.vtt"))[:4]:
        shutil.copy(file, talks)
    with Library.open(folder, create=True) as library:
        uploads = folder / "recordings"
        uploads.mkdir()
        (clip, *_) = sorted((demo / "clips").glob("snow*.opus"))
        shutil.copy(clip, uploads)
        library.add(talks, uploads, asr="never")
        for name, files in LEARNED.items():
            (folder / name).mkdir()
            for file in files:
                (folder / name / file).write_bytes(random.Random(file).randbytes(2000))
            library.store.note_folder(name, files)
    with sqlite3.connect(folder / "catalog.sqlite") as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


def files_of(library: Path) -> list[str]:
    """Return the files of a library that are in use, by their names in it."""
    files = sorted(p for p in library.rglob("*") if p.is_file() and p.stat().st_size)
    return [str(p.relative_to(library)) for p in files if p.name not in _IDLE]


def offsets(library: Path, name: str, flips: int) -> Iterator[tuple[int, int]]:
    """Yield bytes and bits to flip: the first and the last byte, and others, always the same."""
    rng, size = random.Random(name.rpartition("/")[2]), (library / name).stat().st_size
    for number in range(flips):
        at = (0, size - 1)[number] if number < 2 else rng.randrange(size)
        yield at, rng.randrange(8)


def flipped(library: Path, work: Path, name: str, at: int, bit: int) -> Path:
    """Return a copy of a library with one bit flipped; size and time of the file stay."""
    copy = work / "library"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(library, copy, copy_function=link)
    target = copy / name
    status = target.stat()
    data = bytearray(target.read_bytes())
    data[at] ^= 1 << bit & 0xFF
    target.unlink()  # the bytes are shared with the library
    target.write_bytes(data)
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    return copy


def rows(catalog: Path) -> list[str]:
    """Return all that a catalog holds; where SQLite looks at nothing, a flip is no damage."""
    with contextlib.closing(sqlite3.connect(catalog)) as db:
        try:
            return [line for line in db.iterdump() if line.startswith("INSERT")]
        except sqlite3.DatabaseError as error:
            return [str(error)]


def judge(copy: Path, work: Path, whole: object) -> str:
    """Run the verbs on a damaged library; return what is wrong with what they tell.

    Args:
        copy: The library.
        work: Where their output is kept.
        whole: What the doctor tells of the library without damage.
    """
    wrong = []
    for verb in VERBS:
        # Each finds what the flip left: what one mends, another must see before.
        output = work / "output"

        def action(verb: list[str] = verb, output: Path = output) -> int:
            handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            for number in (1, 2):
                os.dup2(handle, number)
            status = run([*verb, "--library", str(copy)])
            sys.stdout.flush()
            return status

        status = in_child(action)
        told = output.read_text("utf-8", "replace")
        named = " ".join(verb[:2])
        if status not in (0, 1):
            wrong.append(f"{named} ends with status {status}: {told[-200:]}")
        wrong += [
            f"{named} told: {line}"
            for word in _TOLD_WRONG
            for line in told.splitlines()
            if word in line
        ]
        if verb[0] == "doctor" and comparable(told) == whole:
            wrong.append("doctor --deep does not notice it")
    return "; ".join(wrong)[:800]


def main() -> int:
    """Flip what was not flipped before."""
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("--flips", type=int, default=FLIPS, help="of each file")
    parser.add_argument("--minutes", type=float, default=140)
    parser.add_argument("--file", nargs="*", help="which, by their names in the library")
    options = parser.parse_args()
    work = options.work.resolve()
    library, tried = work / "whole", work / "flips.jsonl"
    if not library.exists():
        work.mkdir(parents=True, exist_ok=True)
        # Its catalog holds the paths of recordings in it: made where the copies will lie.
        assert in_child(lambda: make_library(work / "library") and 0) == 0
        (work / "library").rename(library)
    whole, content = told_of_whole(library, work), rows(library / "catalog.sqlite")
    before = [json.loads(line) for line in tried.read_text().splitlines()] if tried.exists() else []
    known = {(p["file"], p["at"], p["bit"]): p["finding"] for p in before}
    end = time.monotonic() + 60 * options.minutes
    with tried.open("a") as lines:
        for name in options.file or files_of(library):
            for at, bit in offsets(library, name, options.flips):
                if (name, at, bit) in known:
                    continue
                if time.monotonic() > end:
                    sys.stdout.write("time is up: run it again to go on\n")
                    return 2
                copy = flipped(library, work, name, at, bit)
                is_idle = name == "catalog.sqlite" and rows(copy / name) == content
                finding = "" if is_idle else judge(copy, work, whole)
                known[name, at, bit] = finding
                lines.write(
                    json.dumps({"file": name, "at": at, "bit": bit, "finding": finding}) + "\n"
                )
                lines.flush()
                if finding:
                    sys.stdout.write(f"{name} byte {at} bit {bit}: {finding}\n")
                    sys.stdout.flush()
    found = Counter(name for (name, _, _), finding in known.items() if finding)
    sys.stdout.write(f"{len(known)} flips, {sum(found.values())} findings {dict(found)}\n")
    return 1 if found else 0


def told_of_whole(library: Path, work: Path) -> object:
    """Return what the doctor tells of a library that is whole.

    Raises:
        AssertionError: The verbs fail on it.
    """
    copy = flipped(library, work, files_of(library)[0], 0, 8)
    assert not (wrong := judge(copy, work, None)), wrong
    copy = flipped(library, work, files_of(library)[0], 0, 8)
    with (work / "output").open("w") as output, contextlib.redirect_stdout(output):
        assert run([*VERBS[0], "--library", str(copy)]) == 0
    return comparable((work / "output").read_text())


if __name__ == "__main__":
    sys.exit(main())
