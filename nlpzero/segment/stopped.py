"""Leaving out stop words, whatever cuts the text."""

import hashlib

from ..text.characters import Codes
from .cutter import Cutter, Flags


class StopCutter(Cutter):
    """Cut as another cutter does, and leave out words (去停用词).

    `nlpzero.segment.encoding.encode` gives no number to a word that is left out, as to white space; where text is
    written, it is not.

    Examples
    --------
    >>> from .cutter import BlankCutter
    >>> StopCutter(BlankCutter(), frozenset(["的"]))("江 的 水")
    ['江', '水']
    """

    def __init__(self, cutter: Cutter, stop: frozenset[str]) -> None:
        self.cutter, self.stop = cutter, stop
        self.piece, self.overlooks_hidden = cutter.piece, cutter.overlooks_hidden

    @property
    def digest(self) -> str:
        words = "\n".join(sorted(self.stop)).encode("utf-8", "surrogatepass")
        return f"{self.cutter.digest}, without {hashlib.sha256(words).hexdigest()}"

    def boundaries(self, codes: Codes) -> Flags:
        return self.cutter.boundaries(codes)
