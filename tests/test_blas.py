"""Results do not depend on the number of threads that linear algebra may use."""

import ast
import functools
import itertools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

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


WORDS = [chr(0x4E00 + i) for i in range(20_000)]
LINES = STORIES.read_text(encoding="utf-8").splitlines()[:60]
ANSWERS: dict[str, Callable[[Vectors], object]] = {
    "nearest": lambda vectors: [vectors.nearest(word, 20) for word in WORDS[:40]],
    "analogy": lambda vectors: [vectors.analogy(word, WORDS[1], WORDS[2]) for word in WORDS[3:9]],
    "compare": lambda vectors: vectors.compare(WORDS[0], WORDS[1]),
    "similarities": lambda _: nz.similarities([*itertools.pairwise(LINES)]).tobytes(),
    "embeddings": lambda _: nz.embeddings(LINES).tobytes(),
    "most_similar": lambda _: nz.most_similar(LINES[3], LINES),
}


FOLDERS = "vectors", "similarity"


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    rng = np.random.default_rng(1)
    return Vectors(WORDS, rng.normal(size=(len(WORDS), 300)).astype(np.float32))


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_answers_of_vectors_and_of_texts_are_the_same_bits_for_any_number_of_threads(
    vectors: Vectors, answer: Callable[[Vectors], object]
) -> None:
    found = []
    for number in 1, 2, 3:
        with threadpool_limits(number, "blas"):
            found.append(answer(vectors))
    assert found[0] == found[1] == found[2]


@functools.cache
def with_products() -> set[tuple[str, int]]:
    """Give the file and the first line of every function that takes a product of matrices, or has one taken apart."""
    found = set()
    for path in itertools.chain.from_iterable(Path(nz.__file__).parent.glob(f"{one}/*.py") for one in FOLDERS):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(map(is_product, ast.walk(node))):
                found.add((str(path), min([node.lineno, *(line.lineno for line in node.decorator_list)])))
    return found


def is_product(node: ast.AST) -> bool:
    """Tell whether a part of a program is one that libraries of linear algebra work for."""
    return isinstance(node, ast.MatMult) or (
        isinstance(node, ast.Attribute) and node.attr in {"dot", "einsum", "inner", "tensordot", "matmul", "linalg"}
    )


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_every_product_of_an_answer_is_taken_by_one_thread(
    vectors: Vectors, answer: Callable[[Vectors], object]
) -> None:
    # Whether more threads change bits depends on the machine; how many there are can be asked on every one.
    places = with_products()
    seen: dict[tuple[str, int], set[int]] = {}

    def watch(frame: FrameType, event: str, _: object) -> None:
        place = frame.f_code.co_filename, frame.f_code.co_firstlineno
        if event == "call" and place in places and place not in seen:
            seen[place] = threads()

    with threadpool_limits(2, "blas"):
        assert threads() == {2}
        sys.setprofile(watch)
        try:
            answer(vectors)
        finally:
            sys.setprofile(None)
    assert seen
    assert {place: found for place, found in seen.items() if found != {1}} == {}
