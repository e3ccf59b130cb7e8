"""Simpler GloVe (Su 2017): vectors whose inner products are the pointwise mutual information of their words.

The loss of the shared model is a sum over pairs of different words,

    L = sum_{i<j} f_ij (<v_i, v_j> - pmi_ij)^2  +  a sum_{i<j} <v_i, v_j>^2  +  l sum_i |v_i|^2,

with f_ij = min(1, x_ij / x_max)^alpha for pairs that were seen, and 0 for all others. The second sum, over *all* pairs,
draws those never seen to 0; it needs only the Gram matrix G = sum_j v_j v_j^T (Hu, Koren & Volinsky 2008). In one v_i
alone the loss is a quadratic, and its minimum solves the normal equations

    (sum_j f_ij v_j v_j^T + a (G - v_i v_i^T) + l I) v_i = sum_j f_ij pmi_ij v_j.

With a = l = 0 this is simpler GloVe's loss. Models 1 and 2 give a word another vector c_j as a context: both sums then
run over ordered pairs <v_i, c_j>, and the last over all v_i and c_j.
"""

import math
from collections.abc import Iterator
from time import perf_counter

from ..core.job import Cost, Execution, Job, open_execution
from ..errors import ModelError
from .als import alternate, start
from .checkpoints import State
from .cooccurrence import Cooccurrence
from .losses import loss
from .parameters import GloveParameters
from .sgd import descend, random_start
from .targets import SparsePairs

SWEEPING = Cost(task=1)
"""Of training, which holds everything in memory."""


def train(
    counts: Cooccurrence,
    parameters: GloveParameters,
    *,
    job: Job | Execution | None = None,
    resume: State | None = None,
) -> Iterator[State]:
    """Train word vectors (词向量), sweep by sweep.

    Parameters
    ----------
    counts : Cooccurrence
    parameters : GloveParameters
    job : Job or Execution, optional
        What the work may use (default: the current job).
    resume : State, optional
        Where an earlier training stopped; `load_checkpoint` gives it.

    Yields
    ------
    State
        After the start (sweep 0) and after each sweep; its arrays are not changed later.

    Raises
    ------
    NothingFound
        If no two different words stand together.
    ModelError
        If the counts do not fit the model, or the loss is not finite any more.

    Notes
    -----
    ALS takes O(P dim + n dim^2) a sweep for P pairs, and 8 bytes a pair and half. Its vectors are those that few steps
    of conjugate gradients reach: see `vectors.equations`.

    Examples
    --------
    >>> from nlpzero.vectors.pairs import count_pairs
    >>> counts = count_pairs(["江 上 有 船 ， 船 在 江 上 。\\n"], min_count=1, window=2)
    >>> *_, last = train(counts, GloveParameters(dim=2))
    >>> last.sweep, last.words.shape
    (2, (7, 2))
    """
    if parameters.model == 0 and not counts.symmetric:
        raise ModelError(
            "model 0 has one matrix for words and contexts, but these counts are asymmetric; use `model`=1"
        )
    pairs = SparsePairs(counts, parameters)
    als = parameters.solver == "als"
    with open_execution(job, SWEEPING) as execution:
        engine = execution.engine
        state = resume
        if state is None:
            state = start(pairs, parameters) if als else random_start(len(pairs), parameters)
            state = state._replace(loss=loss(pairs, state.words, state.contexts, parameters, engine))
            yield state
        while state.sweep < parameters.sweeps:
            begun = perf_counter()
            if als:
                state = alternate(pairs, state, parameters, engine)
            else:
                state = descend(pairs, state, parameters)
                state = state._replace(loss=loss(pairs, state.words, state.contexts, parameters, engine))
            state = state._replace(seconds=perf_counter() - begun)
            if not math.isfinite(state.loss.total):
                raise ModelError(
                    f"the loss is not finite any more after sweep {state.sweep}; "
                    + ("raise `l2` or `negative_weight`" if als else "lower `step`")
                )
            yield state
