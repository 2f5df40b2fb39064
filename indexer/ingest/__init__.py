"""From files to documents: discover, transcribe, align, segment, store."""
