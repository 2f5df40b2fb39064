"""Small seeded documents whose audio and text tell the same story, and a small model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from hilbert.model.checkpoint import new_model
from hilbert.model.config import HilbertConfig
from hilbert.model.features import Features
from hilbert.model.fusion import Hilbert

D_AUDIO, D_TEXT = 24, 16

MakeDocument = Callable[..., Features]
MakeModel = Callable[[HilbertConfig], Hilbert]


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Tiny tensors are slower on several threads, and sums differ with their number."""
    torch.set_num_threads(1)


def _unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def make_document(
    seed: int, segments: int = 4, audio: bool = True, text: bool = True, tokens: int = 12
) -> Features:
    """Make a document; each segment has a meaning that its text, sentences and audio carry.

    Audio tokens are a fixed linear map of the meaning plus noise, the same map in every
    document: what a speech encoder is to a text encoder, made easy.
    """
    rng = np.random.default_rng(seed)
    hearing = np.random.default_rng(12345).standard_normal((D_TEXT, D_AUDIO))
    topic = rng.standard_normal(D_TEXT)
    meaning = _unit(topic + 1.5 * rng.standard_normal((segments, D_TEXT)))
    lengths = rng.integers(tokens // 2, tokens + 1, size=segments) if audio else np.zeros(segments)
    ends = np.cumsum(lengths).astype(np.int64)
    bounds = np.stack([ends - lengths.astype(np.int64), ends], axis=1)
    rows = np.repeat(meaning, lengths.astype(int), axis=0) @ hearing
    heard = rows + 0.3 * rng.standard_normal(rows.shape)
    owner = np.repeat(np.arange(segments), 2)
    sentences = _unit(meaning[owner] + 0.2 * rng.standard_normal((2 * segments, D_TEXT)))
    if not text:
        meaning, sentences, owner = meaning[:0], sentences[:0], owner[:0]
    starts = 20.0 * np.arange(segments)
    return Features(
        audio_tokens=heard.astype(np.float16),
        audio_bounds=bounds,
        text=meaning.astype(np.float32),
        sentences=sentences.astype(np.float16),
        sentence_segments=owner.astype(np.int64),
        times=np.stack([starts, starts + 20.0], axis=1).astype(np.float32),
    )


@pytest.fixture(scope="session")
def document() -> MakeDocument:
    """Return the maker of documents."""
    return make_document


@pytest.fixture(scope="session")
def tiny() -> HilbertConfig:
    """Return the config of a small model for the documents."""
    return HilbertConfig(
        d_audio=D_AUDIO, d_text=D_TEXT, width=D_TEXT, adapter_layers=1, heads=2, dropout=0.1
    )


def make_model(config: HilbertConfig) -> Hilbert:
    """Make a model with every weight moved, as after training: no zeros hide a fault."""
    model = new_model(config, seed=3)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(5)
        for parameter in model.parameters():
            parameter += 0.2 * torch.randn_like(parameter)
    return model


@pytest.fixture(scope="session")
def model_of() -> MakeModel:
    """Return the maker of models."""
    return make_model


@pytest.fixture
def model(tiny: HilbertConfig) -> Hilbert:
    """Return a small model with every weight moved."""
    return make_model(tiny)
