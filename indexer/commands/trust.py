"""hilbert trust: accept the models that a library brings."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.commands.options import json_option, library_option
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import print_line


@verb(order=136)
@click.command("trust", short_help="Accept the encoders that a library from somebody else names.")
@library_option
@json_option
def command(library: Path, as_json: bool) -> None:
    """Accept the encoders that a library names, once.

    A library of the encoders that ship never asks. Another one names encoders: folders of this
    computer or of the library itself. Those that you named yourself are known; others are loaded
    only after this. What was accepted is remembered by its digest, and has to be accepted again
    when it changes.
    """
    from hilbert.trusted import TRUSTED_FILE
    from hilbert.user_folders import config_folder
    from indexer.index.library_store import LibraryStore

    store = LibraryStore.open(library)
    found = list(store.encoders.brought_models())
    store.encoders.trust(found)
    if as_json:
        print_json({"trusted": [{"role": r, "name": n, "sha256": d} for r, n, d in found]})
        return
    for role, name, digest in found:
        print_line(f"trusted from now on: the {role} encoder {name} ({digest[:12]})")
    if found:
        print_line(f"remembered in {config_folder() / TRUSTED_FILE}")
    else:
        print_line("this library names no encoder that is not trusted already")
