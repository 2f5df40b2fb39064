"""The command line: one verb a file, found by the registry of verbs.

A new verb is one new file in this folder: a click command marked `@verb()`. Files are found by
themselves; those without a verb are what the verbs share.
"""
