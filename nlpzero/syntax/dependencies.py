"""Hierarchies as dependency trees, and dependency trees as hierarchies."""

from collections.abc import Sequence
from itertools import pairwise

from ..text.words import are_words
from .conllu import DependencyTree
from .parser import Node, Tree


def dependencies_of(tree: Tree) -> DependencyTree:
    """Read a hierarchy of templates as a dependency tree (依存树), by a rule.

    The words of a template head its gaps: the head of what fills a gap hangs on the word after it, or at the end of the
    template on the last word. Each word of a template hangs on its next one, and each part of a row without a template
    on the next part; so the last one is the head of all. Punctuation hangs on the word before it, or at the beginning
    of a sentence on the first word.

    Examples
    --------
    >>> words = ["鸡蛋", "可以", "吃", "吗"]
    >>> nodes = [Node(0, 4, 0, (1, 3), "[X] 可以 [X] 吗", -1.0), Node(0, 1, 1, (0,), None, 0.0)]
    >>> dependencies_of(Tree(words, [*nodes, Node(2, 3, 1, (2,), None, 0.0)])).heads
    [2, 4, 4, 0]
    """
    is_word = are_words(tree.words).tolist()
    heads = [0] * len(tree.words)
    fillers: list[list[int]] = [[] for _ in tree.nodes]  # the head of each gap of a node
    parents: list[int] = []
    path: list[int] = []
    for number, node in enumerate(tree.nodes):
        del path[node.depth :]
        parents.append(path[-1] if path else -1)
        path.append(number)
    for number in range(len(tree.nodes) - 1, -1, -1):
        node = tree.nodes[number]
        places = [place for place in node.places if is_word[place]]
        if node.template is None or not places:
            places = sorted([*places, *fillers[number]])
        else:
            for filler in fillers[number]:
                heads[filler] = next((place for place in places if place > filler), places[-1]) + 1
        for place, after in pairwise(places):
            heads[place] = after + 1
        if places and number:
            fillers[parents[number]].append(places[-1])
    return attach_punctuation(tree.words, heads)


def attach_punctuation(words: Sequence[str], heads: Sequence[int]) -> DependencyTree:
    """Let punctuation hang on the word before it, at the beginning on the first word, and let there be one root.

    Of several roots the last one stays, and the others hang on it.

    Examples
    --------
    >>> attach_punctuation(["“", "水", "涨", "。"], [0, 0, 0, 0]).heads
    [2, 3, 0, 3]
    """
    made = [*heads]
    kept = [place for place, is_word in enumerate(are_words(words).tolist()) if is_word] or [*range(len(words))][-1:]
    if not kept:
        return DependencyTree(list(words), made)
    root = next((place for place in reversed(kept) if made[place] == 0), kept[-1])
    made[root] = 0
    inside = set(kept)
    before = kept[0]
    for place in range(len(words)):
        if place in inside:
            before = place
            if made[place] == 0 and place != root:
                made[place] = root + 1
        else:
            made[place] = before + 1
    return DependencyTree(list(words), made)


def hierarchy_of(tree: DependencyTree) -> Tree:
    """Write a dependency tree whose links do not cross as a hierarchy: a word, and as gaps what hangs on it.

    Examples
    --------
    >>> tree = hierarchy_of(DependencyTree(["水", "涨"], [2, 0]))
    >>> [(node.start, node.end, node.places, node.template) for node in tree.nodes]
    [(0, 2, (1,), '[X] 涨'), (0, 1, (0,), None)]
    """
    n = len(tree.words)
    below: list[list[int]] = [[] for _ in range(n + 1)]
    for place, head in enumerate(tree.heads):
        below[head].append(place)
    first, last = [*range(n)], [*range(n)]
    order = [*below[0]]
    for place in order:
        order += below[place + 1]
    for place in reversed(order):
        for other in below[place + 1]:
            first[place], last[place] = min(first[place], first[other]), max(last[place], last[other])
    nodes = []
    left = [(place, 0) for place in reversed(below[0])]
    while left:
        place, depth = left.pop()
        under = below[place + 1]
        items = sorted([*under, place])
        text = " ".join(tree.words[place] if one == place else "[X]" for one in items) if under else None
        nodes.append(Node(first[place], last[place] + 1, depth, (place,), text, 0.0))
        left += [(other, depth + 1) for other in reversed(under)]
    return Tree(tree.words, nodes)
