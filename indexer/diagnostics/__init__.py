"""Diagnostics of a library's embedding space: measures, table, figures, report."""
