"""Every error that nlpzero raises on purpose, each with a one-line message that names the remedy."""


class NlpZeroError(Exception):
    """Any error that the input or the parameters cause; its text is one line meant for the user."""


class _SourceError(NlpZeroError):
    """An error at a place of an input: in `source`, and in its 1-based `line` where that is known."""

    def __init__(self, message: str, source: str = "", line: int | None = None) -> None:
        super().__init__(message)
        self.source = source
        self.line = line


class CorpusError(_SourceError):
    """An input text that cannot be opened, unpacked, decoded or compared."""


class LexiconError(_SourceError):
    """A word list that cannot be understood."""


class ModelError(NlpZeroError):
    """A learned file that cannot be used, or parameters that the data cannot satisfy."""


class NothingFound(NlpZeroError):
    """Valid input without a result, such as a corpus that is too short."""
