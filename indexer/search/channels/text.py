"""The text channel: cosines with the text vectors of segments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from indexer.search.channels import CHANNELS
from indexer.search.vector_channel import VectorChannel


class Text(VectorChannel):
    """What the words mean."""

    name = modality = "text"
    label = "By meaning"
    help = "what was meant"
    colour = "blue"
    weights: ClassVar[Mapping[str, float]] = {"typed": 0.24, "clip": 0.03, "moment": 0.40}
    unanswered = "there are no words in the query that its encoder knows; try another channel"
    same = "words"


CHANNELS.add(Text.name, Text(), order=3)
