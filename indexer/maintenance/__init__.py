"""Maintenance of a library: remove, rebuild, check."""
