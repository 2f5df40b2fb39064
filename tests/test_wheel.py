"""What is packaged is what works: the wheel is built, installed elsewhere, and searched from."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WORDS = "The suitcase was lost between two trains, and nobody at the station had seen it. " * 8

Run = Callable[..., subprocess.CompletedProcess[str]]


def start(command: list[object], **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
        env={**clean, "PYTHONIOENCODING": "utf-8", **environment},
    )


@pytest.fixture(scope="module")
def wheel(models: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    build = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT]
    done = start([*pip, *build])
    assert done.returncode == 0, done.stderr
    (made,) = folder.glob("hilbert-*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment with the wheel in it and, of hilbert, nothing else.

    The dependencies are those of the environment that runs the tests, found through a list of
    paths. Its own lists are not read again, so an editable hilbert is not found.
    """
    environment = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(environment, with_pip=False, symlinks=os.name != "nt")
    paths = {"base": str(environment), "platbase": str(environment)}
    packages = Path(sysconfig.get_path("purelib", "venv", vars=paths))
    shared = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "shared.pth").write_text("\n".join(sorted(shared)) + "\n", encoding="utf-8")
    binaries = Path(sysconfig.get_path("scripts", "venv", vars=paths))
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--python",
        binaries / "python",
    ]
    done = start([*pip, "install", "--quiet", "--no-deps", "--no-index", "--no-compile", wheel])
    assert done.returncode == 0, done.stderr
    return binaries


def test_the_wheel_holds_the_packages_their_assets_and_their_types(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {
        "hilbert",
        "indexer",
        "app",
    }
    for package in ("hilbert", "indexer", "app"):
        assert f"{package}/py.typed" in names
        for path in (ROOT / package).rglob("*.py"):
            assert path.relative_to(ROOT).as_posix() in names
    for path in ("model/model.safetensors", "model/config.json", "demo/queries.jsonl"):
        assert f"hilbert/_assets/{path}" in names


def test_the_installed_command_indexes_and_searches(installed: Path, tmp_path: Path) -> None:
    python, hilbert = installed / "python", installed / "hilbert"
    where = start([python, "-P", "-c", "import hilbert, indexer, app; print(hilbert.__file__)"])
    assert where.stdout.startswith(str(installed.parent)), where.stdout + where.stderr
    assert "\n  search " in start([hilbert, "--help"]).stdout
    talks, library = tmp_path / "talks", tmp_path / "library"
    talks.mkdir()
    (talks / "suitcase.txt").write_text(WORDS, encoding="utf-8")
    done = start([hilbert, "index", talks, "--library", library])
    assert done.returncode == 0, done.stdout + done.stderr
    search = [hilbert, "search", "lost suitcase", "--library", library, "--channel", "lexical"]
    found = start(search)
    assert found.returncode == 0 and "suitcase was lost" in found.stdout, found.stderr
