"""Where given templates stand in the clauses."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ..core.workspace import Keys
from .beginnings import beginning_keys, first_keys, follow
from .clauses import ClauseBlock
from .form import Template
from .links import Links


class Example(NamedTuple):
    """A clause with a template in it: its words, and the places of the template's words."""

    words: list[str]
    places: tuple[int, ...]


class TemplateIndex:
    """Templates as the levels of their beginnings, to be found again."""

    def __init__(self, templates: Sequence[Template], rank: dict[str, int], bits: int) -> None:
        self.bits = bits
        self.keys: list[Keys] = []
        beginnings: dict[tuple[int, int], int] = {}  # (level, key): rank
        rows = [_words_and_gaps(template) for template in templates]
        rows = [row if all(word in rank for word, _ in row[0]) else ([], False) for row in rows]
        known = [0] * len(rows)
        self.ends: list[dict[int, int]] = []
        for level in range(max((len(row) for row, _ in rows), default=0)):
            keys = {
                i: (known[i] << (bits + 1)) | (row[level][1] << bits) | rank[row[level][0]]
                for i, (row, _) in enumerate(rows)
                if level < len(row)
            }
            ordered = sorted(set(keys.values()))
            beginnings = {(level, key): place for place, key in enumerate(ordered)}
            self.keys.append(np.array(ordered, np.uint64))
            self.ends.append({})
            for i, key in keys.items():
                known[i] = beginnings[level, key]
                if level == len(rows[i][0]) - 1:
                    self.ends[-1][known[i] << 1 | rows[i][1]] = i


def _words_and_gaps(template: Template) -> tuple[list[tuple[str, bool]], bool]:
    """Give the words of a template, each with whether a gap comes before it, and whether a gap comes last."""
    pairs = zip((*template,), (False, *(item is None for item in template)), strict=False)
    return [(word, gap) for word, gap in pairs if word is not None], bool(template) and template[-1] is None


def find_in_block(
    sought: TemplateIndex, limit: int | None, work: tuple[ClauseBlock, Links]
) -> list[tuple[int, list[int], tuple[int, ...]]]:
    """Find templates in one block: which, the words of the clause and the places in it, in the order of the text."""
    block, links = work
    words = block.words()
    positions = links.starts.array.astype(np.intp)
    keys = first_keys(block, positions, sought.bits)
    room = block.room()
    paths = positions[:, np.newaxis]
    found: list[tuple[int, tuple[int, ...]]] = []
    for known_keys, wanted in zip(sought.keys, sought.ends, strict=True):
        places = np.minimum(np.searchsorted(known_keys, keys), len(known_keys) - 1)
        keep = np.flatnonzero(known_keys[places] == keys)
        paths, known = paths[keep], places[keep].astype(np.uint64)
        ends, at, parents, targets = follow(links, paths[:, -1].astype(np.uint32))
        trailing = (room[paths[ends, -1]] > 1).astype(np.uint64)
        ended = ((known[ends] << np.uint64(1)) | trailing).tolist()
        hits = [(wanted[key], i) for key, i in zip(ended, ends.tolist(), strict=True) if key in wanted]
        found += [(which, tuple(paths[i].tolist())) for which, i in _first(hits, limit)]
        keys = beginning_keys(known[parents], at, targets, words, sought.bits)
        paths = np.column_stack([paths[parents], targets])
    found.sort(key=lambda entry: (entry[1], entry[0]))
    clause_ends = np.cumsum(block.lengths.array, dtype=np.intp)
    result = []
    for which, path in found:
        clause = int(np.searchsorted(clause_ends, path[0], side="right"))
        end = int(clause_ends[clause])
        begin = end - int(block.lengths.array[clause])
        result.append((which, words[begin:end].tolist(), tuple(place - begin for place in path)))
    return result


def _first(hits: Iterable[tuple[int, int]], limit: int | None) -> Iterator[tuple[int, int]]:
    """Give the first hits of each template."""
    seen: Counter[int] = Counter()
    for which, i in hits:
        if limit is None or seen[which] < limit:
            seen[which] += 1
            yield which, i
