"""`nlpzero segment`: text cut into words, line for line."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from .learning import LearningOptions, Sources, learned
from .messages import notice, parts_of, progress, warn_replaced
from .options import EncodingOptions, ReadingOptions, RunningOptions, quiet
from .output import TableOptions, open_bytes
from .pages import command as page
from .values import is_given, option, option_name, values
from .words import WordOptions, exclude, own_cutter

if TYPE_CHECKING:
    from nlpzero.reading.corpus import Corpus
    from nlpzero.segment.cutter import Cutter

EPILOG = """\b
Examples:
  nlpzero segment data/stories.txt
  nlpzero segment --jieba --delimiter / data/stories.txt
  nlpzero segment --learn -o stories.cut data/stories.txt
  nlpzero discover -o words.tsv data/stories.txt
  nlpzero segment --lexicon words.tsv data/stories.txt
  nlpzero discover --method bayes --rounds 6 --save-segmenter stories.npz -o words.tsv data/stories.txt
  nlpzero segment --segmenter stories.npz data/stories.txt
  nlpzero discover --new --min-length 2 -o new.tsv data/stories.txt
  nlpzero segment --userdict new.tsv data/stories.txt
"""


SPAN_COLUMNS = ("line", "start", "end", "file_start", "file_end", "word")


@dataclass(frozen=True, kw_only=True)
class SegmentOptions:
    """What else cuts the text, and what is put between its words."""

    segmenter: str | None = option(
        "--segmenter",
        metavar="FILE",
        help="Cut by the segmenter that `nlpzero discover --method bayes --save-segmenter` wrote.",
    )
    power: float = option(
        "--power",
        type=click.FloatRange(0),
        default=0.45,
        help="Of what --segmenter or --learn says, beside --lexicon: 0 is the dictionary alone, 1 follows the text "
        "more.",
    )
    learn: bool = option(
        "--learn",
        is_flag=True,
        help="First find the words in the text itself, as `nlpzero discover` does. With --lexicon by --method bayes, "
        "joined with the dictionary: see --power.",
    )
    learn_new: bool = option(
        "--learn-new",
        is_flag=True,
        help="First find new words in the text, as `nlpzero discover --new` does; add the surest to the dictionary.",
    )
    spans: bool = option(
        "--spans",
        is_flag=True,
        help="Write a table: line, start and end of each word in it, start and end in the file; all in characters, "
        "counted from 0.",
    )
    search: bool = option(
        "--search",
        is_flag=True,
        help="Before each longer word, also write the words of two and three characters inside it, for search engines.",
    )
    delimiter: str = option(
        "--delimiter", default=" ", show_default="a blank", metavar="TEXT", help="What to put between words."
    )


@page(epilog=EPILOG, most=("userdict", "jieba", "lexicon", "learn", "segmenter", "delimiter", "output"))
@values(WordOptions, "words", without=("tokenized",))
@values(SegmentOptions, "own")
@values(LearningOptions, "learning")
@values(ReadingOptions, "reading", paths={"metavar": "[FILE]..."})
@values(TableOptions, "writing")
@values(RunningOptions, "running")
@quiet
def command(
    words: WordOptions,
    own: SegmentOptions,
    learning: LearningOptions,
    reading: ReadingOptions,
    writing: TableOptions,
    running: RunningOptions,
) -> None:
    """Cut text into words (分词): files or standard input, plain or packed, line for line.

    Deleting the delimiters gives the text back. By default the text is cut into the words of jieba's dictionary, the
    rarest left out. Numerals are words of their own (三十|个), and single characters are put together where they look
    like a word. --jieba cuts as jieba does. A table of `nlpzero discover --new` can be a --userdict.
    """
    exclude("lexicon", "jieba", "hmm")
    exclude("jieba", "hmm", "segmenter", "learn", "learn_new")
    exclude("lexicon", "learn_new")
    if (own.spans or own.search) and (own.learn or own.learn_new or own.segmenter):
        raise click.UsageError("--spans and --search are not for --learn and --segmenter")
    for name in ("form", "header"):
        if is_given(name) and not own.spans:
            raise click.UsageError(f"{option_name(name)} is for --spans")
    if own.learn:
        with open_bytes(writing.output) as out:
            out.writelines(_cut_as_learned(words, own, learning, reading, running))
        return
    if own.learn_new:
        with open_bytes(writing.output) as out:
            out.writelines(_cut_with_new(words, own, reading, running))
        return
    for field in fields(learning):
        if is_given(field.name):
            raise click.UsageError(f"{option_name(field.name)} needs --learn")
    with reading.open(running) as corpus:
        if own.spans or own.search:
            with writing.open() as text:
                table = writing.table(text, SPAN_COLUMNS) if own.spans else None
                for rows, cut in _placed(corpus, words, own, reading, running):
                    if table is not None:
                        table.write_columns(rows)
                    else:
                        text.write(cut)
        else:
            with open_bytes(writing.output) as out:
                out.writelines(_cut(corpus, words, own, reading, running))
        warn_replaced(corpus)


def _cut_as_learned(
    words: WordOptions,
    own: SegmentOptions,
    learning: LearningOptions,
    reading: ReadingOptions,
    running: RunningOptions,
) -> Iterator[bytes]:
    """Find the words of a text, and cut it into them; where a dictionary was believed, joined with it."""
    from nlpzero.segment.lexical import cut_part

    if words.lexicon is None:
        exclude("userdict", "learn")
    elif not is_given("method"):
        learning = replace(learning, method="bayes")
    with learned(learning, reading, running, Sources(lexicon=words.lexicon), again=True) as found:
        cutter = None
        if words.lexicon is not None:
            cutter = found.discovery.joined(words.named_dictionary(reading), own.power)
        if cutter is None or (cutter == found.discovery.segmenter and not words.userdict):
            yield from (cut.encode("utf-8", "surrogateescape") for cut in found.cut(own.delimiter))
            return
        finished = words.finished(words.with_userdict(cutter, reading), reading)
        yield from found.execution.engine.map(partial(cut_part, finished, own.delimiter), found.parts())


def _cut_with_new(
    words: WordOptions, own: SegmentOptions, reading: ReadingOptions, running: RunningOptions
) -> Iterator[bytes]:
    """Find new words, add them to the dictionary, and cut the same text."""
    from nlpzero.segment.lexical import cut_part
    from nlpzero.words.additions import LEAST_COUNT, additions
    from nlpzero.words.new_words import SeekParameters

    from .new_words import KnownOptions, sought

    with sought(SeekParameters(LEAST_COUNT), KnownOptions(), reading, running) as new:
        cutter = own_cutter(reading)
        added = additions(new.found, cutter)
        if added is not None:
            cutter = cutter.with_words(added)
        notice(f"{0 if added is None else len(added):,} new words")
        finished = words.finished(words.with_userdict(cutter, reading), reading)
        parts = new.corpus.parts(new.execution.block_size)
        yield from new.execution.engine.map(partial(cut_part, finished, own.delimiter), parts)


def _cutter(words: WordOptions, own: SegmentOptions, encoding: EncodingOptions) -> "Cutter":
    """Give what cuts the text."""
    if own.segmenter is None:
        return words.cutter(encoding)
    from nlpzero.segment.learned import LearnedSegmenter

    return words.joined(LearnedSegmenter.load(own.segmenter), own.power, encoding)


def _placed(
    corpus: "Corpus", words: WordOptions, own: SegmentOptions, reading: ReadingOptions, running: RunningOptions
) -> Iterator[tuple[list[list[Any]], str]]:
    """Read and cut the text, and give the words of each part as columns and as text."""
    from nlpzero.segment.lexical import CUTTING, LexiconCutter
    from nlpzero.segment.spans import InnerWords, block_words

    if reading.shard is not None and own.spans:
        raise click.UsageError("--spans counts from the start of the file: it cannot be given with --shard")
    cutter, inner = _cutter(words, own, reading), None
    if own.search:
        base = words.dictionary(reading)
        if not isinstance(base, LexiconCutter):
            raise click.UsageError("--search needs a dictionary: cut with --lexicon, --jieba or by default")
        inner = InnerWords(frozenset(base.known.words))
    source, before = "", 0
    with words.open(running.job, CUTTING, corpus) as execution:
        blocks = progress(corpus.blocks(execution.block_size), unit="char", size=lambda block: len(block.text))
        for block, found in execution.engine.map(partial(block_words, cutter, inner), blocks):
            before = before if block.source == source else 0
            source = block.source
            lines: dict[int, list[str]] = {block.number(at): [] for at in range(block.text.count("\n"))}
            for word in found:
                lines.setdefault(word.line, []).append(word.word)
            columns: list[list[Any]] = [
                [word.line for word in found],
                [word.start for word in found],
                [word.end for word in found],
                [word.first + before for word in found],
                [word.last + before for word in found],
                [word.word for word in found],
            ]
            yield columns, "".join(own.delimiter.join(line) + "\n" for line in lines.values())
            before += len(block.text)


def _cut(
    corpus: "Corpus", words: WordOptions, own: SegmentOptions, encoding: EncodingOptions, running: RunningOptions
) -> Iterator[bytes]:
    """Read, cut and give the text part by part."""
    from nlpzero.segment.lexical import CUTTING, cut_part, cut_to_file

    cutter = _cutter(words, own, encoding)
    with words.open(running.job, CUTTING, corpus) as execution:
        parts = parts_of(corpus, execution.block_size)
        if execution.engine.shares_memory:
            yield from execution.engine.map(partial(cut_part, cutter, own.delimiter), parts)
            return
        for path in execution.engine.map(partial(cut_to_file, execution.workspace, cutter, own.delimiter), parts):
            yield path.read_bytes()
            path.unlink()
