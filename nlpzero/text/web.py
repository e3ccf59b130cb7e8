"""What web pages and chat logs hold beside text: addresses, names, tags, markup, time stamps (网络文本)."""

import functools
import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .characters import Codes, code_points

_HEADS = "hHwW<&@#["
"""Characters that a span may begin with."""


class _Patterns(NamedTuple):
    """What tells spans from text."""

    speaker: re.Pattern[str]
    span: re.Pattern[str]
    email: re.Pattern[str]


@functools.cache
def _patterns() -> _Patterns:
    """Compile the patterns when they are first needed: it takes about 10 ms."""
    time = r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"
    stamp = rf"(?:\d{{4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}日?[ T]*)?{time}"
    name = r"[^\s:：。，！？\[\]()（）]{1,20}"
    account = r"(?:[ \t]*[(（<][^\s()（）<>]{1,60}[)）>])?"
    speaker = (
        rf"^[\[(（【]?{stamp}[\])）】]?(?:[ \t]+{name}{account}(?:[:：]|[ \t]*$))?|^{name}{account}[ \t]+"
        rf"[\[(（]?{stamp}[\])）]?[:：]?(?=\s*$)"
    )
    span = (
        r"(?:[hH][tT][tT][pP][sS]?://|[wW]{3}\.)[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*[A-Za-z0-9/=_#&%+-]"  # addresses
        # HTML; scripts and styles as far as they are in one line
        r"|(?i:<(?:script|style)\b[^<>\n]{0,500}>[^\n]*?</(?:script|style)>)"
        r"|<(?:!--[^<>]{0,2000}--|[/!]?[A-Za-z][^<>\n]{0,500})>|&(?:[A-Za-z]{2,8}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});"
        r"|@[\w-]{1,30}"  # names
        r"|#[^#\s]{1,40}#|(?<![\w&])#[A-Za-z]\w{0,40}"  # tags
        r"|\[[\w\u4e00-\u9fff]{1,8}\]"  # emoticons
    )
    email = r"[A-Za-z0-9][\w.+-]{0,60}@[A-Za-z0-9-]{1,60}(?:\.[A-Za-z0-9-]{1,30})+"
    return _Patterns(re.compile(speaker, re.MULTILINE), re.compile(span), re.compile(email))


def web_spans(text: str) -> list[tuple[int, int]]:
    """Find what is no text (网址、用户名、话题、表情、标签、时间戳): where each starts and ends, in order.

    These are addresses (of pages and of mail), @names, #tags#, [emoticons], HTML tags and entities, and in chat logs
    time stamps at the start of a line, with the speaker.

    Notes
    -----
    About 5 ns a character of plain text, and 2 us for each span.

    Examples
    --------
    >>> text = "回复@小溪:看 http://a.cn/b [笑] <b>好</b>"
    >>> [text[a:b] for a, b in web_spans(text)]
    ['@小溪', 'http://a.cn/b', '[笑]', '<b>', '</b>']
    """
    codes = code_points(text)
    patterns = _patterns()
    found: list[tuple[int, int]] = []
    end = 0
    for at in _candidates(codes).tolist():
        if at < end:
            continue
        if text[at] == "@" and (mail := _mail(text, at, end)) is not None:
            found.append(mail)
            end = mail[1]
        elif match := patterns.span.match(text, at):
            found.append(match.span())
            end = match.end()
    colons = np.flatnonzero((codes == 0x3A) | (codes == 0xFF1A))
    colons = colons[(colons > 0) & (colons + 1 < len(codes))]
    if len(colons) and (_is_digit(codes[colons - 1]) & _is_digit(codes[colons + 1])).any():
        found = _merged(sorted([*found, *(match.span() for match in patterns.speaker.finditer(text))]))
    return found


def web_mask(text: str) -> npt.NDArray[np.bool_]:
    """Mark the characters of `web_spans`."""
    mask = np.zeros(len(text), np.bool_)
    for start, end in web_spans(text):
        mask[start:end] = True
    return mask


def _candidates(codes: Codes) -> npt.NDArray[np.intp]:
    """Find where a span may start."""
    table = np.zeros(0x80, np.bool_)
    table[code_points(_HEADS)] = True
    at = np.flatnonzero(codes < 0x80)
    at = at[table.take(codes.take(at))]
    letters = codes.take(at) | 0x20
    following = codes.take(np.minimum(at + 1, len(codes) - 1)) if len(codes) else codes
    wrong = ((letters == ord("h")) & ((following | 0x20) != ord("t"))) | (
        (letters == ord("w")) & ((following | 0x20) != ord("w"))
    )
    result: npt.NDArray[np.intp] = at[~wrong]
    return result


def _mail(text: str, at: int, start: int) -> tuple[int, int] | None:
    """Find the address of mail around an @."""
    begin = at
    while begin > max(start, at - 60) and (
        text[begin - 1].isascii() and (text[begin - 1].isalnum() or text[begin - 1] in "._+-")
    ):
        begin -= 1
    match = _patterns().email.match(text, begin) if begin < at else None
    return match.span() if match and match.end() > at else None


def _is_digit(codes: Codes) -> npt.NDArray[np.bool_]:
    result: npt.NDArray[np.bool_] = (codes >= 0x30) & (codes <= 0x39)
    return result


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that overlap."""
    result: list[tuple[int, int]] = []
    for start, end in spans:
        if result and start < result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        elif end > start:
            result.append((start, end))
    return result
