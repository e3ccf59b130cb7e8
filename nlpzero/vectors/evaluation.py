"""How good word vectors are: rank correlation with people's judgements of word pairs, and analogies."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..errors import CorpusError, NothingFound
from ..reading.corpus import read_lines
from .characters import Matrix
from .store import Vectors, normalised

RESTRICT = 300_000
"""Most frequent words that may be answers, as in gensim."""
QUESTIONS = 256
"""Analogies answered at a time."""


class PairScore(NamedTuple):
    """Word pairs: Spearman's rank correlation, the pairs with both words known, and all pairs.

    `composed` is the correlation where words that are not known take the vectors that their characters predict, and
    `reached` the pairs that have vectors then.
    """

    spearman: float
    known: int
    pairs: int
    composed: float
    reached: int


class AnalogyScore(NamedTuple):
    """Analogies of a section: right answers by 3CosAdd and 3CosMul, questions with all words known, all questions."""

    section: str
    right: int
    right_mul: int
    known: int
    questions: int

    @property
    def accuracy(self) -> float | None:
        """Share of right answers by 3CosAdd among the questions with all words known."""
        return self.right / self.known if self.known else None

    @property
    def accuracy_mul(self) -> float | None:
        """The same for 3CosMul."""
        return self.right_mul / self.known if self.known else None


def read_pairs(path: str, encoding: str = "utf-8", errors: str = "strict") -> list[tuple[str, str, float]]:
    r"""Read word pairs (词对评分): two words and a score a line, between tabs, or else white space; more is ignored.

    Empty lines and lines that begin with ``#`` are skipped, and so is a first line whose score is no number.

    Parameters
    ----------
    path : str
    encoding, errors : str
        How the file is decoded; see `Corpus`.

    Raises
    ------
    CorpusError
        If a line is something else.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.txt").write_text("江 河 9\n", "utf-8")
    ...     read_pairs(f"{folder}/a.txt")
    [('江', '河', 9.0)]
    """
    pairs: list[tuple[str, str, float]] = []
    for number, line in _lines(path, encoding, errors):
        fields = [field.strip() for field in line.split("\t")] if line.count("\t") > 1 else line.split()
        try:
            pairs.append((fields[0], fields[1], float(fields[2])))
        except (IndexError, ValueError):
            if number > 1:
                raise CorpusError(f"{path}: line {number}: not two words and a score", path, number) from None
    if not pairs:
        raise CorpusError(f"{path}: holds no pairs: lines of two words and a score", path)
    return pairs


def read_analogies(
    path: str, encoding: str = "utf-8", errors: str = "strict"
) -> list[tuple[str, list[tuple[str, str, str, str]]]]:
    r"""Read analogies (类比题): four words a line, after a line ``: name`` for each section.

    Parameters
    ----------
    path : str
    encoding, errors : str
        How the file is decoded; see `Corpus`.

    Raises
    ------
    CorpusError
        If a line is something else.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.txt").write_text("男 女 父 母\n", "utf-8")
    ...     read_analogies(f"{folder}/a.txt")
    [('', [('男', '女', '父', '母')])]
    """
    sections: list[tuple[str, list[tuple[str, str, str, str]]]] = []
    for number, line in _lines(path, encoding, errors):
        fields = line.split()
        if re.match(r":\s*\S", line):
            sections.append((line[1:].strip(), []))
        elif len(fields) != 4:
            raise CorpusError(f"{path}: line {number}: not four words, nor ': section'", path, number)
        else:
            if not sections:
                sections.append(("", []))
            sections[-1][1].append((fields[0], fields[1], fields[2], fields[3]))
    if not any(questions for _, questions in sections):
        raise CorpusError(f"{path}: holds no analogies: lines of four words", path)
    return sections


def _lines(path: str, encoding: str, errors: str) -> list[tuple[int, str]]:
    """Read the lines of a small file with their numbers, without empty ones and comments."""
    lines = ((number, line.strip()) for number, line in enumerate(read_lines(path, encoding, errors), 1))
    return [(number, line) for number, line in lines if line and not line.startswith("#")]


def score_pairs(vectors: Vectors, pairs: Sequence[tuple[str, str, float]], restrict: int = RESTRICT) -> PairScore:
    """Compare cosines of word pairs with people's scores, by Spearman's rank correlation (斯皮尔曼等级相关).

    Pairs with a word that is unknown, or not among the `restrict` most frequent, are left out and counted: as in
    gensim's ``evaluate_word_pairs``.

    Parameters
    ----------
    vectors : Vectors
    pairs : sequence of (word, word, score)
        From `read_pairs`.
    restrict : int
        Use only this many words, the most frequent.

    Raises
    ------
    NothingFound
        If fewer than two pairs are known.

    Examples
    --------
    >>> vectors = Vectors(["江", "河", "灯"], np.array([[1, 0], [3, 1], [0, 1]], np.float32))
    >>> score_pairs(vectors, [("江", "河", 9), ("河", "灯", 3), ("江", "灯", 1), ("江", "海", 8)])
    PairScore(spearman=1.0, known=3, pairs=4, composed=1.0, reached=3)
    """
    within = [[_within(vectors, word, restrict) is not None for word in pair[:2]] for pair in pairs]
    known = np.array(within, np.bool_).reshape(-1, 2).all(1)
    if known.sum() < 2:
        raise NothingFound(f"only {known.sum()} of {len(pairs)} word pairs are known to {vectors.source}")
    absent = sorted({word for pair in pairs for word in pair[:2] if _within(vectors, word, restrict) is None})
    rows, has = vectors.composed(absent)
    made = {word: row for word, row, whole in zip(absent, normalised(rows), has.tolist(), strict=True) if whole}

    def row_of(word: str) -> Matrix | None:
        row = _within(vectors, word, restrict)
        return made.get(word) if row is None else vectors.unit[row]

    cosines = np.full(len(pairs), np.nan)
    for number, (a, b, _) in enumerate(pairs):
        first, second = row_of(a), row_of(b)
        if first is not None and second is not None:
            cosines[number] = first.astype(np.float64) @ second.astype(np.float64)
    scores = np.array([score for _, _, score in pairs], np.float64)
    reached = ~np.isnan(cosines)
    found = [_rank_correlation(cosines[some], scores[some]) for some in (known, reached)]
    return PairScore(found[0], int(known.sum()), len(pairs), found[1], int(reached.sum()))


def _rank_correlation(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> float:
    """Give Spearman's rank correlation; NaN where one side is constant."""
    from scipy.stats import spearmanr

    return float("nan") if np.ptp(x) == 0 or np.ptp(y) == 0 else float(spearmanr(x, y)[0])


