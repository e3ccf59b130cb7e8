"""How fast are texts compared and searched, and do the peers find the same distances?

python tests/benchmarks/similar_speed.py --pairs PAIRS.tsv... --search CORPUS

Peers: gensim's `wmdistance` and a plain loop over `ot.emd2` with SciPy's `cdist`, with the same vectors and the same
words. Segmenting and loading vectors is not timed, encoding is. Run it with OMP_NUM_THREADS=1 for one core each.
"""

import argparse
import re
import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from bench import RATIO, beside, fail, folder, print_table, unpacked

from nlpzero.segment.encoding import line_words
from nlpzero.segment.lexical import jieba_cutter
from nlpzero.similarity.distances import Measure
from nlpzero.similarity.documents import DistanceMethod
from nlpzero.similarity.packaged import load_vectors
from nlpzero.similarity.search import Collection
from nlpzero.vectors.store import Vectors

Texts = list[list[str]]
BLOCK = 4096
"""Pairs that nlpzero takes at a time, as its command line does."""


def read_pairs(path: Path, vectors: Vectors) -> tuple[Texts, Texts]:
    """Cut the first two columns into words, and leave out unknown words and pairs without any."""
    rows = [line.split("\t")[:2] for line in path.read_text(encoding="utf-8").splitlines()]
    sides = [line_words("\n".join(row[k] for row in rows), jieba_cutter()).lists() for k in (0, 1)]
    known = [[[word for word in text if word in vectors] for text in side] for side in sides]
    kept = [pair for pair in zip(*known, strict=True) if all(pair)]
    return [a for a, _ in kept], [b for _, b in kept]


def nlpzero(method: DistanceMethod, vectors: Vectors) -> Callable[[Texts, Texts], Sequence[float]]:
    """Compare as `Measure` does, in blocks."""
    measure = Measure(method, vectors, ground=None if method == "combined" else "words")

    def run(a: Texts, b: Texts) -> Sequence[float]:
        found: list[float] = []
        for at in range(0, len(a), BLOCK):
            x, y = measure.encode(a[at : at + BLOCK]), measure.encode(b[at : at + BLOCK])
            found += measure.distances(x, y).tolist()
        return found

    return run


def emd2(method: DistanceMethod, vectors: Vectors) -> Callable[[Texts, Texts], Sequence[float]]:
    """Compare by `ot.emd2`, pair by pair."""
    import ot
    from scipy.spatial.distance import cdist

    matrix = vectors.refined().astype(np.float64)
    lengths = np.sqrt((matrix**2).sum(1))

    def one(a: list[str], b: list[str]) -> float:
        bags = [Counter(text) for text in (a, b)]
        rows = [[vectors.ids[word] for word in bag] for bag in bags]
        p, q = (
            np.array([*bag.values()]) * (lengths[row] if method == "wrd" else 1.0)
            for bag, row in zip(bags, rows, strict=True)
        )
        costs = cdist(matrix[rows[0]], matrix[rows[1]], "cosine" if method == "wrd" else "euclidean")
        return float(ot.emd2(p / p.sum(), q / q.sum(), costs))

    return lambda a, b: [one(x, y) for x, y in zip(a, b, strict=True)]


def wmdistance(vectors: Vectors) -> Callable[[Texts, Texts], Sequence[float]]:
    """Compare by gensim, without normalising vectors, as in the paper."""
    try:
        from gensim.models import KeyedVectors
    except ImportError:
        fail("gensim is missing: pip install gensim, or --skip gensim")
    keyed = KeyedVectors(vectors.dim)
    keyed.add_vectors(vectors.words, vectors.refined())
    return lambda a, b: [keyed.wmdistance(x, y, norm=False) for x, y in zip(a, b, strict=True)]


