"""Addresses, names and tags of web text as words of their own, laid over any cutter."""

import numpy as np

from ..text.characters import Codes, from_code_points
from ..text.web import web_spans
from .cutter import Cutter, Flags


class WholeCutter(Cutter):
    """Cut as another cutter does, but keep what `nlpzero.text.web.web_spans` finds whole (整体保留网址等).

    Examples
    --------
    >>> from .cutter import BlankCutter
    >>> WholeCutter(BlankCutter())("看http://a.cn吧")
    ['看', 'http://a.cn', '吧']
    """

    def __init__(self, cutter: Cutter) -> None:
        self.cutter = cutter
        self.piece, self.overlooks_hidden, self.stop = cutter.piece, cutter.overlooks_hidden, cutter.stop

    @property
    def digest(self) -> str:
        return f"{self.cutter.digest}, web kept"

    def boundaries(self, codes: Codes) -> Flags:
        result = self.cutter.boundaries(codes)
        spans = np.array(web_spans(from_code_points(codes)), np.intp).reshape(-1, 2)
        for start, end in spans.tolist():
            result[start + 1 : end] = False
        result[spans[:, 0]] = True
        result[spans[:, 1][spans[:, 1] < len(codes)]] = True
        return result
