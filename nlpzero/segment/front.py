"""The cutters that `import nlpzero` gives by name."""

from .dictionary import DictionaryCutter, dictionary_cutter
from .lexical import JiebaCutter, jieba_cutter


def jieba() -> JiebaCutter:
    """Give a cutter that cuts just as ``jieba.lcut(text, HMM=False)`` does (结巴分词).

    Examples
    --------
    >>> jieba()("长江大桥上有江豚")
    ['长江大桥', '上', '有', '江豚']
    """
    return jieba_cutter()


def dictionary() -> DictionaryCutter:
    """Give the cutter that the commands use by default (词典分词): jieba's dictionary, pruned, and words by spelling.

    Examples
    --------
    >>> dictionary()("罗砚舟修好了三十个橹簧。")
    ['罗砚舟', '修好', '了', '三十', '个', '橹', '簧', '。']
    """
    return dictionary_cutter()
