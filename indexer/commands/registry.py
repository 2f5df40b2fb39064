"""The verbs of the `hilbert` command, found by name."""

from __future__ import annotations

from collections.abc import Callable

import click

from hilbert.extension_points import VERBS as POINT
from hilbert.registry import Registry

VERBS: Registry[click.Command] = Registry(POINT)


def verb(order: int = 100) -> Callable[[click.Command], click.Command]:
    """Return a decorator that registers a click command as a verb, under the command's name.

    Args:
        order: Place in `hilbert --help`; low orders come first.
    """

    def register(command: click.Command) -> click.Command:
        if not command.name:
            raise ValueError("a verb needs a name: @click.command('name')")
        return VERBS.add(command.name, command, order)

    return register
