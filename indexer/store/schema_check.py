"""Whether the tables of a catalog are those that hilbert makes.

SQLite checks what tables hold against how the file describes them; a description that is damaged
and still readable it takes as it is.
"""

from __future__ import annotations

import sqlite3
from typing import Any

# What the description of a table comes to, each a list of rows.
_OF_A_TABLE = (
    "SELECT wr, strict FROM pragma_table_list WHERE schema = 'main' AND name = ?",
    "SELECT * FROM pragma_table_xinfo(?) ORDER BY cid",
    'SELECT "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list(?)',
    'SELECT i."unique", i.origin, c.name FROM pragma_index_list(?) AS i, '
    "pragma_index_info(i.name) AS c ORDER BY i.seq, c.seqno",
)


def changed_tables(db: sqlite3.Connection, made: sqlite3.Connection) -> list[str]:
    """Name the tables of a database that are others than those of one just made.

    Args:
        db: What is checked. Tables that it lacks are not its damage: older releases made fewer.
        made: A database with all tables.
    """
    return [
        f"the description of its table {name} is not the one that hilbert writes"
        for name, expected in _tables(made).items()
        if (found := _structure(db, name))[0] and found != expected
    ]


def _tables(db: sqlite3.Connection) -> dict[str, list[list[Any]]]:
    names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {name: _structure(db, name) for (name,) in names.fetchall()}


def _structure(db: sqlite3.Connection, table: str) -> list[list[Any]]:
    return [[tuple(row) for row in db.execute(query, [table])] for query in _OF_A_TABLE]
