"""The kind of vector index follows from size, memory and recall."""

from __future__ import annotations

import pytest

from indexer.index.vector_choice import VectorSettings, choose_vector_index

AUTO = VectorSettings()


@pytest.mark.parametrize(
    ("settings", "library", "shard", "kind"),
    [
        (AUTO, 100, 100, "sqfp16"),
        (AUTO, 200_000, 131_072, "sqfp16"),
        (AUTO, 200_001, 131_072, "rabitq"),
        (AUTO, 1_000_000, 19_999, "sqfp16"),
        (AUTO, 1_000_000, 20_000, "rabitq"),
        (VectorSettings(target_recall=1.0), 1_000_000, 131_072, "sqfp16"),
        (VectorSettings(target_recall=1.0, max_memory=1), 1_000_000, 131_072, "sqfp16"),
        # 100,000 x 384 numbers x 3 modalities x 2 bytes: 230.4 MB
        (VectorSettings(max_memory=230), 100_000, 100_000, "rabitq"),
        (VectorSettings(max_memory=231), 100_000, 100_000, "sqfp16"),
        (VectorSettings(max_memory=1), 10_000, 10_000, "sqfp16"),
        (VectorSettings(max_memory=10_000), 1_000_000, 131_072, "rabitq"),
        (VectorSettings(kind="flat"), 1_000_000, 131_072, "flat"),
    ],
)
def test_the_choice(settings: VectorSettings, library: int, shard: int, kind: str) -> None:
    chosen = choose_vector_index(settings, library, shard, 384)
    assert chosen.kind == kind and chosen.reason


def test_settings_come_back_as_they_were_stored() -> None:
    settings = VectorSettings("rabitq", 250.0, 0.95)
    assert VectorSettings.of(settings.to_dict()) == settings
    assert VectorSettings.of({}).kind == "flat"  # of earlier releases


def test_what_is_not_named_stays() -> None:
    settings = VectorSettings("rabitq", 250.0, 0.95)
    assert settings.changed() == settings
    assert settings.changed(max_memory=0).max_memory is None
    assert settings.changed("auto", target_recall=1.0) == VectorSettings("auto", 250.0, 1.0)
