"""Several libraries searched together from Python."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from indexer.search.several import SeveralSearchers

if TYPE_CHECKING:
    from indexer.search.filters import Filters
    from indexer.search.results import SearchResult


class Libraries:
    """Libraries that are searched together; use it in a `with` block.

    Attributes:
        notes: Which libraries could not be opened, and why.
    """

    def __init__(self, searchers: SeveralSearchers) -> None:
        self._searchers = searchers
        self.notes = searchers.notes

    @classmethod
    def open(cls, *folders: Path | str) -> Libraries:
        """Open libraries; those that cannot be opened are left out, and noted.

        Raises:
            LibraryError: None can be opened.
        """
        return cls(SeveralSearchers.open(Path(os.path.expanduser(f)).absolute() for f in folders))

    @property
    def folders(self) -> list[Path]:
        """Where the libraries lie that were opened."""
        return [Path(folder) for folder in self._searchers.searchers]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the files of the libraries."""
        self._searchers.close()

    def search(
        self,
        text: str | None = None,
        *,
        clip: Path | str | None = None,
        limit: int = 10,
        channel: str = "auto",
        filters: Filters | None = None,
        sort: str = "score",
    ) -> SearchResult:
        """Find moments in all libraries; their scores are made comparable.

        Args:
            text: See `Library.search`, as all others.
            clip: A short recording.
            limit: How many moments and how many documents.
            channel: What to score by.
            filters: Apply to every library.
            sort: How they are ordered.

        Returns:
            Hits with their `library`; `notes` say which libraries did not answer, and why.

        Raises:
            QueryError: No library can answer.
            AudioError: The clip cannot be decoded.
        """
        from indexer.search.filters import Filters

        return self._searchers.search(
            text,
            clip=Path(os.path.expanduser(clip)) if clip is not None else None,
            k=limit,
            channel=channel,
            filters=filters or Filters(),
            sort=sort,
        )
