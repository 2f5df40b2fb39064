"""What a library keeps of its documents: the catalog, features, the writer lock."""
