"""Word lists in the forms that other programs read (词典导出): one entry of a table for each program.

Every form holds the words; those with counts or weights take them from the lexicon. Nothing of another program is
needed to write its form, but pypinyin for Rime.
"""

import csv
import io
import json
import struct
from collections.abc import Callable, Iterator
from math import log
from typing import Any

from ..errors import LexiconError
from .lexicon import Lexicon

CHARACTER, BYTE = -20.0, -30.0
"""Scores of characters and bytes in vocabularies of tokenizers, beside ln P of words: so low that words win."""
UNKNOWN = "<unk>"
SUDACHI = "名詞,固有名詞,一般,*,*,*"
"""Part of speech of all words: a proper noun."""
SUDACHI_ID, SUDACHI_COST = 4786, 2000
"""Connection of proper nouns in Sudachi's system dictionary, and the cost of a word: low enough to be chosen."""


def export(lexicon: Lexicon, form: str, name: str = "nlpzero") -> bytes:
    r"""Write a word list for another program (词典导出).

    Parameters
    ----------
    lexicon : Lexicon
    form : str
        jieba: 'word count' for ``jieba.load_userdict``. ik: IK Analyzer for Elasticsearch, an extra dictionary. hanlp:
        a custom dictionary of HanLP 1.x, 'word nz count'. pkuseg, ltp: a word a line, for ``user_dict`` and
        ``add_words``. rime: a dictionary of the input method, with pinyin. sudachi: a CSV for ``sudachipy ubuild``.
        sentencepiece: a unigram model, ready to load. tokenizers: tokenizer.json of a unigram model.
    name : str
        Of the dictionary, where the form has one (rime).

    Returns
    -------
    bytes
        UTF-8, but for sentencepiece.

    Raises
    ------
    LexiconError
        For a form that is none, a word that the form cannot hold, or where pypinyin is missing.

    Examples
    --------
    >>> export(Lexicon(["青桅坊", "橹簧"], [5, 2]), "hanlp").decode()
    '青桅坊 nz 5\n橹簧 nz 2\n'
    """
    if form not in FORMS:
        raise LexiconError(f"form is {form!r}; there are {', '.join(FORMS)}")
    return FORMS[form](lexicon, name)


def _lines(line: Callable[[str, int], str], forbidden: str) -> Callable[[Lexicon, str], bytes]:
    """Make a form of one line a word; no word may hold one of the `forbidden` characters."""

    def write(lexicon: Lexicon, _name: str) -> bytes:
        return "".join(line(word, count) + "\n" for word, count in _entries(lexicon, forbidden)).encode()

    return write


def _entries(lexicon: Lexicon, forbidden: str) -> Iterator[tuple[str, int]]:
    """Give words and counts."""
    for word, count in zip(lexicon.words, lexicon.counts.tolist(), strict=True):
        if any(character in forbidden for character in word):
            raise LexiconError(f"{word!r} holds a character that this form cannot hold; leave the word out")
        yield word, count


def _rime(lexicon: Lexicon, name: str) -> bytes:
    """Write a dictionary of Rime: word, pinyin, weight."""
    try:
        from pypinyin import lazy_pinyin
    except ImportError:
        raise LexiconError("pypinyin is not installed; pip install pypinyin") from None
    head = f'---\nname: {json.dumps(name, ensure_ascii=False)}\nversion: "1"\nsort: by_weight\n...\n\n'
    rows = (f"{word}\t{' '.join(lazy_pinyin(word))}\t{count}\n" for word, count in _entries(lexicon, "\t\n"))
    return (head + "".join(rows)).encode()


