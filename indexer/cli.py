"""The `hilbert` command: user errors print one line and set the exit code."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any, TextIO

import click

from indexer.commands.offline import add_offline
from indexer.commands.registry import VERBS
from indexer.commands.terminal import print_line, use_replacements
from indexer.commands.verbosity import add_options, is_debugging, logging_to_stderr

# As a shell shows a process that a closed pipe ended.
_BROKEN_PIPE_STATUS = 128 + getattr(signal, "SIGPIPE", 13)


class _Verbs(click.Group):
    """The verbs of the registry, each with the options of the log."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = VERBS.find(cmd_name)
        return add_offline(add_options(command)) if command else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            # First sentences whole: click alone would cut them at the width of the terminal.
            formatter.write_dl(
                [(name, command.get_short_help_str(limit=200)) for name, command in VERBS.items()]
            )


def _print_versions(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from indexer.commands.versions import versions_text

        print_line(*versions_text().splitlines())
        context.exit()


@click.command(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_versions,
    help="Show the versions of hilbert and of what it stands on.",
)
def hilbert() -> None:
    """Search what was said in your recordings, and how it sounded."""


add_offline(add_options(hilbert))


def main() -> None:
    """Run a verb; exit 0 when all went well, 1 on a failure, 2 on wrong usage."""
    # Read once, when OpenMP is loaded. By default its threads burn a core while they wait for
    # each other: beside one other busy process training was measured to take 5 times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    for stream in (sys.stdout, sys.stderr):
        use_replacements(stream)
    status = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        if not _flushed(stream):
            status = _BROKEN_PIPE_STATUS
    sys.exit(status)


def run(arguments: list[str]) -> int:
    """Run a verb and return the exit status."""
    output = sys.stdout
    with logging_to_stderr():
        try:
            status: Any = hilbert.main(arguments, prog_name="hilbert", standalone_mode=False)
            return status if isinstance(status, int) else 0
        except click.exceptions.Exit as stop:
            return stop.exit_code
        except click.exceptions.NoArgsIsHelpError as help_wanted:
            click.echo(help_wanted.format_message())
            return 2
        except BrokenPipeError:  # the reader of our output left
            return _BROKEN_PIPE_STATUS
        except SystemExit:
            if sys.stdout is output:
                raise
            sys.stdout = output  # click saw the closed pipe first, and put a wrapper there
            return _BROKEN_PIPE_STATUS
        except (Exception, KeyboardInterrupt) as error:
            return _report(error)


def _report(error: BaseException) -> int:
    """Print an error in one line, with `--debug` its traceback below; return the exit status."""
    message, status = _message(error)
    print_line(f"hilbert: {' '.join(message.split())}", err=True)
    if is_debugging():
        import traceback

        print_line(*"".join(traceback.format_exception(error)).splitlines(), err=True)
    return status


def _message(error: BaseException) -> tuple[str, int]:
    """Return what the user reads of an error, and the exit status."""
    import sqlite3

    from hilbert.errors import HilbertError
    from hilbert.system_faults import system_fault

    if isinstance(error, click.Abort | KeyboardInterrupt):
        return "stopped; what is done is kept, the same command goes on from there", 130
    if isinstance(error, click.ClickException):
        return error.format_message() + _hint(error), error.exit_code
    if words := system_fault(error):
        return words, 1
    if isinstance(error, HilbertError):
        return str(error), 1
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename else str(error), 1
    if isinstance(error, sqlite3.DatabaseError):
        return f"a file of the library is damaged ({error}); run 'hilbert doctor'", 1
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    hint = "" if is_debugging() else "; run again with --debug to see where"
    return f"unexpected {what}{hint}", 1


def _hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f" (see '{context.command_path} --help')" if context else ""


def _flushed(stream: TextIO) -> bool:
    """Write out what is buffered; False where the reader left."""
    try:
        stream.flush()
    except BrokenPipeError:
        # The interpreter flushes once more when it ends, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return False
    return True
