"""Addresses of stores are read as they are written; without the extra a line says what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hilbert import offline
from hilbert.extras import MissingExtraError
from hilbert.offline import OfflineError
from indexer.base.errors import LibraryError
from indexer.published.address import check_name, is_address, read_address
from indexer.published.engine import Engine, StoreError


@pytest.mark.parametrize(
    ("text", "uri", "library"),
    [
        ("http://here:19530", "http://here:19530", ""),
        ("https://milvus.example#talks", "https://milvus.example:19530", "talks"),
        ("milvus://milvus.example:19531/#talks", "http://milvus.example:19531", "talks"),
        ("http://[::1]:19530", "http://[::1]:19530", ""),
        ("milvus:///srv/talks.db#a", "/srv/talks.db", "a"),
        ("/srv/../srv/talks.db", "/srv/talks.db", ""),
    ],
)
def test_an_address_is_a_server_or_a_file_and_a_name(text: str, uri: str, library: str) -> None:
    address = read_address(text)
    assert (address.uri, address.library) == (uri, library)
    assert is_address(text) and read_address(str(address)) == address


@pytest.mark.parametrize(
    "text", ["", "talks", "ftp://here/x", "http://", "http://here:port", "http://here/x?y=1"]
)
def test_what_names_no_store_is_told(text: str) -> None:
    with pytest.raises(LibraryError, match=r"names no store; name PATH\.db"):
        read_address(text)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(LibraryError, match="HILBERT_STORE_TOKEN") as error:
        read_address("http://root:hush@here:19530")
    assert "hush" not in str(error.value)


def test_a_folder_is_no_address_whatever_it_is_called(tmp_path: Path) -> None:
    folder = tmp_path / "talks.db"
    folder.mkdir()
    (folder / "catalog.sqlite").touch()
    assert not is_address(str(folder)) and not is_address("~/podcast-library")


def test_names_are_what_a_store_takes() -> None:
    assert check_name("my podcasts, 2026") == "my_podcasts_2026"
    with pytest.raises(LibraryError, match="give letters with --name"):
        check_name("日本")


def test_offline_refuses_a_server_elsewhere_and_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(offline.VARIABLE, "1")
    with pytest.raises(OfflineError, match=r"milvus\.example was asked for"):
        read_address("http://milvus.example").check_allowed()
    read_address("http://127.0.0.1:19530").check_allowed()
    read_address("talks.db").check_allowed()


def test_without_the_extra_a_line_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(MissingExtraError) as error:
        Engine.connect(read_address("http://127.0.0.1:9"))
    assert "needs pymilvus, of the extra 'milvus'" in str(error.value)
    assert "pip install" in str(error.value) and "pymilvus" in str(error.value).split("install")[-1]
    with pytest.raises(StoreError, match="there is no store"):
        Engine.connect(read_address(str(tmp_path / "none.db")))
