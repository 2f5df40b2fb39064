"""The version of the JSON that hilbert prints and exports."""

from __future__ import annotations

from typing import Any

JSON_SCHEMA_VERSION = 1
"""See "What may change in which release" in CONTRIBUTING.md."""


def versioned(value: Any) -> Any:
    """Return an object with a key `schema_version`; of a list, each of its objects."""
    if isinstance(value, dict):
        return {**value, "schema_version": JSON_SCHEMA_VERSION}
    if isinstance(value, list):
        return [versioned(entry) for entry in value]
    return value
