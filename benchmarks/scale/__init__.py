"""Big libraries, partly made, and what is measured on them; see README.md beside `benchmarks/`."""
