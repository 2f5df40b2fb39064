"""The fusion model: config, features, layers, embedding, checkpoints."""
