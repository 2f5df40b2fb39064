"""Whoever catches an error of the system asks first whether the machine failed, or says why not.

A full disk or a failing one that is taken for a missing file, a damaged one or none at all is told
wrongly, or not at all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

CAUGHT = frozenset({"OSError", "IOError", "EnvironmentError"})
ASKING = frozenset({"raise_system_fault", "system_fault"})
_TOLD = "the reason that the system gives is told"
_OPTIONAL = "what is kept there only saves time"
_PARENT = "how the other process ended is told"
_GUARDED = "the guarded process hands the error to its parent, which asks"

# File and function of each handler that does not ask, and why.
UNASKED: dict[str, str] = {
    "hilbert/encoders/joined_model.py:joined_folder": "raised again where there is no folder",
    "hilbert/registry.py:_named_groups": "a package whose entry points cannot be read adds none",
    "hilbert/trusted.py:trust_own": "what cannot be listed is asked for later",
    "indexer/base/memory.py:keep_freed_memory": "an optional feature of one C library",
    "indexer/base/names.py:existing_path": "opening the path as it was typed says what is wrong",
    "indexer/base/presence.py:look_for": _TOLD,
    "indexer/base/presence.py:unreachable_folder": _TOLD,
    "indexer/commands/completion.py:_values": "a shell that completes has no place for errors",
    "indexer/commands/search.py:_answer_line": "the answer to the line holds the error",
    "indexer/engines/ray_cluster.py:_check_answers": _TOLD,
    "indexer/engines/ray_worker.py:Worker._here": _TOLD,
    "indexer/engines/ray_worker.py:Worker._process": "the document's failure holds the error",
    "indexer/ingest/expected_names.py:_vocabulary": _TOLD,
    "indexer/guard/child.py:_listen": "the parent has ended, and so does this process",
    "indexer/guard/child.py:_next": _GUARDED,
    "indexer/guard/children.py:_Child.__init__": _TOLD,
    "indexer/guard/children.py:_Child._send": _PARENT,
    "indexer/guard/children.py:_Child._receive": _PARENT,
    "indexer/guard/restrictions.py:_limit": "the doctor says which guard is missing",
    "indexer/index/fulltext_upgrade.py:current_version": _OPTIONAL,
    "indexer/index/library_models.py:_keep_graph": _OPTIONAL,
    "indexer/index/library_store.py:_size": "a file that is just deleted takes no space",
    "indexer/index/repeats.py:read_or_find": _OPTIONAL,
    "indexer/ingest/chapter_files.py:ChapterFiles._files": "the walk of the folder tells it",
    "indexer/ingest/folders.py:list_folder": "the walk of the folder tells it",
    "indexer/ingest/info_files.py:InfoFiles._files": "the walk of the folder tells it",
    "indexer/ingest/info_files.py:InfoFiles.values": _TOLD,
    "indexer/ingest/main_language.py:_languages_heard": "indexing the file tells it",
    "indexer/ingest/main_language.py:_languages_read": "indexing the file tells it",
    "indexer/ingest/metadata_table.py:read_metadata_table": _TOLD,
    "indexer/ingest/plan.py:_Planner._hash_transcript": "the file's failure holds the error",
    "indexer/ingest/plan.py:_Planner._is_still_at": "reading the file for the index tells it",
    "indexer/ingest/transcript_folders.py:TranscriptFolders._folders_in": (
        "the walk of the folder tells it"
    ),
    "indexer/maintenance/versions.py:_is_as_read": "a file that cannot be looked at is as unread",
    "indexer/media/chapters.py:ffmetadata_chapters": "opening the file once more asks the system",
    "indexer/media/chapters.py:read_chapters": _TOLD,
    "indexer/media/frames.py:Frames.__iter__": "a damaged link of a chained file",
    "indexer/media/kinds.py:content_of": "opening the file to decode it tells it",
    "indexer/media/opening.py:open_container": "opening the file once more asks the system",
    "indexer/published/engine.py:Engine._call": _TOLD,
    "indexer/published/store.py:_fetch": "raised again where no other process was first",
    "indexer/transcripts/reader.py:_read_bytes": _TOLD,
    "indexer/transcripts/reader.py:may_be_transcript": "reading the file raises it again",
    "indexer/store/dismissals.py:_state": "the failure itself, which is listed, says what is wrong",
}


def unasked(tree: ast.AST, names: tuple[str, ...] = ()) -> Iterator[tuple[str, int]]:
    """Yield the function and the line of each handler of errors of the system that does not ask."""
    if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        names = (*names, tree.name)
    if isinstance(tree, ast.ExceptHandler) and tree.type and not asks(tree):
        types = tree.type.elts if isinstance(tree.type, ast.Tuple) else [tree.type]
        if CAUGHT & {ast.unparse(one) for one in types}:
            yield ".".join(names), tree.lineno
    for child in ast.iter_child_nodes(tree):
        yield from unasked(child, names)


def asks(handler: ast.ExceptHandler) -> bool:
    """Whether a handler asks, or ends in raising the same error again."""
    last = handler.body[-1]
    called = {ast.unparse(node.func) for node in ast.walk(handler) if isinstance(node, ast.Call)}
    return bool(called & ASKING) or (isinstance(last, ast.Raise) and last.exc is None)


def test_handlers_of_errors_of_the_system_ask_whether_the_machine_failed() -> None:
    found = {
        f"{path.relative_to(ROOT).as_posix()}:{where}": line
        for package in ("hilbert", "indexer")
        for path in sorted((ROOT / package).rglob("*.py"))
        for where, line in unasked(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert {place: line for place, line in found.items() if place not in UNASKED} == {}
    assert sorted(UNASKED.keys() - found.keys()) == [], "listed, but no longer there"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return None", [("f", 4)]),
        ("raise ValueError from error", [("f", 4)]),
        ("raise_system_fault(error)\n    return None", []),
        ("told = system_fault(error) or 'damaged'", []),
        ("close()\n    raise", []),
    ],
)
def test_a_handler_that_does_not_ask_is_found(body: str, expected: list[tuple[str, int]]) -> None:
    source = f"def f():\n  try:\n    x()\n  except (OSError, KeyError) as error:\n    {body}\n"
    assert list(unasked(ast.parse(source))) == expected
