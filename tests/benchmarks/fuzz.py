"""How many damaged files are not told: 0 is asked for every loader, and 0 exceptions that are no errors of nlpzero."""

import argparse
import sys
import tempfile
import traceback
import zlib
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np
from damages import DAMAGES, LOADERS, forged

from nlpzero.errors import NlpZeroError


def main() -> None:
    """Damage files of each kind, and load them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=600, help="damaged files of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=LOADERS, nargs="+", default=[*LOADERS])
    options = parser.parse_args()
    print("kind\ttold\tsame\tother contents\tother exceptions")
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        for name in options.only:
            loader = LOADERS[name]
            loader.write(path)
            data, contents = path.read_bytes(), loader.read(path)
            rng = np.random.default_rng([options.seed, zlib.crc32(name.encode())])
            counts: Counter[str] = Counter()
            ways = [*DAMAGES.values()] + [None] * (loader.schema is not None)
            for number in range(options.times):
                damage = ways[number % len(ways)]
                path.write_bytes(data)
                path.write_bytes(damage(data, rng) if damage else forged(path, rng))
                try:
                    found = loader.read(path)
                except NlpZeroError as error:
                    counts["told"] += 1
                    if "\n" in str(error) or str(path) not in str(error):
                        print(f"{name}: not one line that names the file: {str(error)!r}", file=sys.stderr)
                        faults += 1
                except Exception:
                    counts["exceptions"] += 1
                    print(f"{name}: {damage.__name__ if damage else 'forged'}", file=sys.stderr)
                    traceback.print_exc(limit=-3)
                else:
                    counts["same" if found == contents else "forged" if damage is None else "other"] += 1
            faults += counts["exceptions"] + (counts["other"] if loader.exact else 0)
            print(name, counts["told"], counts["same"], counts["other"], counts["exceptions"], sep="\t", flush=True)
    print(f"faults: {faults}")
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
