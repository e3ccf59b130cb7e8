"""How `nlpzero rules` reads its baskets: from lists of items, or from the words of text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import click

from .messages import notice, progress, warn, warn_replaced
from .options import EncodingOptions
from .values import is_given, option, option_name
from .words import WordOptions, stop_words

if TYPE_CHECKING:
    from nlpzero.core.job import Execution
    from nlpzero.reading.corpus import Corpus
    from nlpzero.rules.baskets import Baskets
    from nlpzero.rules.layouts import BasketForm, BasketLayout

OF_TEXT = ("unit", "min_length", "max_df", "repeats", "apart", *(field.name for field in fields(WordOptions)))
OF_CSV = ("separator", "skip_header")
OF_PAIRS = ("basket", "item")


def _unit(_ctx: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, int | None]:
    """Read a unit of text; a window is cut out of lines."""
    if value in ("line", "sentence", "paragraph"):
        return value, None
    if (match := re.fullmatch("window:([0-9]{1,9})", value, re.ASCII)) and int(match[1]) > 1:
        return "line", int(match[1])
    raise click.BadParameter(f"{value!r} is not line, sentence, paragraph, or window:N with N of 2 or more.")


def _separator(_ctx: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Read one character; \\t is a tab."""
    value = value.replace(r"\t", "\t")
    if len(value) != 1 or value in '"\r\n':
        raise click.BadParameter(f"{value!r} is not one character such as ; or \\t.")
    return value


