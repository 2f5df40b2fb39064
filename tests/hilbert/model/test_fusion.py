"""What the model promises: unit vectors, honest blanks, one document one vector in any batch."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from hilbert.model.checkpoint import new_model
from hilbert.model.collate import SegmentWindow, collate
from hilbert.model.config import HilbertConfig
from hilbert.model.embed import (
    embed_documents,
    embed_segments,
    embed_text,
    embed_whole_and_parts,
)
from hilbert.model.features import Features
from hilbert.model.fusion import Hilbert, Outputs
from hilbert.training.presets import ARCHITECTURES
from tests.segment_windows import whole


def _outputs(model: Hilbert, *documents: Features) -> Outputs:
    windows = [whole(features) for features in documents]
    with torch.inference_mode():
        return model(collate(windows, model.config.d_audio, model.config.d_text))


def _close(x: torch.Tensor, y: torch.Tensor, tolerance: float = 1e-5) -> bool:
    return bool((x - y).abs().max() <= tolerance)


def test_a_document_has_the_same_vectors_alone_and_in_any_batch(model, document) -> None:
    wanted = document(1, segments=3)
    alone = _outputs(model, wanted)
    long = document(2, segments=40, tokens=50)
    others = [long, document(3, text=False), document(4, audio=False)]
    for position in range(len(others) + 1):
        batch = [*others[:position], wanted, *others[position:]]
        together = _outputs(model, *batch)
        for name in ("audio", "text", "joint"):
            assert _close(getattr(together, name)[position], getattr(alone, name)[0]), name


def test_the_same_call_gives_the_same_bits(model, document) -> None:
    first, second = (_outputs(model, document(1), document(2)) for _ in range(2))
    assert torch.equal(first.joint, second.joint)


def test_existing_vectors_are_unit_and_missing_ones_zero_and_flagged(model, document) -> None:
    outputs = _outputs(model, document(1), document(2, audio=False), document(3, text=False))
    assert outputs.has_audio.tolist() == [True, False, True]
    assert outputs.has_text.tolist() == [True, True, False]
    assert outputs.has_joint.tolist() == [True, True, True]
    for name in ("audio", "text", "joint"):
        expected = getattr(outputs, f"has_{name}").float()
        assert _close(getattr(outputs, name).norm(dim=-1), expected)
    assert outputs.audio_share[1:].tolist() == [0.0, 1.0]


def test_a_document_with_neither_modality_has_no_joint(model, document) -> None:
    outputs = _outputs(model, document(1, audio=False, text=False), document(2))
    assert outputs.has_joint.tolist() == [False, True]
    assert not outputs.joint[0].any()
    assert outputs.joint.isfinite().all()


def test_the_audio_vector_hears_no_text_and_the_text_vector_sees_no_audio(model, document) -> None:
    both = _outputs(model, document(1))
    assert _close(_outputs(model, document(1, text=False)).audio, both.audio)
    assert _close(_outputs(model, document(1, audio=False)).text, both.text)


def test_the_text_vector_is_the_frozen_one_exactly(model, document) -> None:
    features = document(1, segments=7)
    mean = features.text.mean(0)
    got = _outputs(model, features).text[0].numpy()
    np.testing.assert_allclose(got, mean / np.linalg.norm(mean), atol=1e-6)


def test_a_typed_query_scores_text_as_the_frozen_encoder_does(model, document) -> None:
    query = document(9).text[:1]
    one = document(1, segments=1)
    cosine = embed_text(model, query).text @ embed_documents(model, [one]).text.T
    np.testing.assert_allclose(cosine, query @ one.text.T, atol=1e-6)


def test_an_untrained_joint_stays_close_to_its_text(tiny, document) -> None:
    outputs = _outputs(new_model(tiny), *(document(seed) for seed in range(8)))
    assert ((outputs.joint * outputs.text).sum(-1) > 0.95).all()
    silent = _outputs(new_model(tiny), document(1, audio=False))
    assert _close(silent.joint, silent.text)
    mute = _outputs(new_model(tiny), document(1, text=False))
    assert _close(mute.joint, mute.audio)


def test_leaving_a_modality_out_equals_a_document_that_never_had_it(model, document) -> None:
    features = document(1)
    batch = collate([whole(features)], model.config.d_audio, model.config.d_text)
    with torch.inference_mode():
        states = model.segment_states(batch)
        silent, mute = model.joint(states, keep_audio=False), model.joint(states, keep_text=False)
        chosen = model.joint(states, keep_audio=torch.tensor([False]))
    assert _close(silent.vector, _outputs(model, document(1, audio=False)).joint)
    assert _close(mute.vector, _outputs(model, document(1, text=False)).joint)
    assert torch.equal(chosen.vector, silent.vector)


def test_no_gradient_is_lost_to_missing_modalities(tiny, document) -> None:
    model = new_model(tiny).train()
    documents = [document(1, audio=False, text=False), document(2, audio=False), document(3)]
    outputs = model(collate([whole(d) for d in documents], tiny.d_audio, tiny.d_text))
    (outputs.joint.sum() + outputs.audio.sum()).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is None or parameter.grad.isfinite().all(), name


def test_more_agreement_gives_audio_a_larger_share(tiny, document) -> None:
    model = new_model(tiny)
    text = torch.eye(tiny.width)[:3]
    audio = torch.stack([-text[0], text[0], text[2]])  # opposed, unrelated, equal
    yes = torch.ones(3, dtype=torch.bool)
    share = model._audio_share(audio, text, yes, yes)
    assert share[0] < share[1] < share[2]
    ungated = new_model(replace(tiny, gate=False))
    assert ungated._audio_share(audio, text, yes, yes).tolist() == [1.0, 1.0, 1.0]


def test_without_the_anchor_the_text_side_is_trained_and_may_be_wider(document) -> None:
    config = HilbertConfig(d_audio=24, d_text=16, width=32, heads=4, text_anchor=False)
    outputs = _outputs(new_model(config), document(1))
    assert outputs.text.shape == (1, 32)
    assert _close(outputs.text.norm(dim=-1), torch.ones(1))


def test_a_document_of_three_thousand_segments_is_embedded(model, document) -> None:
    long, short = document(1, segments=3000, tokens=4), document(2)
    result = embed_documents(model, [short, long, short], batch_tokens=512)
    assert result.joint.shape == (3, model.config.width)
    np.testing.assert_allclose(np.linalg.norm(result.joint, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(result.joint[0], result.joint[2], atol=1e-5)
    assert embed_segments(model, long).joint.shape == (3000, model.config.width)


@pytest.mark.parametrize("batch_tokens", [1, 30, 100_000])
def test_embedding_in_chunks_equals_one_forward_pass(model, document, batch_tokens: int) -> None:
    documents = [document(1), document(2, audio=False), document(3, segments=9, text=False)]
    direct = _outputs(model, *documents)
    chunked = embed_documents(model, documents, batch_tokens=batch_tokens)
    for name in ("audio", "text", "joint"):
        np.testing.assert_allclose(getattr(chunked, name), getattr(direct, name).numpy(), atol=1e-5)
        assert getattr(chunked, f"has_{name}").tolist() == getattr(direct, f"has_{name}").tolist()


def test_a_segment_is_a_window_of_one(model, document) -> None:
    features = document(1, segments=3)
    rows = embed_segments(model, features)
    windows = [SegmentWindow(features, s, s + 1) for s in range(3)]
    with torch.inference_mode():
        outputs = model(collate(windows, model.config.d_audio, model.config.d_text))
    np.testing.assert_allclose(rows.joint, outputs.joint.numpy(), atol=1e-5)


def test_a_document_and_its_segments_embedded_together_are_what_they_are_one_by_one(
    model, document
) -> None:
    features = document(1, segments=3)
    whole, parts = embed_whole_and_parts(model, features)
    for name in ("audio", "text", "joint"):
        expected = getattr(embed_documents(model, [features]), name)
        np.testing.assert_array_equal(getattr(whole, name), expected)
        expected = getattr(embed_segments(model, features), name)
        np.testing.assert_array_equal(getattr(parts, name), expected)


def test_embedding_leaves_the_model_in_the_mode_it_was_in(model, document) -> None:
    model.train()
    first, second = (embed_documents(model, [document(1)]).joint for _ in range(2))
    assert model.training
    np.testing.assert_array_equal(first, second)  # no dropout


def test_nothing_to_embed_gives_empty_arrays(model, document) -> None:
    assert embed_documents(model, []).joint.shape == (0, model.config.width)
    assert embed_text(model, np.zeros((0, model.config.d_text))).joint.shape == (0, 16)
    empty = document(1, segments=0)
    assert embed_documents(model, [empty]).has_joint.tolist() == [False]
    assert embed_segments(model, empty).joint.shape == (0, 16)


def test_query_vectors_of_another_encoder_are_refused(model) -> None:
    with pytest.raises(ValueError, match=r"must be \[n, 16\]"):
        embed_text(model, np.zeros((2, 17), np.float32))


# Forms --------------------------------------------------------------------------------------

SWITCHES = {
    "paper": ARCHITECTURES["paper"],
    "paper-x": ARCHITECTURES["paper-x"],
    "clip": ARCHITECTURES["clip"],
    "several hops": {"pooling_hops": 3},
    "means": {"pooling_hops": 0},
    "no cross-attention": {"cross_layers": 0},
    "no adapter": {"adapter_layers": 0},
    "no positions": {"segment_positions": False},
    "no gate": {"gate": False},
    "wider": {"width": 32, "text_anchor": False, "cross_layers": 2},
}


@pytest.mark.parametrize("name", SWITCHES)
def test_every_form_keeps_the_promises_of_the_model(
    model_of, tiny: HilbertConfig, document, name: str
) -> None:
    model = model_of(replace(tiny, **SWITCHES[name]))
    documents = [
        document(1, segments=3), document(2, segments=1), document(3, audio=False),
        document(4, text=False), document(5, segments=30), document(6, audio=False, text=False),
    ]  # fmt: skip
    together = embed_documents(model, documents)
    for row, features in enumerate(documents):
        alone = embed_documents(model, [features])
        for kind in ("audio", "text", "joint"):
            vector = getattr(together, kind)[row]
            np.testing.assert_allclose(vector, getattr(alone, kind)[0], atol=1e-5)
            has = getattr(together, f"has_{kind}")[row]
            assert np.linalg.norm(vector) == pytest.approx(float(has), abs=1e-5)
    assert together.has_joint.tolist() == [True] * 5 + [False]
    assert embed_text(model, document(9).text).joint.shape[1] == model.config.width


def test_in_mode_u_a_modality_is_the_same_alone_and_beside_the_other(
    model_of, tiny: HilbertConfig, document
) -> None:
    features = document(1)
    for form, same in (("paper", True), ("paper-x", False)):
        model = model_of(replace(tiny, **ARCHITECTURES[form]))
        both = embed_documents(model, [features])
        sound = embed_documents(model, [features.without_text()])
        words = embed_documents(model, [features.without_audio()])
        assert np.allclose(both.audio, sound.audio, atol=1e-5) is same, form
        assert np.allclose(both.text, words.text, atol=1e-5) is same, form


@pytest.mark.slow
def test_the_joint_of_mode_x_is_made_of_the_vectors_it_gives(
    model_of, tiny: HilbertConfig, document
) -> None:
    model = model_of(replace(tiny, **ARCHITECTURES["paper-x"]))
    batch = collate([whole(document(1))], tiny.d_audio, tiny.d_text)
    with torch.inference_mode():
        states = model.segment_states(batch)
        parts = model._parts(states, states.audio_mask, states.text_mask)
        torch.testing.assert_close(parts.audio, torch.nn.functional.normalize(parts.crossed_audio))
        joint = model.text_correction(parts.crossed_text) + model.audio_correction(
            parts.crossed_audio
        )
        torch.testing.assert_close(model.fuse(states).joint, torch.nn.functional.normalize(joint))


def test_order_matters_only_with_positions(model_of, tiny: HilbertConfig, document) -> None:
    features = document(1, segments=4)
    turned = replace(features.select([3, 2, 1, 0]), times=features.times)
    for positions, same in ((True, False), (False, True)):
        model = model_of(replace(tiny, segment_positions=positions))
        joints = embed_documents(model, [features, turned]).joint
        assert np.allclose(joints[0], joints[1], atol=1e-5) is same


def test_a_learned_temperature_starts_as_in_clip_and_has_a_floor(tiny: HilbertConfig) -> None:
    model = new_model(replace(tiny, learned_temperature=True))
    assert model.temperature(0.5).item() == pytest.approx(0.07)
    with torch.no_grad():
        model.log_temperature.fill_(-20.0)
    model.bound_temperature()
    assert model.temperature(0.5).item() == pytest.approx(0.01)
    model.temperature(0.5).backward()
    assert model.log_temperature.grad.item() > 0, "or it could never rise again"
    assert new_model(tiny).temperature(0.5) == 0.5


@pytest.mark.slow
@pytest.mark.parametrize("segments", [1, 2, 1500])
def test_windows_of_one_to_thousands_of_segments_can_be_trained(
    tiny: HilbertConfig, document, segments: int
) -> None:
    model = new_model(replace(tiny, pooling_hops=2)).train()
    windows = [whole(document(seed, segments=segments, tokens=4)) for seed in range(2)]
    outputs = model(collate(windows, tiny.d_audio, tiny.d_text))
    (outputs.joint[0] @ outputs.joint[1] + outputs.hop_overlap.sum()).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is None or parameter.grad.isfinite().all(), name
