"""`--offline`, before or after the verb."""

from __future__ import annotations

import os

import click


def add_offline(command: click.Command) -> click.Command:
    """Give a command `--offline`, where it has no option of this name."""
    if not any("--offline" in parameter.opts for parameter in command.params):
        command.params.append(
            click.Option(
                ["--offline"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_go_offline,
                help="Refuse whatever could leave this machine (or set HILBERT_OFFLINE=1).",
            )
        )
    return command


def _go_offline(_context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted or os.environ.get("HILBERT_OFFLINE"):  # nothing is imported where nobody asks
        from hilbert.offline import go_offline, is_offline

        if wanted or is_offline():
            go_offline()
