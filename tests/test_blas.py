"""Results do not depend on the number of threads that linear algebra may use."""

import itertools
import os
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import nlpzero as nz
from nlpzero.core.blas import VARIABLES, OneThread
from nlpzero.core.job import Cost, Job
from nlpzero.vectors.store import Vectors

STORIES = Path(__file__).parent.parent / "data" / "stories.txt"


def threads() -> set[int]:
    """Give the numbers of threads that the libraries of linear algebra use."""
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin as where NumPy was loaded by other code."""
    monkeypatch.setattr(OneThread, "always", False)


def test_an_execution_has_one_thread_and_puts_back_what_was_before() -> None:
    with threadpool_limits(2, "blas"):
        before = threads()
        with Job().open(Cost(task=40)):
            assert threads() == {1}
        assert threads() == before


def test_the_last_of_those_that_overlap_puts_back_what_was_before() -> None:
    variables = {name: os.environ.get(name) for name in VARIABLES}
    with threadpool_limits(2, "blas"):
        before = threads()
        one, other = OneThread(), OneThread()
        one.close()
        one.close()
        assert threads() == {1}
        assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
        del other
        assert threads() == before
    assert {name: os.environ.get(name) for name in VARIABLES} == variables


def test_trained_vectors_are_the_same_bytes_for_any_number_of_threads() -> None:
    trained = []
    for number in 1, 2, 3:
        with threadpool_limits(number, "blas"):
            vectors = nz.train_vectors(STORIES, dim=50)
            trained.append(np.array(vectors.matrix).tobytes())
    assert trained[0] == trained[1] == trained[2]


def test_answers_of_vectors_and_of_texts_are_the_same_bits_for_any_number_of_threads() -> None:
    rng = np.random.default_rng(1)
    words = [chr(0x4E00 + i) for i in range(20_000)]
    vectors = Vectors(words, rng.normal(size=(len(words), 300)).astype(np.float32))
    lines = STORIES.read_text(encoding="utf-8").splitlines()[:60]
    found = []
    for number in 1, 2, 3:
        with threadpool_limits(number, "blas"):
            found.append(
                (
                    [vectors.nearest(word, 20) for word in words[:40]],
                    [vectors.analogy(word, words[1], words[2]) for word in words[3:9]],
                    vectors.compare(words[0], words[1]),
                    nz.similarities([*itertools.pairwise(lines)]).tobytes(),
                    nz.embeddings(lines).tobytes(),
                    nz.most_similar(lines[3], lines),
                )
            )
    assert found[0] == found[1] == found[2]
