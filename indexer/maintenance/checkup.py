"""Findings of a check of a library."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Checkup:
    """Findings of a check.

    Attributes:
        problems: What needs repair, and how to do it.
        notes: What is harmless.
    """

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def healthy(self) -> bool:
        """Return whether nothing needs repair."""
        return not self.problems
