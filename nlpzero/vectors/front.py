"""Training of word vectors as `import nlpzero` gives it: text or counts in, vectors out."""

from dataclasses import replace

from ..core.job import Execution, Job, open_execution
from ..reading.sources import Texts, open_texts
from ..segment.cutter import Cutter
from ..segment.dictionary import dictionary_cutter
from .cooccurrence import PAIRS, Cooccurrence, pairs_cost
from .glove import train
from .pairs import count_pairs
from .parameters import GloveParameters
from .store import Vectors
from .training import vectors_of


def train_vectors(
    texts: Texts | Cooccurrence,
    *,
    cut: Cutter | None = None,
    dim: int | None = None,
    window: int = 10,
    min_count: int | None = None,
    seed: int | None = None,
    parameters: GloveParameters | None = None,
    job: Job | Execution | None = None,
) -> Vectors:
    """Train word vectors whose inner products are mutual information (词向量; simpler GloVe).

    Parameters
    ----------
    texts : path, paths, Corpus, or iterable of texts; or Cooccurrence
        What is counted first, or the counts of pairs that `count_pairs` gave; `cut`, `window` and `min_count` are for
        text.
    cut : Cutter, optional
        What cuts the text into words (default: `dictionary()`).
    dim : int
        Numbers in a vector (default: 100).
    window : int
        Greatest distance of two words that count as a pair.
    min_count : int, optional
        Leave out words that occur less often (default: 5; 10 from 5 million tokens on).
    seed : int
        Of the random start (default: 1); the same seed gives the same bytes.
    parameters : GloveParameters, optional
        How vectors are trained in all else.
    job : Job, optional
        What the work may use (default: the current job).

    Raises
    ------
    CorpusError
        For texts that cannot be read.
    NothingFound
        If no word, or no pair of words, is frequent enough.

    Examples
    --------
    >>> from ..segment.lexical import jieba_cutter
    >>> vectors = train_vectors(["江上有船，船在江上。\\n"] * 5, cut=jieba_cutter(), dim=2)
    >>> vectors.nearest("船", top=1)[0].word in vectors
    True
    """
    chosen = parameters or GloveParameters()
    chosen = replace(chosen, dim=chosen.dim if dim is None else dim, seed=chosen.seed if seed is None else seed)
    if isinstance(texts, Cooccurrence):
        with open_execution(job, PAIRS) as execution:
            *_, last = train(texts, chosen, job=execution)
            return vectors_of(last, texts, chosen)
    with open_execution(job, pairs_cost(window)) as execution, open_texts(texts, execution.block_size) as blocks:
        cutter = cut or dictionary_cutter()
        found = count_pairs(blocks, window=window, min_count=min_count, cutter=cutter, job=execution)
        counts = found.in_memory()
        *_, last = train(counts, chosen, job=execution)
        return vectors_of(last, counts, chosen)
