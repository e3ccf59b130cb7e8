"""The peers, each run in a process of its own; what it finds is written as `word count` lines."""

import argparse
import subprocess
import sys
from pathlib import Path

from bench import Run, fail, run

# nlp-zero 0.1.6 imports collections.Iterable, gone since Python 3.10. The seconds are those of train and find alone.
NLP_ZERO = """
import collections, collections.abc, sys, time, warnings
warnings.simplefilter("ignore")
collections.Iterable = collections.abc.Iterable
corpus, folder, min_proba, min_pmi, out, *to_cut = sys.argv[1:]
sys.path.insert(0, folder)
from nlp_zero import Word_Finder
lines = open(corpus, encoding="utf-8").read().splitlines()
start = time.perf_counter()
finder = Word_Finder(float(min_proba), float(min_pmi))
finder.train(lines)
finder.find(lines)
print(time.perf_counter() - start)
with open(out, "w", encoding="utf-8") as file:
    file.writelines(f"{word}\\t{count}\\n" for word, count in sorted(finder.words.items()))
tokenizer = finder.export_tokenizer()
for path in to_cut:
    with open(path, encoding="utf-8") as text, open(path + ".nlp-zero", "w", encoding="utf-8") as file:
        file.writelines(" ".join(tokenizer.tokenize(line.rstrip("\\n"))) + "\\n" for line in text)
"""

FIND_NLP_ZERO = """
import importlib.util, sys
sys.path.insert(0, sys.argv[1])
sys.exit(importlib.util.find_spec("nlp_zero") is None)
"""

# word_discovery.py runs on its author's own files when imported; its functions stand before the first line of "=".
WORD_DISCOVERY = """
import logging, re, sys
corpus, min_count, out = sys.argv[1:]
exec(open("word_discovery.py", encoding="utf-8").read().split("# =======")[0])
logging.disable(logging.INFO)
def texts():
    for line in open(corpus, encoding="utf-8"):
        yield re.sub("[^\\u4e00-\\u9fa50-9a-zA-Z ]+", "\\n", line.replace("\\u3000", " ").strip())
write_corpus(texts(), out + ".corpus")
count_ngrams(out + ".corpus", 4, out + ".chars", out + ".ngrams")
counted = KenlmNgrams(out + ".chars", out + ".ngrams", 4, int(min_count))
kept = filter_ngrams(counted.ngrams, counted.total, [0, 2, 4, 6])
trie = SimpleTrie()
for word in kept:
    trie.add_word(word)
found = {}
for text in texts():
    for word in trie.tokenize(text):
        found[word] = found.get(word, 0) + 1
found = filter_vocab({w: n for w, n in found.items() if n >= int(min_count) and w.strip()}, kept, 4)
with open(out, "w", encoding="utf-8") as file:
    file.writelines(f"{word}\\t{count}\\n" for word, count in sorted(found.items()))
"""


def parse(parser: argparse.ArgumentParser, *peers: str) -> argparse.Namespace:
    """Add the options that say where the peers are and which to leave out, parse, and fail if one is missing."""
    if "nlp-zero" in peers:
        parser.add_argument("--nlp-zero", metavar="DIR", default="", help="unpacked nlp-zero 0.1.6, if not installed")
    if "word-discovery" in peers:
        parser.add_argument(
            "--word-discovery", metavar="DIR", default="", help="folder of word_discovery.py and KenLM's count_ngrams"
        )
    parser.add_argument("--peer-python", default=sys.executable, help="interpreter of the peers (default: this one)")
    parser.add_argument("--skip", action="append", default=[], choices=peers, help="leave a peer out; may be repeated")
    options = parser.parse_args()
    if "nlp-zero" in peers and "nlp-zero" not in options.skip:
        search = [options.peer_python, "-c", FIND_NLP_ZERO, options.nlp_zero]
        if subprocess.run(search).returncode:
            fail("nlp-zero not found; give --nlp-zero DIR, its unpacked source, or --skip nlp-zero")
    if "word-discovery" in peers and "word-discovery" not in options.skip:
        for name in ("word_discovery.py", "count_ngrams"):
            if not options.word_discovery or not (Path(options.word_discovery) / name).is_file():
                fail(f"{name} not found; give --word-discovery DIR, the folder that holds it, or --skip word-discovery")
    return options


def nlp_zero(
    options: argparse.Namespace, corpus: Path, min_proba: float, out: Path, to_cut: tuple[Path, ...] = ()
) -> Run:
    """Run nlp-zero's Word_Finder with min_pmi 1; each text `to_cut` is cut by its words into a file *.nlp-zero."""
    seconds = out.with_suffix(".seconds")
    command = [options.peer_python, "-c", NLP_ZERO, corpus, options.nlp_zero, str(min_proba), "1", out, *to_cut]
    whole = run(command, stdout=seconds)
    return Run(float(seconds.read_text()), whole.peak_mb)


def word_discovery(options: argparse.Namespace, corpus: Path, min_count: int, out: Path) -> Run:
    """Run word-discovery's whole process as its author does: order 4, min_pmi 0, 2, 4, 6, half the memory for KenLM."""
    command = [options.peer_python, "-c", WORD_DISCOVERY, corpus, str(min_count), out]
    return run(command, cwd=Path(options.word_discovery))


SGNS = """
import sys
from gensim.models import Word2Vec
corpus, out, workers, epochs, min_count = sys.argv[1:]
model = Word2Vec(corpus_file=corpus, vector_size=100, window=10, min_count=int(min_count), sg=1, epochs=int(epochs),
                 workers=int(workers), seed=1)
if out:
    model.wv.save_word2vec_format(out, binary=True)
"""


def sgns(options: argparse.Namespace, corpus: Path, out: Path | None, workers: str, epochs: str, min_count: str) -> Run:
    """Train gensim's skip-gram vectors with negative sampling, and write them if asked to."""
    if subprocess.run([options.peer_python, "-c", "import gensim"], stderr=subprocess.DEVNULL).returncode:
        fail("gensim not found; pip install gensim, or --skip gensim")
    return run([options.peer_python, "-c", SGNS, corpus, str(out or ""), workers, epochs, min_count])
