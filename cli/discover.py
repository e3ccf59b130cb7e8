"""`nlpzero discover`: the words of a corpus, with scores."""

import contextlib
from typing import TYPE_CHECKING, Any

import click

from .learning import Learned, learned, learning_options
from .options import corpus_arguments, memory, quiet, scheduler, table_options, tmp_dir, workers
from .output import Table, notice, open_output, warn

if TYPE_CHECKING:
    from collections.abc import Container
    from typing import TextIO

    from nlpzero.words.discovery import Discovery

ROWS = 1 << 15
"""Rows written at a time: as strings they take a hundred times the bytes of the numbers."""

COLUMNS = ("word", "count", "score", "cohesion", "left_entropy", "right_entropy", "known")

EPILOG = """\b
Examples:
  nlpzero discover data/stories.txt
  nlpzero discover --new --min-length 2 --top 20 data/stories.txt
  nlpzero discover --method cohesion --min-count 8 data/stories.txt
  nlpzero discover --format userdict --new --min-length 2 -o new.dict data/stories.txt
  nlpzero discover --segmented words.txt --top 5 data/stories.txt
  nlpzero discover --method bayes --save-segmenter stories.npz --top 5 data/stories.txt
  nlpzero discover --explain 青桅坊 data/stories.txt
  nlpzero count -o stories.runs data/stories.txt
  nlpzero discover --counts stories.runs --top 5 data/stories.txt
"""


@click.command(epilog=EPILOG)
@corpus_arguments()
@learning_options
@click.option("--min-length", type=click.IntRange(min=1), default=1, help="Show words of at least so many characters.")
@click.option("--top", type=click.IntRange(min=1), show_default="all", help="Show the first so many words.")
@click.option("--sort", type=click.Choice(["count", "score"]), default="count", help="Greatest first; ties by word.")
@click.option("--new", is_flag=True, help="Show only words that are not known.")
@click.option(
    "--known",
    "known_file",
    metavar="FILE",
    show_default="jieba's dictionary",
    help="Word list: the words that are known.",
)
@click.option(
    "--segmented", metavar="FILE", help="Also write the corpus cut into words, blanks between them, line for line."
)
@click.option(
    "--explain", metavar="WORD", help="Instead of the table, say why WORD is or is not a word, with lines it stands in."
)
@click.option(
    "--counts",
    metavar="FILE",
    help="entropy, cohesion, pmi: go by the counts that nlpzero count or merge made; CORPUS is what is cut by them.",
)
@click.option("--save-segmenter", metavar="FILE", help="bayes: also keep what was learned, for segment --segmenter.")
@click.option(
    "--boundaries", metavar="FILE", help="bayes: also write how probable a word boundary is at every place in a clause."
)
@click.option("--checkpoint", metavar="FILE", help="bayes: write the state here after every round.")
@click.option("--resume", is_flag=True, help="bayes: go on from the state in --checkpoint, if there is one.")
@table_options("userdict")
@workers
@scheduler
@memory
@tmp_dir
@quiet
def command(
    min_length: int,
    top: int | None,
    sort: str,
    new: bool,
    known_file: str | None,
    segmented: str | None,
    explain: str | None,
    counts: str | None,
    save_segmenter: str | None,
    boundaries: str | None,
    checkpoint: str | None,
    resume: bool,
    output_format: str,
    header: bool,
    output: str,
    **learning: Any,
) -> None:
    """Find the words of a corpus (新词发现): files or standard input, plain or packed.

    One row for each word, most frequent first. count: how often it is cut out of the text. score: the method's own, in
    nats. cohesion: the smallest mutual information over its splits, in nats. left_entropy, right_entropy: of its
    neighbours, in nats. known: 1 if it is in jieba's dictionary or in --known.

    A Han character is a unit; for entropy, esa and bayes so is a run of digits or of Latin letters. Any other character
    ends a clause and is left out. --format userdict writes what jieba.load_userdict reads.
    """
    from nlpzero.core.files import open_whole

    only_bayes = {"--save-segmenter": save_segmenter, "--boundaries": boundaries, "--checkpoint": checkpoint}
    for option, value in only_bayes.items():
        if value is not None and learning["method"] != "bayes":
            raise click.UsageError(f"{option} needs --method bayes")
    if resume and checkpoint is None:
        raise click.UsageError("--resume needs --checkpoint FILE")
    if counts is not None and explain is not None:
        raise click.UsageError("--explain counts CORPUS itself; leave out --counts")
    if counts is not None and learning["method"] in ("esa", "bayes"):
        raise click.UsageError(f"--method {learning['method']} learns from CORPUS itself; leave out --counts")
    learning |= {"checkpoint": checkpoint, "resume": resume, "counts": counts}
    again = explain is not None or segmented is not None or boundaries is not None
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(open_output(output))
        cut, chances = (
            None if path is None else stack.enter_context(open_output(path)) for path in (segmented, boundaries)
        )
        model = None if save_segmenter is None else stack.enter_context(open_whole(save_segmenter))
        found = stack.enter_context(learned(again=again, **learning))
        if explain is not None:
            _explain(found, explain, out, learning["method"])
        else:
            _summarise(found.discovery)
            _write(found.discovery, out, min_length, top, sort, new, known_file, output_format, header)
        if cut is not None:
            cut.writelines(found.cut(" "))
        if chances is not None:
            _write_boundaries(found, chances, output_format, header)
        if model is not None and found.discovery.segmenter is not None:
            found.discovery.segmenter.save(model)


