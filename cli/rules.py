"""`nlpzero rules`: association rules in baskets or in text, or the frequent sets of items."""

import contextlib
import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import click

from .baskets import BasketOptions, read_baskets
from .completing import several
from .messages import notice
from .options import ReadingOptions, RunningOptions, quiet
from .output import TableOptions
from .pages import command as page
from .ruletables import PARTIAL, PassageReader, columns_of, write_rules, write_sets
from .values import is_given, option, option_name, top_option, values
from .words import WordOptions

if TYPE_CHECKING:
    from nlpzero.core.job import Execution
    from nlpzero.rules.baskets import Baskets
    from nlpzero.rules.closed import ClosedSets
    from nlpzero.rules.frequent import Constraint, Frequent
    from nlpzero.rules.ruleset import Rules

EPILOG = """\b
Examples:
  nlpzero rules --input csv --min-support 0.04 --min-confidence 0.75 data/baskets.csv
  nlpzero rules --input csv --min-support 20 --sort lift --min leverage=0.01 --top 5 data/baskets.csv
  nlpzero rules --input csv --min-support 0.02 --maximal data/baskets.csv
  nlpzero rules --input csv --min-support 5 --rhs 鸡蛋 --significant 0.01 --no-redundant data/baskets.csv
  nlpzero rules --input text --examples 1 --top 10 data/stories.txt
"""

MEASURES = (
    *("support", "confidence", "lift", "leverage", "conviction", "zhang", "jaccard", "cosine", "kulczynski"),
    *("imbalance", "odds_ratio", "chi_squared", "chi_squared_p", "g2", "g2_p"),
)
"""The names of nlpzero.rules.measures.MEASURES, which is imported late; a test compares them."""

ON_TERMINAL = ("confidence", "lift", PARTIAL)
"""Measures that are shown on a terminal, which is not as wide as the table of all."""

STOP = {
    "default": "default",
    "show_default": "default",
    "metavar": "FILE|default|none",
    "help": "Leave out function words, numbers and what is counted by them (default), the words of a file, or none.",
}
"""What is different in --stop: the words of rules are about something."""

LEAST_OF_TEXT = 3
"""Passages that a rule of text must be in, where that is not said."""

OF_RULES = (
    *("min_confidence", "lhs", "rhs", "max_lhs", "max_rhs", "sort", "minimums", "significant", "no_redundant"),
    "every",
    "examples",
)


def _support(_ctx: click.Context, _parameter: click.Parameter, text: str | None) -> int | Fraction | None:
    """Read a count such as 50, or a share such as 0.01 or 1%."""
    if text is None:
        return None
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
        if name.strip() not in (*MEASURES, PARTIAL):
            raise click.BadParameter(f"{name!r} is not one of {', '.join((*MEASURES, PARTIAL))}.")
    return found


