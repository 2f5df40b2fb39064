"""From files to answers: decode, transcribe, segment, store, search; the command line."""
