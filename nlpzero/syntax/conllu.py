"""Dependency trees (依存树) in CoNLL-U, the form of Universal Dependencies: one word a line."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..errors import CorpusError

COLUMNS = 10
"""ID, FORM, LEMMA, UPOS, XPOS, FEATS, HEAD, DEPREL, DEPS, MISC."""
_ID, _FORM, _HEAD = 0, 1, 6


class DependencyTree(NamedTuple):
    """A sentence and the head of each of its words.

    Attributes
    ----------
    words : list of str
        Punctuation marks among them.
    heads : list of int
        The number of each word's head, from 1; 0 for the root.
    """

    words: list[str]
    heads: list[int]


def read_conllu(lines: Iterable[str], name: str = "conllu") -> Iterator[DependencyTree]:
    r"""Read CoNLL-U (依存树库); words of several tokens (1-2) and empty nodes (1.1) are passed over.

    Parameters
    ----------
    lines : iterable of str
        With or without their ends.
    name : str
        What to call the file in messages.

    Raises
    ------
    CorpusError
        With file and line: if a line has not ten columns, words are not numbered 1, 2, ..., or heads make no tree.

    Examples
    --------
    >>> rows = ["1\t水\t_\t_\t_\t_\t2\t_\t_\t_", "2\t涨\t_\t_\t_\t_\t0\t_\t_\t_"]
    >>> [*read_conllu(rows)]
    [DependencyTree(words=['水', '涨'], heads=[2, 0])]
    """
    words: list[str] = []
    heads: list[int] = []
    number = 0
    for number, line in enumerate(lines, 1):
        line = line.removesuffix("\n").removesuffix("\r").removeprefix("\ufeff")
        if not line.strip():
            if words:
                yield _checked(words, heads, name, number)
                words, heads = [], []
            continue
        if line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != COLUMNS:
            raise _damage(name, number, f"{len(fields)} columns, not {COLUMNS}")
        if "-" in fields[_ID] or "." in fields[_ID]:
            continue
        if fields[_ID] != str(len(words) + 1):
            raise _damage(name, number, f"word {fields[_ID]!r} comes after word {len(words)}")
        if not fields[_HEAD].isdecimal():
            raise _damage(name, number, f"the head of a word is {fields[_HEAD]!r}, no number")
        words.append(fields[_FORM])
        heads.append(int(fields[_HEAD]))
    if words:
        yield _checked(words, heads, name, number)


def _damage(name: str, line: int, fault: str) -> CorpusError:
    """Make the error of a bad line."""
    return CorpusError(f"{name}: line {line}: {fault}; give a file of CoNLL-U, with a tab between columns", name, line)


def _checked(words: list[str], heads: list[int], name: str, line: int) -> DependencyTree:
    """Look whether every way up ends at a root."""
    ends = [False] * (len(words) + 1)
    ends[0] = True
    for word in range(1, len(words) + 1):
        path = []
        while not ends[word]:
            path.append(word)
            if len(path) > len(words) or heads[word - 1] > len(words):
                raise _damage(name, line, "the heads of the sentence that ends here make no tree")
            word = heads[word - 1]
        for one in path:
            ends[one] = True
    return DependencyTree(words, heads)


def write_conllu(tree: DependencyTree) -> str:
    r"""Write a tree, with a blank line after it; relations are unlabelled: root, punct and dep.

    Examples
    --------
    >>> print(write_conllu(DependencyTree(["水", "涨"], [2, 0])).replace("\t", " "))
    # text = 水涨
    1 水 _ _ _ _ 2 dep _ SpaceAfter=No
    2 涨 _ _ _ _ 0 root _ SpaceAfter=No
    <BLANKLINE>
    """
    from ..text.words import are_words

    rows = [f"# text = {''.join(tree.words)}"]
    for number, (word, head, is_word) in enumerate(
        zip(tree.words, tree.heads, are_words(tree.words).tolist(), strict=True), 1
    ):
        relation = "root" if head == 0 else "dep" if is_word else "punct"
        rows.append(f"{number}\t{word}\t_\t_\t_\t_\t{head}\t{relation}\t_\tSpaceAfter=No")
    return "\n".join([*rows, ""])
