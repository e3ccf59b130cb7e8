"""`nlpzero rules`: association rules in baskets or in text, or the frequent sets of items."""

import contextlib
import functools
import math
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from .options import corpus_arguments, memory, quiet, reading_of, table_options, tmp_dir, workers
from .output import Table, notice, open_output, progress, warn, warn_replaced
from .words import cutter_of

if TYPE_CHECKING:
    from nlpzero.core.workspace import Workspace
    from nlpzero.reading.corpus import Corpus
    from nlpzero.rules.baskets import Baskets
    from nlpzero.rules.itemsets import Frequent
    from nlpzero.rules.rules import Rules

EPILOG = """\b
Examples:
  nlpzero rules --input csv --min-support 0.04 --min-confidence 0.75 data/baskets.csv
  nlpzero rules --input csv --min-support 20 --sort lift --min leverage=0.01 --top 5 data/baskets.csv
  nlpzero rules --input csv --min-support 0.02 --maximal data/baskets.csv
  nlpzero rules --input csv --min-support 5 --rhs 鸡蛋 --significant 0.01 --no-redundant data/baskets.csv
  nlpzero rules --input text --unit sentence --min-length 2 --min-support 8 --examples 2 data/stories.txt
"""

MEASURES = (
    *("support", "confidence", "lift", "leverage", "conviction", "zhang", "jaccard", "cosine", "kulczynski"),
    *("imbalance", "odds_ratio", "chi_squared", "chi_squared_p", "g2", "g2_p"),
)
"""The names of nlpzero.rules.measures.MEASURES, which is imported late; a test compares them."""

ROWS = 1 << 16
"""Rows of a table that are written at a time."""

SET_COLUMNS = ("items", "count", "support")

OF_TEXT = ("unit", "lexicon", "min_length", "stop", "max_df", "examples")
OF_CSV = ("separator", "skip_header")
OF_RULES = (
    *("min_confidence", "lhs", "rhs", "max_lhs", "max_rhs", "sort", "minimums", "significant", "no_redundant"),
    "examples",
)


def _support(_ctx: click.Context, _parameter: click.Parameter, text: str) -> int | Fraction:
    """Read a count such as 50, or a share such as 0.01 or 1%."""
    if re.fullmatch(r"[0-9]{1,18}", text) and int(text) >= 1:
        return int(text)
    if re.fullmatch(r"(?=[.0-9])[0-9]*\.?[0-9]*(?:e-?[0-9]{1,3})?%?", text, re.ASCII | re.IGNORECASE):
        with contextlib.suppress(ValueError):
            share = Fraction(text.rstrip("%")) / (100 if text.endswith("%") else 1)
            if 0 < share <= 1:
                return share
    raise click.BadParameter(f"{text!r} is neither a share above 0 and up to 1, such as 0.01, nor a count such as 50.")


def _minimums(_ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, float]:
    """Read MEASURE=VALUE."""
    found = {}
    for value in values:
        name, _, number = value.partition("=")
        try:
            found[name.strip()] = float(number)
        except ValueError:
            raise click.BadParameter(f"{value!r} is not MEASURE=VALUE, such as lift=1.5.") from None
        if name.strip() not in MEASURES:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(MEASURES)}.")
    return found


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


