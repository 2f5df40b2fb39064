"""hilbert models: what is listed, and what a name of the list stands for."""

from __future__ import annotations

import json

import pytest

from hilbert.encoders.resolve import EncoderError
from indexer.encoders import Encoders, EncoderSettings, is_recogniser_choice
from tests import warm


def test_models_are_listed_with_what_is_here() -> None:
    listed = warm.run("-m", "indexer", "models", "--json")
    assert listed.returncode == 0, listed.stderr
    models = {model["name"]: model for model in json.loads(listed.stdout)["models"]}
    assert models["tiny.en"]["here"] and models["tiny.en"]["languages"] == 1
    assert models["small"]["licence"] == "MIT" and models["small"]["word_error_rate"] == 3.4
    parakeet = models["parakeet-tdt-0.6b-v3"]
    assert (parakeet["languages"], parakeet["recogniser"]) == (25, "onnx-asr")
    assert (parakeet["licence"], parakeet["word_error_rate"]) == ("CC-BY-4.0", None)
    shown = warm.run("-m", "indexer", "models").stdout
    assert "canary-1b-v2" in shown
    assert "large-v3-turbo" in shown and "hilbert models get NAME" in shown
    unknown = warm.run("-m", "indexer", "models", "get", "huge")
    assert unknown.returncode == 2 and "distil-large-v3" in unknown.stderr


def test_a_model_of_the_list_recognises_by_its_name(models: None) -> None:
    encoders = Encoders(EncoderSettings())
    assert is_recogniser_choice("tiny.en") and is_recogniser_choice("large-v3")
    # The speech encoder itself: one pass serves both.
    assert encoders.recogniser_for("tiny.en") is encoders.speech
    with pytest.raises(EncoderError, match="hilbert models get large-v3"):
        encoders.recogniser_for("large-v3")
