"""A library from somebody else is data: what it names is loaded after a question, code never."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from hilbert.assets import assets_folder
from hilbert.encoders import EncoderError, load_text_encoder
from hilbert.encoders.no_code import refuse_code
from hilbert.encoders.onnx_text import EXPORT_FILE, MODEL_FILE
from hilbert.user_folders import CONFIG_VARIABLE, config_folder
from indexer.base.errors import LibraryError
from indexer.cli import run
from indexer.index.library_store import LibraryStore
from tests.sharing import copy_library


@pytest.fixture
def of_others(empty_library_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library on a computer whose user never chose an encoder."""
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "config"))
    return copy_library(empty_library_folder, tmp_path / "library")


def name_encoder(library: Path, role: str, name: str) -> None:
    """Let the catalog of a library name another encoder, as whoever made it may."""
    store = LibraryStore.open(library)
    with store.catalog.transaction():
        settings = store.catalog.get_settings()
        store.catalog.put_settings({"encoders": settings["encoders"] | {role: name}})
    store.close()


def copy_encoder(folder: Path) -> Path:
    """Copy the shipped text encoder, sharing its bytes."""
    assets = assets_folder()
    assert assets is not None
    return Path(shutil.copytree(assets / "text-encoder", folder, copy_function=os.link))


@pytest.mark.parametrize("role", ["text", "speech"])
@pytest.mark.parametrize("inside", [True, False])
def test_a_folder_that_a_catalog_names_is_not_loaded_unasked(
    of_others: Path, tmp_path: Path, role: str, inside: bool, models: None
) -> None:
    folder = copy_encoder((of_others if inside else tmp_path) / "encoder")
    name_encoder(of_others, role, str(folder))
    store = LibraryStore.open(of_others)
    with pytest.raises(LibraryError, match=f"run 'hilbert trust --library {of_others}' once"):
        _ = store.encoders.text if role == "text" else store.encoders.speech
    store.close()
    assert not config_folder().exists()


def test_an_encoder_that_was_accepted_is_loaded_until_it_changes(
    of_others: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], models: None
) -> None:
    folder = copy_encoder(tmp_path / "encoder")
    name_encoder(of_others, "text", str(folder))
    assert run(["trust", "--library", str(of_others)]) == 0
    assert "trusted from now on: the text encoder" in capsys.readouterr().out
    store = LibraryStore.open(of_others)
    assert store.encoders.text.width == 384
    store.close()
    assert run(["trust", "--library", str(of_others), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["trusted"] == []
    changed = json.loads((folder / EXPORT_FILE).read_text()) | {"prompts": {"query": "x: "}}
    (folder / EXPORT_FILE).unlink()
    (folder / EXPORT_FILE).write_text(json.dumps(changed))
    again = LibraryStore.open(of_others)
    with pytest.raises(LibraryError, match="hilbert trust"):
        _ = again.encoders.text
    again.close()


def test_an_exported_encoder_in_a_library_is_not_used_unasked(
    of_others: Path, models: None
) -> None:
    inside = copy_encoder(of_others / "text-encoder")
    store = LibraryStore.open(of_others)
    assert [name for _, name, _ in store.encoders.brought_models()] == [f"onnx:{inside}"]
    text = store.encoders.text
    assert vars(text)["_path"].parent != inside
    store.close()


MARK = "from pathlib import Path\nPath({!r}).write_text('ran')\nclass Evil:\n    pass\n"


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("modules.json", [{"idx": 0, "name": "0", "path": "", "type": "evil.Evil"}]),
        ("config.json", {"model_type": "bert", "auto_map": {"AutoModel": "evil.Evil"}}),
        ("1_Dense/config.json", {"activation_function": "evil.Evil"}),
        ("router_config.json", {"types": {"query_0": "evil.Evil"}}),
    ],
)
def test_code_in_a_folder_of_a_model_never_runs(
    tmp_path: Path, file: str, content: object, monkeypatch: pytest.MonkeyPatch, models: None
) -> None:
    folder, marker = tmp_path / "model", tmp_path / "marker"
    (folder / "1_Dense").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    (folder / "config.json").write_text('{"model_type": "bert"}')
    (folder / file).write_text(json.dumps(content))
    (folder / "evil.py").write_text(MARK.format(str(marker)))
    monkeypatch.chdir(folder)
    with pytest.raises(EncoderError, match="names code of its own"):
        load_text_encoder(str(folder))
    assert not marker.exists()


def test_known_parts_of_models_are_no_code_of_others(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text(
        '[{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"}]'
    )
    (tmp_path / "1_Dense").mkdir()
    (tmp_path / "1_Dense" / "config.json").write_text(
        '{"activation_function": "torch.nn.modules.activation.Tanh"}'
    )
    refuse_code(tmp_path)


def test_an_onnx_file_that_reads_other_files_is_refused(tmp_path: Path, models: None) -> None:
    import onnx
    from onnx import TensorProto, helper

    from hilbert.files import sha256_file

    folder = copy_encoder(tmp_path / "encoder")
    secret = TensorProto(name="secret", data_type=TensorProto.FLOAT, dims=[4])
    secret.data_location = TensorProto.EXTERNAL
    secret.external_data.add(key="location", value="../secret")
    vectors = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, [4])
    node = helper.make_node("Identity", ["secret"], ["vectors"])
    graph = helper.make_graph([node], "g", [], [vectors], [secret])
    for name in (MODEL_FILE, EXPORT_FILE):
        (folder / name).unlink()
    onnx.save(helper.make_model(graph), folder / MODEL_FILE)
    assets = assets_folder()
    assert assets is not None
    export = json.loads((assets / "text-encoder" / EXPORT_FILE).read_text())
    export["sha256"] = sha256_file(folder / MODEL_FILE)
    (folder / EXPORT_FILE).write_text(json.dumps(export))
    with pytest.raises(EncoderError, match="reads its weights from other files"):
        load_text_encoder(str(folder))
