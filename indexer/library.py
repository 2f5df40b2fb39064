"""The front door: a library opened, filled, searched and measured from Python."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from indexer.base.errors import QueryError
from indexer.base.languages import language_code
from indexer.encoders import DEFAULT_SPEECH, EncoderSettings, text_encoder_for
from indexer.index.library_store import LibraryStore
from indexer.published.address import is_address, read_address
from indexer.search.searcher import Searcher, check_arguments

if TYPE_CHECKING:
    from indexer.adapt.eval_queries import EvalQuery
    from indexer.adapt.evaluate import EvaluationReport
    from indexer.diagnostics.diagnose import Diagnosis
    from indexer.ingest.report import AddReport
    from indexer.search.filters import Filters
    from indexer.search.results import SearchResult
    from indexer.store.catalog import Document
    from indexer.transcripts.document_transcript import DocumentTranscript


class Library:
    """A folder with everything needed to search one collection; use it in a `with` block.

    Documents are named by their name (file stem), path or id, or by a beginning of a name or id
    that fits no other.

    Attributes:
        store: Catalog, features and snapshots, for what has no method here.
    """

    def __init__(self, store: LibraryStore) -> None:
        self.store = store
        self._searcher: Searcher | None = None

    @classmethod
    def open(
        cls,
        folder: Path | str,
        *,
        create: bool = False,
        speech_encoder: str | None = None,
        text_encoder: str | None = None,
        language: str | None = None,
    ) -> Library:
        """Open a library.

        Args:
            folder: Of the library; or the address of a published one, to be searched:
                `milvus://HOST:19530`, `http://HOST:19530` or `PATH.db`, and `#NAME` behind it
                where several are published there.
            create: Make an empty library where there is none.
            speech_encoder: Of a new library: bundled name, folder or hub id.
            text_encoder: See `speech_encoder`.
            language: Of most of what a new library will hold, as a code such as de or in words:
                where none is named, it chooses the text encoder. Without it, English.

        Raises:
            QueryError: `language` is no language code.
            LibraryError: There is none, it is damaged, or it uses other encoders; says what to do.
        """
        if not create and isinstance(folder, str) and is_address(folder):
            from indexer.published.store import open_published

            return cls(open_published(read_address(folder)))
        if not create:
            return cls(LibraryStore.open(folder))
        code = language_code(language)
        if language and code is None:
            raise QueryError(f"'{language}' is no language code such as en or de")
        encoders = None
        if speech_encoder or text_encoder:
            encoders = EncoderSettings(
                speech_encoder or DEFAULT_SPEECH, text_encoder or text_encoder_for(code)
            )
        return cls(LibraryStore.create(folder, encoders, language=code))

    @property
    def folder(self) -> Path:
        """Where the library lies."""
        return self.store.folder

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Library({str(self.folder)!r})"

    def close(self) -> None:
        """Close the files of the library."""
        if self._searcher is not None:
            self._searcher.close()
            self._searcher = None
        self.store.close()

    def add(
        self,
        *paths: Path | str,
        asr: str | None = None,
        language: str | None = None,
        prune: bool = False,
        again: bool = False,
    ) -> AddReport:
        """Add files and folders, or update them; unchanged files cost nothing.

        A file that fails is reported and the others go on.

        Args:
            paths: Recordings, transcripts, or folders with everything below them; they are
                remembered, and without any all of them are looked through again.
            asr: "auto" recognises the words of recordings without a transcript, "never" does not;
                the name of a registered recogniser, or `NAME:MODEL`, chooses who does. None is
                "auto" for paths that are named, else as the last time.
            language: Spoken language where nothing else names it, as a code such as en; None for
                that of the last time, else en.
            prune: Whether documents whose files are gone are removed.
            again: Whether words that another recogniser recognised are recognised again.

        Returns:
            What was added, updated, left as it was, what moved or is gone, and what failed and
            why.

        Raises:
            LibraryError: Another process is writing to the library, or nothing is named and
                nothing remembered.
            QueryError: `language` is no language code, or `asr` no choice.
        """
        from indexer.ingest.followed import scan_followed
        from indexer.ingest.run import index_folders

        found = scan_followed(self.store, paths, language=language, asr=asr, again=again)
        return index_folders(self.store, found, prune=prune)

    def search(
        self,
        text: str | None = None,
        *,
        clip: Path | str | None = None,
        limit: int = 10,
        channel: str = "auto",
        filters: Filters | None = None,
        sort: str = "score",
        per_document: int = 3,
    ) -> SearchResult:
        """Find moments by typed words, by a clip, or by both.

        Args:
            text: Words, `"phrases that must be said"`, `-words that must not`, `begin*`, and
                filters such as `speaker:anna since:2023 in:talk sound:laughter`.
            clip: A short recording.
            limit: How many moments and how many documents.
            channel: "auto" combines the channels by weights, "rrf" by ranks; else the name of one.
            filters: Which part of the library is searched.
            sort: "score", "date" (newest document first) or "time" (as it was said).
            per_document: How many moments of one document there are at most, unless only one is
                searched; 0 for any number.

        Raises:
            QueryError: The query is empty, or the channel cannot answer it.
            AudioError: The clip cannot be decoded.
            LibraryError: Nothing is indexed yet, or the index is damaged.
        """
        from indexer.search.filters import Filters

        check_arguments(limit, channel, per_document)
        return self.searcher().search(
            text,
            clip=Path(os.path.expanduser(clip)) if clip is not None else None,
            k=limit,
            channel=channel,
            filters=filters or Filters(),
            sort=sort,
            per_document=per_document,
        )

    def similar(
        self,
        name: str,
        at: float | None = None,
        *,
        limit: int = 10,
        channel: str = "auto",
        filters: Filters | None = None,
        per_document: int = 3,
    ) -> SearchResult:
        """Find the moments most like a moment, or like a whole document.

        Args:
            name: Of the document.
            at: Seconds of the moment; None for the whole document.
            limit: How many moments and how many documents.
            channel: See `search`.
            filters: See `search`.
            per_document: See `search`.

        Raises:
            LibraryError: No document has this name, or several do.
            QueryError: The document has no moment there, or the channel cannot answer.
        """
        from indexer.search.filters import Filters

        check_arguments(limit, channel, per_document)
        return self.searcher().similar(
            self.document(name).id,
            at,
            k=limit,
            channel=channel,
            filters=filters or Filters(),
            per_document=per_document,
        )

    def documents(self) -> list[Document]:
        """List the documents, by name."""
        return self.store.catalog.documents()

    def document(self, name: str) -> Document:
        """Find a document.

        Raises:
            LibraryError: No document has this name, or several do.
        """
        from indexer.maintenance.manage import find_document

        return find_document(self.store, name)

    def transcript(self, name: str) -> DocumentTranscript:
        """Return what is stored of the words of a document.

        Raises:
            LibraryError: No document has this name, or several do.
        """
        from indexer.maintenance.document_transcript import document_transcript

        return document_transcript(self.store, name)

    def remove(self, *names: str) -> list[Document]:
        """Take documents out of the library; their recordings are not touched.

        Raises:
            LibraryError: A name fits no document or several; then nothing is removed.
        """
        from indexer.maintenance.manage import remove

        return remove(self.store, names)

    def rebuild(self) -> None:
        """Make a new index from stored features; those that are damaged are encoded again.

        Raises:
            LibraryError: Features are damaged and their recording is not there, or another process
                is writing.
        """
        from indexer.maintenance.manage import rebuild

        rebuild(self.store)

    def evaluate(self, queries: Path | str | Sequence[EvalQuery] | None = None) -> EvaluationReport:
        """Measure how well each channel finds the documents and moments that queries want.

        Args:
            queries: A JSON Lines file of `{"query", "document", "start", "end"}` (or `"clip"`),
                or such queries; None asks for cues of documents that no training learns from.

        Raises:
            QueryError: The file cannot be read, or a line of it cannot be used.
            LibraryError: The library holds no documents.
        """
        from indexer.adapt.eval_queries import read_eval_queries
        from indexer.adapt.evaluate import evaluate, known_items

        searcher = self.searcher()
        if queries is None:
            return evaluate(searcher, known_items(searcher)[0])
        if isinstance(queries, str | Path):
            queries = read_eval_queries(Path(os.path.expanduser(queries)))
        return evaluate(searcher, queries)

    def diagnose(self, *, intervals: bool = True, seed: int = 0) -> Diagnosis:
        """Measure the modality gap and the health of the embedding space.

        Args:
            intervals: Also measure 95 % intervals (most of the time it takes).
            seed: Of what is drawn by chance.

        Raises:
            QueryError: Fewer than two segments have both modalities.
        """
        from indexer.diagnostics.diagnose import diagnose

        searcher = self.searcher()
        return diagnose(
            self.store, searcher.snapshot, searcher.model, intervals=intervals, seed=seed
        )

    def searcher(self) -> Searcher:
        """Return what answers queries from the current snapshot; a new one after each change."""
        number = self.store.catalog.current_generation()
        if self._searcher is None or self._searcher.snapshot.number != number:
            self._searcher = Searcher(self.store)
        return self._searcher
