"""From a query to hits: parse, encode, score, fuse, group."""
