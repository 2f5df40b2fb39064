"""The index of a library: snapshots of vectors, full text and records."""
