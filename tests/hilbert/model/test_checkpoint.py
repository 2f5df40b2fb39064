"""A model comes back from its folder whole, or the error says what is wrong with which file."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from hilbert.model.checkpoint import load_model, model_fingerprint, new_model, save_model
from hilbert.model.config import HilbertConfig
from hilbert.model.embed import embed_documents
from hilbert.model.fusion import Hilbert


def test_a_saved_model_embeds_the_same_bits(model: Hilbert, document, tmp_path: Path) -> None:
    save_model(model, tmp_path / "m", "# card\n")
    loaded = load_model(tmp_path / "m")
    assert loaded.config == model.config
    assert not loaded.training
    documents = [document(1), document(2, text=False)]
    before, after = (embed_documents(m, documents).joint for m in (model, loaded))
    assert (before == after).all()
    assert (tmp_path / "m" / "README.md").read_text() == "# card\n"
    names = {path.name for path in (tmp_path / "m").iterdir()}
    assert names == {"README.md", "config.json", "model.safetensors", "model.onnx"}


def test_the_fingerprint_follows_weights_and_config_and_nothing_else(
    model: Hilbert, tmp_path: Path
) -> None:
    save_model(model, tmp_path, "one card")
    fingerprint = model_fingerprint(model)
    assert model_fingerprint(tmp_path) == fingerprint
    save_model(model, tmp_path, "another card")
    assert model_fingerprint(tmp_path) == fingerprint
    renamed = new_model(replace(model.config, text_encoder="other"))
    renamed.load_state_dict(model.state_dict())
    assert model_fingerprint(renamed) != fingerprint
    with torch.no_grad():
        next(model.parameters()).view(-1)[0] += 1e-3
    assert model_fingerprint(model) != fingerprint


def test_an_untrained_model_follows_its_seed_and_disturbs_no_other_random_draw(
    tiny: HilbertConfig,
) -> None:
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    one, same, other = (new_model(tiny, seed) for seed in (1, 1, 2))
    assert torch.equal(torch.rand(3), expected)
    assert model_fingerprint(one) == model_fingerprint(same) != model_fingerprint(other)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_missing_file_is_named(model: Hilbert, tmp_path: Path, name: str) -> None:
    save_model(model, tmp_path, "")
    (tmp_path / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"{name} is missing"):
        load_model(tmp_path)


def test_cut_weights_are_named(model: Hilbert, tmp_path: Path) -> None:
    save_model(model, tmp_path, "")
    path = tmp_path / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"model\.safetensors cannot be read as safetensors"):
        load_model(tmp_path)


@pytest.mark.parametrize("text", ["{", '{"wings": 2}', '{"width": 15}', "\x00"])
def test_a_damaged_config_is_named(model: Hilbert, tmp_path: Path, text: str) -> None:
    save_model(model, tmp_path, "")
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(ValueError, match=r"config\.json is not a model's config"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"cross_layers": 2}, "tensors are missing, the first is cross.1"),
        ({"adapter_layers": 0}, "tensors are unknown, the first is adapter.layers.0"),
        ({"d_audio": 30}, r"has shape \[24\], expected \[30\]"),
    ],
)
def test_weights_of_another_config_are_refused(
    model: Hilbert, tmp_path: Path, change: dict[str, int], says: str
) -> None:
    save_model(model, tmp_path, "")
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | change))
    with pytest.raises(ValueError, match=says):
        load_model(tmp_path)


def test_weights_that_are_not_finite_are_refused(model: Hilbert, tmp_path: Path) -> None:
    with torch.no_grad():
        model.gate_bias.fill_(float("nan"))
    save_model(model, tmp_path, "")
    with pytest.raises(ValueError, match="gate_bias holds values that are not finite"):
        load_model(tmp_path)
