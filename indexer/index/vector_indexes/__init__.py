"""Kinds of vector index, one file each; see `indexer.index.vector_index`."""
