"""`nlpzero glove`: word vectors, from counting to questions."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

import click
from click.core import ParameterSource

from . import options
from .output import Table, notice, open_output, parts_of, progress, warn, warn_replaced
from .words import cutter_of

if TYPE_CHECKING:
    from nlpzero.core.job import Job
    from nlpzero.reading.corpus import Corpus
    from nlpzero.vectors.cooccurrence import Cooccurrence
    from nlpzero.vectors.glove import Parameters, State

COUNT_OPTIONS = "window", "min_count", "max_vocab", "weighting", "asymmetric", "tokenized", "lexicon", "shard"


@click.group(
    epilog="""\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove nearest --top 3 vectors.npz 码头
"""
)
def command() -> None:
    """Train word vectors whose inner products are mutual information (simpler GloVe), and ask them questions."""
    from nlpzero.core.job import one_thread_each

    one_thread_each()


def _counting(function: Any) -> Any:
    """Add the parameters of counting."""
    return options.together(
        click.option("--tokenized", is_flag=True, help="Words are already separated by blanks."),
        click.option(
            "--lexicon",
            metavar="WORDS",
            show_default="jieba's dictionary",
            help="File of words to segment by: a table of `nlpzero discover`, or lines 'word count'.",
        ),
        click.option(
            "--window", type=click.IntRange(min=1), default=10, help="Greatest distance of two words on a line."
        ),
        click.option(
            "--min-count", type=click.IntRange(min=1), default=5, help="Leave out words that occur less often."
        ),
        click.option("--max-vocab", type=click.IntRange(min=1), help="Keep so many words, the most frequent ones."),
        click.option(
            "--weighting",
            type=click.Choice(["flat", "linear", "harmonic", "soft"]),
            default="soft",
            help="Weight of two words at distance d: 1, (window+1-d)/window, 1/d, 2/(d+1).",
        ),
        click.option("--asymmetric", is_flag=True, help="Count for a word only those before it."),
    )(function)


@command.command(
    epilog="""\b
Examples:
  nlpzero glove count -o counts.npz data/stories.txt
  nlpzero segment data/stories.txt | nlpzero glove count --tokenized --window 5 -o counts.npz
"""
)
@options.corpus_arguments()
@_counting
@click.option("-o", "--output", required=True, metavar="FILE", help="File of counts to write (.npz).")
@options.job_options()
@options.quiet
def count(paths: tuple[str, ...], output: str, **given: Any) -> None:
    """Count the pairs of words that stand near each other on a line (共现), exactly.

    The counts do not depend on --workers and --memory. `nlpzero glove train` takes them, and `merge` adds them up.
    """
    with _counted(paths, **given) as counts:
        counts.save(output)


@contextlib.contextmanager
def _counted(
    paths: tuple[str, ...],
    *,
    encoding: str,
    errors: str,
    shard: tuple[int, int] | None,
    tokenized: bool,
    lexicon: str | None,
    window: int,
    min_count: int,
    max_vocab: int | None,
    weighting: Any,
    asymmetric: bool,
    job: "Job",
) -> Iterator["Cooccurrence"]:
    """Count the pairs of a corpus; the counts may be maps of files that are there while the block lasts."""
    from nlpzero.reading.corpus import Corpus
    from nlpzero.segment.jieba_adapter import dictionary_path
    from nlpzero.vectors.cooccurrence import count_pairs, pairs_cost

    if tokenized and lexicon is not None:
        raise click.UsageError("--tokenized and --lexicon exclude each other")
    cutter = cutter_of(tokenized, lexicon)
    find = dictionary_path if not tokenized and lexicon is None else None
    with (
        Corpus(
            paths,
            encoding=encoding,
            errors=errors,
            tmp_dir=job.tmp_dir,
            shard=shard,
            reading=options.reading_of(job.memory),
        ) as corpus,
        job.open(pairs_cost(window), corpus, dictionary=find) as execution,
    ):
        found = count_pairs(
            parts_of(corpus, execution.block_size),
            window=window,
            min_count=min_count,
            max_vocab=max_vocab,
            weighting=weighting,
            symmetric=not asymmetric,
            cutter=cutter,
            job=execution,
        )
        warn_replaced(corpus)
        found.signature["words"] = "tokenized" if tokenized else (lexicon or "dictionary")
        yield found


@command.command(
    epilog="""\b
Examples:
  nlpzero glove count -o one.npz data/stories.txt
  nlpzero glove merge -o both.npz one.npz one.npz
