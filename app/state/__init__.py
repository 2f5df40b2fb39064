"""State behind the pages: the open library, queries, results, background tasks."""
