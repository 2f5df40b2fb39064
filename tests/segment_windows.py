"""Windows of segments for tests."""

from hilbert.model.collate import SegmentWindow
from hilbert.model.features import Features


def whole(features: Features) -> SegmentWindow:
    """Return the window that holds the whole document."""
    return SegmentWindow(features, 0, features.n_segments)
