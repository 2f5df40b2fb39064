"""Lets each system call of each verb fail, or be the last, and checks what is told and left.

    python -m tests.trust.fault_points EMPTY_LIBRARY WORK_FOLDER [--every N] [--minutes M]
        [--verb VERB ...] [--fault FAULT ...]

It runs with the shim preloaded (tests/trust/shim.py), and forks a child for each point. WORK_FOLDER
keeps a line of JSON for each point in `points.jsonl`; those that are there are not tried again. The
exit status is 1 where one of them is a finding.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from indexer.cli import run
from indexer.index.library_store import LibraryStore
from tests.commit_kills import begin, check, heal, link
from tests.killing import in_child
from tests.made_documents import document_id
from tests.sharing import copy_library
from tests.trust.shim import FAULTS, arm, counted, disarm

TALK = "WEBVTT\n\n00:00.000 --> 00:05.000\nA lantern fish rises from the deep at night.\n"
VERBS = {
    "index": ["index", "{talks}", "--json"],
    "remove": ["remove", "made-2", "--json"],
    "rebuild": ["rebuild"],
    "search": ["search", "the water", "--channel", "lexical", "--json"],
    "info": ["info", "--json"],
    "doctor": ["doctor", "--deep", "--json"],
    "create": ["index", "{talks}", "--json"],
}
CHANGING = ("index", "remove", "rebuild", "create")
# What must not be told of whole files, and of no file at all.
WRONG = ("Traceback", "unexpected ", "damaged", "not readable", "is missing", "no whole exported")


@dataclass(frozen=True)
class Point:
    """What came of one failing call."""

    verb: str
    fault: str
    nth: int
    status: int
    finding: str


class Bench:
    """Libraries to try verbs on."""

    def __init__(self, empty: Path, work: Path) -> None:
        self.work = work
        self.talks = work / "talks"
        self.begun = work / "begun"
        if not self.begun.exists():
            self.talks.mkdir(parents=True, exist_ok=True)
            (self.talks / "lantern.vtt").write_text(TALK)
            copy_library(empty, self.begun)
            assert in_child(lambda: begin(self.begun)) == 0
        self._expected: dict[str, Any] = {}
        self._calls: dict[str, dict[str, int]] = {}

    def library(self, verb: str) -> Path:
        """Make a library for one call."""
        folder = self.work / "library"
        shutil.rmtree(folder, ignore_errors=True)
        if verb != "create":
            shutil.copytree(self.begun, folder, copy_function=link)
        return folder

    def call(self, verb: str, fault: str, nth: int) -> tuple[int, str, str]:
        """Run a verb in a child; return its exit status, and what it printed."""
        folder = self.library(verb)
        streams = [self.work / name for name in ("output", "errors")]

        def action() -> int:
            for number, stream in enumerate(streams, start=1):
                os.dup2(os.open(stream, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
            named = [part.format(talks=self.talks) for part in VERBS[verb]]
            arm(folder, FAULTS[fault], nth)
            status = run([*named, "--library", str(folder)])
            disarm()
            sys.stdout.flush()
            (self.work / "counted").write_text(json.dumps(counted()))
            return status

        status = in_child(action)
        output, errors = (stream.read_text("utf-8", "replace") for stream in streams)
        return status, output, errors

    def count(self, verb: str, fault: str) -> int:
        """Return how many calls there are that can fail, and keep what is printed otherwise."""
        if verb not in self._calls:
            status, output, errors = self.call(verb, fault, 0)
            assert status == 0, errors
            self._expected[verb] = comparable(output)
            self._calls[verb] = json.loads((self.work / "counted").read_text())
        return sum(self._calls[verb][name] for name in FAULTS[fault].classes)

    def try_point(self, verb: str, fault: str, nth: int) -> Point:
        """Let one call fail, and judge what comes of it."""
        status, output, errors = self.call(verb, fault, nth)
        findings = [*self.judge(verb, fault, status, output, errors)]
        if not findings:
            try:
                self.check(verb)
            except Exception as error:
                findings.append(f"left: {type(error).__name__}: {error}")
        return Point(verb, fault, nth, status, "; ".join(findings)[:600])

    def judge(self, verb: str, fault: str, status: int, output: str, errors: str) -> Iterator[str]:
        """Yield what is wrong with what was told."""
        if fault == "kill":
            if status not in (0, -9):
                yield f"status {status}: {errors[-300:]}"
            return
        told = output + errors
        if status not in (0, 1):
            yield f"status {status}: {told[-300:]}"
        for line in told.splitlines():
            yield from (f"told {word}: {line}" for word in WRONG if word in line)
        if status == 1 and not any(words in told for words in FAULTS[fault].words):
            yield f"not told: {told[-300:]}"
        if (
            status == 0
            and verb in ("search", "info")
            and comparable(output) != self._expected[verb]
        ):
            yield f"another answer: {output[-300:]}"

    def check(self, verb: str) -> None:
        """Check that the library answers, and that the next run finishes what was begun."""
        folder = self.work / "library"
        if verb == "create":
            again = [part.format(talks=self.talks) for part in VERBS[verb]]
            assert in_child(lambda: _quietly([*again, "-l", str(folder)])) == 0, "a rerun fails"
            assert len(check(folder)) == 1
            return
        found = check(folder)
        begun = {document_id(seed) for seed in (1, 2, 3)}
        gone = {document_id(2)} if verb == "remove" else set()
        assert found >= begun - gone, found
        if verb in CHANGING:
            assert in_child(lambda: heal(folder)) == 0
            left = LibraryStore.open(folder)
            assert check(folder) == left.catalog.document_ids()
            left.close()
            rest = [p.name for p in folder.rglob("*") if ".tmp" in p.name or ".partial" in p.name]
            assert not rest, rest


def _quietly(arguments: list[str]) -> int:
    for number in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    return run(arguments)


def comparable(output: str) -> Any:
    """Return JSON that was printed without times."""
    try:
        found = json.loads(output)
    except ValueError:
        return output
    return {k: v for k, v in found.items() if k not in ("timings_ms", "megabytes", "seconds")}


def main() -> int:
    """Try all points that were not tried before."""
    parser = argparse.ArgumentParser()
    parser.add_argument("empty", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=140)
    parser.add_argument("--verb", nargs="*", default=list(VERBS))
    parser.add_argument("--fault", nargs="*", default=list(FAULTS))
    options = parser.parse_args()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    bench, tried = Bench(options.empty, work), work / "points.jsonl"
    before = [json.loads(line) for line in tried.read_text().splitlines()] if tried.exists() else []
    known = {(p["verb"], p["fault"], p["nth"]): p for p in before}
    end = time.monotonic() + 60 * options.minutes
    with tried.open("a") as file:
        for verb in options.verb:
            for fault in options.fault:
                # Other points of each verb and fault, where not all are tried.
                start = 1 + len(f"{verb} {fault}") % options.every
                for nth in range(start, bench.count(verb, fault) + 1, options.every):
                    if (verb, fault, nth) in known:
                        continue
                    if time.monotonic() > end:
                        sys.stdout.write("time is up: run it again to go on\n")
                        return 2
                    point = bench.try_point(verb, fault, nth)
                    known[verb, fault, nth] = asdict(point)
                    file.write(json.dumps(asdict(point)) + "\n")
                    file.flush()
                    if point.finding:
                        sys.stdout.write(f"{point}\n")
                        sys.stdout.flush()
    findings = [p for p in known.values() if p["finding"]]
    counts = Counter(f"{p['verb']} {p['fault']}" for p in known.values())
    sys.stdout.write(f"{len(known)} points, {len(findings)} findings\n{dict(counts)}\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
