"""`nlpzero glove`: word vectors, from counting to questions."""

from ..pages import CommandTable

COMMANDS = {
    "count": "Count pairs of words that stand near each other.",
    "merge": "Add up counts.",
    "train": "Train word vectors.",
    "nearest": "Give the words nearest to a word.",
    "analogy": "Answer a : b = c : ?",
    "keywords": "Give the keywords of a text.",
    "compare": "Compare two words.",
    "communities": "Find groups of words that stand together.",
    "evaluate": "Measure vectors by word pairs and analogies.",
    "convert": "Write vectors in another format.",
}


def _one_thread() -> None:
    """Let NumPy use one thread: its own would stand in the way of ours."""
    from nlpzero.core.blas import one_thread_each

    one_thread_each()


command = CommandTable(
    "glove",
    package=__name__,
    table=COMMANDS,
    callback=_one_thread,
    help="Train word vectors whose inner products are mutual information (simpler GloVe), and ask them questions.",
    epilog="""\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove nearest --top 3 vectors.npz 码头
""",
)
