"""The verbs of the `hilbert` command, found by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from hilbert.extension_points import VERBS as POINT
from hilbert.registry import Registry

C = TypeVar("C", bound=click.Command)

VERBS: Registry[click.Command] = Registry(POINT)


def verb(order: int = 100) -> Callable[[C], C]:
    """Return a decorator that registers a click command as a verb, under the command's name.

    Args:
        order: Place in `hilbert --help`; low orders come first.
    """

    def register(command: C) -> C:
        if not command.name:
            raise ValueError("a verb needs a name: @click.command('name')")
        VERBS.add(command.name, command, order)
        return command

    return register
