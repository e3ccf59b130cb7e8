"""What of a text is read, and as what: one value for every capability that reads text."""

from dataclasses import dataclass
from typing import Literal

from ..errors import CorpusError
from ..text.folding import check_folds
from ..text.views import WEB, TextView
from .lines import MAX_LINE


@dataclass(frozen=True)
class Reading:
    """What of a text is read, and as what (阅读选项).

    Attributes
    ----------
    fields : tuple of str or int
        Columns of csv or tsv, by name (then the first record of each file holds the names) or number from 1, or keys of
        JSON lines. Each field that is chosen is a line of text. Empty: the files are text.
    fold : tuple of "width", "case", "variants"
        Read text as if full width were half width, upper case lower, traditional characters simplified.
    web : {"", "drop", "keep"}
        Leave out addresses, @names, #tags#, [emoticons], HTML, time stamps and speakers, or take each for one word.
    join_lines : bool
        Join lines that break a sentence.
    max_line : int
        Bytes of the longest line, unpacked; a longer one is an error, as a line is worked on as a whole.

    Raises
    ------
    CorpusError
        For values that are not listed here; it names the parameter.

    Examples
    --------
    >>> Reading(fold=("case",)).view("ABC")
    'abc'
    """

    fields: tuple[str | int, ...] = ()
    fold: tuple[str, ...] = ()
    web: Literal["", "drop", "keep"] = ""
    join_lines: bool = False
    max_line: int = MAX_LINE

    def __post_init__(self) -> None:
        check_folds(self.fold)
        if self.web not in WEB:
            raise CorpusError(f"`web` is {self.web!r}; there are drop and keep")
        if isinstance(self.fields, str | int):
            raise CorpusError(f"`fields` is {self.fields!r}; give a tuple, such as ({self.fields!r},)")

    @property
    def view(self) -> TextView | None:
        """How a text is read; None where as it is."""
        return TextView(self.fold, self.web, self.join_lines) if self.fold or self.web or self.join_lines else None

    @property
    def by_record(self) -> bool:
        """Whether text is not read line for line."""
        return bool(self.fields) or self.join_lines
