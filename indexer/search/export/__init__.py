"""Export formats: search results written for other programs, one file a format.

A format is an `ExportFormat` that its file registers when it is imported:

    EXPORT_FORMATS.add("md", ExportFormat("Markdown", "text/markdown", ".md", write))

`hilbert search --format` and the app's Export menu list what is registered. Text for people is
written by the terminal (`indexer.commands.output`), not here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hilbert.extension_points import EXPORT_FORMATS as POINT
from hilbert.registry import Registry
from indexer.search.results import SearchResult


@dataclass(frozen=True)
class ExportFormat:
    """How a search result is written as a file.

    Attributes:
        label: Name in menus, such as `JSON`.
        media_type: Of a download, such as `text/csv`.
        extension: Of its files, with the dot.
        write: Gives the whole file's text, with the line end of the last line.
        timed_only: Whether moments without times are left out, which the command then says.
    """

    label: str
    media_type: str
    extension: str
    write: Callable[[SearchResult], str]
    timed_only: bool = False


EXPORT_FORMATS: Registry[ExportFormat] = Registry(POINT)
"""Formats by the name that `--format` takes."""
