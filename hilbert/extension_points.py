"""Every point at which one new file, or a package of yours, adds something to hilbert.

A built-in member is a file in `package` that registers itself when it is imported. A package of
yours names a module that does the same under `group` in its own pyproject.toml:

    [project.entry-points."hilbert.transcript_formats"]
    ttml = "my_package.ttml"

A module that fails to load is named in a warning and left out.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExtensionPoint:
    """Where members of one kind are found.

    Attributes:
        group: Entry-point group of other packages.
        package: Package whose files are the built-in members.
        kind: What a member is called in messages.
    """

    group: str
    package: str
    kind: str


OBJECTIVES = ExtensionPoint("hilbert.objectives", "hilbert.objectives", "term of the loss")
"""A term of the training loss: inputs of a batch to a scalar (`hilbert.objectives.inputs`)."""

ENCODERS = ExtensionPoint("hilbert.encoders", "hilbert.encoders", "encoder")
"""A speech or text encoder, or a recogniser, by name (`hilbert.encoders.registry`)."""

MEASURES = ExtensionPoint(
    "hilbert.diagnostic_measures", "hilbert.diagnostics.measures", "diagnostic measure"
)
"""A number that describes an embedding space (`hilbert.diagnostics.measures`)."""

TRANSCRIPT_FORMATS = ExtensionPoint(
    "hilbert.transcript_formats", "indexer.transcripts.formats", "transcript format"
)
"""A format of transcripts: extensions, how to recognise it, how to parse it."""

VECTOR_INDEXES = ExtensionPoint(
    "hilbert.vector_indexes", "indexer.index.vector_indexes", "vector index"
)
"""A kind of vector index: built, written, read, searched (`indexer.index.vector_index`)."""

CHANNELS = ExtensionPoint("hilbert.channels", "indexer.search.channels", "channel")
"""A way of scoring segments for a query, with what it keeps in the index."""

EXPORT_FORMATS = ExtensionPoint("hilbert.export_formats", "indexer.search.export", "export format")
"""A format in which search results are written."""

TRANSCRIPT_EXPORTS = ExtensionPoint(
    "hilbert.transcript_exports", "indexer.transcripts.export", "form of exported transcripts"
)
"""A form in which a stored transcript is written (`indexer.transcripts.export`)."""

VERBS = ExtensionPoint("hilbert.verbs", "indexer.commands", "verb")
"""A verb of the `hilbert` command: a click command."""

PAGES = ExtensionPoint("hilbert.pages", "app.pages", "page")
"""A page of the app: a title, an icon, and a function that draws it."""
