"""Speech to train on, made by machine from transcripts; `benchmarks/make_speech.py` runs it."""
