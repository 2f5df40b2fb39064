"""The store of a library: its folder opened, its catalog, features and snapshots, its commits."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from hilbert.extras import train_extra
from hilbert.files import (
    PARTIAL_SUFFIX,
    cached_sha256_file,
    is_leftover,
    sha256_file,
    sync_file,
    sync_folder,
    write_atomically,
)
from hilbert.model.config import CARD_FILE, CONFIG_FILE, GRAPH_FILE, WEIGHTS_FILE
from hilbert.system_faults import raise_system_fault
from indexer.base.errors import LibraryError, UnfinishedLibraryError
from indexer.base.progress import Progress
from indexer.base.shell import quoted
from indexer.base.types import SegmentSettings
from indexer.encoders import Encoders, EncoderSettings, text_encoder_for
from indexer.index.first_model import put_first_model
from indexer.index.snapshot_names import fingerprint_of, snapshot_folder
from indexer.store.catalog import DAMAGED_SETTINGS, Catalog
from indexer.store.catalog_file import SCHEMA_VERSION
from indexer.store.feature_store import FeatureStore
from indexer.store.lock import writer_lock

if TYPE_CHECKING:
    from hilbert.model.fusion import Hilbert
    from hilbert.model.onnx_fusion import OnnxFusion
    from hilbert.training.splits import TrainingHistory
    from indexer.index.snapshot import Snapshot
    from indexer.index.vector_choice import VectorSettings
    from indexer.index.vector_index import VectorIndex

log = logging.getLogger(__name__)

CATALOG_FILE = "catalog.sqlite"
# Where the model of a new library lies; adopted ones have their hash behind the name.
FIRST_MODEL = "model"
_MODEL_NAME = re.compile(rf"{FIRST_MODEL}(-[0-9a-f]{{12}})?({re.escape(PARTIAL_SUFFIX)})?")
# Which documents a model was trained and validated with; a shipped one has no such file.
SEEN_FILE = "seen.json"
# A setting: folder of a model to the sha256 of each of its files.
_MODEL_DIGESTS = "model_digests"
# A setting: folder beside these to name to sha256, of what was learned and is kept in the library.
_FOLDER_DIGESTS = "folder_digests"
# A setting: sha256 of the manifest of the current snapshot.
_MANIFEST_DIGEST = "manifest_sha256"
PUBLISHED = "published"
"""A setting of a catalog that was published: nothing is ever written beside it."""


class LibraryStore:
    """The store of one library: its folder, settings, catalog, features, model and snapshots.

    Attributes:
        is_published: Whether it is read from a store, see `indexer.published`.
        segment_vectors: See `indexer.index.snapshot.Snapshot`; None where they lie in its folder.
    """

    is_published: ClassVar[bool] = False
    segment_vectors: Callable[[str], VectorIndex] | None = None

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        catalog = folder / CATALOG_FILE
        # The lock and the model are put in the folder before the catalog.
        begun = (folder / "writer.lock").exists() and not catalog.exists()
        if begun or (catalog.exists() and not catalog.stat().st_size):
            raise UnfinishedLibraryError(
                f"{folder}: this library was never finished being made; run the command that "
                "made it again"
            )
        self.catalog = Catalog(catalog)
        settings = self.catalog.get_settings()
        if settings.get(PUBLISHED) and not self.is_published:
            raise LibraryError(
                f"{folder} is what was fetched of a published library; name its store instead"
            )
        if "encoders" not in settings:
            raise UnfinishedLibraryError(
                f"{folder}: this library was never finished being made; run the command that "
                "made it again"
            )
        try:
            self.segment_settings = SegmentSettings(**settings["segments"])
            self.encoders = Encoders(EncoderSettings(**settings["encoders"]), folder)
        except (KeyError, TypeError) as error:
            raise LibraryError(DAMAGED_SETTINGS) from error
        self.features = FeatureStore(folder / "features")
        self._loaded: tuple[Path, OnnxFusion] | None = None

    @classmethod
    def open(cls, folder: Path | str) -> LibraryStore:
        """Open an existing library.

        Raises:
            LibraryError: There is none, or it is damaged; says what to do.
        """
        return cls(Path(os.path.expanduser(folder)).absolute())

    @classmethod
    def create(
        cls,
        folder: Path | str,
        encoders: EncoderSettings | None = None,
        *,
        language: str | None = None,
    ) -> LibraryStore:
        """Make an empty library, or open the one that is there.

        Args:
            folder: A new or empty folder.
            encoders: Which encoders to use; None for the embedded ones, or for those of the
                library that is there.
            language: ISO 639 code of most of what will be in it, None where nothing tells:
                by it the embedded text encoder is chosen.

        Raises:
            LibraryError: The folder holds something else, or another choice of encoders.
        """
        folder = Path(os.path.expanduser(folder)).absolute()
        if cls.exists(folder):
            library = cls(folder)
            library._refuse_other(encoders)
            return library
        if folder.is_file():
            raise LibraryError(f"{folder} is a file; name a folder for the library")
        if folder.is_dir() and any(
            not p.name.startswith((CATALOG_FILE, "writer.lock", "model", "features", "."))
            for p in folder.iterdir()
        ):
            raise LibraryError(
                f"{folder} holds other files and is no library; name a new or an empty folder"
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise_system_fault(error)
            raise LibraryError(f"{folder} cannot be made: {error.strerror}") from error
        with writer_lock(folder):
            chosen = encoders or EncoderSettings(text=text_encoder_for(language))
            _initialise(folder, Encoders(chosen))
        return cls(folder)

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether a folder holds a library that was made to the end."""
        return (folder / CATALOG_FILE).exists() and _is_finished(folder)

    def _refuse_other(self, encoders: EncoderSettings | None) -> None:
        mine = self.encoders.settings
        if encoders and (encoders.speech, encoders.text) != (mine.speech, mine.text):
            raise LibraryError(
                f"this library uses {mine.speech} and {mine.text}; other encoders need a library "
                "of their own"
            )

    @property
    def model_folder(self) -> Path:
        """The fusion weights this library is indexed with, and their card.

        Another folder after another model was adopted, by whichever process.
        """
        return self.folder / str(self.catalog.get_settings().get("model", FIRST_MODEL))

    @property
    def vector_settings(self) -> VectorSettings:
        """How the vectors of shards that are written from now on are indexed."""
        from indexer.index.vector_choice import VectorSettings

        return VectorSettings.of(self.catalog.get_settings())

    def put_vector_settings(self, vectors: VectorSettings) -> None:
        """Index vectors in another way from now on; the writer lock is held."""
        with self.catalog.transaction():
            self.catalog.put_settings(vectors.to_dict())

    @property
    def model(self) -> OnnxFusion:
        """The fusion model."""
        return self.load_model(self.model_folder)

    def load_model(self, folder: Path) -> OnnxFusion:
        """Return one of the library's models; the last one asked for is kept in memory.

        Raises:
            LibraryError: It is missing or damaged; says what to do.
        """
        from hilbert.model.onnx_fusion import OnnxFusion

        if self._loaded is None or self._loaded[0] != folder:
            with self._usable_model():
                model = OnnxFusion.load(folder)
            self._loaded = folder, model
            if folder == self.model_folder and not model.is_stored:
                _keep_graph(folder, model.graph)
        return self._loaded[1]

    def trainable_model(self, folder: Path | None = None) -> Hilbert:
        """Return a model of the library as a torch module, the one in use unless named.

        Raises:
            LibraryError: It is missing or damaged; says what to do.
        """
        with train_extra("training"):
            from hilbert.model.checkpoint import load_model

        with self._usable_model():
            return load_model(folder or self.model_folder)

    @contextmanager
    def _usable_model(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, OSError) as error:
            raise_system_fault(error)
            raise LibraryError(
                f"the model of this library cannot be used: {error}; run 'hilbert rebuild "
                f"--library {quoted(self.folder)}' to put the shipped model back"
            ) from error

    def fingerprint(self, model_folder: Path | None = None) -> str:
        """Hash everything that makes vectors comparable, with the model in use or another."""
        settings = self.encoders.settings
        return fingerprint_of(
            settings.speech_fingerprint,
            settings.text_fingerprint,
            _model_files_hash(model_folder or self.model_folder),
            json.dumps(self.segment_settings.to_dict(), sort_keys=True),
        )

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writer lock."""
        with writer_lock(self.folder):
            yield

    def snapshot(self) -> Snapshot:
        """Open the current snapshot.

        Raises:
            LibraryError: There is none yet, it is damaged, or it is of another model.
        """
        from indexer.index.mapped_file import limit_mapped
        from indexer.index.snapshot import Snapshot

        memory = self.vector_settings.max_memory
        limit_mapped(None if memory is None else int(memory * 1e6))
        number = self.catalog.current_generation()
        if number is None:
            raise LibraryError(
                f"nothing is indexed in {self.folder} yet; run 'hilbert index FOLDER --library "
                f"{quoted(self.folder)}', or 'hilbert rebuild' where indexing was interrupted"
            )
        model = self.model_folder
        try:
            folder = snapshot_folder(self.folder, number)
            known = self.catalog.document_ids()
            return Snapshot(folder, self.fingerprint(model), model, known, self.segment_vectors)
        except LibraryError:
            if self.catalog.current_generation() == number:
                raise
            log.debug("snapshot %s was replaced", number, exc_info=True)
            return self.snapshot()  # a writer replaced it while it was being opened

    def commit(
        self,
        progress: Progress | None = None,
        *,
        reuse: bool = True,
        model_folder: Path | None = None,
        vectors: VectorSettings | None = None,
        removed: Collection[str] = (),
    ) -> int:
        """Write a new snapshot of all documents and make it current; the writer lock is held.

        Args:
            progress: Of the stage `BUILDING`, in documents.
            reuse: Leave unchanged documents where they are; otherwise all are embedded anew.
            model_folder: Of the library's models the one to use; None for the one in use.
            vectors: How vectors are indexed from now on; None for as before.
            removed: Ids of documents to remove: on return no file of the library holds them.

        Returns:
            The number of the new generation.

        Raises:
            LibraryError: There is no such kind of vector index.
        """
        folder = model_folder or self.model_folder
        return self._commit(folder, progress, vectors, reuse=reuse, removed=removed)

    def adopt(self, model: Path, progress: Progress | None = None) -> int:
        """Use another model from now on; the writer lock is held.

        The model is copied in beside the one in use, a snapshot is written with it, and one
        transaction makes both current: a kill leaves the old model with its own snapshot.

        Args:
            model: Folder of a model for this library's encoders.
            progress: Of the stage `BUILDING`, in documents.

        Returns:
            The number of the new generation.
        """
        wanted = _model_files_hash(model)
        folder = self.folder / f"{FIRST_MODEL}-{wanted[:12]}"
        if _model_files_hash(folder) != wanted:  # not there, or damaged since
            partial = folder.with_name(folder.name + PARTIAL_SUFFIX)
            for leftover in (partial, folder):
                shutil.rmtree(leftover, ignore_errors=True)
            partial.mkdir()
            for name in _files_of_model(model):
                shutil.copyfile(model / name, partial / name)
                sync_file(partial / name)
            partial.rename(folder)
            sync_folder(self.folder)
        return self._commit(folder, progress, reuse=False)

    def model_digests(self, folder: Path) -> dict[str, str]:
        """Return the sha256 of each file of a model when a snapshot was last made with it.

        Empty for a model that is not known, and in a library of an earlier release.
        """
        known: dict[str, dict[str, str]] = self.catalog.get_settings().get(_MODEL_DIGESTS, {})
        return known.get(folder.name, {})

    def folder_digests(self) -> dict[str, dict[str, str]]:
        """Return the sha256 of each file of the folders of which `note_folder` was told."""
        known: dict[str, dict[str, str]] = self.catalog.get_settings().get(_FOLDER_DIGESTS, {})
        return known

    def note_folder(self, name: str, files: Iterable[str]) -> None:
        """Remember what was just written into a folder of the library, for the deep check.

        Args:
            name: Of the folder.
            files: Their names in it.
        """
        digests = {file: sha256_file(self.folder / name / file) for file in sorted(files)}
        with self.catalog.transaction():
            known = self.folder_digests()
            self.catalog.put_settings({_FOLDER_DIGESTS: known | {name: digests}})

    def is_known_model(self, folder: Path) -> bool:
        """Return whether weights and config of a model are those that were in use."""
        known = self.model_digests(folder)
        return not known or all(
            (folder / name).exists() and cached_sha256_file(folder / name) == known.get(name)
            for name in (CONFIG_FILE, WEIGHTS_FILE)
        )

    def last_good_model(self) -> Path | None:
        """Return the folder of another model that was in use before and is whole, if any."""
        for path in sorted(self.folder.iterdir()):
            if path != self.model_folder and self.model_digests(path) and self.is_known_model(path):
                return path
        return None

    @property
    def manifest_digest(self) -> str:
        """The sha256 of the manifest of the current snapshot; empty where it is not known."""
        return str(self.catalog.get_settings().get(_MANIFEST_DIGEST, ""))

    def seen(self) -> TrainingHistory:
        """Return which documents trained and validated the model in use, as far as known."""
        from hilbert.training.splits import TrainingHistory

        try:
            known = json.loads((self.model_folder / SEEN_FILE).read_text(encoding="utf-8"))
            return TrainingHistory(frozenset(known["learned"]), frozenset(known["validated"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise_system_fault(error)
            log.debug("could not read a %s of %s", SEEN_FILE, self.model_folder, exc_info=True)
            return TrainingHistory()

    def _commit(
        self,
        model_folder: Path,
        progress: Progress | None,
        vectors: VectorSettings | None = None,
        *,
        reuse: bool,
        removed: Collection[str] = (),
    ) -> int:
        from indexer.index.manifest import manifest_path
        from indexer.index.snapshot_writer import Previous, remove_old_snapshots, write_snapshot

        vectors = vectors or self.vector_settings
        model = self.load_model(model_folder)
        _put_graph(model_folder, model.graph)
        fingerprint = self.fingerprint(model_folder)
        current, number = self.catalog.current_generation(), self.catalog.last_generation() + 1
        previous = Previous()
        if reuse and current is not None:
            previous = Previous.read(snapshot_folder(self.folder, current), fingerprint)
        snapshot = write_snapshot(
            self.folder,
            number,
            self.catalog,
            self.features,
            model,
            fingerprint,
            vectors,
            previous,
            removed,
            progress,
        )
        before = self.model_folder
        settings: dict[str, Any] = {"model": model_folder.name}
        digests = {n: sha256_file(model_folder / n) for n in _files_of_model(model_folder)}
        settings[_MANIFEST_DIGEST] = sha256_file(manifest_path(snapshot))
        settings[_MODEL_DIGESTS] = {
            **({before.name: known} if (known := self.model_digests(before)) else {}),
            model_folder.name: digests,
        }
        if vectors != self.vector_settings:
            settings |= vectors.to_dict()
        self.catalog.make_current(number, settings, removed)
        remove_old_snapshots(self.folder, number, keep_previous=not removed)
        # The model before stays, as its snapshot does, for readers that opened it a moment ago.
        for path in self.folder.iterdir():
            if _MODEL_NAME.fullmatch(path.name) and path not in (before, model_folder):
                shutil.rmtree(path, ignore_errors=True)
        self.features.remove_all_but(d.features for d in self.catalog.documents())
        for path in self.leftovers():
            path.unlink(missing_ok=True)
        if removed:
            self.catalog.truncate_log()
        return number

    def leftovers(self) -> list[Path]:
        """List files that a killed writer left beside the catalog and in the model.

        Those of snapshots and features: `snapshot_writer.leftovers`, `FeatureStore.remove_all_but`.
        """
        folders = [folder for folder in (self.folder, self.model_folder) if folder.is_dir()]
        inside = [path for folder in folders for path in folder.iterdir()]
        return [path for path in inside if is_leftover(path) and path.is_file()]

    def info(self) -> dict[str, Any]:
        """Describe the library, for people and for JSON."""
        from indexer.index.vector_report import describe_vectors

        documents = self.catalog.documents()
        settings = self.encoders.settings
        text_sources = Counter(d.text_source for d in documents)
        return {
            "library": str(self.folder),
            "catalog_version": SCHEMA_VERSION,
            "folders": [folder.path for folder in self.catalog.remembered.folders()],
            "documents": len(documents),
            "segments": sum(self.catalog.count_segments(d.id) for d in documents),
            "hours": round(sum(d.seconds for d in documents if d.recording) / 3600, 3),
            "words_from": dict(sorted(text_sources.items())),
            "generation": self.catalog.current_generation(),
            "speech_encoder": settings.speech,
            "text_encoder": settings.text,
            "model": str(self.model_folder),
            "fingerprint": self.fingerprint(),
            "vector_index": describe_vectors(
                self.folder, self.catalog.current_generation(), self.vector_settings
            ),
            "failures": self.catalog.failures(),
            "megabytes": round(sum(map(_size, self.folder.rglob("*"))) / 1e6, 1),
        }

    def language(self) -> str:
        """Return the language of most documents, `en` where there are none."""
        found = Counter(d.language for d in self.catalog.documents() if d.language)
        return found.most_common(1)[0][0] if found else "en"

    def put_shipped_model(self) -> Path:
        """Put in the model that ships, where it fits, for the next `commit`; returns its folder."""
        folder = self.folder / FIRST_MODEL
        put_first_model(folder, self.encoders)
        self._loaded = None
        return folder

    def close(self) -> None:
        """Close the catalog."""
        self.catalog.close()


def _size(path: Path) -> int:
    """Return the bytes of a file; 0 for a folder, or where a writer deleted it a moment ago."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0


