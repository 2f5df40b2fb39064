"""hilbert doctor: check a library and say how to repair it."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.commands.options import json_option, library_option
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import print_line


@verb(order=140)
@click.command("doctor", short_help="Check a library and say how to repair it.")
@library_option
@click.option("--deep", is_flag=True, help="Read every byte; minutes for a large library.")
@json_option
def command(library: Path, deep: bool, as_json: bool) -> int:
    """Check a library; exit 0 when it is healthy, 1 when something needs repair."""
    from indexer.maintenance.doctor import examine

    checkup = examine(library, deep=deep)
    if as_json:
        found = {
            "healthy": checkup.healthy,
            "problems": checkup.problems,
            "notes": checkup.notes,
        }
        print_json(found)
    else:
        for problem in checkup.problems:
            print_line(f"problem: {problem}")
        for note in checkup.notes:
            print_line(f"note: {note}")
        print_line("healthy" if checkup.healthy else f"{len(checkup.problems)} problems")
    return 0 if checkup.healthy else 1
