"""Parts of pages: forms, result cards, players, transcripts."""
