"""Sentence templates: words of a clause that attract each other across gaps.

After Su Jianlin, "nlp-zero" (2018, https://pypi.org/project/nlp-zero), whose templates and counts it gives exactly.
A pair of words is *strong* if it is frequent and its words attract each other at a distance of at most the window. In
a clause every word is linked to the strong followers inside the window; every path of links that cannot be made longer
is a template, with a gap wherever it skips words.

Templates are counted level by level, as n-grams are: the beginning of a template is a pair of the beginning that is one
word shorter and (is there a gap before the next word, the word), so counting templates is counting integers. A frequent
template has frequent beginnings only, so rare ones are dropped from level to level.
"""

import functools
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ..core.workspace import Counts, Run, Workspace
from ..errors import NothingFound
from .beginnings import Beginnings, begin, extend
from .clauses import Clauses, Positions
from .form import Template, write_template
from .links import Flags, Links, count_strong, least_count, link_block, merged_runs
from .occurrences import Example, TemplateIndex, find_in_block

MAX_PATHS = 10_000
"""Clauses with more paths are left out: one of them would outweigh the templates of thousands of others."""


class Templates:
    """The templates (句模版) of a corpus.

    Attributes
    ----------
    templates : list of Template
        Most frequent first; those equally frequent in the order of their text.
    texts : list of str
        How they are written.
    counts : int64 array (n,)
    scores : float array (n,)
        Mutual information of the words, in nats: ln P(template) less ln P(word) of all its words.
    total : int
        Number of paths that were counted; P(template) is count / total.
    left_out : int
        Number of clauses with too many paths, which were left out.
    """

    def __init__(self, clauses: Clauses, links: Sequence[Links], total: int, left_out: int, minimum: int) -> None:
        self.clauses, self.links, self.engine = clauses, links, clauses.execution.engine
        self.total, self.left_out = total, left_out
        self._bits = max(1, (len(clauses.vocabulary) - 1).bit_length())
        found: list[Template] = []
        counts, every = [np.empty(0, np.int64)], [np.empty(0)]
        levels: list[Beginnings] = []
        log_words = np.log(np.maximum(clauses.counts, 1)) - np.log(max(1, clauses.total))
        for level, ends in self._levels(minimum):
            levels.append(level)
            beginnings = (ends.keys >> np.uint64(1)).astype(np.intp)
            words, gaps = self._spell(levels, beginnings)
            scores = np.log(ends.counts) - np.log(max(1, total)) - log_words[words].sum(axis=0)
            trailing = (ends.keys & np.uint64(1)).astype(np.bool_)
            found += self._write(words, gaps, trailing)
            counts.append(ends.counts)
            every.append(scores)
        texts = [*map(write_template, found)]
        order = np.array(sorted(range(len(found)), key=texts.__getitem__), np.intp)
        order = order[np.argsort(-np.concatenate(counts)[order], kind="stable")]
        self.templates, self.texts = ([some[i] for i in order.tolist()] for some in (found, texts))
        self.counts: Counts = np.concatenate(counts)[order]
        self.scores = np.concatenate(every)[order]

    def _levels(self, minimum: int) -> Iterator[tuple[Beginnings, Run]]:
        """Give, level by level, the beginnings that may be frequent, and the frequent templates of that many words.

        A template's key is the rank of its beginning, and whether a gap follows its last word.
        """
        workspace = self.workspace
        begin_block = functools.partial(begin, workspace, self._bits)
        work = [*zip(self.clauses.blocks, self.links, strict=True)]
        fronts = [*self.engine.map(begin_block, work)]
        while any(front.run.keys.length for front in fronts):
            level, ranks = merged_runs(self.clauses.execution, [front.run for front in fronts], minimum, ranked=True)
            extend_block = functools.partial(extend, workspace, self._bits)
            steps = [*self.engine.map(extend_block, zip(work, fronts, ranks, strict=True))]
            workspace.discard(*ranks[0].parts)
            for front in fronts:
                workspace.discard(front.positions, front.ids)
            ends, _ = merged_runs(self.clauses.execution, [step[0] for step in steps], minimum)
            fronts = [step[1] for step in steps]
            yield Beginnings(*level), ends
        for front in fronts:
            workspace.discard(front.positions, front.ids, *front.run)

    @property
    def workspace(self) -> Workspace:
        """Where the clauses and links are kept."""
        return self.clauses.execution.workspace

    def _spell(self, levels: Sequence[Beginnings], ranks: Positions) -> tuple[npt.NDArray[np.intp], Flags]:
        """Give words and gap marks, of shape (words, n), of beginnings at the last level."""
        words = np.zeros((len(levels), len(ranks)), np.intp)
        gaps = np.zeros((len(levels), len(ranks)), np.bool_)
        bits = np.uint64(self._bits)
        for depth in range(len(levels) - 1, -1, -1):
            keys = levels[depth].keys[ranks]
            words[depth] = keys & np.uint64((1 << self._bits) - 1)
            gaps[depth] = (keys >> bits) & np.uint64(1)
            ranks = (keys >> (bits + np.uint64(1))).astype(np.intp)
        return words, gaps

    def _write(self, words: npt.NDArray[np.intp], gaps: Flags, trailing: Flags) -> Iterator[Template]:
        """Make templates of words and gap marks."""
        vocabulary = self.clauses.vocabulary
        for row, gap, last in zip(words.T.tolist(), gaps.T.tolist(), trailing.tolist(), strict=True):
            items: list[str | None] = []
            for word, skipped in zip(row, gap, strict=True):
                items += [None, vocabulary[word]] if skipped else [vocabulary[word]]
            yield (*items, None) if last else tuple(items)

    def examples(self, templates: Sequence[Template], limit: int) -> list[list[Example]]:
        """Give clauses with each of some templates in them: the first in the text, at most `limit` for each."""
        found: list[list[Example]] = [[] for _ in templates]
        for which, example in self._occurrences(templates, limit):
            if len(found[which]) < limit:
                found[which].append(example)
        return found

    def fillers_of(self, template: Template) -> list[Counter[str]]:
        """Count what fills each gap of a template, over all its occurrences.

        Raises
        ------
        NothingFound
            If no clause has this template.
        """
        gaps: list[Counter[str]] = [Counter() for item in template if item is None]
        occurs = False
        for _, example in self._occurrences([template], None):
            occurs = True
            places = [-1, *example.places, len(example.words)]
            filled = ("".join(example.words[a + 1 : b]) for a, b in pairwise(places) if b - a > 1)
            for counter, filler in zip(gaps, filled, strict=True):
                counter[filler] += 1
        if not occurs:
            raise NothingFound(
                f"no clause has the template {write_template(template)!r}; write it as in the table of templates, its "
                "words and gaps with blanks between them"
            )
        return gaps

    def _occurrences(self, templates: Sequence[Template], limit: int | None) -> Iterator[tuple[int, Example]]:
        """Find templates again, in the order of the text; at most `limit` of each in a block."""
        sought = TemplateIndex(templates, {word: i for i, word in enumerate(self.clauses.vocabulary)}, self._bits)
        work = [*zip(self.clauses.blocks, self.links, strict=True)]
        vocabulary = self.clauses.vocabulary
        for found in self.engine.map(functools.partial(find_in_block, sought, limit), work):
            for which, words, places in found:
                yield which, Example([vocabulary[word] for word in words], places)