@click.command(epilog=EPILOG)
@corpus_arguments("BASKETS")
@click.option(
    "--input",
    "form",
    type=click.Choice(["baskets", "csv", "single", "jsonl", "text"]),
    default="baskets",
    help="baskets: one a line, items between blanks. csv: one a record. single: records of two fields, basket and "
    "item. jsonl: one list a line. text: words of passages.",
)
@click.option(
    "--separator",
    default=",",
    callback=_separator,
    metavar="CHARACTER",
    help="csv, single: what stands between fields; \\t is a tab.",
)
@click.option("--skip-header", is_flag=True, help="csv, single: the first record of each file names the columns.")
@click.option(
    "--unit",
    default="line",
    callback=_unit,
    metavar="line|sentence|paragraph|window:N",
    help="text: what makes a basket; window:N: every N words on end in a line.",
)
@click.option(
    "--lexicon", metavar="WORDS", show_default="jieba's dictionary", help="text: file of the words to cut it into."
)
@click.option("--min-length", type=click.IntRange(min=1), default=1, help="text: words of at least so many characters.")
@click.option("--stop", metavar="FILE", help="text: leave out the words of this file, one a line.")
@click.option(
    "--max-df",
    type=click.FloatRange(0, 1, min_open=True),
    show_default="1",
    help="text: leave out words in a larger share of baskets.",
)
@click.option(
    "--max-basket",
    type=click.IntRange(min=1),
    show_default="no limit",
    help="Leave out baskets of more items, and say how many.",
)
@click.option(
    "--min-support",
    default="0.01",
    callback=_support,
    metavar="SHARE|COUNT",
    help="Least share of the baskets (0.01, 1%) or number of them (50) that hold all items.",
)
@click.option("--min-confidence", type=click.FloatRange(0, 1), default=0.5, help="Least confidence.")
@click.option("--itemsets", is_flag=True, help="Show the frequent sets of items, not rules.")
@click.option("--closed", is_flag=True, help="Of these, show those that no larger set has the same count as.")
@click.option("--maximal", is_flag=True, help="Of these, show those that no larger set is frequent of.")
@click.option("--max-length", type=click.IntRange(min=1), show_default="no limit", help="Most items in a set.")
@click.option("--lhs", multiple=True, metavar="ITEM", show_default="all", help="Item of antecedents; repeatable.")
@click.option("--rhs", multiple=True, metavar="ITEM", show_default="all", help="Item of consequents; repeatable.")
@click.option(
    "--max-lhs", type=click.IntRange(min=1), show_default="no limit", help="Greatest number of items in an antecedent."
)
@click.option("--max-rhs", type=click.IntRange(min=1), default=1, help="Greatest number of items in a consequent.")
@click.option(
    "--sort", type=click.Choice(MEASURES), default="confidence", help="Best first; ties by count, fewer items, items."
)
@click.option(
    "--min", "minimums", multiple=True, callback=_minimums, metavar="MEASURE=VALUE", help="Least value; repeatable."
)
@click.option("--top", type=click.IntRange(min=1), show_default="all", help="Show the first so many.")
@click.option(
    "--significant",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    metavar="ALPHA",
    help="Keep rules that pass Fisher's exact test with Holm's correction: any false one has at most this probability.",
)
@click.option(
    "--no-redundant",
    is_flag=True,
    help="Drop rules that are as confident without some items of the antecedent, or more so.",
)
@click.option("--examples", type=click.IntRange(min=1), metavar="N", help="text: show so many passages for each rule.")
@click.option("--yes", is_flag=True, help="Go on even if there are millions of sets.")
@table_options()
@workers
@memory
@tmp_dir
@quiet
def command(
    paths: tuple[str, ...],
    encoding: str,
    errors: str,
    shard: tuple[int, int] | None,
    form: str,
    min_support: int | Fraction,
    itemsets: bool,
    closed: bool,
    maximal: bool,
    max_length: int | None,
    lhs: tuple[str, ...],
    rhs: tuple[str, ...],
    max_lhs: int | None,
    max_rhs: int,
    top: int | None,
    examples: int | None,
    unit: tuple[str, int | None],
    yes: bool,
    output_format: str,
    header: bool,
    output: str,
    memory: int,
    tmp_dir: str | None,
    min_confidence: float,
    sort: str,
    minimums: dict[str, float],
    significant: float | None,
    no_redundant: bool,
    **reading: Any,
) -> None:
    """Find association rules (关联规则): which items, or words, come with which others.

    One row for each rule: antecedent and consequent, the number of baskets that hold both, and measures of it. An item
    counts once in a basket; blank lines are no baskets. The frequent sets behind the rules are exact, found by Apriori
    on packed bits; --itemsets shows these instead, most frequent first.
    """
    itemsets = itemsets or closed or maximal
    _check_usage(form, itemsets)
    from nlpzero.core.workspace import Workspace
    from nlpzero.reading.corpus import Corpus
    from nlpzero.rules.itemsets import LIMIT, Constraint, mine
    from nlpzero.rules.rules import find_rules

    left, right = (frozenset(side) if side else None for side in (lhs, rhs))
    constraint = Constraint(left, right, max_lhs, max_rhs)
    with (
        open_output(output) as out,
        Corpus(
            paths,
            encoding=encoding,
            errors=errors,
            rereadable=bool(examples),
            tmp_dir=tmp_dir,
            shard=shard,
            reading=reading_of(memory),
        ) as corpus,
        Workspace(memory // 8, tmp_dir) as workspace,
    ):
        baskets = _read(corpus, workspace, form, unit, memory=memory, **reading)
        frequent = mine(
            baskets,
            min_support,
            max_length=max_length,
            constraint=None if itemsets else constraint,
            memory=memory,
            limit=None if yes else LIMIT,
        )
        if itemsets:
            _write_sets(frequent, closed, maximal, top, Table(out, SET_COLUMNS, output_format, header), output_format)
            return
        rules = find_rules(
            frequent,
            min_confidence,
            constraint=constraint,
            minimums=minimums,
            sort=sort,
            top=top,
            significant=significant,
            redundant=not no_redundant,
        )
        _say_how_many(rules)
        shown = _examples(rules, baskets, corpus, unit[0], examples) if examples else None
        columns = ("antecedent", "consequent", "count", *MEASURES, *(["examples"] if shown is not None else []))
        _write_rules(rules, shown, Table(out, columns, output_format, header), output_format)


def _check_usage(form: str, itemsets: bool) -> None:
    """Refuse options that would do nothing."""
    context = click.get_current_context()
    useless = {name: "--input text" for name in OF_TEXT if form != "text"}
    useless |= {name: "--input csv or single" for name in OF_CSV if form not in ("csv", "single")}
    useless |= {name: "rules, not item sets" for name in OF_RULES if itemsets}
    for parameter in context.command.params:
        given = context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
        if given and (where := useless.get(parameter.name or "")):
            raise click.UsageError(f"{parameter.opts[0]} is for {where}")


def _read(
    corpus: "Corpus",
    workspace: "Workspace",
    form: str,
    unit: tuple[str, int | None],
    separator: str,
    skip_header: bool,
    lexicon: str | None,
    min_length: int,
    stop: str | None,
    max_df: float | None,
    max_basket: int | None,
    workers: int,
    memory: int,
) -> "Baskets":
    """Read the baskets, and say what was left out."""
    from nlpzero.rules import baskets as reading

    size = reading.block_size(memory, workers)
    around = form in ("csv", "single") or unit[0] == "paragraph"  # whose records may be several lines
    blocks = progress(corpus.blocks(size, around=around), unit="char", size=lambda block: len(block.text))
    if form == "text":
        baskets = _words(blocks, workspace, unit, lexicon, min_length, stop, max_df, max_basket, workers)
    elif form == "single":
        baskets = reading.Baskets(workspace, max_basket=max_basket)
        reading.from_pairs(blocks, baskets, workspace, separator, skip_header)
    elif form == "csv":
        baskets = reading.Baskets.read(reading.from_csv(blocks, separator, skip_header), workspace, max_basket)
    else:
        read = reading.from_jsonl if form == "jsonl" else reading.from_lines
        baskets = reading.Baskets.read(read(blocks), workspace, max_basket)
    warn_replaced(corpus)
    notice(f"{baskets.n_baskets:,} baskets of {baskets.n_entries / max(1, baskets.n_baskets):.1f} items on average")
    if baskets.blank:
        notice(f"{baskets.blank:,} lines or passages without items are no baskets")
    if baskets.repeated and form != "text":
        notice(f"{baskets.repeated:,} items were in their basket already")
    if baskets.first_too_large:
        source, line, size = baskets.first_too_large
        warn(
            f"{baskets.too_large:,} baskets of more than {max_basket:,} items left out, the first in {source}:{line} "
            f"with {size:,}"
        )
    return baskets


def _words(
    blocks: Iterator[Any],
    workspace: "Workspace",
    unit: tuple[str, int | None],
    lexicon: str | None,
    min_length: int,
    stop: str | None,
    max_df: float | None,
    max_basket: int | None,
    workers: int,
) -> "Baskets":
    """Make baskets of the words of passages."""
    from nlpzero.core.engine import Engine
    from nlpzero.reading.corpus import Corpus
    from nlpzero.rules.passages import SEPARATOR, cut_passages, from_text, passages

    stopped: frozenset[str] = frozenset()
    if stop is not None:
        with Corpus([stop]) as words:
            stopped = frozenset(line.strip() for line in words.lines())
    cut = functools.partial(cutter_of(lexicon=lexicon).segment, delimiter=SEPARATOR)
    with Engine(workers) as engine:
        return from_text(
            cut_passages(passages(blocks, unit[0]), cut, engine.map),
            window=unit[1],
            min_length=min_length,
            stop=stopped,
            max_df=max_df,
            max_basket=max_basket,
            workspace=workspace,
        )


def _examples(rules: "Rules", baskets: "Baskets", corpus: "Corpus", unit: str, number: int) -> list[list[str]]:
    """Give the first passages that hold all items of each rule."""
    from nlpzero.rules.passages import examples, read_passages

    sets = [x + y for x, y in zip(*rules.names(), strict=True)]
    found = examples(baskets, rules.frequent, sets, number)
    texts = read_passages(
        corpus.blocks(around=unit == "paragraph"), unit, (place for places in found for place in places)
    )
    return [[texts[place] for place in places] for places in found]


def _say_how_many(rules: "Rules") -> None:
    """Say what the rules are made of; no rule at all is an error."""
    from nlpzero.errors import NothingFound

    frequent = rules.frequent
    sets = f"{len(frequent):,} frequent sets ({frequent.minimum:,} of {frequent.n_baskets:,} baskets or more)"
    if not len(rules):
        raise NothingFound(f"no rule among {sets}; lower --min-support or --min-confidence, or ask for less")
    notice(f"{len(rules):,} rules from {sets}")


def _write_sets(frequent: "Frequent", closed: bool, maximal: bool, top: int | None, table: Table, form: str) -> None:
    """Write the frequent sets, most frequent first, then the smaller, then by their items."""
    import numpy as np

    from nlpzero.rules import itemsets

    flags = [np.ones(len(level.counts), np.bool_) for level in frequent.levels]
    for asked, choose in ((closed, itemsets.closed), (maximal, itemsets.maximal)):
        if asked:
            flags = [own & chosen for own, chosen in zip(flags, choose(frequent), strict=True)]
    sizes = np.repeat(np.arange(len(flags)), list(map(len, flags)))
    places = np.concatenate([np.arange(len(own)) for own in flags])
    counts = np.concatenate([level.counts for level in frequent.levels])
    order = np.argsort(-counts, kind="stable")
    order = order[np.concatenate(flags)[order]][:top]
    notice(f"{len(order):,} of {len(frequent):,} frequent sets, in {frequent.minimum:,} baskets or more")
    for start in range(0, len(order), ROWS):
        some = order[start : start + ROWS]
        spelled = [
            frequent.names(size + 1, place)
            for size, place in zip(sizes[some].tolist(), places[some].tolist(), strict=True)
        ]
        _write(table, form, [spelled, counts[some].tolist(), (counts[some] / frequent.n_baskets).tolist()])


def _write_rules(rules: "Rules", examples: list[list[str]] | None, table: Table, form: str) -> None:
    """Write the rules."""
    from nlpzero.rules.measures import MEASURES

    for start in range(0, len(rules), ROWS):
        some = rules.take(slice(start, start + ROWS))
        columns: list[list[Any]] = [*some.names(), some.tables.both.tolist()]
        columns += [measure(some.tables).tolist() for measure in MEASURES.values()]
        if examples is not None:
            texts = examples[start : start + ROWS]
            columns.append(texts if form == "jsonl" else [" | ".join(passages) for passages in texts])
        _write(table, form, columns)


def _write(table: Table, form: str, columns: list[list[Any]]) -> None:
    """Write columns; in tsv and csv lists become one field, and numbers that 4 decimals would hide are shown."""
    if form != "jsonl":
        columns = [list(map(_field, column)) for column in columns]
    table.write_columns(columns)


def _field(value: Any) -> Any:
    """Write a value as text."""
    if isinstance(value, list):
        return ", ".join(value)
    if not isinstance(value, float) or math.isnan(value):
        return value
    return "inf" if math.isinf(value) else f"{value:.4f}" if abs(value) >= 0.001 or value == 0 else f"{value:.3g}"
