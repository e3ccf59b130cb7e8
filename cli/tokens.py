"""`nlpzero tokens`: the words that are worth adding to the vocabulary of a tokenizer."""

import os
from dataclasses import dataclass
from itertools import accumulate

import click

from .corpora import CorpusWordOptions
from .messages import notice, warn_replaced
from .options import ReadingOptions, RunningOptions, quiet
from .output import TableOptions
from .pages import command as page
from .values import option, top_option, values

EPILOG = """\b
Examples:
  nlpzero discover -o words.tsv data/stories.txt
  nlpzero export words.tsv --to tokenizers -o tokenizer.json
  nlpzero tokens --tokenizer tokenizer.json --top 50 -o added.tsv data/stories.txt
  nlpzero export added.tsv --to tokenizers --tokenizer tokenizer.json -o larger.json
"""


@dataclass(frozen=True, kw_only=True)
class TokenOptions:
    """Whose tokens are counted, and which words are listed."""

    tokenizer: str = option(
        "--tokenizer",
        required=True,
        metavar="FILE",
        help="tokenizer.json of Hugging Face's library tokenizers, or the folder that holds it.",
    )
    top: int | None = top_option("How many words; 0 gives all that save a token.", default=1000)
    min_count: int = option(
        "--min-count", type=click.IntRange(min=1), default=5, help="Only words that the text has N times."
    )


@page(epilog=EPILOG, most=("tokenizer", "top", "min_count", "userdict", "learn", "lexicon", "output"))
@values(TokenOptions, "own")
@values(CorpusWordOptions, "words", without=("stop",))
@values(ReadingOptions, "reading", paths={"metavar": "[TEXT]..."})
@values(TableOptions, "writing")
@values(RunningOptions, "running")
@quiet
def command(
    own: TokenOptions,
    words: CorpusWordOptions,
    reading: ReadingOptions,
    writing: TableOptions,
    running: RunningOptions,
) -> None:
    """Find the words worth adding to a tokenizer for a corpus (词表扩充): those that save most tokens.

    `count` is how often a word stands in the text, `tokens` how many it is now on average, `saved` how many fewer the
    text has if the word is one token, `share` what the words down to this row save of all. In the end the text's
    tokens are counted with the words added. `nlpzero export --to tokenizers --tokenizer FILE` adds them.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # -j says how many threads there are
    with writing.open() as file:
        from nlpzero.segment.subwords import ENCODING, Tokenizer, words_for_tokenizer

        model = Tokenizer(own.tokenizer)
        table = writing.table(file, ("word", "count", "tokens", "saved", "share"))
        with reading.open(running, again=True) as corpus:
            cutter = words.learned(reading.paths, reading, running, corpus)
            with words.open(running.job, ENCODING, corpus) as execution:
                found = words_for_tokenizer(
                    corpus, model, top=own.top, min_count=own.min_count, cut=cutter, job=execution
                )
            warn_replaced(corpus)
        shares = [saved / found.tokens for saved in accumulate(row.saved for row in found.words)]
        for row, share in zip(found.words, shares, strict=True):
            table.write((row.word, row.count, row.tokens, row.saved, share))
        notice(
            f"{found.tokens:,} tokens; {found.tokens_left:,} with these {len(found.words):,} words, "
            f"{1 - found.tokens_left / found.tokens:.1%} fewer"
        )
