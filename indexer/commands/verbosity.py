"""`--verbose` and `--debug`, before or after the verb, and the log on standard error."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from hilbert.registry import log_tracebacks
from indexer.commands.terminal import printable

# Of the project alone: other packages keep to warnings, whatever is asked of ours.
_LOGGERS = ("hilbert", "indexer", "app")
_LEVEL_VARIABLE = "HILBERT_LOG_LEVEL"


class _Formatter(logging.Formatter):
    """One line a record, in the form of an error, with the traceback below where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"hilbert: {record.levelname.lower()}: {printable(record.getMessage())}"
        if not record.exc_info:
            return line
        trace = self.formatException(record.exc_info).splitlines()
        return "\n".join([line, *map(printable, trace)])


@contextmanager
def logging_to_stderr() -> Iterator[None]:
    """Log warnings to standard error, and more where `--verbose` or `--debug` asks for it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter())
    root = logging.getLogger()
    before = {name: logging.getLogger(name).level for name in _LOGGERS}
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def level_for_processes() -> dict[str, str]:
    """Return the variables that pass `--verbose` or `--debug` on to a process."""
    level = logging.getLogger("indexer").level
    return {_LEVEL_VARIABLE: logging.getLevelName(level)} if level else {}


def log_as_started() -> None:
    """Log to standard error at the level of the command that started this process."""
    level = os.environ.get(_LEVEL_VARIABLE)
    root = logging.getLogger()
    if level not in ("INFO", "DEBUG") or any(
        isinstance(handler.formatter, _Formatter) for handler in root.handlers
    ):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter())
    root.addHandler(handler)
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(level)


def is_debugging() -> bool:
    """Return whether `--debug` was given."""
    return logging.getLogger("indexer").isEnabledFor(logging.DEBUG)


def add_options(command: click.Command) -> click.Command:
    """Give a command `-v/--verbose` and `--debug`, where it has no options of these names."""
    taken = {name for parameter in command.params for name in parameter.opts}
    for names, level, help_text in (
        (("-v", "--verbose"), logging.INFO, "Log what is done to standard error."),
        (("--debug",), logging.DEBUG, "Log everything, errors with their traceback."),
    ):
        if free := [name for name in names if name not in taken]:
            command.params.append(_option(free, level, help_text))
    return command


def _option(names: list[str], level: int, help_text: str) -> click.Option:
    def lower(_context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
        for name in _LOGGERS if wanted else ():
            logger = logging.getLogger(name)
            logger.setLevel(min(level, logger.level or level))
        if wanted and level == logging.DEBUG:
            log_tracebacks()

    # Eager, so that errors in other options have their traceback too.
    return click.Option(
        names, is_flag=True, is_eager=True, expose_value=False, callback=lower, help=help_text
    )
