"""Training of the fusion model: presets, trainer, splits, comparison."""