def _sudachi(lexicon: Lexicon, _name: str) -> bytes:
    """Write the eighteen columns of a user dictionary of Sudachi."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    for word, _ in _entries(lexicon, "\n"):
        rows.writerow(
            [word, SUDACHI_ID, SUDACHI_ID, SUDACHI_COST, word, *SUDACHI.split(","), "*", word, "*", "A", "*", "*", "*"]
        )
    return out.getvalue().encode()


def _vocabulary(lexicon: Lexicon) -> list[tuple[str, float]]:
    """Give words of two and more characters with ln P, then all characters."""
    total = log(int(lexicon.counts.sum()))
    words = [(word, log(count) - total) for word, count in _entries(lexicon, "\n") if len(word) > 1]
    counts = {word: log(count) - total for word, count in _entries(lexicon, "\n") if len(word) == 1}
    characters = sorted({character for word in lexicon.words for character in word})
    return words + [(c, max(CHARACTER, counts[c] + CHARACTER / 2) if c in counts else CHARACTER) for c in characters]


def _tokenizers(lexicon: Lexicon, _name: str) -> bytes:
    """Write tokenizer.json of a unigram model of words, characters and bytes."""
    vocabulary: list[tuple[str, float]] = [(UNKNOWN, 0.0)]
    vocabulary += [(f"<0x{byte:02X}>", BYTE) for byte in range(256)]
    vocabulary += _vocabulary(lexicon)
    unknown: dict[str, Any] = {"id": 0, "content": UNKNOWN, "special": True, "normalized": False}
    unknown |= dict.fromkeys(("single_word", "lstrip", "rstrip"), False)
    whole: dict[str, Any] = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [unknown]}
    whole |= dict.fromkeys(("normalizer", "pre_tokenizer", "post_processor"), None)
    whole["decoder"] = {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]}
    whole["model"] = {"type": "Unigram", "unk_id": 0, "vocab": vocabulary, "byte_fallback": True}
    return json.dumps(whole, ensure_ascii=False).encode() + b"\n"


NORMAL, UNKNOWN_PIECE, BYTE_PIECE = 1, 2, 6
BLANK = "\u2581"
"""Types of pieces, and how a blank is written, in a model of SentencePiece (sentencepiece_model.proto)."""


def _sentencepiece(lexicon: Lexicon, _name: str) -> bytes:
    """Write a unigram model of words, characters and bytes, in the protocol buffer that SentencePiece loads."""
    pieces = [(UNKNOWN, 0.0, UNKNOWN_PIECE)]
    pieces += [(f"<0x{byte:02X}>", BYTE, BYTE_PIECE) for byte in range(256)]
    vocabulary = {" ": CHARACTER} | dict(_vocabulary(lexicon))
    pieces += [(word.replace(" ", BLANK), score, NORMAL) for word, score in vocabulary.items()]
    written = []
    for piece, score, kind in pieces:
        inner = _block(1, piece.encode()) + b"\x15" + struct.pack("<f", score) + _number(3, kind)
        written.append(_block(1, inner))
    # Trainer: unigram, the size, byte fallback; there is no other special piece. Normalizer: nothing is changed.
    trainer = _number(3, 1) + _number(4, len(pieces)) + _number(35, 1) + _number(40, 0)
    trainer += b"".join(_number(field, (1 << 64) - 1) for field in (41, 42, 43))
    normalizer = _block(1, b"identity") + _number(3, 0) + _number(4, 0) + _number(5, 1)
    return b"".join(written) + _block(2, trainer) + _block(3, normalizer)


def _number(field: int, value: int) -> bytes:
    """Write a field of a protocol buffer that is a whole number."""
    return _varint(field << 3) + _varint(value)


def _block(field: int, content: bytes) -> bytes:
    """Write a field of a protocol buffer that is bytes."""
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """Write a whole number, seven bits a byte."""
    result = bytearray()
    while value > 127:
        result.append(value & 127 | 128)
        value >>= 7
    result.append(value)
    return bytes(result)


BLANKS = " \t\n\r\u3000"
FORMS: dict[str, Callable[[Lexicon, str], bytes]] = {
    "jieba": _lines("{} {}".format, BLANKS),
    "ik": _lines(lambda word, _: word, "\n\r"),
    "hanlp": _lines("{} nz {}".format, BLANKS),
    "pkuseg": _lines(lambda word, _: word, BLANKS),
    "ltp": _lines(lambda word, _: word, BLANKS),
    "rime": _rime,
    "sudachi": _sudachi,
    "sentencepiece": _sentencepiece,
    "tokenizers": _tokenizers,
}
"""By the name of the program."""


def chosen(lexicon: Lexicon, is_chosen: Callable[[str, int], bool]) -> Lexicon | None:
    """Give the words, with their counts, that are chosen; None if there are none.

    Examples
    --------
    >>> chosen(Lexicon(["青桅坊", "橹簧"], [5, 2]), lambda word, count: count > 2).words
    ['青桅坊']
    """
    pairs = [pair for pair in zip(lexicon.words, lexicon.counts.tolist(), strict=True) if is_chosen(*pair)]
    return Lexicon([word for word, _ in pairs], [count for _, count in pairs]) if pairs else None