def _is_finished(folder: Path) -> bool:
    catalog = Catalog(folder / CATALOG_FILE, create=True)
    try:
        return "encoders" in catalog.get_settings()
    finally:
        catalog.close()


def _initialise(folder: Path, encoders: Encoders) -> None:
    """Write settings last: a library without them was killed while being made."""
    from indexer.index.vector_choice import VectorSettings

    settings = encoders.fingerprinted()
    put_first_model(folder / FIRST_MODEL, encoders)
    catalog = Catalog(folder / CATALOG_FILE, create=True)
    try:
        with catalog.transaction():
            catalog.put_settings(
                {
                    "encoders": asdict(settings),
                    "segments": SegmentSettings().to_dict(),
                    **VectorSettings().to_dict(),
                }
            )
    finally:
        catalog.close()


def _put_graph(folder: Path, graph: bytes) -> None:
    """Keep the model's graph beside its weights, so that it need not be made at each start."""
    path = folder / GRAPH_FILE
    if not path.exists() or path.read_bytes() != graph:
        write_atomically(path, lambda partial: partial.write_bytes(graph))


def _keep_graph(folder: Path, graph: bytes) -> None:
    """Store the graph of a model that lacked it, as those of early libraries, if it can be."""
    try:
        _put_graph(folder, graph)
    except OSError:  # not ours, or full: made again next time
        log.debug("the graph of %s cannot be kept", folder, exc_info=True)


def _files_of_model(folder: Path) -> list[str]:
    names = (CONFIG_FILE, WEIGHTS_FILE, GRAPH_FILE, CARD_FILE, SEEN_FILE)
    return [name for name in names if (folder / name).exists()]


def _model_files_hash(folder: Path) -> str:
    """Hash weights and config without torch, so that a search opens fast."""
    try:
        hashes = (cached_sha256_file(folder / name) for name in (CONFIG_FILE, WEIGHTS_FILE))
        return fingerprint_of(*hashes)
    except OSError as error:
        raise_system_fault(error)
        log.debug("could not hash the model in %s", folder, exc_info=True)
        return "missing"
