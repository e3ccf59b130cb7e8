"""What ends a sentence and a clause (句子), for every capability.

A *clause* (小句) is a run of words: whatever is no word (see `nlpzero.text.words`) ends it. A *sentence* ends after
。！？!?… and the closing quotes and brackets that follow, and with its line. A semicolon ends a clause, not a sentence.
"""

import re

END_MARKS = "。！？!?…"
CLOSING_MARKS = "”’」』）)】》〉\"'"
SENTENCE_ENDS = frozenset(END_MARKS + CLOSING_MARKS + "：:；;—")
"""After these a line that ends is not taken for a broken one."""

_SENTENCE = re.compile(rf"[^{END_MARKS}\n]*(?:[{END_MARKS}]+[{re.escape(CLOSING_MARKS)}]*|(?=\n)|\Z)")
_ENDS, _CLOSES = re.compile(f"[{END_MARKS}]+"), re.compile(f"[{re.escape(CLOSING_MARKS)}]+")


def split_sentences(line: str) -> list[str]:
    """Cut a line into sentences (分句); blank ones are left out.

    Examples
    --------
    >>> split_sentences("来了。“走吧！”天黑了；船开了")
    ['来了。', '“走吧！”', '天黑了；船开了']
    """
    return [sentence for sentence in _SENTENCE.findall(line) if sentence.strip()]


def ends_sentence(token: str) -> bool:
    """Tell whether a token is a mark that ends a sentence.

    Examples
    --------
    >>> ends_sentence("！？"), ends_sentence("；")
    (True, False)
    """
    return _ENDS.fullmatch(token) is not None


def closes_quotation(token: str) -> bool:
    """Tell whether a token is a closing quote or bracket, which belongs to the sentence before it.

    Examples
    --------
    >>> closes_quotation("”"), closes_quotation("“")
    (True, False)
    """
    return _CLOSES.fullmatch(token) is not None
