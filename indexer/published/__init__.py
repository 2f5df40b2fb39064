"""Published libraries: a snapshot in Milvus, which many processes search at once."""
