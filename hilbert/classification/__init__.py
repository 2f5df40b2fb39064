"""Classifiers over document embeddings, cross-validated."""
