"""`nlpzero glove count`: the pairs of words that stand near each other."""

from dataclasses import dataclass

from ..options import ReadingOptions, RunningOptions, quiet
from ..pages import command as page
from ..values import option, values
from ..words import WordOptions
from .counting import CountingOptions, counted

EPILOG = """\b
Examples:
  nlpzero glove count -o counts.npz data/stories.txt
  nlpzero segment data/stories.txt | nlpzero glove count --tokenized --window 5 -o counts.npz
"""


@dataclass(frozen=True, kw_only=True)
class PairFileOptions:
    """Where counts of pairs go."""

    output: str = option("-o", "--output", required=True, metavar="FILE", help="File of counts to write (.npz).")


@page(epilog=EPILOG, most=("output", "window", "min_count", "tokenized", "lexicon"))
@values(PairFileOptions, "own")
@values(CountingOptions, "counting")
@values(WordOptions, "words")
@values(ReadingOptions, "reading")
@values(RunningOptions, "running")
@quiet
def command(
    own: PairFileOptions,
    counting: CountingOptions,
    words: WordOptions,
    reading: ReadingOptions,
    running: RunningOptions,
) -> None:
    """Count the pairs of words that stand near each other on a line (共现), exactly.

    The counts do not depend on --workers and --memory. `nlpzero glove train` takes them, and `merge` adds them up.
    """
    from nlpzero.core.files import check_place

    check_place(own.output)
    with counted(counting, words, reading, running) as counts:
        counts.save(own.output)