def _known(known_file: str | None) -> "Container[str]":
    """Give the words that are known."""
    if known_file is None:
        from nlpzero.segment.jieba_adapter import known_words

        return known_words()
    from nlpzero.lexicon.lexicon import Lexicon

    return frozenset(Lexicon.from_file(known_file).words)


def _write(
    discovery: "Discovery",
    out: "TextIO",
    min_length: int,
    top: int | None,
    sort: str,
    new: bool,
    known_file: str | None,
    output_format: str,
    header: bool,
) -> None:
    """Write the table."""
    import numpy as np

    known = _known(known_file)
    order = np.arange(len(discovery.words))
    if sort == "score":
        by_word = np.array(sorted(order.tolist(), key=discovery.words.__getitem__), np.intp)
        order = by_word[np.argsort(-discovery.scores[by_word], kind="stable")]
    rows = (i for i in order.tolist() if len(discovery.words[i]) >= min_length)
    if new:
        rows = (i for i in rows if discovery.words[i] not in known)
    chosen = [i for i, _ in zip(rows, range(len(discovery.words) if top is None else top), strict=False)]
    figures = (measures := discovery.measures).cohesion, measures.left_entropy, measures.right_entropy
    table = None if output_format == "userdict" else Table(out, COLUMNS, output_format, header)
    for at in range(0, len(chosen), ROWS):
        some = chosen[at : at + ROWS]
        words, counts = [discovery.words[i] for i in some], discovery.counts[some].tolist()
        if table is None:
            out.writelines(f"{word} {count}\n" for word, count in zip(words, counts, strict=True))
        else:
            shown = [figure[some].tolist() for figure in (discovery.scores, *figures)]
            table.write_columns([words, counts, *shown, [int(word in known) for word in words]])


def _write_boundaries(found: Learned, out: "TextIO", output_format: str, header: bool) -> None:
    """Write a row for every place between two units of a clause."""
    from nlpzero.words.discovery import boundaries

    form = "tsv" if output_format == "userdict" else output_format
    table = Table(out, ("source", "line", "column", "probability"), form, header)
    for block, (lines, columns, probabilities) in boundaries(found.discovery, found.corpus.blocks(found.size)):
        numbers = (lines + block.line).tolist()
        table.write_columns([[block.source] * len(numbers), numbers, columns.tolist(), probabilities.tolist()])


def _summarise(discovery: "Discovery") -> None:
    """Say what was found in what, and what was left out."""
    ngrams = discovery.ngrams
    summary = f"{len(discovery.words):,} words in {ngrams.total:,} units of text"
    if ngrams.left_out:
        summary += f"; {ngrams.left_out:,} other characters (punctuation, symbols) left out"
    if discovery.too_long:
        summary += f"; {discovery.too_long:,} longer words and pieces not reported"
    warn(summary) if ngrams.left_out or discovery.too_long else notice(summary)


def _explain(found: Learned, word: str, out: "TextIO", method: Any) -> None:
    """Write why a string is a word of the corpus, or is not."""
    from nlpzero.words.explanation import EDGE, explain

    why = explain(found.discovery, found.corpus.blocks(found.size), word, method, found.parameters)
    verdict = f"a word, cut out {why.count:,} times, score {why.score:.4f}" if why.score is not None else "not a word"
    lines = [f"{word}: {verdict} (method {method})", f"occurs {why.frequency:,} times in {why.total:,} units", ""]
    lines += [
        f"{'passes' if check.passes else 'fails '}  {check.name}: {check.value:.4g}, "
        f"at {'most' if check.at_most else 'least'} {check.limit:.4g}"
        for check in why.checks
    ]
    if why.splits:
        lines += ["", "cohesion  split"]
        lines += [
            f"{split.cohesion:8.4f}  {split.left} ({split.left_count:,}) + {split.right} ({split.right_count:,})"
            for split in why.splits
        ]
    for side, neighbours, entropy in (("left", why.left, why.left_entropy), ("right", why.right, why.right_entropy)):
        ranked = sorted(neighbours.items(), key=lambda item: (-item[1], item[0]))
        shown = ", ".join(f"{'(edge)' if unit == EDGE else unit} {number}" for unit, number in ranked[:20])
        more = f", and {len(ranked) - 20:,} more" if len(ranked) > 20 else ""
        lines += ["", f"{side} neighbours, entropy {entropy:.4f}: {shown}{more}"]
    lines += [""]
    for place in why.occurrences:
        lines.append(f"{place.before[-20:]}【{word}】{place.after[:20]}  ({place.source}, line {place.line})")
    out.write("\n".join(lines) + "\n")
