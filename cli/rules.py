"""`nlpzero rules`: association rules in baskets or in text, or the frequent sets of items."""

import contextlib
import itertools
import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from .baskets import BasketOptions, read_baskets
from .messages import notice
from .options import ReadingOptions, RunningOptions, quiet
from .output import Table, TableOptions
from .pages import command as page
from .values import all_for_zero, is_given, option, option_name, values

if TYPE_CHECKING:
    from nlpzero.reading.corpus import Corpus
    from nlpzero.rules.baskets import Baskets
    from nlpzero.rules.closed import ClosedSets
    from nlpzero.rules.frequent import Constraint, Frequent
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


@dataclass(frozen=True, kw_only=True)
class RuleOptions:
    """Which rules or sets are shown."""

    min_support: int | Fraction = option(
        "--min-support",
        default="0.01",
        callback=_support,
        metavar="SHARE|COUNT",
        help="Least share of the baskets (0.01, 1%) or number of them (50) that hold all items.",
    )
    min_confidence: float = option(
        "--min-confidence", type=click.FloatRange(0, 1), default=0.5, help="Least confidence."
    )
    itemsets: bool = option("--itemsets", is_flag=True, help="Show the frequent sets of items, not rules.")
    closed: bool = option("--closed", is_flag=True, help="Show only closed sets: no larger set has the same count.")
    maximal: bool = option("--maximal", is_flag=True, help="Show only maximal sets: no larger set is frequent.")
    max_length: int | None = option(
        "--max-length", type=click.IntRange(min=1), show_default="no limit", help="Most items in a set."
    )
    lhs: tuple[str, ...] = option(
        "--lhs", multiple=True, metavar="ITEM", show_default="all", help="Item of antecedents; repeatable."
    )
    rhs: tuple[str, ...] = option(
        "--rhs", multiple=True, metavar="ITEM", show_default="all", help="Item of consequents; repeatable."
    )
    max_lhs: int | None = option(
        "--max-lhs", type=click.IntRange(min=1), show_default="no limit", help="Most items in an antecedent."
    )
    max_rhs: int = option("--max-rhs", type=click.IntRange(min=1), default=1, help="Most items in a consequent.")
    sort: str = option(
        "--sort",
        type=click.Choice(MEASURES),
        default="confidence",
        help="Best first; ties by count, fewer items, items.",
    )
    minimums: dict[str, float] = option(
        "--min", multiple=True, callback=_minimums, metavar="MEASURE=VALUE", help="Least value; repeatable."
    )
    top: int | None = option(
        "--top",
        type=click.IntRange(min=0),
        callback=all_for_zero,
        show_default="all",
        help="Show the first N; 0 for all.",
    )
    significant: float | None = option(
        "--significant",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        metavar="ALPHA",
        help="Keep rules that pass Fisher's exact test with Holm's correction. The probability that even one reported "
        "rule is due to chance is at most ALPHA.",
    )
    no_redundant: bool = option(
        "--no-redundant",
        is_flag=True,
        help="Drop rules that are as confident without some items of the antecedent, or more so.",
    )
    examples: int | None = option("--examples", type=click.IntRange(min=1), help="text: show N passages for each rule.")
    yes: bool = option("--yes", is_flag=True, help="Go on even if there are millions of sets.")

    @property
    def of_sets(self) -> bool:
        """Whether sets are shown, not rules."""
        return self.itemsets or self.closed or self.maximal

    @property
    def constraint(self) -> "Constraint":
        """What is asked of the items of rules."""
        from nlpzero.rules.frequent import Constraint

        left, right = (frozenset(side) if side else None for side in (self.lhs, self.rhs))
        return Constraint(left, right, self.max_lhs, self.max_rhs)

    def check(self, kind: str | None) -> None:
        """Refuse options that would do nothing."""
        if is_given("examples") and kind != "text":
            raise click.UsageError("--examples is for --input text")
        for name in OF_RULES if self.of_sets else ():
            if is_given(name):
                raise click.UsageError(f"{option_name(name)} is for rules, not item sets")


