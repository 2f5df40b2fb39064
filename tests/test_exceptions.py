"""No exception is swallowed: each is raised again, logged with its traceback, or listed here."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# File, function and caught exceptions of each handler that neither raises nor logs, and why.
SILENT: dict[str, str] = {
    "hilbert/extras.py:install_command PackageNotFoundError": (
        "a checkout that was never installed names the packages without versions"
    ),
    "app/guard/hosts.py:host_name ValueError": "an empty name is the answer for what names no host",
    "app/guard/own_folder.py:delete_leftovers Timeout": "a running server holds the folder",
    "app/state/library_access.py:_resolved ValueError": (
        "None is the answer for what is no path; the page refuses it in words"
    ),
    "app/pages/diagnostics.py:draw QueryError": "a library too small to measure; the page says so",
    "app/state/jobs.py:Job.run Stopped": "the visitor stopped the job; nothing failed",
    "app/state/open_library.py:_made_at OSError": "a library without a snapshot has no such time",
    "app/state/search_state.py:number_in ValueError": "what is in a URL need not be a number",
    "indexer/adapt/evaluate.py:_answer QueryError": "a channel without input finds nothing",
    "indexer/adapt/keyphrases.py:keyphrases ValueError": "texts without words have no keyphrase",
    "indexer/adapt/train_fusion.py:_run_or_start_over OtherTrainingError": (
        "training starts over, and its progress says why"
    ),
    "indexer/store/dismissals.py:_state OSError, ValueError": (
        "of a file that is not there each try is another failure"
    ),
    "hilbert/encoders/joined_model.py:joined_folder OSError": (
        "another process was quicker; raised where there is no folder"
    ),
    "indexer/ingest/expected_names.py:_vocabulary FileNotFoundError": (
        "most folders have no vocabulary"
    ),
    "indexer/ingest/expected_names.py:_vocabulary OSError": "a warning says why",
    "indexer/base/names.py:is_utf8 UnicodeEncodeError": "False is the answer",
    "hilbert/offline.py:is_here ValueError": "a name of a computer is no address of this one",
    "hilbert/trusted.py:_listed FileNotFoundError": "a user who chose nothing has no list",
    "indexer/base/web_pages.py:web_address ValueError": "what is no address is None",
    "indexer/base/limits.py:parse_limits ValueError": "refused as a number that cannot be",
    **dict.fromkeys(
        (
            "indexer/guard/child.py:_next StopIteration",
            "indexer/guard/child.py:_next HilbertError",
            "indexer/guard/child.py:_next MemoryError",
            "indexer/guard/child.py:_next OSError",
            "indexer/guard/child.py:_next Exception",
        ),
        "sent to the parent, which raises it",
    ),
    "indexer/guard/child.py:_listen WireError, OSError": "the parent has ended, and so does this",
    "indexer/guard/children.py:_Child.why_ended subprocess.TimeoutExpired": (
        "the status says that it still runs"
    ),
    "indexer/guard/children.py:_Child.end OSError": "the process has ended before",
    "indexer/guard/children.py:_Child._close OSError": "the process has ended before",
    "indexer/guard/restrictions.py:_limit OSError, ValueError": (
        "False is the answer, and the doctor says which guard is missing"
    ),
    "indexer/base/languages.py:_looked_up LanguageTagError": "a name is looked for instead",
    "indexer/base/languages.py:_by_name LookupError": (
        "None is the answer for what names no language"
    ),
    "indexer/base/memory.py:keep_freed_memory OSError, AttributeError": (
        "an optional feature of one C library"
    ),
    "indexer/transcripts/encoding.py:_decoded UnicodeDecodeError": "the next encoding is tried",
    "indexer/transcripts/mixed_encodings.py:with_other_lines UnicodeDecodeError": (
        "the other encoding is tried"
    ),
    "indexer/transcripts/mixed_encodings.py:_as_words UnicodeDecodeError": (
        "None is the answer, and the bad bytes are warned of"
    ),
    "indexer/transcripts/mixed_encodings.py:_reread_line UnicodeEncodeError": (
        "None is the answer: the line is as it should be"
    ),
    "indexer/transcripts/mixed_encodings.py:_reread_line UnicodeDecodeError": (
        "likewise, the line is as it should be"
    ),
    "indexer/ingest/table_rows.py:_lines csv.Error": (
        "the rows are read line by line, with a note"
    ),
    "indexer/transcripts/formats/table.py:_rows csv.Error": (
        "the rows are read line by line, with a warning"
    ),
    "indexer/transcripts/json_segments.py:is_json TranscriptError": "False is the answer",
    "indexer/transcripts/json_segments.py:peek_json TranscriptError": (
        "what is no JSON is of no JSON format; reading it by its extension says so"
    ),
    "indexer/transcripts/json_segments.py:seconds OverflowError, ValueError": (
        "None is the answer for what is no time; it is repaired with a warning"
    ),
    "indexer/base/timecode.py:read_seconds ValueError": "None is the answer for what is no time",
    "indexer/cli.py:_flushed BrokenPipeError": (
        "the reader of the output left; the exit status says so"
    ),
    "indexer/cli.py:run BrokenPipeError": "the reader of the output left; the exit status says so",
    "indexer/cli.py:run Exception, KeyboardInterrupt": (
        "printed in one line, with --debug its traceback below"
    ),
    "indexer/cli.py:run SystemExit": "the reader of the output left; the exit status says so",
    "indexer/cli.py:run click.exceptions.Exit": "the way a command returns its exit status",
    "indexer/cli.py:run click.exceptions.NoArgsIsHelpError": "the help that it carries is printed",
    "indexer/commands/app.py:Served.wait KeyboardInterrupt": "the way in which the app is stopped",
    "indexer/base/read_ahead.py:read_ahead_groups.put queue.Full": "waits and tries again",
    "indexer/base/read_ahead.py:read_ahead_groups.work BaseException": (
        "handed to the reading thread, which raises it"
    ),
    "indexer/commands/train.py:_architecture_help MissingExtraError": (
        "the help of --objective, one line above, says what is missing"
    ),
    "indexer/commands/train.py:_objective_help MissingExtraError": (
        "the help shows the message instead"
    ),
    "indexer/commands/versions.py:_ffmpeg metadata.PackageNotFoundError": (
        "a package that is missing is named as such"
    ),
    "indexer/commands/versions.py:_version metadata.PackageNotFoundError": (
        "a package that is missing is named as such"
    ),
    "indexer/index/library_store.py:_size OSError": "a file that is just deleted takes no space",
    "indexer/ingest/plan.py:_Planner._is_still_at OSError, HilbertError": (
        "a recording that moved is an ordinary answer"
    ),
    "indexer/maintenance/doctor.py:examine UnfinishedLibraryError": (
        "a library whose making was interrupted is noted"
    ),
    "indexer/media/frames.py:Frames.__iter__ OSError, ValueError, av.error.FFmpegError": (
        "a damaged link of a chained file is counted and warned of; the next one is read"
    ),
    "indexer/media/frames.py:Frames._read StopIteration": "the end of the recording",
    "indexer/media/frames.py:Frames._read av.error.FFmpegError": (
        "thousands of packets may be damaged; they are counted and warned of"
    ),
    "indexer/media/frames.py:Frames._read IndexError": (
        "a track that begins within the file is not the one that is decoded"
    ),
    "indexer/media/tags.py:readable UnicodeDecodeError": "the next encoding is tried",
    "indexer/media/kinds.py:_is_text UnicodeDecodeError": "what is no text is an ordinary answer",
    "indexer/transcripts/formats/podcast_json.py:sniff TranscriptError": (
        "not this format; the next one is tried"
    ),
    "indexer/transcripts/formats/whisper_json.py:sniff TranscriptError": (
        "parsing it raises the same error again"
    ),
    "indexer/transcripts/reader.py:may_be_transcript OSError": "reading the file raises it again",
}


def is_logged_or_raised(body: Sequence[ast.stmt]) -> bool:
    """Whether each way through the statements raises, or logs with the traceback."""
    for statement in body:
        if isinstance(statement, ast.Raise) or is_log_call(statement):
            return True
        if isinstance(statement, ast.With) and is_logged_or_raised(statement.body):
            return True
        if isinstance(statement, ast.If):
            branches = [is_logged_or_raised(b) for b in (statement.body, statement.orelse)]
            if all(branches):
                return True
            # A branch that leaves unlogged is not helped by what stands below.
            if any(
                leaves(branch) and not seen
                for branch, seen in zip((statement.body, statement.orelse), branches, strict=True)
            ):
                return False
        if leaves([statement]):
            return False
    return False


def leaves(body: Sequence[ast.stmt]) -> bool:
    """Whether statements end in `return`, `continue` or `break`."""
    return bool(body) and isinstance(body[-1], ast.Return | ast.Continue | ast.Break)


def is_log_call(statement: ast.stmt) -> bool:
    """Whether a statement logs the exception with its traceback."""
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)):
        return False
    call = statement.value
    if not (isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)):
        return False
    if call.func.value.id not in ("log", "logger"):
        return False
    return call.func.attr == "exception" or any(
        keyword.arg == "exc_info" and not is_false(keyword.value) for keyword in call.keywords
    )


def is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and not value.value


def swallowed(tree: ast.AST, names: tuple[str, ...] = ()) -> Iterator[tuple[str, int]]:
    """Yield the function with the caught exceptions, and the line, of each that is swallowed."""
    if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        names = (*names, tree.name)
    where = ".".join(names)
    if isinstance(tree, ast.ExceptHandler) and not is_logged_or_raised(tree.body):
        yield f"{where} {_types([tree.type] if tree.type else [])}", tree.lineno
    if isinstance(tree, ast.With | ast.AsyncWith):
        for item in tree.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("suppress"):
                yield f"{where} {_types(call.args)}", tree.lineno
    for child in ast.iter_child_nodes(tree):
        yield from swallowed(child, names)


def _types(caught: Sequence[ast.expr]) -> str:
    return ", ".join(ast.unparse(one).strip("()") for one in caught) or "everything"


def test_every_exception_is_raised_or_logged_or_listed_with_a_reason() -> None:
    found = {
        f"{path.relative_to(ROOT).as_posix()}:{what}": line
        for package in ("hilbert", "indexer", "app")
        for path in sorted((ROOT / package).rglob("*.py"))
        for what, line in swallowed(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert {place: line for place, line in found.items() if place not in SILENT} == {}
    assert sorted(SILENT.keys() - found.keys()) == [], "listed, but no longer there"
    assert [place for place, reason in SILENT.items() if len(reason.split()) < 4] == []


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "log.debug('gone')",
        "log.debug('gone', exc_info=False)",
        "return log.name",
        "if x:\n        raise",
        "if x:\n        return\n    raise",
        "for x in y:\n        log.exception('gone')",
        "def later():\n        raise",
    ],
)
def test_a_swallowed_exception_is_found(body: str) -> None:
    source = f"def f():\n  try:\n    x()\n  except (OSError, ValueError):\n    {body}\n"
    assert list(swallowed(ast.parse(source))) == [("f OSError, ValueError", 4)]


@pytest.mark.parametrize(
    "body",
    [
        "raise",
        "x()\n    raise ValueError('gone') from None",
        "log.exception('gone')",
        "log.debug('gone', exc_info=True)\n    return",
        "if x:\n        raise\n    else:\n        logger.info('gone', exc_info=error)",
        "if x:\n        raise\n    log.exception('gone')\n    return",
        "with x:\n        raise",
    ],
)
def test_an_exception_that_is_raised_or_logged_is_not(body: str) -> None:
    source = f"def f():\n  try:\n    x()\n  except OSError as error:\n    {body}\n"
    assert list(swallowed(ast.parse(source))) == []


@pytest.mark.parametrize("name", ["suppress", "contextlib.suppress"])
def test_suppress_swallows(name: str) -> None:
    source = f"with {name}(OSError, KeyError):\n    x()\n"
    assert list(swallowed(ast.parse(source))) == [(" OSError, KeyError", 1)]
