"""Export a text encoder of sentence-transformers: `python -m tools.model_export MODEL FOLDER`.

    python -m tools.model_export bundled:minilm-torch assets/text-encoder

makes the shipped one.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from hilbert.encoders import load_text_encoder
from hilbert.encoders.resolve import resolve
from hilbert.encoders.sentence_transformers import SentenceTransformerEncoder
from hilbert.training.text_export import export_text_encoder


def main() -> None:
    """Export the model, and verify it against the original."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="bundled name, folder or hub id")
    parser.add_argument("folder", type=Path, help="where to write it")
    options = parser.parse_args()
    encoder = load_text_encoder(f"sentence-transformers:{options.model}")
    assert isinstance(encoder, SentenceTransformerEncoder)
    least = export_text_encoder(encoder, resolve(options.model), options.folder)
    print(f"{options.folder}: least cosine to the original {least:.7f}")


if __name__ == "__main__":
    main()
