"""Verbs of the `hilbert` command run in this process: no time to start, no installed command."""

from __future__ import annotations

import contextlib
import io

from indexer.cli import run


def call(*arguments: object) -> tuple[int, str, str]:
    """Run a verb in this process; return exit status, output and errors."""
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        status = run([str(argument) for argument in arguments])
    return status, output.getvalue(), errors.getvalue()