def compare(path: Path, name: str, vectors: Vectors, skip: Sequence[str], repeat: int) -> None:
    """Time all ways of comparing pairs."""
    a, b = read_pairs(path, vectors)
    rows: list[dict[str, object]] = []
    same_job: dict[str, str] = {}
    methods: tuple[DistanceMethod, ...] = ("combined", "wmd", "wrd")
    for method in methods:
        ways = {"nlpzero": nlpzero(method, vectors)}
        if method != "combined":  # of words alone: the peers know no other ground
            ways["ot.emd2"] = emd2(method, vectors)
        if method == "wmd" and "gensim" not in skip:
            ways["gensim"] = wmdistance(vectors)
        expected = np.array(ways["nlpzero"](a, b))
        for way, run in ways.items():
            seconds = []
            for _ in range(repeat):
                start = time.perf_counter()
                found = np.array(run(a, b))
                seconds.append(time.perf_counter() - start)
            apart = np.abs(found - expected) / np.maximum(np.maximum(found, expected), 1e-3)
            if way != "nlpzero":
                same_job[f"{method} {way}"] = f"{method} nlpzero"
            rows.append(
                {
                    "": f"{method} {way}",
                    "pairs": len(a),
                    "pairs/s": round(len(a) / min(seconds)),
                    "us/pair": 1e6 * min(seconds) / len(a),
                    "differs by": f"{apart.max():.0e}",
                }
            )
    title = f"{name}: {np.mean([len(set(x)) for x in a + b]):.1f} different known words a text"
    print_table(title, beside(rows, "us/pair", same_job))


def _brute(method: DistanceMethod, vectors: Vectors, words: Texts, asked: list[str]) -> float:
    """Give the seconds that a loop over `ot.emd2` takes for one text."""
    known = [[word for word in text if word in vectors] for text in words[:2000]]
    sample = [text for text in known if text]
    query = [word for word in asked if word in vectors]
    start = time.perf_counter()
    emd2(method, vectors)([query] * len(sample), sample)
    return (time.perf_counter() - start) / len(sample)


def search(path: Path, vectors: Vectors, size: int, queries: int) -> None:
    """Time exact search in sentences, and a loop over ot.emd2 for one query and some of the texts."""
    text = path.read_text(encoding="utf-8")
    sentences = (found[0].strip() for found in re.finditer("[^。！？\n]+[。！？]?", text))
    lines = [line for line in sentences if len(line) > 7][: size + 1000]
    if len(lines) < size + 1000:
        fail(f"{path}: {len(lines)} sentences, where {size + 1000} are wanted")
    words = line_words("\n".join(lines), jieba_cutter()).lists()
    asked = [words[size + k] for k in np.random.default_rng(1).choice(1000, queries, replace=False).tolist()]
    rows = []
    methods: tuple[DistanceMethod, ...] = ("combined", "wrd", "wmd")
    for method in methods:
        measure = Measure(method, vectors)
        start = time.perf_counter()
        collection = Collection(measure.encode(words[:size]), measure)
        loading = time.perf_counter() - start
        seconds, solved = [], []
        for query in asked:
            start = time.perf_counter()
            solved.append(collection.search(query, 10).solved)
            seconds.append(time.perf_counter() - start)
        brute = None if method == "combined" else _brute(method, vectors, words, asked[0]) * size
        median = float(np.median(seconds))
        rows.append(
            {
                "": method,
                "encode s": loading,
                "median ms": median * 1e3,
                "90 % ms": float(np.quantile(seconds, 0.9)) * 1e3,
                "solved": int(np.median(solved)),
                "ot.emd2 on all, s": brute,
                RATIO: None if brute is None else brute / median,
            }
        )
    print_table(f"search: {queries} queries, exact top 10 of {size:,} sentences", rows)


def main() -> None:
    """Read the arguments and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", nargs="*", default=[], metavar="TSV", help="pairs of texts: two columns and more")
    parser.add_argument("--search", metavar="CORPUS", help="text whose sentences are searched")
    parser.add_argument("--vectors", metavar="FILE", help="the packaged ones by default")
    parser.add_argument("--size", type=int, default=100_000, help="sentences to search in")
    parser.add_argument("--queries", type=int, default=50)
    parser.add_argument("--repeat", type=int, default=1, help="show the fastest of N runs")
    parser.add_argument("--skip", action="append", default=[], choices=["gensim"])
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    vectors = load_vectors(arguments.vectors)
    vectors.ids  # noqa: B018 (made before anything is timed)
    with folder() as place:
        for path in arguments.pairs:
            compare(unpacked(path, place), Path(path).name, vectors, arguments.skip, arguments.repeat)
        if arguments.search:
            search(unpacked(arguments.search, place), vectors, arguments.size, arguments.queries)


if __name__ == "__main__":
    main()
