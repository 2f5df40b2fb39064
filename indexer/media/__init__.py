"""Recordings: decoding, voice activity, cutting, spectrograms."""
