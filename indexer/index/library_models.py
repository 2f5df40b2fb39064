"""The fusion models in the folder of a library: the one in use, the one before, others put in.

The first lies in `model`, adopted ones in `model-` and the beginning of their hash. Which is in
use, and what each held when a snapshot was last made with it, are settings of the catalog.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hilbert.extras import train_extra
from hilbert.files import (
    PARTIAL_SUFFIX,
    cached_sha256_file,
    sha256_file,
    sync_file,
    sync_folder,
    write_atomically,
)
from hilbert.model.config import CARD_FILE, CONFIG_FILE, GRAPH_FILE, WEIGHTS_FILE
from hilbert.system_faults import raise_system_fault
from indexer.base.errors import LibraryError
from indexer.base.shell import quoted
from indexer.encoders import Encoders
from indexer.index.first_model import put_first_model
from indexer.index.snapshot_names import fingerprint_of
from indexer.store.catalog import Catalog

if TYPE_CHECKING:
    from hilbert.model.fusion import Hilbert
    from hilbert.model.onnx_fusion import OnnxFusion
    from hilbert.training.splits import TrainingHistory

log = logging.getLogger(__name__)

# Where the model of a new library lies; adopted ones have their hash behind the name.
FIRST_MODEL = "model"
# Which documents a model was trained and validated with; a shipped one has no such file.
SEEN_FILE = "seen.json"
_MODEL_NAME = re.compile(rf"{FIRST_MODEL}(-[0-9a-f]{{12}})?({re.escape(PARTIAL_SUFFIX)})?")
# Settings: the name of the folder of the model in use; of each folder the sha256 of its files.
_IN_USE = "model"
_DIGESTS = "model_digests"


class LibraryModels:
    """The fusion models of one library.

    Args:
        folder: Of the library.
        catalog: Of the library.
        encoders: Of the library.
    """

    def __init__(self, folder: Path, catalog: Catalog, encoders: Encoders) -> None:
        self._folder, self._catalog, self._encoders = folder, catalog, encoders
        self._loaded: tuple[Path, OnnxFusion] | None = None

    @property
    def in_use(self) -> Path:
        """The folder of the weights that the library is indexed with, and of their card.

        Another one after another model was adopted, by whichever process.
        """
        return self._folder / str(self._catalog.get_settings().get(_IN_USE, FIRST_MODEL))

    def load(self, folder: Path) -> OnnxFusion:
        """Return one of the models; the last one asked for is kept in memory.

        Raises:
            LibraryError: It is missing or damaged; says what to do.
        """
        if self._loaded is None or self._loaded[0] != folder:
            with self._usable():
                model = self._read(folder)
            self._loaded = folder, model
            if folder == self.in_use and not model.is_stored:
                _keep_graph(folder, model.graph)
        return self._loaded[1]

    def _read(self, folder: Path) -> OnnxFusion:
        from hilbert.model.onnx_fusion import OnnxFusion

        return OnnxFusion.load(folder)

    def trainable(self, folder: Path | None = None) -> Hilbert:
        """Return one of the models as a torch module, the one in use unless named.

        Raises:
            LibraryError: It is missing or damaged; says what to do.
        """
        with train_extra("training"):
            from hilbert.model.checkpoint import load_model

        with self._usable():
            return load_model(folder or self.in_use)

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, OSError) as error:
            raise_system_fault(error)
            raise LibraryError(
                f"the model of this library cannot be used: {error}; run 'hilbert rebuild "
                f"--library {quoted(self._folder)}' to put the shipped model back"
            ) from error

    def put_shipped(self) -> Path:
        """Put in the model that ships, where it fits, for the next commit; returns its folder."""
        folder = self._folder / FIRST_MODEL
        put_first_model(folder, self._encoders)
        self._loaded = None
        return folder

    def put(self, model: Path) -> Path:
        """Copy a model in, beside the one in use, for the next commit; returns its folder."""
        wanted = model_hash(model)
        folder = self._folder / f"{FIRST_MODEL}-{wanted[:12]}"
        if model_hash(folder) != wanted:  # not there, or damaged since
            partial = folder.with_name(folder.name + PARTIAL_SUFFIX)
            for leftover in (partial, folder):
                shutil.rmtree(leftover, ignore_errors=True)
            partial.mkdir()
            for name in _files_of(model):
                shutil.copyfile(model / name, partial / name)
                sync_file(partial / name)
            partial.rename(folder)
            sync_folder(self._folder)
        return folder

    def digests(self, folder: Path) -> dict[str, str]:
        """Return the sha256 of each file of a model when a snapshot was last made with it.

        Empty for a model that is not known, and in a library of an earlier release.
        """
        known: dict[str, dict[str, str]] = self._catalog.get_settings().get(_DIGESTS, {})
        return known.get(folder.name, {})

    def is_known(self, folder: Path) -> bool:
        """Return whether weights and config of a model are those that were in use."""
        known = self.digests(folder)
        return not known or all(
            (folder / name).exists() and cached_sha256_file(folder / name) == known.get(name)
            for name in (CONFIG_FILE, WEIGHTS_FILE)
        )

    def last_good(self) -> Path | None:
        """Return the folder of another model that was in use before and is whole, if any."""
        for path in sorted(self._folder.iterdir()):
            if path != self.in_use and self.digests(path) and self.is_known(path):
                return path
        return None

    def settings_of(self, folder: Path) -> dict[str, Any]:
        """Return the settings that make one of the models the one in use, for a commit."""
        before = self.in_use
        digests = {name: sha256_file(folder / name) for name in _files_of(folder)}
        kept = {before.name: known} if (known := self.digests(before)) else {}
        return {_IN_USE: folder.name, _DIGESTS: {**kept, folder.name: digests}}

    def remove_all_but(self, *folders: Path) -> None:
        """Remove other models, and what a killed writer left of them."""
        for path in self._folder.iterdir():
            if _MODEL_NAME.fullmatch(path.name) and path not in folders:
                shutil.rmtree(path, ignore_errors=True)

    def seen(self) -> TrainingHistory:
        """Return which documents trained and validated the model in use, as far as known."""
        from hilbert.training.splits import TrainingHistory

        folder = self.in_use
        try:
            known = json.loads((folder / SEEN_FILE).read_text(encoding="utf-8"))
            return TrainingHistory(frozenset(known["learned"]), frozenset(known["validated"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise_system_fault(error)
            log.debug("could not read a %s of %s", SEEN_FILE, folder, exc_info=True)
            return TrainingHistory()


def model_hash(folder: Path) -> str:
    """Hash weights and config without torch, so that a search opens fast."""
    try:
        hashes = (cached_sha256_file(folder / name) for name in (CONFIG_FILE, WEIGHTS_FILE))
        return fingerprint_of(*hashes)
    except OSError as error:
        raise_system_fault(error)
        log.debug("could not hash the model in %s", folder, exc_info=True)
        return "missing"


def put_graph(folder: Path, graph: bytes) -> None:
    """Keep a model's graph beside its weights, so that it need not be made at each start."""
    path = folder / GRAPH_FILE
    if not path.exists() or path.read_bytes() != graph:
        write_atomically(path, lambda partial: partial.write_bytes(graph))


def _keep_graph(folder: Path, graph: bytes) -> None:
    """Store the graph of a model that lacked it, as those of early libraries, if it can be."""
    try:
        put_graph(folder, graph)
    except OSError:  # not ours, or full: made again next time
        log.debug("the graph of %s cannot be kept", folder, exc_info=True)


def _files_of(folder: Path) -> list[str]:
    names = (CONFIG_FILE, WEIGHTS_FILE, GRAPH_FILE, CARD_FILE, SEEN_FILE)
    return [name for name in names if (folder / name).exists()]
