"""`python -m indexer` is the `hilbert` command."""

from indexer.cli import main

main()
