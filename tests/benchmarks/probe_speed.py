"""How fast is perturbed masking, and how near to a plain product of matrices? On a model of random numbers.

    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/probe_speed.py [--layers 12] [--tokens 30] [--workers 2]

The plain product is one of the same shape as those of the model, in as many threads. CPU seconds are of all threads.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from bench import folder, print_table

sys.path.insert(0, str(Path(__file__).parent.parent))

from models import CHARACTERS, config, random_arrays, write_model

from nlpzero.core.engine import Engine
from nlpzero.probe.masking import ROWS, Prober, plan_of


def seconds(function: object, *given: object) -> tuple[float, float]:
    """Time a call: wall and CPU seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    function(*given)  # type: ignore[operator]
    return time.perf_counter() - wall, time.process_time() - processor


def main() -> None:
    """Make a model, multiply, probe."""
    asked = argparse.ArgumentParser(description=__doc__)
    for name, default in (("layers", 12), ("width", 768), ("tokens", 30), ("workers", 2)):
        asked.add_argument(f"--{name}", type=int, default=default)
    asked.add_argument("--pairs", nargs="+", default=["one", "neighbours", "all"])
    given = asked.parse_args()
    said = config(given.layers, longest=512, width=given.width, inner=4 * given.width) | {
        "num_attention_heads": max(2, given.width // 64)
    }
    rng = np.random.default_rng(0)
    left = rng.standard_normal((ROWS, given.width), np.float32)
    right = rng.standard_normal((given.width, 4 * given.width), np.float32)
    rows = []
    with folder() as place, Engine(given.workers) as engine:
        arrays = {name: array * np.float32(0.05) for name, array in random_arrays(said, 0).items()}
        prober = Prober.load(write_model(place / "model", said, arrays))
        times = 8 * given.workers

        def multiply() -> None:
            for _ in engine.map(lambda _: (left @ right).sum(), range(times)):
                pass

        multiply()
        plain = seconds(multiply)
        work = 2 * left.size * right.shape[1] * times / 1e9
        rows.append(
            {"what": "plain product", "copies": "", "s": f"{plain[0]:.2f}", "CPU s": f"{plain[1]:.2f}"}
            | {"GFLOP/CPU s": f"{work / plain[1]:.1f}", "share": "100 %"}
        )
        sentence = [CHARACTERS[i] for i in rng.integers(0, len(CHARACTERS), given.tokens).tolist()]
        each = 2 * 12 * given.width**2 * given.layers * (given.tokens + 2)
        for pairs in given.pairs:
            copies = len(plan_of(given.tokens, pairs).masked)
            took = seconds(lambda kind: [*prober.impacts([sentence], kind, engine)], pairs)
            rate = copies * each / 1e9 / took[1]
            rows.append(
                {"what": pairs, "copies": copies, "s": f"{took[0]:.2f}", "CPU s": f"{took[1]:.2f}"}
                | {"GFLOP/CPU s": f"{rate:.1f}", "share": f"{rate * plain[1] / work:.0%}"}
            )
    print_table(f"{given.layers} layers of {given.width}, {given.tokens} tokens, -j {given.workers}", rows)


if __name__ == "__main__":
    main()
