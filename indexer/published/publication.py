"""A publication: its collections, and what the store says of it, as JSON that is checked.

A snapshot becomes six collections: the vectors of the segments by modality; their words as sparse
vectors; files, in blocks (words and records, the catalog, the model, vectors of documents); and
texts: the head, then the listing of the files. The alias of the library stands for the texts of the
publication that answers. Who has the files already reads no more than these.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from indexer.index.vector_names import MODALITIES
from indexer.published.engine import StoreError

FORMAT, VERSION = "hilbert-published", 2
PREFIX = "hilbert_"
WORDS, FILES, TEXTS = "words", "files", "texts"
PARTS = (*MODALITIES, WORDS, FILES, TEXTS)
"""The collections of a publication."""
BLOCK = 45_000
"""Bytes of a file that one row of texts holds: in base64 they are less than it may have."""
FIRST_LISTING_ROW = 1
_MOST_LISTING_BYTES = 1 << 26
_MOST_BYTES = 1 << 40
_BASE = re.compile(rf"{PREFIX}(\w+?)_(\d{{6,}})_([0-9a-f]{{12}})", re.ASCII)
_COLLECTION = re.compile(rf"({_BASE.pattern})_({'|'.join(PARTS)})", re.ASCII)
# No separator, colon or control character of any system, and no name of nothing but dots.
_NAME = r"(?!\.+$)[^/\\:\x00-\x1f]+"
# What a library has that only reads; no other file is taken from a store.
_FILE = re.compile(
    rf"catalog\.sqlite|(?:model(?:-[0-9a-f]{{12}})?|text-encoder)/{_NAME}"
    rf"|generations/\d+/{_NAME}|shards/\d+-\d+/{_NAME}"
)
_SHA256 = re.compile(r"[0-9a-f]{64}")


def alias_of(name: str) -> str:
    """Return the alias of a library: it stands for the texts of the publication that answers."""
    return PREFIX + name


def base_of(name: str, number: int, digest: str) -> str:
    """Return what the names of the collections of a publication begin with."""
    return f"{PREFIX}{name}_{number:06d}_{digest[:12]}"


def split_collection(collection: str) -> tuple[str, str] | None:
    """Return library and beginning of the name of a collection, None for one that is not ours."""
    found = _COLLECTION.fullmatch(collection)
    return (found[2], found[1]) if found else None


@dataclass(frozen=True)
class Head:
    """What is read first of a publication.

    Attributes:
        library: Id of the library, made when it was first published.
        name: That it is published under.
        number: Of its snapshot.
        digest: sha256 of everything in it: the same content has the same.
        previous: Beginning of the names of the publication before, which readers may still use.
        listing_rows: How many rows the listing takes.
        listing_bytes: Its bytes.
        version: Of the form that it is published in.
    """

    library: str
    name: str
    number: int
    digest: str
    previous: str
    listing_rows: int
    listing_bytes: int
    version: int = VERSION

    def to_text(self) -> str:
        """Return the text of its row."""
        return json.dumps({"format": FORMAT, **asdict(self)})

    @classmethod
    def read(cls, text: str, where: str) -> Head:
        """Read the text of its row.

        Args:
            text: Of the row.
            where: The store, for messages.

        Raises:
            StoreError: It is no head, or of a newer program.
        """
        try:
            found: dict[str, Any] = json.loads(text)
            if found["format"] != FORMAT:
                raise ValueError(f"format {found['format']!r}")
            if int(found["version"]) > VERSION:
                raise StoreError(f"{where} was published by a newer hilbert; update hilbert")
            head = cls(
                library=str(found["library"]),
                name=str(found["name"]),
                number=int(found["number"]),
                digest=str(found["digest"]),
                previous=str(found["previous"]),
                listing_rows=int(found["listing_rows"]),
                listing_bytes=int(found["listing_bytes"]),
                version=int(found["version"]),
            )
            if not _SHA256.fullmatch(head.digest) or head.number < 0:
                raise ValueError("digest or number")
            if not 0 < head.listing_bytes <= _MOST_LISTING_BYTES:
                raise ValueError("size of the listing")
            if head.listing_rows != blocks_of(head.listing_bytes):
                raise ValueError("rows of the listing")
            return head
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise not_published(where, error) from error


@dataclass(frozen=True)
class Listing:
    """What a publication holds.

    Attributes:
        files: Path within the library to sha256 and bytes, in the order of their rows.
        vectors: Modality to the number of vectors of segments.
        segments: How many there are, each of which has a vector of words.
        dimension: Length of the vectors.
    """

    files: Mapping[str, tuple[str, int]]
    vectors: Mapping[str, int]
    segments: int
    dimension: int

    def to_bytes(self) -> bytes:
        """Return its JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def read(cls, data: bytes, where: str) -> Listing:
        """Read its JSON.

        Raises:
            StoreError: It is not what a library publishes.
        """
        try:
            found: dict[str, Any] = json.loads(data)
            files = {str(p): (str(sha), int(size)) for p, (sha, size) in found["files"].items()}
            for path, (sha, size) in files.items():
                if not _FILE.fullmatch(path) or not _SHA256.fullmatch(sha):
                    raise ValueError(f"{path!r} is no part of a library")
                if not 0 <= size <= _MOST_BYTES:
                    raise ValueError(f"the size of {path!r}")
            if len({path.casefold() for path in files}) != len(files):
                raise ValueError("two files of one name")
            vectors = {m: int(found["vectors"][m]) for m in MODALITIES}
            segments, dimension = int(found["segments"]), int(found["dimension"])
            if min(segments, *vectors.values()) < 0 or not 0 < dimension <= 32_768:
                raise ValueError("number or length of vectors")
            return cls(files, vectors, segments, dimension)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise not_published(where, error) from error


def blocks_of(size: int) -> int:
    """Return how many rows a file of so many bytes takes."""
    return -(-size // BLOCK)


def pack(block: bytes) -> str:
    """Return the text of a block of a file."""
    return base64.b64encode(zlib.compress(block, 6)).decode("ascii")


def unpack(text: str, where: str) -> bytes:
    """Return the block of a text, at most `BLOCK` bytes.

    Raises:
        StoreError: It is no block.
    """
    try:
        unpacker = zlib.decompressobj()
        block = unpacker.decompress(base64.b64decode(text, validate=True), BLOCK + 1)
    except (zlib.error, binascii.Error, ValueError) as error:
        raise not_published(where, error) from error
    if len(block) > BLOCK:
        raise not_published(where, "a block that is too long")
    return block


def not_published(where: str, why: object) -> StoreError:
    """Return the error for what no library has published, or what is damaged."""
    return StoreError(
        f"{where} is no published library, or it is damaged ({why}); publish it again"
    )