@page(epilog=EPILOG, most=("kind", "min_support", "min_confidence", "sort", "top"))
@values(RuleOptions, "own")
@values(BasketOptions, "made_of")
@values(ReadingOptions, "reading", paths={"metavar": "[BASKETS]..."})
@values(TableOptions, "writing")
@values(RunningOptions, "running", without=("scheduler",))
@quiet
def command(
    own: RuleOptions,
    made_of: BasketOptions,
    reading: ReadingOptions,
    writing: TableOptions,
    running: RunningOptions,
) -> None:
    """Find association rules (关联规则): which items, or words, come with which others.

    One row for each rule: antecedent and consequent, the number of baskets that hold both, and measures of it. An item
    counts once in a basket; blank lines are no baskets. The frequent sets behind the rules are exact, found by Apriori
    on packed bits; --itemsets shows these instead, most frequent first.
    """
    made_of.check()
    own.check(made_of.kind)
    from nlpzero.rules.baskets import BASKETS
    from nlpzero.rules.closed import mine_closed
    from nlpzero.rules.itemsets import LIMIT, mine
    from nlpzero.rules.rules import find_rules

    with (
        writing.open() as out,
        reading.open(running, again=bool(own.examples)) as corpus,
        running.job.open(BASKETS, corpus) as execution,
    ):
        baskets = read_baskets(corpus, execution, made_of, reading)
        constraint = own.constraint
        limit = None if own.yes else LIMIT
        if own.closed or own.maximal:
            sets = mine_closed(baskets, own.min_support, max_length=own.max_length, job=execution, limit=limit)
            _write_sets(sets, own, writing.table(out, SET_COLUMNS))
            return
        frequent = mine(
            baskets,
            own.min_support,
            max_length=own.max_length,
            constraint=None if own.of_sets else constraint,
            job=execution,
            limit=limit,
        )
        if own.of_sets:
            _write_sets(frequent, own, writing.table(out, SET_COLUMNS))
            return
        rules = find_rules(
            frequent,
            own.min_confidence,
            constraint=constraint,
            minimums=own.minimums,
            sort=own.sort,
            top=own.top,
            significant=own.significant,
            redundant=not own.no_redundant,
        )
        _say_how_many(rules)
        shown = _examples(rules, baskets, corpus, made_of.unit[0], own.examples) if own.examples else None
        columns = ("antecedent", "consequent", "count", *MEASURES, *(["examples"] if shown is not None else []))
        _write_rules(rules, shown, writing.table(out, columns))


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


def _write_sets(found: "Frequent | ClosedSets", own: RuleOptions, table: Table) -> None:
    """Write sets, most frequent first, then the smaller, then by their items."""
    import numpy as np

    from nlpzero.rules.closed import ClosedSets

    if isinstance(found, ClosedSets):
        sets, counts, kind = found.sets, found.counts, "maximal" if own.maximal else "closed"
        kept = sets.sizes <= (own.max_length or 1 << 32)
        order = np.flatnonzero(kept & found.maximal() if own.maximal else kept)
    else:
        sets, counts, kind = found.lists(), found.counts(), "frequent"
        order = np.argsort(-counts, kind="stable")
    notice(f"{len(order):,} {kind} sets, in {found.minimum:,} of {found.n_baskets:,} baskets or more")
    order = order[: own.top]
    names = np.array([*found.items, ""], object)[:-1]
    for start in range(0, len(order), ROWS):
        some = order[start : start + ROWS]
        chosen = sets.take(some)
        spelled, starts = names[chosen.items].tolist(), chosen.starts.tolist()
        bounds = itertools.pairwise(starts)
        numbers = counts[some].tolist()
        if table.form == "jsonl":
            lists = [spelled[first:end] for first, end in bounds]
            table.write_columns([lists, numbers, [number / found.n_baskets for number in numbers]])
            continue
        texts = {number: str(number) for number in {*numbers}}
        shares = {number: _field(number / found.n_baskets) for number in texts}
        joined = [", ".join(spelled[first:end]) for first, end in bounds]
        table.write_columns([joined, [texts[number] for number in numbers], [shares[number] for number in numbers]])


def _write_rules(rules: "Rules", examples: list[list[str]] | None, table: Table) -> None:
    """Write the rules."""
    from nlpzero.rules.measures import MEASURES

    for start in range(0, len(rules), ROWS):
        some = rules.take(slice(start, start + ROWS))
        columns: list[list[Any]] = [*some.names(), some.tables.both.tolist()]
        columns += [measure(some.tables).tolist() for measure in MEASURES.values()]
        if examples is not None:
            texts = examples[start : start + ROWS]
            columns.append(texts if table.form == "jsonl" else [" | ".join(passages) for passages in texts])
        _write(table, columns)


def _write(table: Table, columns: list[list[Any]]) -> None:
    """Write columns; in tsv and csv lists become one field, and numbers that 4 decimals would hide are shown."""
    if table.form != "jsonl":
        columns = [[*map(", ".join, column)] if _are_lists(column) else [*map(_field, column)] for column in columns]
    table.write_columns(columns)


def _are_lists(column: list[Any]) -> bool:
    """Tell whether a column is one of items."""
    return bool(column) and isinstance(column[0], list)


def _field(value: Any) -> Any:
    """Write a number as text."""
    if not isinstance(value, float) or math.isnan(value):
        return value
    return "inf" if math.isinf(value) else f"{value:.4f}" if abs(value) >= 0.001 or value == 0 else f"{value:.3g}"
