"""Adaptation to a library: training, weights of the channels, labels, evaluation."""
