"""What of a text is read, and as what: one value for every capability that reads text."""

from dataclasses import dataclass

from .lines import MAX_LINE


@dataclass(frozen=True)
class Reading:
    """What of a text is read, and as what (阅读选项).

    Attributes
    ----------
    max_line : int
        Bytes of the longest line, unpacked; a longer one is an error, as a line is worked on as a whole.
    """

    max_line: int = MAX_LINE
