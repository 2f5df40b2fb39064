"""The command line: one verb a file, errors in words, an exit status that tells."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from hilbert import __version__

# Verb to what `hilbert --help` says of it; the modules are imported only when used.
VERBS = {
    "index": "Add recordings and transcripts to a library, or update it.",
    "search": "Find moments by typed words, by a clip, or by both.",
    "similar": "Find the moments most like a moment or a document.",
    "clip": "Cut the sound of a moment out of its recording.",
    "evaluate": "Measure how well each channel finds what is wanted.",
    "diagnose": "Measure the embedding space: the modality gap, and what it costs.",
    "tune": "Fit the weights of the channels to your own queries.",
    "list": "List the documents of a library.",
    "info": "Describe a library.",
    "train": "Train the fusion model on a library, adopt it if it is better.",
    "rebuild": "Make a new index from stored features.",
    "remove": "Remove documents from a library.",
    "doctor": "Check a library and say how to mend it.",
    "app": "Open a library in the browser.",
    "demo": "Build the demo library, search it, open it in the browser.",
}


class _Verbs(click.Group):
    """Imports a verb's module when the verb is used, so that `--help` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command: click.Command = importlib.import_module(f"indexer.commands.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.command(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hilbert")
def hilbert() -> None:
    """Search what was said in your recordings, and how it sounded."""


def main() -> None:
    """Run a verb; exit 0 when all went well, 1 on a failure, 2 on wrong usage."""
    # Read once, when OpenMP is loaded. By default its threads burn a core while they wait for
    # each other: beside one other busy process training was measured to take 5 times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a verb and return the exit status."""
    try:
        status: Any = hilbert.main(arguments, prog_name="hilbert", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        _complain("stopped; what is done is kept, the same command goes on from there")
        return 130
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        click.echo(help_wanted.format_message())
        return 2
    except click.ClickException as error:
        _complain(error.format_message() + _hint(error))
        return error.exit_code
    except BrokenPipeError:  # the reader of our output left
        sys.stderr.close()
        return 0
    except OSError as error:  # a full disk, a folder without write permission
        _complain(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        return 1
    except Exception as error:
        import sqlite3

        from hilbert.errors import HilbertError

        if isinstance(error, HilbertError):
            _complain(str(error))
        elif isinstance(error, sqlite3.DatabaseError):
            _complain(f"a file of the library is damaged ({error}); run 'hilbert doctor'")
        else:
            raise
        return 1


def _hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f" (see '{context.command_path} --help')" if context else ""


def _complain(text: str) -> None:
    click.echo(f"hilbert: {' '.join(text.split())}", err=True)