@dataclass(frozen=True, kw_only=True)
class RuleOptions:
    """Which rules or sets are shown."""

    min_support: int | Fraction | None = option(
        "--min-support",
        callback=_support,
        metavar="SHARE|COUNT",
        show_default="0.01, of text 0.0005 and 3 or more",
        help="Least share of the baskets (0.01, 1%) or number of them (50) that hold all items.",
    )
    min_confidence: float | None = option(
        "--min-confidence",
        type=click.FloatRange(0, 1),
        show_default="0.5, of text 0.3",
        help="Least share of the baskets with the antecedent that hold the consequent, too.",
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
    sort: str | None = option(
        "--sort",
        type=click.Choice((*MEASURES, PARTIAL)),
        show_default="confidence, of text partial_g2",
        help="Best first; ties by count, fewer items, items.",
    )
    minimums: dict[str, float] = option(
        "--min",
        multiple=True,
        callback=_minimums,
        metavar="MEASURE=VALUE",
        shell_complete=several((*MEASURES, PARTIAL), "="),
        help="Least value; repeatable.",
    )
    top: int | None = top_option("Show the first N; 0 for all.")
    significant: float | None = option(
        "--significant",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        metavar="ALPHA",
        help="Keep rules that pass Fisher's exact test with Holm's correction. The probability that even one reported "
        "rule is due to chance is at most ALPHA.",
    )
    every: bool = option(
        "--all",
        is_flag=True,
        help="Show also rules that another one implies: with the same count and confidence, fewer items in the "
        "antecedent and all of its consequent; and, sorted by partial_g2, the less confident of X to Y and Y to X.",
    )
    no_redundant: bool = option(
        "--no-redundant",
        is_flag=True,
        help="Drop rules that are as confident without some items of the antecedent, or more so.",
    )
    examples: int | None = option(
        "--examples",
        type=click.IntRange(min=1),
        show_default="none, on a terminal a short one",
        help="text: show N passages for each rule.",
    )
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
        return Constraint(left, right, self.max_lhs, self.max_rhs, self.max_length)

    def support(self, kind: str | None, n_baskets: int) -> int | Fraction:
        """The least support, also where it is not said."""
        if self.min_support is not None:
            return self.min_support
        if kind != "text":
            return Fraction(1, 100)
        return max(LEAST_OF_TEXT, math.ceil(Fraction(n_baskets, 2000)))

    def confidence(self, kind: str | None) -> float:
        """The least confidence, also where it is not said."""
        if self.min_confidence is not None:
            return self.min_confidence
        return 0.3 if kind == "text" else 0.5

    def order(self, kind: str | None) -> str:
        """What rules are sorted by, also where it is not said."""
        return self.sort or (PARTIAL if kind == "text" else "confidence")

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
@values(WordOptions, "words", stop=STOP)
@values(ReadingOptions, "reading", paths={"metavar": "[BASKETS]..."})
@values(TableOptions, "writing")
@values(RunningOptions, "running", without=("scheduler",))
@quiet
def command(
    own: RuleOptions,
    made_of: BasketOptions,
    words: WordOptions,
    reading: ReadingOptions,
    writing: TableOptions,
    running: RunningOptions,
) -> None:
    """Find association rules (关联规则): which items, or words, come with which others.

    One row for each rule: antecedent and consequent, the number of baskets that hold both, and measures of it. An item
    counts once in a basket; blank lines are no baskets. Rules that another one implies are left out; --all shows them.
    The frequent sets behind the rules are exact; --itemsets, --closed and --maximal show these instead, most frequent
    first. In text, function words, numbers and passages that are repeated word for word are left out.
    """
    made_of.check()
    own.check(made_of.kind)
    from nlpzero.rules.baskets import BASKETS
    from nlpzero.rules.rules import find_rules
    from nlpzero.rules.wordbaskets import TEXT_BASKETS

    is_text = made_of.kind == "text"
    shortly = is_text and own.examples is None and writing.is_seen
    with (
        writing.open() as out,
        reading.open(running, again=bool(own.examples) or shortly) as corpus,
        words.open(running.job, TEXT_BASKETS, corpus) if is_text else running.job.open(BASKETS, corpus) as execution,
    ):
        baskets = read_baskets(corpus, execution, made_of, words, reading)
        found = _mined(baskets, execution, own, made_of.kind)
        if own.of_sets:
            write_sets(found, "maximal" if own.maximal else "closed" if own.closed else "frequent", own, writing, out)
            return
        order = own.order(made_of.kind)
        one_way = order == PARTIAL and not own.every
        rules = find_rules(
            found,
            own.confidence(made_of.kind),
            constraint=own.constraint,
            minimums=own.minimums,
            sort=order,
            top=None if one_way else own.top,
            significant=own.significant,
            redundant=not own.no_redundant,
        )
        if one_way:
            rules = rules.one_way().take(slice(own.top))
        _say_how_many(rules, found)
        passages = PassageReader(baskets, corpus, made_of.unit[0])
        texts = passages.examples(rules, own.examples) if own.examples else passages.shown(rules) if shortly else None
        partial = PARTIAL in (order, *own.minimums)
        measures = ON_TERMINAL if writing.is_seen else (*MEASURES, PARTIAL) if partial else MEASURES
        write_rules(rules, found, measures, texts, writing.table(out, columns_of(measures, texts)))


def _mined(baskets: "Baskets", execution: "Execution", own: RuleOptions, kind: str | None) -> "Frequent | ClosedSets":
    """Find the sets that are shown, or that rules are made of."""
    from nlpzero.rules.closed import mine_closed
    from nlpzero.rules.itemsets import LIMIT, check_items, mine

    support = own.support(kind, baskets.n_baskets)
    limit = None if own.yes else LIMIT
    length = own.max_length
    check_items(baskets, own.constraint)
    if own.closed or own.maximal or not (own.itemsets or own.every):
        return mine_closed(baskets, support, max_length=length, job=execution, limit=limit)
    constraint = None if own.itemsets else own.constraint
    return mine(baskets, support, max_length=length, constraint=constraint, job=execution, limit=limit)


def _say_how_many(rules: "Rules", found: "Frequent | ClosedSets") -> None:
    """Say what the rules are made of; no rule at all is an error."""
    from nlpzero.errors import NothingFound
    from nlpzero.rules.frequent import Frequent

    every = isinstance(found, Frequent)
    support = f"({found.minimum:,} of {found.n_baskets:,} baskets or more)"
    sets = f"{len(found):,} {'frequent' if every else 'closed'} sets {support}"
    if not len(rules):
        raise NothingFound(f"no rule among {sets}; lower --min-support or --min-confidence, or ask for less")
    notice(f"{len(rules):,} rules from {sets}{'' if every else '; --all shows also those that others imply'}")
