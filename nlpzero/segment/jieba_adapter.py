"""The one place that knows jieba: its dictionary, read without importing it, and its hidden Markov model."""

import functools
import importlib.util
import os
import warnings
from typing import Any

from ..errors import LexiconError
from ..lexicon.lexicon import Lexicon


def dictionary_path() -> str:
    """Find jieba's dictionary (结巴词典) without importing jieba.

    Raises
    ------
    LexiconError
        If jieba is not installed.

    Examples
    --------
    >>> os.path.basename(dictionary_path())
    'dict.txt'
    """
    spec = importlib.util.find_spec("jieba")
    if spec is None or spec.origin is None:
        raise LexiconError("jieba is not installed; pip install jieba==0.42.1, or give a lexicon of your own", "jieba")
    return os.path.join(os.path.dirname(spec.origin), "dict.txt")


def load_words() -> Lexicon:
    """Read jieba's dictionary: 349,045 words in about 0.1 s.

    As in jieba, the last of two lines for a word is valid, but both count for the total.

    Raises
    ------
    LexiconError
        If jieba is not installed.

    Examples
    --------
    >>> lexicon = load_words()
    >>> len(lexicon), lexicon.total
    (349045, 60101967)
    """
    with open(dictionary_path(), "rb") as file:
        return words_of(file.read())


def words_of(dictionary: bytes) -> Lexicon:
    """Read the words of such a dictionary."""
    fields = dictionary.decode("utf-8").split()
    counts = list(map(int, fields[1::3]))
    valid = dict(zip(fields[::3], counts, strict=True))
    return Lexicon(list(valid), list(valid.values()), sum(counts))


def load_idf() -> tuple[dict[str, float], float]:
    """Read the inverse document frequencies that jieba has for its key words, and what it takes for unknown words.

    Raises
    ------
    LexiconError
        If jieba is not installed.

    Examples
    --------
    >>> known, unknown = load_idf()
    >>> len(known), round(known["长江"], 3), round(unknown, 3)
    (270132, 6.232, 11.955)
    """
    with open(os.path.join(os.path.dirname(dictionary_path()), "analyse", "idf.txt"), encoding="utf-8") as file:
        fields = file.read().split()
    known = dict(zip(fields[::2], map(float, fields[1::2]), strict=True))
    return known, sorted(known.values())[len(known) // 2]  # as in jieba, the upper of two


def hmm_cut(line: str) -> list[str]:
    """Cut a line as ``jieba.lcut`` does by default, with its hidden Markov model (隐马尔可夫模型) for unknown words.

    Examples
    --------
    >>> hmm_cut("长江的江豚")
    ['长江', '的', '江豚']
    """
    words: list[str] = _tokenizer().lcut(line)
    return words


@functools.cache
def _tokenizer() -> Any:
    """Load a tokenizer of our own, without jieba's messages and its cache file."""
    with warnings.catch_warnings():
        # jieba imports pkg_resources, which setuptools has deprecated, and has escapes like "\\." in plain strings.
        for category in DeprecationWarning, SyntaxWarning, UserWarning:
            warnings.simplefilter("ignore", category)
        import jieba
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer
