"""The audio channel: cosines with the audio vectors of segments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from indexer.search.channels import CHANNELS
from indexer.search.vector_channel import VectorChannel


class Audio(VectorChannel):
    """How it sounds; typed words are compared by their text vector, which shares the space."""

    name = modality = "audio"
    label = "By sound"
    help = "how it sounds"
    colour = "violet"
    weights: ClassVar[Mapping[str, float]] = {"typed": 0.02, "clip": 0.18, "moment": 0.15}
    unanswered = "there is no sound to compare with"
    same = "sound"


CHANNELS.add(Audio.name, Audio(), order=4)
