"""A share of a collection that is indexed by itself, on one machine of several."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.base.errors import QueryError

_FORM = re.compile(r"(\d{1,6})/(\d{1,6})")


@dataclass(frozen=True)
class Part:
    """Part `number` (from 1) of `count`; a file belongs to the same one wherever it lies."""

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Part:
        """Read `3/8`.

        Raises:
            QueryError: It is none.
        """
        found = _FORM.fullmatch(text.strip())
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            raise QueryError(f"'{text}' is no part; write 3/8 for the third of eight")
        return cls(int(found[1]), int(found[2]))

    def holds(self, sha256: str) -> bool:
        """Whether the part holds a file whose content has this digest (hex)."""
        return int(sha256[:16], 16) % self.count == self.number - 1
