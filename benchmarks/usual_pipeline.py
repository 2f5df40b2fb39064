"""The usual way to index recordings, as its parts come: the peer of `benchmarks/ingest.py`.

faster-whisper's `transcribe` with its defaults, its segments joined to about 30 s, a second pass
of the Whisper encoder over each joined segment for audio features, sentence-transformers for
text vectors, FAISS for both. Same weights as hilbert.
"""

from __future__ import annotations

import sys
from pathlib import Path

import faiss
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import decode_audio, pad_or_trim
from sentence_transformers import SentenceTransformer

from hilbert.encoders.resolve import resolve

_SECONDS = 30.0
_RATE = 16_000


def main(folder: Path, out: Path) -> None:
    """Index every recording of `folder` into two FAISS files in `out`."""
    whisper = WhisperModel(
        str(resolve("bundled:whisper-tiny.en").path), device="cpu", compute_type="int8"
    )
    sentences = SentenceTransformer(str(resolve("bundled:minilm-torch").path), device="cpu")
    audio_vectors, text_vectors = [], []
    for path in sorted(folder.iterdir()):
        audio = decode_audio(str(path))
        segments, _ = whisper.transcribe(audio, language="en")
        joined = _join([(s.start, s.end, s.text) for s in segments])
        for start, end, _text in joined:
            mel = whisper.feature_extractor(audio[int(start * _RATE) : int(end * _RATE)])
            states = np.asarray(whisper.encode(pad_or_trim(mel)))
            audio_vectors.append(states.mean(axis=(0, 1)))
        texts = [text for _, _, text in joined]
        text_vectors.extend(sentences.encode(texts, normalize_embeddings=True))
    for name, vectors in (("audio", audio_vectors), ("text", text_vectors)):
        matrix = np.stack(vectors).astype(np.float32)
        index = faiss.IndexFlatIP(matrix.shape[1])
        index.add(matrix)
        faiss.write_index(index, str(out / f"{name}.faiss"))


def _join(segments: list[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    joined: list[tuple[float, float, str]] = []
    for start, end, text in segments:
        if joined and end - joined[-1][0] <= _SECONDS:
            joined[-1] = (joined[-1][0], end, joined[-1][2] + text)
        else:
            joined.append((start, end, text))
    return joined


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
