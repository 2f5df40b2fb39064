"""Settings go to JSON and back, and refuse what they do not know."""

from pathlib import Path

import pytest

from hilbert.model.config import HilbertConfig
from hilbert.training.config import TrainingConfig


def test_settings_come_back_from_json_unchanged() -> None:
    model = HilbertConfig(width=64, d_text=64, heads=4, gate=False, speech_encoder="abc")
    training = TrainingConfig(epochs=3, window_segments=(2, 5), weights={"direct": 1.0})
    assert HilbertConfig.from_json(model.to_json()) == model
    assert TrainingConfig.from_json(training.to_json()) == training


def test_left_out_keys_keep_their_defaults_and_whole_numbers_serve_as_floats() -> None:
    config = TrainingConfig.from_json('{"lr": 1, "epochs": 2}')
    assert config.lr == 1.0
    assert isinstance(config.lr, float)
    assert config.temperature == TrainingConfig().temperature


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"widht": 384}', "unknown setting widht"),
        ('{"width": "384"}', "width must be int"),
        ('{"text_anchor": 1}', "text_anchor must be bool"),
        ("[1]", "expected a JSON object"),
        ("{", "not valid JSON"),
        ('{"width": 512, "heads": 8}', "must equal"),
        ('{"heads": 5}', "multiple of heads"),
    ],
)
def test_a_wrong_model_config_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        HilbertConfig.from_json(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"window_segments": [3]}', "2 entries"),
        ('{"window_segments": [4, 2]}', "shortest, longest"),
        ('{"weights": {"direct": -1}}', "weight of direct"),
        ('{"held_out_share": 1}', "held_out_share"),
    ],
)
def test_a_wrong_training_config_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        TrainingConfig.from_json(text)


def test_a_trained_text_side_may_have_another_width() -> None:
    assert HilbertConfig(width=96, text_anchor=False).width == 96


def test_keys_of_saved_configs_are_those_of_the_first_release() -> None:
    text = (Path(__file__).parents[3] / "assets/model/config.json").read_text(encoding="utf-8")
    config = HilbertConfig.from_json(text)
    assert config.to_json() == text
    assert '"reading": "U"' in text
    free = HilbertConfig.from_json('{"reading": "X", "text_anchor": false}')
    assert free.fusion_mode == "X"
    assert HilbertConfig.from_json(free.to_json()) == free
    with pytest.raises(ValueError, match=r"unknown setting fusion_mode; .*reading"):
        HilbertConfig.from_json('{"fusion_mode": "X"}')
