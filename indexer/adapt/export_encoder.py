"""The text encoder of a library exported to ONNX, so that searching it needs no torch."""

from __future__ import annotations

import logging
import shutil

from hilbert.encoders.resolve import resolve
from hilbert.encoders.sentence_transformers import SentenceTransformerEncoder
from hilbert.files import PARTIAL_SUFFIX
from hilbert.training.text_export import export_text_encoder
from hilbert.trusted import trust_own
from indexer.base.progress import Progress
from indexer.encoders import TEXT_ENCODER_FOLDER
from indexer.index.library_store import LibraryStore

log = logging.getLogger(__name__)


def export_encoder(library: LibraryStore, progress: Progress) -> bool:
    """Export the text encoder of a library into its folder, where it runs in torch.

    Args:
        library: Opened again it searches with what was exported.
        progress: Receives a stage, and a note where the encoder cannot be exported.

    Returns:
        Whether it was exported.
    """
    encoder = library.encoders.text
    if not isinstance(encoder, SentenceTransformerEncoder):
        return False
    folder = library.folder / TEXT_ENCODER_FOLDER
    partial = folder.with_name(folder.name + PARTIAL_SUFFIX)
    progress.start("exporting the text encoder", 1.0)
    for leftover in (partial, folder):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        named = library.encoders.settings.text.removeprefix("sentence-transformers:")
        export_text_encoder(encoder, resolve(named), partial)
        partial.rename(folder)
        files = (path for path in folder.rglob("*") if path.is_file())
        library.note_folder(folder.name, [path.relative_to(folder).as_posix() for path in files])
        trust_own(resolve(folder.as_posix()).fingerprint, f"the text encoder exported to {folder}")
    except Exception as error:  # the exporter raises what it likes, and nothing depends on it
        log.warning("the text encoder was not exported", exc_info=True)
        reason = " ".join(str(error).split())[:200]
        progress.note(f"the text encoder cannot be exported and runs in torch: {reason}")
        shutil.rmtree(partial, ignore_errors=True)
        return False
    progress.update(1.0)
    return True