def _column(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[str | int, ...]:
    """Read the name or the number of a column."""
    if value is None:
        return ()
    return (int(value) if value.isascii() and value.isdigit() and int(value) else value,)


@dataclass(frozen=True, kw_only=True)
class BasketOptions:
    """What baskets are made of."""

    section: ClassVar[str] = "Baskets"

    kind: "BasketForm | Literal['text'] | None" = option(
        "--input",
        type=click.Choice(["baskets", "csv", "single", "jsonl", "matrix", "text"]),
        show_default="baskets, csv, jsonl or matrix, as the first lines look",
        help="baskets: one a line, items between blanks. csv: one a record. single: records of two fields, basket and "
        "item. jsonl: one list a line. matrix: names of items on top, 0 or 1 below. text: words of passages.",
    )
    basket: tuple[str | int, ...] = option(
        "--basket",
        metavar="NAME|N",
        callback=_column,
        show_default="the first of two",
        help="single: the column of many that names the basket, by the name in the first line or by number.",
    )
    item: tuple[str | int, ...] = option(
        "--item",
        metavar="NAME|N",
        callback=_column,
        show_default="the second of two",
        help="single: the column that names the item.",
    )
    separator: str = option(
        "--separator",
        default=",",
        callback=_separator,
        metavar="CHARACTER",
        help="csv, single: what stands between fields; \\t is a tab.",
    )
    skip_header: bool = option(
        "--skip-header", is_flag=True, help="csv, single: the first record of each file names the columns."
    )
    unit: tuple[str, int | None] = option(
        "--split",
        "--unit",
        default="sentence",
        callback=_unit,
        metavar="line|sentence|paragraph|window:N",
        help="text: where text is parted into baskets: after lines, after 。！？… and line ends, at blank lines; "
        "window:N is any N words in a row.",
    )
    min_length: int = option(
        "--min-length", type=click.IntRange(min=1), default=2, help="text: words of at least N characters."
    )
    max_df: float | None = option(
        "--max-df",
        type=click.FloatRange(0, 1, min_open=True),
        metavar="SHARE",
        show_default="1",
        help="text: leave out words in a larger share of baskets.",
    )
    repeats: bool = option(
        "--repeats",
        is_flag=True,
        help="text: count also what stood in the text before, word for word: short passages, and runs of 6 words and "
        "marks or more.",
    )
    apart: bool = option(
        "--apart",
        is_flag=True,
        help="text: two words are two items also where they nearly always stand side by side, as in names.",
    )
    max_basket: int | None = option(
        "--max-basket",
        type=click.IntRange(min=1),
        show_default="no limit",
        help="Leave out baskets of more items, and say how many.",
    )

    @property
    def form(self) -> "BasketForm | Literal['text'] | None":
        """How the baskets are written, where that is said."""
        return "single" if self.basket or self.item else self.kind

    def check(self) -> None:
        """Refuse options that would do nothing."""
        useless = {name: "--input text" for name in OF_TEXT if self.kind != "text"}
        useless |= {
            name: "--input csv, single or matrix" for name in OF_CSV if self.form not in ("csv", "single", "matrix")
        }
        useless |= {name: "--input single" for name in OF_PAIRS if self.kind not in (None, "single")}
        if len(self.basket) != len(self.item):
            raise click.UsageError("--basket and --item go together")
        for name, where in useless.items():
            if is_given(name):
                raise click.UsageError(f"{option_name(name)} is for {where}")


def read_baskets(
    corpus: "Corpus", execution: "Execution", own: BasketOptions, words: WordOptions, encoding: EncodingOptions
) -> "Baskets":
    """Read the baskets, and say what was left out."""
    from nlpzero.rules.layouts import BasketLayout

    size, form = execution.block_size, own.form
    layout = None
    if form != "text":
        layout = BasketLayout(form, (*own.basket, *own.item), own.separator, own.skip_header)
    # The records of csv and paragraphs may be several lines.
    around = own.unit[0] == "paragraph" if layout is None else layout.in_records
    blocks = progress(corpus.blocks(size, around=around), unit="char", size=lambda block: len(block.text))
    if layout is None:
        baskets = _words(blocks, execution, own, (words, encoding))
    else:
        if form is None:
            layout, blocks = layout.told_by(blocks)
            _say_form(layout)
        baskets = layout.read(blocks, workspace=execution.workspace, max_basket=own.max_basket)
    warn_replaced(corpus)
    notice(f"{baskets.n_baskets:,} baskets of {baskets.n_entries / max(1, baskets.n_baskets):.1f} items on average")
    if baskets.blank:
        notice(f"{baskets.blank:,} lines or passages without items are no baskets")
    if baskets.repeated and layout is not None:
        notice(f"{baskets.repeated:,} items were in their basket already")
    if baskets.first_too_large:
        source, line, size = baskets.first_too_large
        warn(
            f"{baskets.too_large:,} baskets of more than {own.max_basket:,} items left out, the first in "
            f"{source}:{line} with {size:,}"
        )
    return baskets


def _say_form(layout: "BasketLayout") -> None:
    """Say by what form baskets are read that nobody named."""
    if layout.columns:
        notice(
            f"the lines look like a table and are read by --basket {layout.columns[0]} --item {layout.columns[1]}; "
            "--input csv makes a basket of every line"
        )
    elif layout.form != "baskets":
        notice(f"the lines look like {layout.form} and are read so; --input baskets reads items between blanks")


def _words(
    blocks: Iterator[Any], execution: "Execution", own: BasketOptions, chosen: tuple[WordOptions, EncodingOptions]
) -> "Baskets":
    """Make baskets of the words of passages."""
    from nlpzero.rules.passages import cut_passages, passages
    from nlpzero.rules.repeats import RUN, Repeats
    from nlpzero.rules.wordbaskets import WordChoice, from_text

    words, encoding = chosen
    unit, window = own.unit
    choice = WordChoice(
        min_length=own.min_length,
        stop=frozenset() if words.stop == "none" else stop_words(words.stop, encoding),
        numbers=words.stop != "default",
        phrases=not own.apart,
        max_df=own.max_df,
    )
    cutter = replace(words, stop=None).cutter(encoding)
    repeats = None if own.repeats else Repeats(execution.workspace)
    baskets = from_text(
        cut_passages(passages(blocks, unit), cutter, execution.engine.map),
        choice,
        window=window,
        repeats=repeats,
        max_basket=own.max_basket,
        workspace=execution.workspace,
    )
    if repeats is not None and repeats.words:
        notice(
            f"{repeats.words:,} of {repeats.total:,} words and marks are not counted: they stood in the text before, "
            f"word for word, in runs of {RUN} or more or as short passages; --repeats counts them"
        )
    return baskets