"""
)
@click.argument("paths", nargs=-1, required=True, metavar="COUNTS...")
@click.option("-o", "--output", required=True, metavar="FILE", help="File of counts to write (.npz).")
@click.option("--min-count", type=click.IntRange(min=1), default=1, help="Leave out words that are rarer in all files.")
@options.job_options(cluster=False)
@options.quiet
def merge(paths: tuple[str, ...], output: str, min_count: int, job: "Job") -> None:
    """Add up counts that were made on several machines or days.

    Each file lacks the words that were rare in it: count with a low --min-count, and give a higher one here.
    """
    from nlpzero.vectors.cooccurrence import PAIRS, Cooccurrence, merge_counts

    parts = [Cooccurrence.load(path) for path in paths]
    with job.open(PAIRS) as execution:
        merge_counts(parts, min_count, job=execution).save(output)


def _dimension(_ctx: click.Context, _param: click.Parameter, value: str) -> int | None:
    """Read a number, or `auto` as None."""
    if value == "auto":
        return None
    if value.isdecimal() and int(value) > 0:
        return int(value)
    raise click.BadParameter(f"{value!r} is neither a number nor auto.")


@command.command(
    epilog="""\b
Examples:
  nlpzero glove train --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove count -o counts.npz data/stories.txt
  nlpzero glove train --dim 20 --model 2 --checkpoint half.npz -o vectors.npz counts.npz
  nlpzero glove train --dim 20 --model 2 --sweeps 4 --resume half.npz -o vectors.npz counts.npz