def find_templates(
    clauses: Clauses,
    *,
    window: int = 5,
    min_proba: float = 1e-5,
    min_pmi: float = 2.0,
    max_paths: int = MAX_PATHS,
) -> Templates:
    """Find the templates of a corpus (句模版).

    Parameters
    ----------
    clauses : Clauses
    window : int
        Greatest distance of two words that may be linked, in words.
    min_proba : float
        Least relative frequency, exclusive, of a pair of words and of a template.
    min_pmi : float
        Least mutual information of a pair, exclusive, in nats: ln(p_ab / (p_a p_b)), p_ab among all pairs inside the
        window, p_a among all words.
    max_paths : int
        Clauses with more paths than this are left out, and counted.

    Raises
    ------
    NothingFound
        If no template is frequent enough.

    Notes
    -----
    O(n log n) in the pairs (window times the words), and in the places where frequent beginnings of templates stand.
    The number of paths may grow exponentially with the length of a clause; they are counted, exactly, in linear time,
    and only beginnings that may be frequent are followed. A clause of more than `max_paths` is no text but a list, and
    all its paths would count as sentences do. Published by Su Jianlin, "nlp-zero" (2018).

    Examples
    --------
    >>> from functools import partial
    >>> from nlpzero.segment.cutter import BlankCutter
    >>> from nlpzero.segment.encoding import encode_part
    >>> text = "".join(f"{subject} 可以 {action} 吗\\n" for subject in "你我他她" for action in "吃喝玩唱跳")
    >>> clauses = Clauses([text], partial(encode_part, BlankCutter()))
    >>> found = find_templates(clauses, min_proba=0.05, min_pmi=0.5)
    >>> [(write_template(template), count) for template, count in zip(found.templates, found.counts.tolist())][:1]
    [('[X] 可以 [X] 吗', 20)]
    """
    engine, workspace = clauses.execution.engine, clauses.execution.workspace
    bits = max(1, (len(clauses.vocabulary) - 1).bit_length())
    count_block = functools.partial(count_strong, workspace, bits, window)
    pairs = [*engine.map(count_block, clauses.blocks)]
    total_pairs = sum(block.total for block in pairs)
    least = least_count(min_proba, total_pairs)
    run, ranks = merged_runs(clauses.execution, [block.run for block in pairs], least, ranked=True)
    log_words = np.log(np.maximum(clauses.counts, 1)) - np.log(max(1, clauses.total))
    first, second = (run.keys >> np.uint64(bits)).astype(np.intp), run.keys & np.uint64((1 << bits) - 1)
    log_pairs = np.log(run.counts) - np.log(max(1, total_pairs))
    strong = workspace.store(log_pairs - log_words[first] - log_words[second.astype(np.intp)] > min_pmi)
    link = functools.partial(link_block, workspace, strong, window, max_paths)
    linked = [*engine.map(link, zip(clauses.blocks, pairs, ranks, strict=True))]
    workspace.discard(strong, *(ranks[0].parts if ranks else ()))
    for block in pairs:
        workspace.discard(block.ids)
    total = sum(paths for _, paths, _ in linked)
    left_out = sum(number for _, _, number in linked)
    found = Templates(clauses, [links for links, _, _ in linked], total, left_out, least_count(min_proba, total))
    if not found.templates:
        raise NothingFound(
            f"no template has a frequency above {min_proba:g} among {total:,} paths in {clauses.total:,} words; "
            + (
                f"{left_out:,} clauses with more than {max_paths:,} paths are left out: try a larger `max_paths`, "
                if left_out
                else "try "
            )
            + "a smaller `min_proba`, or more text"
        )
    return found
