"""`nlpzero probe parse`: trees read off a BERT model."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from ..messages import parts_of, warn, warn_replaced
from ..options import ReadingOptions, RunningOptions, quiet
from ..pages import command as page
from ..trees import TreeFileOptions, treebank_batches
from ..values import option, values
from ..words import WordOptions, exclude
from .options import ModelOptions, probing

if TYPE_CHECKING:
    from nlpzero.core.job import Execution
    from nlpzero.probe.masking import Prober
    from nlpzero.reading.corpus import Corpus
    from nlpzero.segment.cutter import Cutter
    from nlpzero.syntax.drawing import Picture

EPILOG = """\b
Examples:
  nlpzero probe parse --model roberta --format conllu river.txt
  nlpzero probe parse --model roberta --kind constituents --format brackets river.txt
  nlpzero probe parse --model roberta --conllu --format conllu dev.conllu | nlpzero score --trees dev.conllu -
"""


@dataclass(frozen=True, kw_only=True)
class ProbeOptions:
    """What is parsed, and into what."""

    kind: str = option(
        "--kind",
        type=click.Choice(["dependencies", "constituents"]),
        default="dependencies",
        help="dependencies: each word hangs on one that tells much of it. constituents: parts, split in two again and "
        "again where the two sides tell least of each other.",
    )
    unit: str = option(
        "--unit",
        type=click.Choice(["sentence", "line", "clause"]),
        default="sentence",
        help="What is parsed: up to 。！？…, whole lines, or clauses, without punctuation.",
    )
    longest: int = option(
        "--longest",
        type=click.IntRange(min=2),
        default=100,
        help="Cut sentences of more words into pieces: n words take n (n + 1) / 2 passes through the model.",
    )
    conllu: bool = option(
        "--conllu", is_flag=True, help="The text is a treebank in CoNLL-U: its sentences and words are parsed."
    )


@page(epilog=EPILOG, most=("model", "kind", "form", "conllu", "tokenized", "output"))
@values(ProbeOptions, "own")
@values(ModelOptions, "asked")
@values(WordOptions, "words", without=("stop",))
@values(ReadingOptions, "reading", paths={"metavar": "[FILE]..."})
@values(TreeFileOptions, "writing")
@values(RunningOptions, "running", without=("scheduler",))
@quiet
def command(
    own: ProbeOptions,
    asked: ModelOptions,
    words: WordOptions,
    reading: ReadingOptions,
    writing: TreeFileOptions,
    running: RunningOptions,
) -> None:
    """Parse sentences (扰动掩码句法分析) by what words tell a BERT model of each other.

    A word is masked, then another as well: what the second mask changes is what the other tells of it. Of these figures
    Eisner's algorithm makes the dependency tree with the greatest sum, MART the constituents.
    """
    exclude("tokenized", "lexicon", "jieba", "hmm")
    writing.check()
    if own.kind == "constituents" and writing.form == "conllu":
        raise click.UsageError("constituents have no heads: --format conllu is for --kind dependencies.")
    from nlpzero.probe.trees import constituent_tree, dependency_tree
    from nlpzero.syntax.dependencies import hierarchy_of

    cut = words.cutter(reading)
    with writing.open() as out:
        prober = asked.prober()
        with reading.open(running) as corpus, words.open(running.job, probing(), corpus) as execution:
            sentences = _Sentences(prober, corpus, cut, own)
            draw = writing.draw()

            def drawn() -> Iterator["str | Picture"]:
                for impacts in prober.impacts(sentences.read(execution), engine=execution.engine):
                    units = sentences.waiting.pop(0)
                    if own.kind == "constituents":
                        yield draw(constituent_tree(units, impacts))
                    else:
                        yield draw(hierarchy_of(dependency_tree(units, impacts)))

            writing.write(out, drawn())
            warn_replaced(corpus)
        if sentences.shortened:
            warn(f"cut into pieces: {sentences.shortened:,} sentences of more than {own.longest:,} words (--longest)")


class _Sentences:
    """Sentences that are read as they are asked for, and kept until they are parsed."""

    def __init__(self, prober: "Prober", corpus: "Corpus", cut: "Cutter", own: ProbeOptions) -> None:
        self.prober, self.corpus, self.cut, self.own = prober, corpus, cut, own
        self.waiting: list[list[str]] = []
        self.shortened = 0

    def read(self, execution: "Execution") -> Iterator[list[str]]:
        """Give the sentences, those that are too long in pieces."""
        from nlpzero.segment.encoding import encode_part
        from nlpzero.syntax.clauses import sentences_of

        if self.own.conllu:
            blocks: Iterator[list[list[str]]] = treebank_batches(self.corpus, 1, slow=True)
        else:
            parts = parts_of(self.corpus, execution.block_size)
            blocks = (sentences_of(encode_part(self.cut, part), self.own.unit) for part in parts)  # type: ignore[arg-type]
        for block in blocks:
            for words in block:
                pieces = self.prober.pieces(words, self.own.longest)
                self.shortened += len(pieces) > 1
                for piece in pieces:
                    self.waiting.append(piece)
                    yield piece
