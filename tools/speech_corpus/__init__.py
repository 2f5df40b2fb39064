"""Speech to train on, made from transcripts by machine voices: `python -m tools.speech_corpus`."""