"""
)
@options.corpus_arguments("CORPUS")
@click.option("-o", "--output", required=True, metavar="FILE", help="Vectors to write: .npz, .txt, .vec or .bin.")
@click.option("--dim", default="100", callback=_dimension, help="Numbers in a vector; auto: 8.33 ln(number of words).")
@click.option(
    "--model",
    type=click.IntRange(0, 2),
    default=0,
    help="0: words and contexts share their vectors. 1: they have their own, side by side. 2: added.",
)
@click.option("--x-max", type=click.FloatRange(min=0, min_open=True), default=10.0, help="A count of full weight.")
@click.option("--alpha", type=click.FloatRange(min=0), default=0.75, help="Weight: min(1, count / x-max) ^ alpha.")
@click.option(
    "--smoothing", type=click.FloatRange(0, 1), default=1.0, help="Power of word counts in PMI, for contexts."
)
@click.option("--solver", type=click.Choice(["als", "sgd"]), default="als", help="sgd: the published algorithm.")
@click.option(
    "--negative-weight", type=click.FloatRange(min=0), default=0.01, help="als: weight that draws all pairs to 0."
)
@click.option("--l2", type=click.FloatRange(min=0), default=3.0, help="als: weight of the vectors' squared length.")
@click.option("--step", type=click.FloatRange(min=0, min_open=True), default=0.1, help="sgd: step of Adagrad.")
@click.option("--sweeps", type=click.IntRange(min=1), show_default="als 2, sgd 15", help="Rounds over all pairs.")
@click.option(
    "--remove",
    type=click.IntRange(min=-1),
    default=2,
    help="Principal directions to leave out of cosines besides the mean; -1: keep also the mean.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, help="Of the random start.")
@click.option("--checkpoint", metavar="FILE", help="Write here what is reached after each sweep.")
@click.option("--resume", metavar="FILE", help="Go on from a checkpoint.")
@_counting
@options.job_options()
@options.quiet
def train(
    paths: tuple[str, ...],
    output: str,
    dim: int | None,
    remove: int,
    sweeps: int | None,
    checkpoint: str | None,
    resume: str | None,
    model: Any,
    x_max: float,
    alpha: float,
    smoothing: float,
    solver: Any,
    negative_weight: float,
    l2: float,
    step: float,
    seed: int,
    job: "Job",
    **given: Any,
) -> None:
    """Train word vectors (词向量) from text, or from a file of `nlpzero glove count`.

    Inner products of the vectors are PMI. For cosines, the mean and the first principal directions are taken out: they
    are kept beside the vectors in .npz, and already taken out in the other formats. Interrupted, it writes the vectors
    of the last sweep. The same options give the same file for any --workers.
    """
    from nlpzero.vectors.formats import kind_by_suffix
    from nlpzero.vectors.glove import Parameters, automatic_dim, load_checkpoint, save_checkpoint
    from nlpzero.vectors.glove import train as sweeps_of
    from nlpzero.vectors.store import Vectors, refinement

    kind_by_suffix(output)
    counts = _counts(paths, job=job, **given)
    parameters = Parameters(
        dim=dim or automatic_dim(len(counts.words)),
        model=model,
        x_max=x_max,
        alpha=alpha,
        smoothing=smoothing,
        negative_weight=negative_weight,
        l2=l2,
        sweeps=sweeps or (2 if solver == "als" else 15),
        solver=solver,
        step=step,
        seed=seed,
    )
    start = load_checkpoint(resume, counts, parameters) if resume else None
    reached: State | None = start
    interrupted = False
    try:
        states = sweeps_of(counts, parameters, job=job, resume=start)
        for state in progress(states, total=parameters.sweeps + 1 - (start.sweep if start else 0), unit="sweep"):
            reached = state
            _report(state, parameters)
            if checkpoint:
                save_checkpoint(checkpoint, state, counts, parameters)
    except KeyboardInterrupt:
        if reached is None or not reached.sweep:
            raise
        interrupted = True
        warn(f"interrupted: the vectors are those after sweep {reached.sweep}")
    assert reached is not None
    matrix = reached.vectors(model)
    signature = {"trained": {**vars(parameters), "sweeps": reached.sweep}, "counts": counts.signature}
    refined = refinement(matrix, remove) if remove >= 0 else None
    Vectors(counts.words, matrix, counts.word_counts, refined, signature, output).save(output)
    if interrupted:
        click.get_current_context().exit(130)


def _counts(paths: tuple[str, ...], **given: Any) -> "Cooccurrence":
    """Open a file of counts, or count a corpus."""
    from nlpzero.core.archive import kind_of
    from nlpzero.vectors.cooccurrence import SCHEMA, Cooccurrence

    if len(paths) == 1 and os.path.isfile(paths[0]) and kind_of(paths[0]) is not None:
        context = click.get_current_context()
        for name in COUNT_OPTIONS:
            if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
                raise click.UsageError(
                    f"--{name.replace('_', '-')} is for counting, but {paths[0]} holds {SCHEMA.kind}"
                )
        return Cooccurrence.load(paths[0])
    with _counted(paths, **given) as counts:
        return counts.in_memory()


def _report(state: "State", parameters: "Parameters") -> None:
    """Say what a sweep has reached."""
    loss = state.loss
    notice(
        f"sweep {state.sweep} of {parameters.sweeps}: loss {loss.total:,.1f} = observed {loss.observed:,.1f} + "
        f"unobserved {loss.negative:,.1f} + length {loss.length:,.1f}; {state.seconds:.1f} s"
    )


vectors_argument = click.argument("vectors", metavar="VECTORS")
top = click.option("--top", type=click.IntRange(min=1), default=10, help="Number of answers.")
mode = click.option(
    "--mode",
    type=click.Choice(["related", "similar"]),
    default="related",
    help="related: words that go together. similar: words that can stand for each other.",
)


def _queries(arguments: Sequence[str], size: int, what: str) -> Iterator[list[str]]:
    """Give queries of so many words: from the arguments, or from the lines of standard input."""
    if arguments and list(arguments) != ["-"]:
        if len(arguments) % size:
            raise click.UsageError(f"{len(arguments)} words given, where {what} are wanted")
        yield from (list(arguments[i : i + size]) for i in range(0, len(arguments), size))
        return
    from nlpzero.errors import CorpusError
    from nlpzero.reading.corpus import Corpus

    number = 0
    with Corpus(["-"]) as corpus:
        for block in corpus.blocks(size=1):
            number += 1
            if words := block.text.split():
                if len(words) != size and size > 1:
                    raise CorpusError(f"<stdin>: line {number}: {len(words)} words, where {what} are wanted")
                yield words if size > 1 else [block.text.strip(" \t\r\n")]


@command.command(
    epilog="""\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove nearest vectors.npz 码头 河
  nlpzero glove nearest --mode similar --top 5 vectors.npz 码头
  echo 码头 | nlpzero glove nearest vectors.npz
