"""Members register themselves, come in order, and a stranger's broken one costs no other."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hilbert.extension_points import ExtensionPoint
from hilbert.registry import Registry, log_tracebacks

POINT = ExtensionPoint("hilbert.toys", "toy_package", "toy")


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry[int]:
    write(
        tmp_path,
        "toy_package/__init__.py",
        "from hilbert.extension_points import ExtensionPoint\n"
        "from hilbert.registry import Registry\n"
        "TOYS = Registry(ExtensionPoint('hilbert.toys', 'toy_package', 'toy'))\n",
    )
    write(tmp_path, "toy_package/b.py", "import toy_package\ntoy_package.TOYS.add('b', 2, 1)\n")
    write(tmp_path, "toy_package/a.py", "import toy_package\ntoy_package.TOYS.add('a', 1, 2)\n")
    # An installed distribution is a folder of metadata beside its modules.
    write(tmp_path, "others.py", "import toy_package\ntoy_package.TOYS.add('of others', 3)\n")
    write(tmp_path, "broken.py", "raise RuntimeError('half installed')\n")
    write(tmp_path, "others-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: others\n")
    write(
        tmp_path,
        "others-1.0.dist-info/entry_points.txt",
        "[hilbert.toys]\nbroken = broken\nothers = others\n",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [n for n in sys.modules if n.split(".")[0] in ("toy_package", "others", "broken")]:
        monkeypatch.delitem(sys.modules, name)
    import toy_package  # type: ignore[import-not-found]

    found: Registry[int] = toy_package.TOYS
    return found


def test_members_of_files_and_of_packages_come_in_order(
    registry: Registry[int], caplog: pytest.LogCaptureFixture
) -> None:
    assert dict(registry) == {"b": 2, "a": 1, "of others": 3}
    assert list(registry) == ["b", "a", "of others"]
    (record,) = [r for r in caplog.records if r.levelname == "WARNING"]
    assert "toy 'broken'" in record.getMessage()
    assert "half installed" in record.getMessage()


def test_registries_of_one_point_load_its_files_once(
    registry: Registry[int], caplog: pytest.LogCaptureFixture
) -> None:
    beside: Registry[str] = Registry(registry.point, loaded_with=registry)
    beside.add("c", "of a file")
    assert dict(beside) == {"c": "of a file"} and len(registry) == 3
    assert len([r for r in caplog.records if r.levelname == "WARNING"]) == 1


@pytest.mark.parametrize("early", [True, False])
def test_the_traceback_is_logged_once_debugging_is_asked_for(
    registry: Registry[int], caplog: pytest.LogCaptureFixture, early: bool
) -> None:
    log_tracebacks()  # of whatever failed before
    caplog.clear()
    caplog.set_level("DEBUG" if early else "WARNING", logger="hilbert.registry")
    registry.load()
    caplog.set_level("DEBUG", logger="hilbert.registry")
    log_tracebacks()
    log_tracebacks()
    (record,) = [r for r in caplog.records if r.levelname == "DEBUG"]
    assert record.exc_info and "half installed" in str(record.exc_info[1])


def test_two_members_of_one_name_are_refused(registry: Registry[int]) -> None:
    registry.load()
    with pytest.raises(ValueError, match="named a"):
        registry.add("a", 7)
