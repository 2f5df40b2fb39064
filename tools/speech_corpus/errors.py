"""The error of this folder."""


class SpeechError(RuntimeError):
    """Speech cannot be made; the message says why and what to do."""