"""
)
@vectors_argument
@click.argument("words", nargs=-1, metavar="[WORD]...")
@top
@mode
@options.table_options()
@options.quiet
def nearest(
    vectors: str, words: tuple[str, ...], top: int, mode: Any, output_format: str, header: bool, output: str
) -> None:
    """Give the words nearest to each word, by cosine. Without words they are the lines of standard input."""
    with open_output(output) as file:
        from nlpzero.vectors.queries import best, space
        from nlpzero.vectors.store import Vectors

        loaded = Vectors.load(vectors)
        table = Table(file, ("query", "word", "score"), output_format, header)
        unit = None
        for (query,) in _queries(words, 1, "words"):
            row = loaded.id(query)
            unit = space(loaded, mode) if unit is None else unit
            for answer in best(loaded.words, unit @ unit[row], top, [row]):
                table.write((query, *answer))


@command.command(
    epilog="""\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove analogy --top 3 vectors.npz 船 河 人
"""
)
@vectors_argument
@click.argument("words", nargs=-1, metavar="[A B C]...")
@top
@options.table_options()
@options.quiet
def analogy(vectors: str, words: tuple[str, ...], top: int, output_format: str, header: bool, output: str) -> None:
    """Answer a : b = c : ? (类比). Without words the questions are the lines of standard input."""
    with open_output(output) as file:
        from nlpzero.vectors.queries import analogy as answer
        from nlpzero.vectors.store import Vectors

        loaded = Vectors.load(vectors)
        table = Table(file, ("a", "b", "c", "word", "score"), output_format, header)
        for a, b, c in _queries(words, 3, "three words (a : b = c : ?)"):
            for found in answer(loaded, a, b, c, top):
                table.write((a, b, c, *found))


@command.command(
    epilog="""\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove keywords --top 5 vectors.npz data/stories.txt
"""
)
@vectors_argument
@options.corpus_arguments("TEXT")
@click.option("--tokenized", is_flag=True, help="Words are already separated by blanks.")
@click.option("--lexicon", metavar="WORDS", show_default="jieba's dictionary", help="File of words to segment by.")
@click.option("--lines", is_flag=True, help="Each line is a text of its own.")
@click.option("--anywhere", is_flag=True, help="Answers need not stand in the text.")
@top
@options.table_options()
@options.quiet
def keywords(
    vectors: str,
    paths: tuple[str, ...],
    encoding: str,
    errors: str,
    shard: tuple[int, int] | None,
    tokenized: bool,
    lexicon: str | None,
    lines: bool,
    anywhere: bool,
    top: int,
    output_format: str,
    header: bool,
    output: str,
) -> None:
    """Give the keywords (关键词) of a text: the words of largest inner product with the sum of all its vectors."""
    with open_output(output) as file:
        from nlpzero.reading.corpus import Corpus
        from nlpzero.vectors.queries import keywords as answer
        from nlpzero.vectors.store import Vectors

        loaded = Vectors.load(vectors)
        cut = cutter_of(tokenized, lexicon)
        table = Table(file, ("text", "word", "score"), output_format, header)
        with Corpus(paths, encoding=encoding, errors=errors, shard=shard) as corpus:
            for name, text in _texts(corpus, lines):
                tokens = cut(text)
                if tokens:
                    for found in answer(loaded, tokens, top, anywhere):
                        table.write((name, *found))
            warn_replaced(corpus)


def _texts(corpus: "Corpus", lines: bool) -> Iterator[tuple[str, str]]:
    """Give the texts with their names: each line by itself, or each file."""
    if lines:
        for block in corpus.blocks():
            for line in block.text.removesuffix("\n").split("\n"):
                yield line.strip(), line
        return
    parts: dict[str, list[str]] = {}
    for block in corpus.blocks():
        parts.setdefault(block.source, []).append(block.text)
    for source, texts in parts.items():
        yield source, "".join(texts)


@command.command(
    epilog="""\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove compare vectors.npz 码头 河
"""
)
@vectors_argument
@click.argument("words", nargs=-1, metavar="[W1 W2]...")
@options.table_options()
@options.quiet
def compare(vectors: str, words: tuple[str, ...], output_format: str, header: bool, output: str) -> None:
    """Compare two words: related and similar (cosines), and their inner product, the PMI by the model."""
    with open_output(output) as file:
        from nlpzero.vectors.queries import compare as answer
        from nlpzero.vectors.queries import similarity_transform
        from nlpzero.vectors.store import Vectors

        loaded = Vectors.load(vectors)
        table = Table(file, ("a", "b", "related", "similar", "product"), output_format, header)
        turned = None
        for a, b in _queries(words, 2, "pairs of words"):
            loaded.id(a), loaded.id(b)
            turned = similarity_transform(loaded) if turned is None else turned
            table.write((a, b, *answer(loaded, a, b, turned)))


@command.command(
    epilog="""\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove info vectors.npz
