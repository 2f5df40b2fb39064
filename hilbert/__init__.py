"""HILBERT, reconstructed from its abstract: audio, text and joint embeddings of recordings.

Import what you need from its rooms (`hilbert.model.fusion`, `hilbert.training.trainer`, ...). This
file imports nothing, so that `import hilbert` costs nothing.
"""

__version__ = "0.1.0"
