"""Which `metadata.csv` says what of a file: that of its folder, else one of a folder above."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path

from indexer.ingest.folders import Listing, Notes, list_folder
from indexer.ingest.metadata_table import (
    METADATA_FILE,
    MetadataTable,
    document_name,
    read_metadata_table,
)
from indexer.ingest.table_rows import TableError

log = logging.getLogger(__name__)

_TABLES_ABOVE = 8


class FolderTables:
    """Finds the row of a file, and reads each table once in a scan.

    Attributes:
        paths: The metadata files that were looked at.
    """

    def __init__(self, notes: Notes, given: Iterable[Path]) -> None:
        """Start without a table.

        Args:
            notes: Where it is noted what is wrong with a table.
            given: Absolute paths of what the user named.
        """
        self.paths: set[str] = set()
        self._notes = notes
        self._given = tuple(os.path.join(path, "") for path in given)
        self._tables: dict[Path, MetadataTable] = {}
        self._walked: list[Path] = []  # folders whose files were taken

    def row_of(self, file: Path) -> tuple[MetadataTable, dict[str, str]]:
        """The table that has a row of a file, and the row: its folder's, else one above.

        A folder above may be looked through another time, so all are asked.
        """
        own, name = self._table(file.parent), document_name(file)
        if row := own.row(name):
            return own, row
        for above in list(file.parent.parents)[:_TABLES_ABOVE]:
            if above in self._tables or (above / METADATA_FILE).is_file():
                table = self._table_above(above)
                if row := table.row_below(file.parent.relative_to(above), name):
                    return table, row
        return own, {}

    def check_rows(self, listing: Listing) -> None:
        """Say which rows of a folder's table are of none of its files."""
        table = self._table(listing.folder, listing.table)
        self._walked.append(listing.folder)
        documents = [document_name(f) for f in listing.recordings + listing.transcripts]
        if warnings := table.warnings(documents):
            self._notes.warnings[str(listing.table)] = "; ".join(warnings)

    def check_rows_of_folders(self) -> None:
        """Say which rows of files in folders below a table are of none, once all are read."""
        for table in map(self._tables.__getitem__, self._walked):
            if table.path is not None and (warning := table.warning_of_folders()):
                said = self._notes.warnings.get(str(table.path))
                self._notes.warnings[str(table.path)] = f"{said}; {warning}" if said else warning

    def _table(self, folder: Path, path: Path | None = None) -> MetadataTable:
        """The table of a folder; a broken one is a failure, the files go on without it."""
        if folder not in self._tables:
            path = path or list_folder(folder).table
            table = MetadataTable(path)
            if path is not None:
                self.paths.add(str(path))
                try:
                    table = read_metadata_table(path)
                except TableError as error:
                    log.debug("could not read %s", path, exc_info=True)
                    self._notes.failures[str(path)] = f"{error}; what it gave before is kept"
                    table.unreadable = True
            self._tables[folder] = table
        return self._tables[folder]

    def _table_above(self, folder: Path) -> MetadataTable:
        """A table above a folder; what is wrong with one that nobody named is not said."""
        if folder not in self._tables and not os.path.join(folder, "").startswith(self._given):
            try:
                self._tables[folder] = read_metadata_table(folder / METADATA_FILE).without_notes()
            except TableError:
                log.debug("could not read the table in %s", folder, exc_info=True)
                self._tables[folder] = MetadataTable()
        return self._table(folder)