def score_analogies(
    vectors: Vectors, sections: Sequence[tuple[str, Sequence[tuple[str, str, str, str]]]], restrict: int = RESTRICT
) -> list[AnalogyScore]:
    """Answer analogies a : b = c : ? (类比) among the most frequent words, the words of the question left out.

    3CosAdd takes the word nearest to b - a + c, 3CosMul the largest cos(x, b) cos(x, c) / (cos(x, a) + 0.001) with
    cosines moved to 0..1 (Levy & Goldberg 2014).

    Parameters
    ----------
    vectors : Vectors
    sections : sequence of (name, questions)
        From `read_analogies`.
    restrict : int
        Use only this many words, the most frequent.

    Returns
    -------
    list of AnalogyScore
        One for each section.

    Examples
    --------
    >>> vectors = Vectors(["男", "女", "父", "母"], np.array([[2, 0], [2, 1], [0, 2], [0, 3]], np.float32))
    >>> score_analogies(vectors, [("parents", [("男", "女", "父", "母")])])[0].accuracy
    1.0
    """
    unit = np.ascontiguousarray(vectors.unit[:restrict])
    scores = []
    for name, questions in sections:
        rows = [[_within(vectors, word, restrict) for word in question] for question in questions]
        known = np.array([row for row in rows if None not in row], np.intp).reshape(-1, 4)
        right = [0, 0]
        for low in range(0, len(known), QUESTIONS):
            for i, found in enumerate(_answers(unit, known[low : low + QUESTIONS])):
                right[i] += int(np.count_nonzero(found == known[low : low + QUESTIONS, 3]))
        scores.append(AnalogyScore(name, right[0], right[1], len(known), len(questions)))
    return scores


def total(scores: Sequence[AnalogyScore]) -> AnalogyScore:
    """Add the scores of sections.

    Examples
    --------
    >>> total([AnalogyScore("a", 1, 2, 3, 4), AnalogyScore("b", 0, 0, 1, 1)])
    AnalogyScore(section='total', right=1, right_mul=2, known=4, questions=5)
    """
    right, right_mul, known, questions = (sum(column) for column in list(zip(*scores, strict=True))[1:])
    return AnalogyScore("total", right, right_mul, known, questions)


def _within(vectors: Vectors, word: str, restrict: int) -> int | None:
    """Give the row of a word among the most frequent."""
    row = vectors.ids.get(word)
    return row if row is not None and row < restrict else None


def _answers(unit: npt.NDArray[np.float32], questions: npt.NDArray[np.intp]) -> list[npt.NDArray[np.intp]]:
    """Answer a batch of questions by 3CosAdd and by 3CosMul."""
    to_a, to_b, to_c = (unit[questions[:, i]] @ unit.T for i in range(3))
    added = to_b - to_a
    added += to_c
    multiplied = (1 + to_b) * (1 + to_c) / ((1 + to_a) + np.float32(0.002))
    answers = []
    for scores in (added, multiplied):
        np.put_along_axis(scores, questions[:, :3], -np.inf, 1)
        answers.append(scores.argmax(1))
    return answers
