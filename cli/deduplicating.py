"""`nlpzero similar --dedup`: lines that say what an earlier line says."""

import contextlib
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from .messages import notice, warn_replaced, working
from .options import RunningOptions, TextOptions
from .output import TableOptions, TextFile, open_output

if TYPE_CHECKING:
    from nlpzero.similarity.duplicates import Duplicates

    from .comparing import Comparer
    from .similar import SimilarOptions

CLUSTERS = ("cluster", "line", "kind", "like", "similarity", "text")


def deduplicate(
    writing: TableOptions,
    own: "SimilarOptions",
    encoding: TextOptions,
    running: RunningOptions,
    comparer: "Callable[[], Comparer]",
) -> None:
    """List the clusters of lines that are alike, and write the lines that are kept.

    The comparer, which loads vectors, is made only where distances are asked for.
    """
    from nlpzero.reading.parts import source_text, text_of
    from nlpzero.similarity.duplicates import near_duplicates, semantic_duplicates

    with contextlib.ExitStack() as stack:
        places = [stack.enter_context(writing.open())]
        if own.kept is not None:
            places.append(stack.enter_context(open_output(own.kept)))
        corpus = encoding.corpus(*own.texts or ("-",))
        lines: list[str] = []
        sources: list[str] = []
        for block in corpus.blocks():
            text, source = text_of(block), source_text(block)
            lines += (read := text.removesuffix("\n").split("\n"))
            sources += read if source == text else source.removesuffix("\n").split("\n")
        warn_replaced(corpus)
        with working("comparing lines"):
            found = near_duplicates(lines, own.near)
        if own.within is not None:
            from nlpzero.segment.encoding import line_words

            chosen = comparer()
            documents = chosen.measure.encode(line_words("\n".join(lines) + "\n", chosen.cutter))
            with working("searching"):
                found = semantic_duplicates(found, documents, chosen.measure, own.within, running.job)
        _list(places[0], writing, found, sources)
        if own.kept is not None:
            kept = (source for source, kind in zip(sources, found.kinds, strict=True) if kind == "kept")
            places[1].writelines(line + "\n" for line in kept)
    numbers = Counter(found.kinds)
    notice(f"{len(lines):,} lines: " + ", ".join(f"{kind} {number:,}" for kind, number in numbers.most_common()))


def _list(file: TextFile, writing: TableOptions, found: "Duplicates", sources: list[str]) -> None:
    """Write the lines of each cluster, the one that is kept first."""
    table = writing.table(file, CLUSTERS)
    for cluster in found.clusters():
        first = int(cluster[0])
        for line in cluster.tolist():
            like: tuple[int | None, float | None] = (None, None)
            if line != first:
                like = (int(found.like[line]) + 1, float(found.alike[line]))
            table.write((first + 1, line + 1, found.kinds[line], *like, sources[line].rstrip("\r")))
