"""The rules that no other rule implies (无冗余规则基): from generators to closed sets.

A rule is implied by one of the same count and confidence whose antecedent is a part of its own and whose consequent
holds its own. What is left are rules from a generator to what completes a closed set (Bastide, Pasquier, Taouil, Stumme
& Lakhal 2000, "Mining minimal non-redundant association rules using frequent closed itemsets"), or to as much of that
as a consequent may hold.
"""

import itertools
from collections.abc import Iterator

import numpy as np

from .candidates import parts_among, portions
from .closed import ClosedSets
from .frequent import Constraint, Ints, ItemLists
from .measures import Contingency, Floats
from .ruleset import Rules
from .vertical import Flags

_ANY = 1 << 30
_PAIRS = 1 << 18  # pairs of a generator and a closed set completed together


def basis(
    closed: ClosedSets, min_confidence: float, constraint: Constraint, every: bool, redundant: bool
) -> Iterator[tuple[Rules, Flags]]:
    """Make rules, those of some generators together; tell which to keep.

    With `every`, rules of too little confidence are also given, though not to be kept. Without `redundant`, those are
    not kept that have at least the same confidence without some items of the antecedent.
    """
    generators, counts = closed.generators.lists(), closed.generators.counts()
    singles = closed.generators.levels[0].counts
    which, larger = _pairs(closed, generators, 0.0 if every else min_confidence, constraint)
    cuts = np.searchsorted(which, np.arange(len(counts) + 1))
    start = 0
    while start < len(counts):
        stop = max(start + 1, int(np.searchsorted(cuts, cuts[start] + _PAIRS, side="right")) - 1)
        part = slice(cuts[start], cuts[stop])
        start = stop
        own, consequents, sets = _completed(closed, generators, (which[part], larger[part]), constraint)
        both, n_x = closed.counts[sets], counts[own]
        small = consequents.sizes == 1
        n_y = np.empty(len(both), np.int64)
        n_y[small] = singles[consequents.items[consequents.starts[:-1][small]]]
        n_y[~small] = closed.counts_of(consequents.take(np.flatnonzero(~small)))
        tables = Contingency(both, n_x, n_y, closed.n_baskets)
        rules = Rules(closed.items, generators.take(own), consequents, tables)
        kept = both / n_x >= min_confidence
        if not redundant:
            kept[kept] = _better(closed, rules.take(kept))
        yield rules, kept


def _made_of(items: list[str], allowed: frozenset[str], sets: ItemLists) -> Flags:
    """Tell of sets whether they have no other items."""
    other = np.array([item not in allowed for item in items], np.bool_)
    only: Flags = np.bincount(sets.holders(), other[sets.items], len(sets)) == 0
    return only


def _pairs(
    closed: ClosedSets, generators: ItemLists, min_confidence: float, constraint: Constraint
) -> tuple[Ints, Ints]:
    """Pair generators with the closed sets that hold them, most frequent first, if these are frequent enough."""
    counts = closed.generators.counts()
    fits = generators.sizes <= (constraint.max_lhs or _ANY)
    if constraint.lhs is not None:
        fits &= _made_of(closed.items, constraint.lhs, generators)
    found = [(np.empty(0, np.int64),) * 2]
    for chosen in portions(closed.sets):
        local, which = parts_among(closed.generators.levels, closed.sets.take(chosen), len(closed.items))
        larger = chosen[local]
        kept = fits[which] & (closed.counts[larger] / counts[which] >= min_confidence)
        found.append((which[kept], larger[kept]))
    which, larger = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((larger, which))
    return which[order], larger[order]


def _completed(
    closed: ClosedSets, generators: ItemLists, pairs: tuple[Ints, Ints], constraint: Constraint
) -> tuple[Ints, ItemLists, Ints]:
    """Give what completes each closed set, or as much of it as may be in a consequent: one rule for each such part.

    Returns
    -------
    which : int array
        The generator of each rule.
    consequents : ItemLists
    larger : int array
        The closed set that generator and consequent are in all baskets of.
    """
    which, larger = pairs
    n_items = len(closed.items)
    wanted = np.ones(n_items, np.bool_)
    if constraint.rhs is not None:
        wanted = np.array([item in constraint.rhs for item in closed.items], np.bool_)
    own = generators.take(which)
    own_keys = own.holders() * n_items + own.items
    sets = closed.sets.take(larger)
    holders = sets.holders()
    keys = holders * n_items + sets.items
    kept = wanted[sets.items] & (own_keys.take(np.searchsorted(own_keys, keys), mode="clip") != keys)
    rest = ItemLists.of_pairs(holders[kept], sets.items[kept].astype(np.int64), len(larger), n_items)
    pieces: list[ItemLists] = []
    origins: list[Ints] = []
    sizes = rest.sizes
    room = np.minimum(constraint.max_rhs or _ANY, (constraint.max_length or _ANY) - own.sizes)
    room = np.clip(room, 0, sizes)
    for size, most in {*zip(sizes.tolist(), room.tolist(), strict=True)}:
        if most == 0:
            continue
        alike = np.flatnonzero((sizes == size) & (room == most))
        rows = rest.items[rest.starts[alike][:, None] + np.arange(size)]
        parts = np.array([*itertools.combinations(range(size), most)])
        pieces.append(ItemLists.of(rows[:, parts].reshape(-1, parts.shape[1])))
        origins.append(np.repeat(alike, len(parts)))
    consequents = ItemLists.joined(pieces)
    origin = np.concatenate([np.empty(0, np.int64), *origins])
    which, larger = which[origin], larger[origin]
    # The closed set of generator and consequent is the most frequent one that holds both.
    places = consequents.distinct()[1]
    order = np.lexsort((larger, places, which))
    new = np.ones(len(order), np.bool_)
    new[1:] = (which[order][1:] != which[order][:-1]) | (places[order][1:] != places[order][:-1])
    first = order[new]
    return which[first], consequents.take(first), larger[first]


def _better(closed: ClosedSets, rules: Rules) -> Flags:
    """Tell which rules are more confident than with any part of their antecedent, none of these empty."""
    confidence: Floats = rules.tables.both / rules.tables.x
    better = np.ones(len(rules), np.bool_)
    sizes = rules.antecedents.sizes
    for size in np.unique(sizes[sizes > 1]).tolist():
        own = np.flatnonzero(sizes == size)
        sets = rules.antecedents.items[rules.antecedents.starts[own][:, None] + np.arange(size)]
        for part in itertools.chain.from_iterable(itertools.combinations(range(size), k) for k in range(1, size)):
            left = ItemLists.of(sets[:, list(part)])
            best = _with(closed, left, rules.consequents.take(own)) / closed.counts_of(left)
            better[own] &= confidence[own] > best
    return better


def _with(closed: ClosedSets, left: ItemLists, right: ItemLists) -> Ints:
    """Count the baskets that hold both of two sets."""
    return closed.counts_of(left.united(right, len(closed.items)))
