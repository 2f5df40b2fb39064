"""Failing system calls are told as what they are, and leave a library that answers.

A spread of points; `make trust` tries all of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sharing import copy_library
from tests.trust import shim

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(bool(shim.why_not()), reason=shim.why_not())


@pytest.fixture(scope="module")
def preloaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shim.build(tmp_path_factory.mktemp("shim"))


def run(preloaded: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python with the shim."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "LD_PRELOAD": str(preloaded)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("verbs", "every"), [(["search", "info", "doctor"], 41), (["remove"], 89), (["index"], 499)]
)
def test_a_failing_call_is_told_and_loses_nothing(
    preloaded: Path,
    empty_library_folder: Path,
    tmp_path: Path,
    verbs: list[str],
    every: int,
    models: None,
) -> None:
    command = ["-m", "tests.trust.fault_points", empty_library_folder, tmp_path]
    done = run(preloaded, *command, "--every", every, "--verb", *verbs)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " points, 0 findings" in done.stdout


KILLED_WRITER = """
import os, sys
from pathlib import Path
from indexer.index.library_store import LibraryStore
from tests.killing import in_child
from tests.made_documents import put
from tests.trust.shim import FAULTS, arm

folder = Path(sys.argv[1])

def write():
    put(LibraryStore.open(folder), 1)
    os._exit(0)  # what was committed stays in the log

def read():
    arm(folder, FAULTS["read-only"], 1)
    library = LibraryStore.open(folder)
    print(len(library.catalog.documents()), flush=True)

assert in_child(write) == 0
assert (folder / "catalog.sqlite-wal").stat().st_size
assert in_child(read) == 0
"""


def test_a_library_of_a_killed_writer_is_read_on_a_read_only_disk(
    preloaded: Path, empty_library_folder: Path, tmp_path: Path, models: None
) -> None:
    folder = copy_library(empty_library_folder, tmp_path / "library")
    done = run(preloaded, "-c", KILLED_WRITER, folder)
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr


CREATE = """
import sys
from pathlib import Path
from indexer.index.library_store import LibraryStore
from tests.trust.shim import FAULTS, arm, counted

folder = Path(sys.argv[1])
arm(folder / "model", FAULTS["io"], 0)
LibraryStore.create(folder).close()
print(counted()["sync"] - len(list((folder / "model").iterdir())))
"""


def test_the_model_of_a_new_library_is_on_disk(
    preloaded: Path, tmp_path: Path, models: None
) -> None:
    done = run(preloaded, "-c", CREATE, tmp_path / "library")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 1  # each file, and the folder


WRITE = """
import sys
from pathlib import Path
from hilbert.system_faults import system_fault
from indexer.base.checked_sqlite import write_database
from indexer.index.fulltext_writer import RECORDS_SCHEMA
from tests.killing import in_child
from tests.trust.shim import FAULTS, arm

folder = Path(sys.argv[1])

def write(nth):
    arm(folder, FAULTS["io"], nth)
    try:
        with write_database(folder / f"{nth}.sqlite") as db:
            for statement in RECORDS_SCHEMA:
                db.execute(statement)
    except Exception as error:
        print(system_fault(error) or repr(error), flush=True)
    return 0

for nth in range(1, 20):
    assert in_child(lambda: write(nth)) == 0
"""


def test_a_file_that_is_being_written_is_never_called_damaged(
    preloaded: Path, tmp_path: Path
) -> None:
    done = run(preloaded, "-c", WRITE, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "I/O error" in done.stdout
    assert "malformed" not in done.stdout
