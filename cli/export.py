"""`nlpzero export`: a word list in the form of another program."""

from dataclasses import dataclass

import click

from .messages import notice
from .options import EncodingOptions, quiet
from .output import FileOptions, open_bytes
from .pages import command as page
from .values import argument, option, values

FORMS = ("jieba", "ik", "hanlp", "pkuseg", "ltp", "rime", "sudachi", "sentencepiece", "tokenizers")

EPILOG = """\b
Examples:
  nlpzero discover --new --min-length 2 -o new.tsv data/stories.txt
  nlpzero export new.tsv --to jieba -o new.dict
  nlpzero export new.tsv --to tokenizers -o tokenizer.json
"""


@dataclass(frozen=True, kw_only=True)
class ExportOptions:
    """Which words are written, and for whom."""

    words: str = argument(metavar="WORDS")
    to: str = option(
        "--to",
        type=click.Choice(FORMS),
        required=True,
        help="jieba: for load_userdict, with counts that let the words win. ik, pkuseg, ltp: a word a line. hanlp: "
        "'word nz count'. rime: with pinyin (needs pypinyin). sudachi: CSV for sudachipy ubuild. sentencepiece: a "
        "unigram model. tokenizers: tokenizer.json.",
    )
    tokenizer: str | None = option(
        "--tokenizer",
        metavar="FILE",
        help="tokenizers: add the words to this tokenizer.json, in place of making one of them alone.",
    )
    since: str | None = option("--since", metavar="OLD", help="Only words that the list OLD lacks.")
    min_count: int = option("--min-count", type=click.IntRange(min=1), default=1, help="Only words of this count.")
    min_length: int = option(
        "--min-length", type=click.IntRange(min=1), default=1, help="Only words of at least N characters."
    )
    min_probability: float | None = option(
        "--min-probability",
        type=click.FloatRange(0, 1),
        help="Only words whose column probability is at least this, as in a table of `nlpzero discover --new`.",
    )
    name: str = option("--name", default="nlpzero", metavar="TEXT", help="rime: name of the dictionary.")


@page(epilog=EPILOG, most=("to", "since", "min_count", "min_probability", "output"))
@values(ExportOptions, "own")
@values(EncodingOptions, "encoding")
@values(FileOptions, "writing")
@quiet
def command(own: ExportOptions, encoding: EncodingOptions, writing: FileOptions) -> None:
    """Write a word list for another program (词典导出): a table of `nlpzero discover`, or lines 'word count'."""
    if own.tokenizer is not None and own.to != "tokenizers":
        raise click.UsageError("--tokenizer needs --to tokenizers")
    with open_bytes(writing.output) as out:
        from nlpzero.errors import NothingFound
        from nlpzero.lexicon.exports import chosen, export
        from nlpzero.lexicon.formats import read_column
        from nlpzero.lexicon.lexicon import Lexicon

        reading = (encoding.encoding, encoding.errors)
        lexicon = Lexicon.from_file(own.words, *reading)
        kept = set(lexicon.words)
        if own.since is not None:
            kept -= set(Lexicon.from_file(own.since, *reading).words)
        if own.min_probability is not None:
            rows = read_column(own.words, "probability", *reading)
            kept &= {word for word, value in rows if value >= own.min_probability}
        found = chosen(
            lexicon, lambda word, count: word in kept and len(word) >= own.min_length and count >= own.min_count
        )
        if found is None:
            raise NothingFound(f"{own.words}: no word is left to write")
        if own.to == "jieba":
            from nlpzero.segment.lexical import LexiconCutter, jieba_cutter

            found = jieba_cutter().winning(found, LexiconCutter.EXCESS)
        if own.tokenizer is not None:
            from nlpzero.segment.subwords import Tokenizer

            out.write(Tokenizer(own.tokenizer).with_words(found.words).written())
        else:
            out.write(export(found, own.to, own.name))
        notice(f"{len(found):,} of {len(lexicon):,} words")
