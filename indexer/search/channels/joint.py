"""The joint channel: cosines with the joint vectors of segments, and of whole documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from indexer.search.channel import WholeDocumentScore
from indexer.search.channels import CHANNELS
from indexer.search.vector_channel import VectorChannel


class Joint(VectorChannel):
    """Sound and words fused by the model."""

    name = modality = "joint"
    typed_vector = "joint"
    typed_named_by = "text"  # typed words have no sound, and a joint vector leans on its words
    label = "By sound and words"
    help = "sound and words in one"
    colour = "green"
    weights: ClassVar[Mapping[str, float]] = {"typed": 0.14, "clip": 0.07, "moment": 0.25}
    unanswered = "there is no sound to compare with"
    whole_document = WholeDocumentScore(
        "document", {"typed": 0.25, "clip": 0.02, "moment": 0.05}, share_alone=0.25, order=1
    )


CHANNELS.add(Joint.name, Joint(), order=5)
