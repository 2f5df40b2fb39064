"""What an adding of files has done so far, file by file, in the order in which they ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from indexer.ingest.report import AddReport


@dataclass(frozen=True)
class FileOutcome:
    """What became of a file.

    Attributes:
        name: Of the file, as the visitor has it.
        became: What it is now.
        reason: Why it failed; empty otherwise.
        document: Id of what was stored of it; empty where it failed.
    """

    name: str
    became: Literal["added", "updated", "failed"]
    reason: str = ""
    document: str = ""


@dataclass
class Adding:
    """An adding that goes on or has ended.

    Attributes:
        library: Folder of the library.
        report: What the indexer fills.
        outcomes: Of the files that ended so far; unchanged ones are only counted in the report.
        names: Names of uploaded files by the path under which they are kept, where these differ.
    """

    library: Path
    report: AddReport = field(default_factory=AddReport)
    outcomes: list[FileOutcome] = field(default_factory=list)
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def stored(self) -> int:
        """How many documents are stored."""
        return len(self.report.added) + len(self.report.updated)

    def collect(self) -> None:
        """Note the files that ended since the last call, in the thread that fills the report."""
        n_failed = sum(outcome.became == "failed" for outcome in self.outcomes)
        n_stored = len(self.outcomes) - n_failed
        stored = [
            FileOutcome(
                self.name_of(file.path),
                "added" if file.is_new else "updated",
                document=file.document,
            )
            for file in self.report.stored[n_stored:]
        ]
        failed = [
            FileOutcome(self.name_of(path), "failed", reason)
            for path, reason in list(self.report.failed.items())[n_failed:]
        ]
        self.outcomes += [*stored, *failed]

    def name_of(self, path: str) -> str:
        """Return what the visitor calls a file."""
        return self.names.get(path) or Path(path).name

    def is_searchable(self, place: int) -> bool:
        """Return whether a commit has put the outcome at a place into the index."""
        stored = [outcome.became != "failed" for outcome in self.outcomes[: place + 1]]
        return stored[-1] and sum(stored) <= self.report.searchable
