"""`nlpzero similar --search`: the lines of a collection nearest to each query."""

import os
from typing import TYPE_CHECKING

from .comparing import Comparer
from .messages import progress, warn_replaced
from .output import TableOptions, TextFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlpzero.similarity.search import Hits

    from .similar import SimilarOptions

BLOCK = 1 << 16
"""Bytes of queries that are cut into words together."""

FOUND = ("query", "rank", "line", "distance", "similarity", "text")


def search(file: TextFile, writing: TableOptions, own: "SimilarOptions", comparer: Comparer) -> tuple[int, int]:
    """Answer each query line; give how many were answered, and how many hold no known word."""
    from nlpzero.core.files import check_place
    from nlpzero.reading.parts import source_text, text_of
    from nlpzero.segment.encoding import join_tokens, line_words
    from nlpzero.similarity.index import load_index, save_index
    from nlpzero.similarity.search import Collection

    index, cutter = own.index, comparer.cutter
    if index is not None and not os.path.exists(index):
        check_place(index)
    table = writing.table(file, FOUND)
    measure = comparer.measure
    blocks: list[str] = []
    sources: list[str] = []
    for path in own.texts[1:]:
        corpus = comparer.encoding.corpus(path)
        for block in corpus.blocks():
            blocks.append(text_of(block))
            sources.append(source_text(block))
        warn_replaced(corpus)
    lines = [line for block in sources for line in block.removesuffix("\n").split("\n")]
    if index is not None and os.path.exists(index):
        documents, lines = load_index(index, measure.space, cutter.digest, lines if own.texts[1:] else None)
    else:
        documents = measure.encode(join_tokens(line_words(block, cutter) for block in blocks))
        if index is not None:
            save_index(index, documents, lines, measure.space, cutter.digest)
    collection = Collection(documents, measure)
    queries, answered, missed = comparer.encoding.corpus(own.texts[0]), 0, 0

    def answers() -> "Iterator[Hits]":
        for block in queries.blocks(BLOCK):
            yield from collection.nearest_to_all(measure.encode(line_words(text_of(block), cutter)), own.top)

    for number, hits in enumerate(progress(answers(), unit="query"), 1):
        if not hits.known:
            missed += 1
            table.write((number, None, None, None, None, None))
            continue
        answered += 1
        found = zip(hits.texts.tolist(), hits.distances.tolist(), measure.similarity(hits.distances), strict=True)
        for rank, (text, distance, similarity) in enumerate(found, 1):
            table.write((number, rank, text + 1, distance, float(similarity), lines[text].rstrip("\r")))
    warn_replaced(queries)
    return answered, missed
