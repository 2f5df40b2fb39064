"""What an indexing did, file by file."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from hilbert.system_faults import system_fault
from indexer.base.errors import HilbertError
from indexer.ingest.profile import IngestProfile

_KINDS = 6  # named; the others are counted together
_LINES = 10  # of what happened to many documents in the same way


@dataclass(frozen=True)
class StoredFile:
    """A document that was added or updated: its path, its id, and whether it is new."""

    path: str
    document: str
    is_new: bool


@dataclass
class AddReport:
    """What an indexing did; lists hold document names, dicts map a path to the reason.

    `moved` maps the path where a document lies now to the one before; `replaced` likewise where its
    content changed as well (edited, or encoded anew, and renamed). `gone` maps the path of a
    document that is no longer there to its name, `removed` those that were taken out for that;
    `unreachable` maps a folder or file that cannot be reached to the reason.
    `recognised_before` counts the recordings whose words the recogniser that is to recognise them
    again gave already.
    `notes` say in words what the user should know of the library as a whole.
    `unchecked` are timed transcripts that could not be compared with their recordings.
    `of_other_parts` counts the documents that other parts of the collection hold;
    `of_other_part_now` maps the path of one whose content changed, so that another part holds it
    from now on, to the name of the document that left the library for that.
    `stored` are the documents of `added` and `updated` in the order in which they were stored.
    While the indexing goes on, `planned` is how many documents it processes, and `searchable` how
    many of those that were added and updated a commit has put into the index.
    Files of `passed_over` are no recordings or transcripts, or need not be read; folders end in a
    separator.
    """

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    stored: list[StoredFile] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)
    unchecked: dict[str, str] = field(default_factory=dict)
    passed_over: dict[str, str] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    removed: dict[str, str] = field(default_factory=dict)
    unreachable: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    recognised_before: int = 0
    of_other_parts: int = 0
    of_other_part_now: dict[str, str] = field(default_factory=dict)
    planned: int = 0
    searchable: int = 0
    documents: int = 0
    audio_seconds: float = 0.0
    seconds: float = 0.0
    snapshot: int | None = None
    profile: IngestProfile | None = None

    def add(self, name: str, file: StoredFile) -> None:
        """Note a document that was added or updated."""
        (self.added if file.is_new else self.updated).append(name)
        self.stored.append(file)

    def describe_unchecked(self) -> list[str]:
        """Return how many transcripts could not be compared, a line a reason."""
        return [
            f"{count} transcript{'s' if count > 1 else ''} not checked against what is heard: {why}"
            for why, count in Counter(self.unchecked.values()).items()
        ]

    def warn(self, path: str, text: str) -> None:
        """Note something that is no failure."""
        self.warnings.setdefault(path, []).append(text)

    def describe_passed_over(self) -> str:
        """Count what was passed over by kinds: `12 files passed over (jpg 10, pdf 2)`."""
        counts = Counter(_kind(path) for path in self.passed_over)
        if not counts:
            return ""
        kinds = [f"{kind} {count}" for kind, count in counts.most_common(_KINDS)]
        others = counts.total() - sum(count for _, count in counts.most_common(_KINDS))
        listed = ", ".join([*kinds, *([f"others {others}"] if others else [])])
        noun = "file" if counts.total() == 1 else "files"
        if counts["folders"]:
            noun = f"{noun} and folders" if counts.total() > 1 else "folder"
        return f"{counts.total()} {noun} passed over ({listed})"

    def describe_changes(self) -> list[str]:
        """Return what moved, what is gone and what cannot be reached, some lines a kind."""
        lines: list[str] = []
        for what, found in (
            ("moved", [f"{old} -> {new}" for new, old in self.moved.items()]),
            ("renamed and changed", [f"{old} -> {new}" for new, old in self.replaced.items()]),
            ("changed, and of another part now", list(self.of_other_part_now)),
            ("removed", list(self.removed)),
            ("gone", list(self.gone)),
            ("not reachable", [f"{place}: {why}" for place, why in self.unreachable.items()]),
        ):
            lines += [f"{what}: {text}" for text in found[:_LINES]]
            if len(found) > _LINES:
                lines.append(f"{what}: and {len(found) - _LINES} more; --json lists them all")
        if self.gone:
            one = len(self.gone) == 1
            noun = "1 document is" if one else f"{len(self.gone)} documents are"
            it = "it" if one else "them"
            lines.append(f"{noun} gone but still in the library; --prune removes {it}")
        if self.unreachable:
            lines.append(
                "what cannot be reached stays in the library; if it moved: 'hilbert relink OLD "
                "NEW'; if it was deleted for good: delete the empty folder, or 'hilbert remove'"
            )
        return lines

    def fail(self, path: Path, error: Exception) -> None:
        """Note why a file could not be indexed."""
        self.failed[str(path)] = _reason(path, error).removeprefix(f"{path.name}: ")


def _kind(path: str) -> str:
    """What a file is, in a word: its extension."""
    if path.endswith(os.sep):
        return "folders"
    file = Path(path)
    if file.name.startswith("."):
        return "hidden"
    return file.suffix.lower().removeprefix(".") or "without extension"


def _reason(path: Path, error: Exception) -> str:
    if isinstance(error, PermissionError):
        return "no permission to read the file"
    if isinstance(error, OSError) and path.is_symlink() and not path.exists():
        return "a link to a file that does not exist"
    if words := system_fault(error):
        return words.removeprefix(f"{path}: ")
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, HilbertError | OSError) and str(error):
        return str(error)
    # A bug, which its type helps to find.
    return f"{type(error).__name__}: {error}".removesuffix(": ")