"""
)
@click.argument("path", metavar="FILE")
@options.table_options()
@options.quiet
def info(path: str, output_format: str, header: bool, output: str) -> None:
    """Say what a file of vectors or counts holds, and what made it."""
    with open_output(output) as file:
        table = Table(file, ("name", "value"), output_format, header)
        for name, value in _flat("", _facts(path)):
            table.write((name, value))


def _facts(path: str) -> dict[str, Any]:
    """Gather what is known of a file."""
    from nlpzero.core.archive import kind_of
    from nlpzero.vectors.cooccurrence import SCHEMA, Cooccurrence
    from nlpzero.vectors.store import Vectors

    if kind_of(path) == SCHEMA.kind:
        counts = Cooccurrence.load(path)
        known = {"kind": SCHEMA.kind, "words": len(counts.words), "pairs": len(counts.columns)}
        return {**known, "symmetric": counts.symmetric, "unit": counts.unit, "counted": counts.signature}
    vectors = Vectors.load(path)
    first = {"kind": "word vectors", "words": len(vectors), "dim": vectors.dim}
    return first | {name: value for name, value in vectors.signature.items() if name not in first}


def _flat(prefix: str, facts: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give nested facts as rows with dotted names."""
    for name, value in facts.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", str(value) if isinstance(value, float | list) else value


@command.command(
    epilog="""\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  nlpzero glove convert vectors.npz vectors.vec
  nlpzero glove convert vectors.npz glove.txt --to glove
  nlpzero glove convert vectors.vec again.npz
"""
)
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@click.option(
    "--to",
    "kind",
    type=click.Choice(["npz", "text", "glove", "binary"]),
    show_default="by suffix: .npz, .txt .vec text, .bin binary",
    help="text, binary: as word2vec writes. glove: text without a first line of numbers.",
)
@click.option("--raw", is_flag=True, help="Do not take the mean and principal directions out.")
@options.encoding
@options.quiet
def convert(
    source: str,
    target: str,
    kind: Literal["npz", "text", "glove", "binary"] | None,
    raw: bool,
    encoding: str,
    errors: Any,
) -> None:
    """Write vectors in another format; what IN is, is seen from its content."""
    from nlpzero.vectors.formats import kind_by_suffix
    from nlpzero.vectors.store import Vectors

    kind = kind or kind_by_suffix(target)
    vectors = Vectors.load(source, encoding=encoding, errors=errors)
    if raw:
        vectors.refinement = None
    vectors.save(target, kind)


@command.command(
    epilog="""\b
Examples:
  nlpzero glove train -q --dim 20 -o vectors.npz data/stories.txt
  printf '码头 河 3\\n船 河 2\\n灯 人 1\\n' | nlpzero glove evaluate vectors.npz --pairs -
"""
)
@vectors_argument
@click.option("--pairs", multiple=True, metavar="FILE", help="Word pairs with scores; may be given again.")
@click.option("--analogies", multiple=True, metavar="FILE", help="Analogies of four words; may be given again.")
@click.option(
    "--restrict", type=click.IntRange(min=1), default=300_000, help="Only the most frequent words, as gensim does."
)
@options.table_options()
@options.quiet
def evaluate(
    vectors: str,
    pairs: tuple[str, ...],
    analogies: tuple[str, ...],
    restrict: int,
    output_format: str,
    header: bool,
    output: str,
) -> None:
    """Measure vectors: Spearman's correlation for word pairs, accuracy for analogies.

    The score of pairs is the correlation of cosines with people's scores; that of analogies the share of right answers
    by 3CosAdd, score_mul by 3CosMul. Items with unknown words are left out; known and items count both.
    """
    if not pairs and not analogies:
        raise click.UsageError("give --pairs or --analogies, or both")
    with open_output(output) as file:
        from nlpzero.vectors import evaluation
        from nlpzero.vectors.store import Vectors

        loaded = Vectors.load(vectors)
        columns = ("file", "task", "section", "score", "score_mul", "known", "items")
        table = Table(file, columns, output_format, header)
        for path in pairs:
            found = evaluation.score_pairs(loaded, evaluation.read_pairs(path), restrict)
            table.write((path, "pairs", "", found.spearman, None, found.known, found.pairs))
        for path in analogies:
            sections = evaluation.score_analogies(loaded, evaluation.read_analogies(path), restrict)
            for one in [*sections, evaluation.total(sections)]:
                row = (one.section, one.accuracy, one.accuracy_mul, one.known, one.questions)
                table.write((path, "analogies", *row))
