"""The channels by name: one file each, found by itself.

A new channel is one new file in this folder: a subclass of `indexer.search.channel.Channel` that is
added to `CHANNELS`. Where it needs numbers of its own per segment, the file registers them in
`indexer.index.segment_values.SEGMENT_VALUES` too.
"""

from __future__ import annotations

from hilbert import extension_points as points
from hilbert.registry import Registry
from indexer.index.segment_values import SEGMENT_VALUES
from indexer.search.channel import Channel

CHANNELS: Registry[Channel] = Registry(points.CHANNELS, loaded_with=SEGMENT_VALUES)
