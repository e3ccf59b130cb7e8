"""Why a string is a new word, or is not: gates, features and weights, in words and with their figures."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..errors import NothingFound
from ..ngrams.units import encode
from .features import FEATURES, LEAST_NUMBERS, MOST_ALONE, MOST_FOREIGN, MOST_OF_ONE
from .known import KnownWords
from .new_words import NewWords
from .weights import CANDIDATES, LONG, UNITS, WEIGHTS

MEANINGS = {
    "cohesion": "mutual information of its parts at the weakest place, in nats",
    "cohesion_of_words": "the same where the dictionary cuts it",
    "entropy": "entropy of its neighbours on the poorer side, in nats",
    "commonest": "logarithm of the share of its commonest neighbour",
    "edges": "logarithm of the share of places at the edge of a clause, on the rarer side",
    "inner_entropy": "entropy of what follows a part of it and of what comes before the rest, in nats",
    "ends": "share of places where the dictionary cuts at both ends",
    "begins_words": "logarithm of how many dictionary words begin with its first character",
    "ends_words": "logarithm of how many dictionary words end with its last character",
    "first_alone": "logarithm of the dictionary's count of its first character as a word",
    "last_alone": "logarithm of the dictionary's count of its last character as a word",
    "independence": "how far one of its characters is a word of its own",
    "spread": "logarithm of the parts of the text it is in, against chance",
    "quoted": "logarithm of the share of places in quotation marks or 《》",
    "quotations": "logarithm of how often it stands in quotation marks or 《》",
    "first_word": "units of the first word that the dictionary cuts it into",
    "last_word": "units of the last word that the dictionary cuts it into",
    "aspect": "了, 着 or 过 after its first character",
    "repeated_verb": "a verb repeated with 一, as in 看一看",
    "doubled": "a character that is doubled",
    "first_known": "logarithm of the dictionary's count of the first word that it cuts it into",
    "last_known": "logarithm of the dictionary's count of the last word that it cuts it into",
    "first_function": "begins with a function word",
    "last_function": "ends with a function word",
    "first_pronoun": "begins with a pronoun",
    "first_verb": "begins with a common verb or adverb of one character",
    "last_place": "ends with a word of place, time or direction, or a particle",
    "letters": "logarithm of how many letters it has",
    "capitals": "share of capitals among its letters",
    "signs": "a sign of an address or a variable: . _ &",
    "foreign": "logarithm of the share of places beside a foreign word",
    "chinese": "logarithm of the share of places beside a Han character",
    "measure": "logarithm of the share of places after a number",
}
"""The features in words."""
CONTEXT_NAMES = ("frequency", "text", "candidates", "kind")
CONTEXT_MEANINGS = (
    "logarithm of its count",
    f"logarithm of the units of the text, less {UNITS:g}",
    f"logarithm of the number of candidates of this kind, less {CANDIDATES:g}",
)
"""The same of what else a score is made of; that of the kind says which."""


class Passage(NamedTuple):
    """One gate: what is asked, whether the string passes, its figure, and what that must be."""

    name: str
    passes: bool
    value: float
    demand: str


class Term(NamedTuple):
    """One term of a score: `value` is `deviation` standard deviations above the mean of the candidates, and adds
    `weighted` to the score.
    """

    name: str
    meaning: str
    value: float
    deviation: float
    weighted: float


@dataclass(frozen=True)
class Reasons:
    """What speaks for and against a string as a new word (成词依据).

    Attributes
    ----------
    word : str
    units : list of str
    is_new : bool
        Whether it passes all gates and is reported.
    row : int or None
        Its place in the order of topics, from 1.
    rows : int
        How many words are reported.
    count : int
    parts : int
        In how many of 64 equal parts of the text it stands.
    probability, score : float
    gates : list of Passage
    terms : list of Term
        They add up to the score, which is that of a candidate even where a gate is closed.
    """

    word: str
    units: list[str]
    is_new: bool
    row: int | None
    rows: int
    count: int
    parts: int
    probability: float
    score: float
    gates: list[Passage]
    terms: list[Term]


def units_of(word: str) -> list[str]:
    """Give the units of a string that may be a word.

    Raises
    ------
    NothingFound
        If it has characters that no word has.

    Examples
    --------
    >>> units_of("Petri网")
    ['Petri', '网']
    """
    encoded = encode(word, joined=True)
    units = [encoded.units[i] for i in encoded.ids.tolist()]
    if not units or "".join(units) != word:
        raise NothingFound(f"{word!r} cannot be a word: a word is made of Han characters, digits and Latin letters")
    return units


def reasons_of(found: NewWords, word: str, known: KnownWords) -> Reasons:
    """Say why a string is a new word of a text, or is not (新词解释).

    Parameters
    ----------
    found : NewWords
        For a string that is no candidate, found with its units in `SeekParameters.units`.
    word : str
    known : KnownWords
        The words that were known.

    Raises
    ------
    NothingFound
        If it cannot be measured: it stands in the text too rarely, holds digits, or is too short or too long.
    """
    units = units_of(word)
    rows = {one: row for row, one in enumerate(found.words)}
    row = rows.get(word)
    table, at = (found, row) if row is not None else (found.refused, -1)
    if row is None and table is not None and word in table.words:
        at = table.words.index(word)
    if table is None or at is None or at < 0:
        raise NothingFound(
            f"{word!r} cannot be measured: new words are 2 to 8 units long, without digits, and stand "
            f"{found.minimum} times in the text at the least (a smaller `min_count` asks for less); words in Latin "
            "letters, and with digits, are looked for where `latin` is true"
        )
    gates = table.gates
    ends, commonest, alone, numbers, foreign = (float(one[at]) for one in gates)
    count, is_known = int(table.counts[at]), bool(known.holds([word])[0])
    passages = [
        Passage("not in the dictionary", not is_known, float(is_known), "0"),
        Passage("times in the text", count >= found.minimum, count, f"at least {found.minimum}"),
        Passage("share of places where the dictionary cuts at both ends", ends >= 0.5, ends, "at least 0.5"),
        Passage(
            "share of places with the same neighbour", commonest <= MOST_OF_ONE, commonest, f"at most {MOST_OF_ONE}"
        ),
        Passage("share of places alone on the line", alone < MOST_ALONE, alone, f"less than {MOST_ALONE}"),
        Passage(
            "perplexity of numbers before what follows its numerals",
            numbers < LEAST_NUMBERS,
            numbers,
            f"less than {LEAST_NUMBERS:g}",
        ),
        Passage("share of places between foreign words", foreign < MOST_FOREIGN, foreign, f"less than {MOST_FOREIGN}"),
    ]
    this = table.terms.chosen(np.array([at]))
    weighted = this.weighted[0]
    kind = int(this.classes[0])
    terms = [
        Term(name, MEANINGS[name], *(float(one[column]) for one in (table.features[at], this.standard[0], weighted)))
        for column, name in enumerate(FEATURES)
        if WEIGHTS[kind][column]
    ]
    kinds = "in Latin letters", "2 units", "3 units", f"{LONG} units and more"
    about = zip(CONTEXT_NAMES, (*CONTEXT_MEANINGS, kinds[kind - 1]), strict=True)
    for (name, meaning), value, weight in zip(about, this.context[0], this.weighted_context[0], strict=True):
        if weight:
            terms.append(Term(name, meaning, float(value), float("nan"), float(weight)))
    return Reasons(
        word,
        units,
        row is not None,
        None if row is None else row + 1,
        len(found),
        count,
        int(table.parts[at]),
        float(table.probabilities[at]),
        float(table.scores[at]),
        passages,
        terms,
    )
