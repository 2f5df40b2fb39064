"""The store of a library: its folder opened, its catalog, features and snapshots, its commits."""

from __future__ import annotations

import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from hilbert.files import is_leftover, sha256_file
from hilbert.system_faults import raise_system_fault
from indexer.base.errors import LibraryError, UnfinishedLibraryError
from indexer.base.names import is_utf8, readable
from indexer.base.progress import Progress
from indexer.base.shell import quoted
from indexer.base.types import SegmentSettings
from indexer.encoders import Encoders, EncoderSettings, text_encoder_for
from indexer.index.first_model import put_first_model
from indexer.index.library_models import FIRST_MODEL, LibraryModels, model_hash, put_graph
from indexer.index.snapshot_names import fingerprint_of, snapshot_folder
from indexer.store.catalog import DAMAGED_SETTINGS, Catalog
from indexer.store.catalog_file import SCHEMA_VERSION
from indexer.store.feature_store import FeatureStore
from indexer.store.lock import writer_lock

if TYPE_CHECKING:
    from hilbert.model.onnx_fusion import OnnxFusion
    from indexer.index.snapshot import Snapshot
    from indexer.index.vector_choice import VectorSettings
    from indexer.index.vector_index import VectorIndex

log = logging.getLogger(__name__)

CATALOG_FILE = "catalog.sqlite"
# A setting: folder to file to sha256, of what was learned beside the models and is kept here.
_FOLDER_DIGESTS = "folder_digests"
# A setting: sha256 of the manifest of the current snapshot.
_MANIFEST_DIGEST = "manifest_sha256"
PUBLISHED = "published"
"""A setting of a catalog that was published: nothing is ever written beside it."""


class LibraryStore:
    """The store of one library: its folder, settings, catalog, features, model and snapshots.

    Attributes:
        is_published: Whether it is read from a store, see `indexer.published`.
        models: Its fusion models.
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
        self.models = LibraryModels(folder, self.catalog, self.encoders)

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
        if not is_utf8(folder):  # a path in which ONNX Runtime finds no model
            raise LibraryError(f"{readable(folder)}: its name is not UTF-8; name another folder")
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
        """The folder of the fusion model in use; another one after another was adopted."""
        return self.models.in_use

    @property
    def model(self) -> OnnxFusion:
        """The fusion model in use."""
        return self.models.load(self.model_folder)

    @property
    def vector_settings(self) -> VectorSettings:
        """How the vectors of shards that are written from now on are indexed."""
        from indexer.index.vector_choice import VectorSettings

        return VectorSettings.of(self.catalog.get_settings())

    def put_vector_settings(self, vectors: VectorSettings) -> None:
        """Index vectors in another way from now on; the writer lock is held."""
        with self.catalog.transaction():
            self.catalog.put_settings(vectors.to_dict())

    def fingerprint(self, model_folder: Path | None = None) -> str:
        """Hash everything that makes vectors comparable, with the model in use or another."""
        settings = self.encoders.settings
        return fingerprint_of(
            settings.speech_fingerprint,
            settings.text_fingerprint,
            model_hash(model_folder or self.model_folder),
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
            reuse: Leave unchanged documents where they are; otherwise all shards are written anew,
                with what would come out the same: vectors of the same features and model, words of
                unchanged documents, once every byte of the files that hold them was checked.
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
        return self._commit(self.models.put(model), progress, reuse=False)

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

    @property
    def manifest_digest(self) -> str:
        """The sha256 of the manifest of the current snapshot; empty where it is not known."""
        return str(self.catalog.get_settings().get(_MANIFEST_DIGEST, ""))

    def _commit(
        self,
        model_folder: Path,
        progress: Progress | None,
        vectors: VectorSettings | None = None,
        *,
        reuse: bool,
        removed: Collection[str] = (),
    ) -> int:
        from hilbert.blas_threads import one_blas_thread
        from indexer.index.manifest import manifest_path
        from indexer.index.snapshot_writer import Previous, remove_old_snapshots, write_snapshot

        vectors = vectors or self.vector_settings
        model = self.models.load(model_folder)
        put_graph(model_folder, model.graph)
        fingerprint = self.fingerprint(model_folder)
        current, number = self.catalog.current_generation(), self.catalog.last_generation() + 1
        previous = Previous()
        if current is not None:
            folder = snapshot_folder(self.folder, current)
            previous = Previous.read(folder, fingerprint, anew=not reuse)
        with one_blas_thread():
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
        settings = self.models.settings_of(model_folder)
        settings[_MANIFEST_DIGEST] = sha256_file(manifest_path(snapshot))
        if vectors != self.vector_settings:
            settings |= vectors.to_dict()
        self.catalog.make_current(number, settings, removed)
        remove_old_snapshots(self.folder, number, keep_previous=not removed)
        # The model before stays, as its snapshot does, for readers that opened it a moment ago.
        self.models.remove_all_but(before, model_folder)
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
