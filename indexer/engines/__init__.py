"""Engines that process documents elsewhere than in this process."""
