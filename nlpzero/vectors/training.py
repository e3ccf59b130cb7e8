"""What training leaves: vectors with what cosines take out, and with what characters say of them."""

from .characters import fit
from .checkpoints import State
from .cooccurrence import Cooccurrence
from .parameters import GloveParameters
from .store import Vectors, normalised, refinement


def vectors_of(
    state: State,
    counts: Cooccurrence,
    parameters: GloveParameters,
    *,
    remove: int = 2,
    characters: bool = True,
    source: str = "vectors",
) -> Vectors:
    """Make word vectors (词向量) of the state that training reached.

    Parameters
    ----------
    state : State
        From `glove.train`.
    counts : Cooccurrence
    parameters : GloveParameters
    remove : int
        Principal directions that cosines leave out besides the mean; -1 keeps the mean, too.
    characters : bool
        Whether to fit a model of characters, which draws the vectors of rare words towards it and makes vectors for
        words that were never seen.
    source : str
        Names the vectors in messages.

    Examples
    --------
    >>> from nlpzero.vectors.pairs import count_pairs
    >>> from nlpzero.vectors.glove import train
    >>> counts = count_pairs(["江 上 有 船 ， 船 在 江 上 。\\n"], min_count=1, window=2)
    >>> parameters = GloveParameters(dim=2)
    >>> *_, last = train(counts, parameters)
    >>> len(vectors_of(last, counts, parameters, remove=0))
    7
    """
    matrix = state.vectors(parameters.model)
    made = {"trained": {**vars(parameters), "sweeps": state.sweep}, "counts": counts.signature}
    refined = refinement(matrix, remove) if remove >= 0 else None
    plain = Vectors(counts.words, matrix, counts.word_counts, refined, made, source)
    if characters:
        plain.characters = fit(plain.words, normalised(plain.refined()))
    return plain
