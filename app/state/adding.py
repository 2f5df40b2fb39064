"""What an adding of files has done so far, file by file, in the order in which they ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from indexer.ingest.report import AddReport


@dataclass(frozen=True)
class FileOutcome:
    """What became of a file.

    Attributes:
        name: Of the document, or of the file that failed.
        became: What it is now.
        reason: Why it failed; empty otherwise.
    """

    name: str
    became: Literal["added", "updated", "failed"]
    reason: str = ""


@dataclass
class Adding:
    """An adding that goes on or has ended.

    Attributes:
        library: Folder of the library.
        report: What the indexer fills.
        outcomes: Of the files that ended so far; unchanged ones are only counted in the report.
    """

    library: Path
    report: AddReport = field(default_factory=AddReport)
    outcomes: list[FileOutcome] = field(default_factory=list)

    @property
    def stored(self) -> int:
        """How many documents are stored."""
        return len(self.report.added) + len(self.report.updated)

    def collect(self) -> None:
        """Note the files that ended since the last call, in the thread that fills the report."""
        report, noted = self.report, Counter(outcome.became for outcome in self.outcomes)
        added = [FileOutcome(name, "added") for name in report.added[noted["added"] :]]
        updated = [FileOutcome(name, "updated") for name in report.updated[noted["updated"] :]]
        failed = [
            FileOutcome(Path(path).name, "failed", reason)
            for path, reason in list(report.failed.items())[noted["failed"] :]
        ]
        self.outcomes += [*added, *updated, *failed]

    def is_searchable(self, place: int) -> bool:
        """Return whether a commit has put the outcome at a place into the index."""
        stored = [outcome.became != "failed" for outcome in self.outcomes[: place + 1]]
        return stored[-1] and sum(stored) <= self.report.searchable
