"""What several benchmarks share: training runs, typed queries, tables, plots, exit status."""
