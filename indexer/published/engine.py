"""Milvus, as far as a published library needs it: rows of vectors, rows of texts, an alias."""

from __future__ import annotations

import logging
import os
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hilbert.extras import extra
from indexer.base.errors import LibraryError
from indexer.published.address import TOKEN_VARIABLE, StoreAddress

if TYPE_CHECKING:
    from pymilvus import MilvusClient

log = logging.getLogger(__name__)

MOST_FOUND = 16384
"""Most rows that Milvus returns of one search or query."""
MOST_TEXT = 65_535
"""Bytes of the longest text that Milvus stores."""
# Of vectors that are read by the number of their row: 1,000 of 384 numbers are 1.5 MB.
_VECTORS_AT_ONCE = 1000
_SECONDS = 60.0
_NO_SUCH = 100  # Milvus's code for a collection or an alias that is not there
_NUMBER, _VECTOR, _TEXT = "row", "vector", "text"
# How many connections this process has to each file of milvus-lite, by path.
_SERVERS: Counter[str] = Counter()
_SERVERS_LOCK = threading.Lock()


class StoreError(LibraryError):
    """A store that cannot be reached, or does not do what it is asked."""


class Engine:
    """A connection to one store.

    Args:
        client: Milvus's own.
        address: Of the store, for messages.
    """

    def __init__(self, client: MilvusClient, address: StoreAddress) -> None:
        self._client = client
        self.address = address

    @classmethod
    def connect(cls, address: StoreAddress, *, create: bool = False) -> Engine:
        """Connect to a store.

        Args:
            address: Of the store.
            create: Make the file of milvus-lite where there is none.

        Raises:
            StoreError: It cannot be reached, or another program has the file open.
            MissingExtraError: The extra `milvus` is not installed.
            OfflineError: It is on another machine, and `--offline` was given.
        """
        address.check_allowed()
        if address.is_file and not create and not os.path.isdir(address.uri):
            raise StoreError(
                f"there is no store {address.uri}; 'hilbert publish --to {address.uri}' makes one"
            )
        with extra("milvus", "a published library"):
            from pymilvus import MilvusClient

            if address.is_file:
                import milvus_lite as _milvus_lite  # noqa: F401  # only pymilvus's message is unclear
        _quieten()
        options: dict[str, Any] = {"uri": address.uri, "timeout": _SECONDS}
        if not address.is_file and (token := os.environ.get(TOKEN_VARIABLE)):
            options["token"] = token
        try:
            with _SERVERS_LOCK:
                engine = cls(MilvusClient(**options), address)
                _SERVERS[address.uri] += 1
            return engine
        except Exception as error:
            log.debug("could not connect to %s", address.uri, exc_info=True)
            raise StoreError(_unreachable(address)) from error

    def close(self) -> None:
        """Close the connection; of a file of milvus-lite also its server, so that others may."""
        self._client.close()
        if not self.address.is_file:
            return
        from milvus_lite.server_manager import server_manager_instance

        with _SERVERS_LOCK:  # one server in this process, whoever is connected to it
            _SERVERS[self.address.uri] -= 1
            if not _SERVERS[self.address.uri]:
                server_manager_instance.release_server(self.address.uri)

    def forget(self) -> None:
        """Let a file of milvus-lite drop from memory what was read; it keeps all of that."""
        if self.address.is_file:
            self.close()
            self._client = Engine.connect(self.address)._client

    def collections(self) -> list[str]:
        """List the names of all collections; a file of milvus-lite reads all of them for it."""
        return sorted(map(str, self._call("list_collections")))

    def aliases(self) -> list[str]:
        """List all aliases."""
        return sorted(map(str, self._call("list_aliases")["aliases"]))

    def target(self, alias: str) -> str | None:
        """Return the collection that an alias stands for; None where there is no such alias."""
        found = self._call("describe_alias", alias, missing={})
        return str(found["collection_name"]) if found else None

    def point(self, alias: str, collection: str) -> None:
        """Let an alias stand for a collection from now on: one call, one change."""
        verb = "create_alias" if self.target(alias) is None else "alter_alias"
        self._call(verb, collection, alias)

    def make_vectors(self, name: str, dimension: int) -> bool:
        """Make a collection of numbered unit vectors; return False where it is there."""
        return self._make(name, dimension)

    def make_texts(self, name: str) -> bool:
        """Make a collection of numbered texts; return False where it is there."""
        # Every collection needs a vector: of two numbers that mean nothing.
        return self._make(name, 2, has_text=True)

    def make_words(self, name: str) -> bool:
        """Make a collection of numbered sparse vectors; return False where it is there."""
        return self._make(name, None)

    def _make(self, name: str, dimension: int | None, *, has_text: bool = False) -> bool:
        """Make a collection of numbered vectors; sparse ones have no dimension."""
        from pymilvus import DataType

        if self._call("has_collection", name):
            self.load(name)
            return False
        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field(_NUMBER, DataType.INT64, is_primary=True)
        if dimension is None:
            schema.add_field(_VECTOR, DataType.SPARSE_FLOAT_VECTOR)
        else:
            schema.add_field(_VECTOR, DataType.FLOAT_VECTOR, dim=dimension)
        if has_text:
            schema.add_field(_TEXT, DataType.VARCHAR, max_length=MOST_TEXT)
        if self.address.is_file:
            # It compares one by one anyway; an index is a copy of the vectors, in its memory too.
            self._call("create_collection", name, schema=schema)
            return True
        indexes = self._client.prepare_index_params()
        # Both are exact, so the answers are those of the local index: vectors are compared one by
        # one, and of the lists of who holds a word nothing is dropped unless that is asked for.
        kind = "FLAT" if dimension is not None else "SPARSE_INVERTED_INDEX"
        indexes.add_index(_VECTOR, index_type=kind, metric_type="IP")
        self._call(
            "create_collection",
            name,
            schema=schema,
            index_params=indexes,
            consistency_level="Strong",
        )
        return True

    def put_vectors(
        self, name: str, first: int, vectors: NDArray[np.float32] | Sequence[Mapping[int, float]]
    ) -> None:
        """Store vectors as the rows from `first` on; those that are there are replaced.

        Args:
            name: Of the collection.
            first: Row of the first.
            vectors: `[n, d]`, or sparse ones: dimension to number.
        """
        rows = [{_NUMBER: first + i, _VECTOR: vector} for i, vector in enumerate(vectors)]
        self._call("upsert", name, rows)

    def put_texts(self, name: str, first: int, texts: Sequence[str]) -> None:
        """Store texts as the rows from `first` on; those that are there are replaced."""
        rows = [
            {_NUMBER: first + i, _VECTOR: [0.0, 0.0], _TEXT: text} for i, text in enumerate(texts)
        ]
        self._call("upsert", name, rows)

    def finish(self, name: str) -> None:
        """Write a collection out, and make it ready to be searched."""
        self._call("flush", name)
        self.load(name)

    def load(self, name: str) -> None:
        """Make a collection ready to be read; milvus-lite forgets that when it is closed."""
        self._call("load_collection", name)

    def count(self, name: str, first: int, last: int) -> int:
        """Count the rows from `first` up to, and without, `last`."""
        found = self._call(
            "query", name, filter=_range(first, last), output_fields=["count(*)"], missing=None
        )
        if found is None:
            return 0
        return int(found[0]["count(*)"])

    def drop(self, name: str) -> None:
        """Delete a collection."""
        self._call("drop_collection", name)

    def texts(self, name: str, first: int, last: int) -> list[str]:
        """Read the texts of the rows from `first` up to, and without, `last`.

        Raises:
            StoreError: Some are missing.
        """
        found = self._call(
            "query",
            name,
            filter=_range(first, last),
            output_fields=[_NUMBER, _TEXT],
            limit=last - first,
        )
        texts = {int(row[_NUMBER]): str(row[_TEXT]) for row in found}
        if len(texts) != last - first:
            raise self.incomplete(name)
        return [texts[number] for number in range(first, last)]

    def search(
        self, name: str, query: NDArray[np.float32] | Mapping[int, float], n: int, wanted: str = ""
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the rows with the highest inner products with a query, and these, best first.

        Args:
            name: Of the collection.
            query: `[d]`, or a sparse one: dimension to number.
            n: How many, at most `MOST_FOUND`.
            wanted: Expression that rows must satisfy; see `rows_in` and `ranges`.
        """
        found = self._call(
            "search",
            name,
            [dict(query) if isinstance(query, Mapping) else np.asarray(query, np.float32)],
            anns_field=_VECTOR,
            filter=wanted,
            limit=n,
            search_params={"metric_type": "IP"},
        )[0]
        rows = np.fromiter((hit[_NUMBER] for hit in found), np.int64, len(found))
        products = np.fromiter((hit["distance"] for hit in found), np.float32, len(found))
        return rows, products

    def vectors(self, name: str, rows: NDArray[np.int64], dimension: int) -> NDArray[np.float32]:
        """Read the vectors of some rows, `[n, d]`.

        Raises:
            StoreError: Some are missing, or are of another length.
        """
        out = np.zeros((len(rows), dimension), np.float32)
        for first in range(0, len(rows), _VECTORS_AT_ONCE):
            part = rows[first : first + _VECTORS_AT_ONCE]
            numbers = np.unique(part)
            found = self._call(
                "query",
                name,
                filter=rows_in(numbers),
                output_fields=[_NUMBER, _VECTOR],
                limit=len(numbers),
            )
            of_row = {int(row[_NUMBER]): row[_VECTOR] for row in found}
            if len(of_row) != len(numbers) or any(len(v) != dimension for v in of_row.values()):
                raise self.incomplete(name)
            out[first : first + len(part)] = [of_row[number] for number in part.tolist()]
        return out

    def incomplete(self, name: str) -> StoreError:
        """Return the error for a collection whose rows are not those that were published."""
        return StoreError(
            f"{self.address}: rows of {name} are missing or not what was published; publish the "
            "library again"
        )

    def _call(self, verb: str, *arguments: Any, missing: Any = StoreError, **options: Any) -> Any:
        """Call Milvus; what it raises becomes words.

        Args:
            verb: Method of the client.
            arguments: Of the method.
            missing: What to return where the collection or alias is not there; to be told of by
                an error unless given.
            options: Of the method.
        """
        from pymilvus.exceptions import MilvusException

        try:
            return getattr(self._client, verb)(*arguments, **options)
        except MilvusException as error:
            log.debug("%s of %s failed", verb, self.address.uri, exc_info=True)
            if error.code == _NO_SUCH and missing is not StoreError:
                return missing
            gone = ". Where the library was published anew since, open it again"
            what = str(error.message)[:300] + (gone if error.code == _NO_SUCH else "")
            raise StoreError(self._words(verb, what)) from error
        except (OSError, ValueError, RuntimeError) as error:  # gRPC's, of a server that is gone
            log.debug("%s of %s failed", verb, self.address.uri, exc_info=True)
            raise StoreError(self._words(verb, str(error))) from error

    def _words(self, verb: str, what: str) -> str:
        return f"{self.address.uri}: the store failed at {verb.replace('_', ' ')}: {what}"


def rows_in(rows: NDArray[np.int64]) -> str:
    """Return the expression for some rows by their numbers."""
    return f"{_NUMBER} in [{','.join(map(str, rows.tolist()))}]"


def ranges(bounds: Sequence[tuple[int, int]]) -> str:
    """Return the expression for ranges of rows, each without its end."""
    return " or ".join(f"({_range(first, last)})" for first, last in bounds)


def _range(first: int, last: int) -> str:
    return f"{_NUMBER} >= {first} and {_NUMBER} < {last}"


def _unreachable(address: StoreAddress) -> str:
    if address.is_file:
        return (
            f"{address.uri} cannot be opened: it is no store of milvus-lite, or another program "
            "has it open, which milvus-lite allows one at a time"
        )
    return (
        f"{address.uri} cannot be reached: no Milvus answers there, or it does not let us in; its "
        f"token is read from ${TOKEN_VARIABLE}"
    )


def _quieten() -> None:
    """Keep the client from printing tracebacks of what becomes an error in words here."""
    for name in ("pymilvus", "milvus_lite", "grpc"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
