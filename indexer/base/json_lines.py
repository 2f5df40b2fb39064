"""JSON Lines files: one object a line, checked, with the number of the line in every error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hilbert.system_faults import raise_system_fault
from indexer.base.errors import QueryError, QueryFileError
from indexer.base.regular_file import read_given_text


def read_json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number and the object of each line that is not blank.

    Raises:
        QueryError: The file cannot be read.
        QueryFileError: A line is not a JSON object.
    """
    try:
        lines = read_given_text(path).split("\n")
    except (OSError, ValueError) as error:  # a ValueError: not UTF-8, or no possible path
        raise_system_fault(error)
        raise QueryError(f"{path}: cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise QueryFileError(f"{path}, line {number}: not JSON ({error})") from error
        if not isinstance(value, dict):
            raise QueryFileError(f'{path}, line {number}: not an object such as {{"query": ...}}')
        yield number, value
