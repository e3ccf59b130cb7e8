"""`nlpzero score --trees`: trees against those of a treebank."""

from collections.abc import Sequence

from .messages import warn_replaced
from .options import EncodingOptions
from .output import Table

COLUMNS = ("file", "sentences", "links", "correct", "uuas", "uuas_low", "uuas_high", "uas", "s_f1")


def write_scores(
    paths: Sequence[str], encoding: EncodingOptions, table: Table, max_words: int | None, resamples: int, seed: int
) -> None:
    """Compare each file of trees with its gold file, then baselines with the gold files."""
    from nlpzero.syntax.tree_scores import BASELINES, TreeScore, baseline, pair_trees, score_trees
    from nlpzero.syntax.treebanks import Shape, read_trees

    scores: list[tuple[str, TreeScore]] = []
    gold: dict[str, list[Shape]] = {}
    for pair in zip(paths[::2], paths[1::2], strict=True):
        corpora = [encoding.corpus(path) for path in pair]
        both = [read_trees(corpus.lines(), path) for corpus, path in zip(corpora, pair, strict=True)]
        kept = [*pair_trees(both[0], both[1], pair, max_words)]
        scores.append((pair[1], score_trees(kept)))
        gold[pair[0]] = [shape for shape, _ in kept]
        for corpus in corpora:
            warn_replaced(corpus)
    every = [shape for shapes in gold.values() for shape in shapes]
    scores += [(f"({name})", baseline(name, every, seed)) for name in BASELINES]
    for name, found in scores:
        limits = found.interval(resamples, seed) or (None, None)
        links, correct = (int(part.sum()) if found.has_links else None for part in (found.links, found.correct))
        table.write([name, len(found.links), links, correct, found.uuas, *limits, found.uas, found.f1])
