"""What a corpus is (语料概况): its files, size and characters, what is odd in it, what is there twice; and how its
vocabulary grows.
"""

import functools
import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.job import Cost, Execution
from ..reading.parts import Part, part_bytes, text_of
from ..segment.cutter import Cutter
from ..segment.encoding import encode
from ..text.characters import DIGIT, HAN, LATIN, char_classes, code_points
from ..text.folding import script_counts
from ..text.words import are_words

READING_COST = Cost(task=60, held=0.3)
"""Of a pass that cuts the text and keeps a few figures of each block."""

KINDS = ("Han", "Latin", "digits", "punctuation and symbols", "blanks", "other letters", "odd")
ODD = ("Cc", "Cf", "Co", "Cn", "Cs")
"""Categories of characters that text has by accident: controls, formats, private and unassigned ones."""
NAMELESS = {"Cc": "control character", "Co": "character of private use"}
PLAIN_BLANKS = " \t\u3000\r\n"
POINTS = 120
"""Points of a curve."""


@dataclass(frozen=True)
class CorpusFile:
    """A file of the corpus."""

    name: str
    bytes: int
    characters: int
    lines: int


@dataclass(frozen=True)
class CharacterShare:
    """How much of the text is of one kind of characters."""

    kind: str
    count: int
    share: float


@dataclass(frozen=True)
class OddCharacter:
    """A character that text should not have."""

    code: str
    name: str
    count: int


@dataclass(frozen=True)
class CorpusFacts:
    """What a corpus is (语料概况).

    Attributes
    ----------
    files : tuple of CorpusFile
    bytes, characters, lines, blank_lines, paragraphs : int
        Characters without line ends; paragraphs are what blank lines part.
    repeated_lines, repeated_share : int, float
        Lines that are not blank and stood in the text before, and their share of those that are not blank.
    median_line, longest_line : int
        Characters of lines that are not blank.
    shares : tuple of CharacterShare
    distinct_characters, distinct_han : int
    script : str
        "simplified" or "traditional", "mixed" or "unknown".
    traditional, simplified : int
        Occurrences of some frequent characters that only one of the scripts has.
    odd : tuple of OddCharacter
        The most frequent first.
    tokens, types : int
        Words, punctuation left out, and different ones.
    growth : tuple of (int, int)
        After how many words how many different ones were met.
    """

    files: tuple[CorpusFile, ...]
    bytes: int
    characters: int
    lines: int
    blank_lines: int
    paragraphs: int
    repeated_lines: int
    repeated_share: float
    median_line: int
    longest_line: int
    shares: tuple[CharacterShare, ...]
    distinct_characters: int
    distinct_han: int
    script: str
    traditional: int
    simplified: int
    odd: tuple[OddCharacter, ...]
    tokens: int
    types: int
    growth: tuple[tuple[int, int], ...]


class _SurveyBlock(NamedTuple):
    """What is seen of a block of lines."""

    source: str
    bytes: int
    codes: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.uint64]
    scripts: tuple[int, int]
    words: list[str]
    first: npt.NDArray[np.int64]
    tokens: int


def survey(texts: Iterable[str | Part], cutter: Cutter, execution: Execution) -> CorpusFacts:
    """Look at all of a corpus once.

    Examples
    --------
    >>> from nlpzero.core.job import Job
    >>> from nlpzero.segment.cutter import BLANKS
    >>> with Job().open(READING_COST) as execution:
    ...     found = survey(["江 上 有 船\\n\\n江 上 有 船\\n"], BLANKS, execution)
    >>> found.lines, found.blank_lines, found.repeated_lines, found.tokens, found.types
    (3, 1, 1, 8, 4)
    """
    by_code = np.zeros(0x110000, np.int64)
    files: dict[str, list[int]] = {}
    lengths, hashes, scripts = [], [], np.zeros(2, np.int64)
    known: set[str] = set()
    new_at: list[npt.NDArray[np.int64]] = []
    tokens = 0
    for block in execution.engine.map(functools.partial(_look, cutter), texts):
        by_code[block.codes] += block.counts
        one = files.setdefault(block.source, [0, 0, 0])
        for at, number in enumerate((block.bytes, int(block.lengths.sum()), len(block.lengths))):
            one[at] += number
        lengths.append(block.lengths)
        hashes.append(block.hashes)
        scripts += block.scripts
        is_new = np.fromiter((word not in known for word in block.words), np.bool_, len(block.words))
        known.update(block.words)
        new_at.append(tokens + block.first[is_new])
        tokens += block.tokens
    every = np.concatenate(lengths) if lengths else np.zeros(0, np.int64)
    full = every[every > 0]
    hashed = np.concatenate(hashes) if hashes else np.zeros(0, np.uint64)
    repeated = len(hashed) - len(np.unique(hashed))
    is_start = (every > 0) & np.append(True, every[:-1] == 0)[: len(every)]
    named = [CorpusFile(name, *sizes) for name, sizes in files.items()]
    return CorpusFacts(
        files=tuple(named),
        bytes=sum(one.bytes for one in named),
        characters=int(every.sum()),
        lines=len(every),
        blank_lines=len(every) - len(full),
        paragraphs=int(is_start.sum()),
        repeated_lines=repeated,
        repeated_share=repeated / max(1, len(full)),
        median_line=int(np.median(full)) if len(full) else 0,
        longest_line=int(every.max(initial=0)),
        script=_script(*scripts.tolist()),
        traditional=int(scripts[0]),
        simplified=int(scripts[1]),
        tokens=tokens,
        types=len(known),
        growth=_curve(np.sort(np.concatenate(new_at)) if new_at else np.zeros(0, np.int64), tokens),
        **_characters(by_code),
    )


def _look(cutter: Cutter, part: str | Part) -> _SurveyBlock:
    """Look at one block."""
    text = text_of(part)
    codes = code_points(text)
    counts = np.bincount(codes) if len(codes) else np.zeros(0, np.int64)
    distinct = np.flatnonzero(counts)
    lines = text.removesuffix("\n").split("\n") if text else []
    stripped = [line.strip() for line in lines]
    full = [line for line in stripped if line]
    digests = b"".join(hashlib.blake2b(line.encode("utf-8", "surrogatepass"), digest_size=8).digest() for line in full)
    found = encode(text, cutter)
    tokens = found.only(are_words(found.words))
    size = part_bytes(part) if not isinstance(part, str) else len(text.encode("utf-8", "surrogatepass"))
    first = np.full(len(tokens.words), len(tokens.ids), np.int64)
    np.minimum.at(first, tokens.ids, np.arange(len(tokens.ids)))
    return _SurveyBlock(
        "" if isinstance(part, str) else part.source,
        size,
        distinct,
        counts[distinct],
        np.fromiter(map(len, stripped), np.int64, len(stripped)),
        np.frombuffer(digests, np.uint64),
        script_counts(text),
        tokens.words,
        first,
        len(tokens.ids),
    )


def _script(traditional: int, simplified: int) -> str:
    """Name the script."""
    if traditional + simplified < 20:
        return "unknown"
    share = traditional / (traditional + simplified)
    return "traditional" if share > 0.8 else "simplified" if share < 0.2 else "mixed"


def _characters(by_code: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Say what characters there are."""
    by_code[0x0A] = 0
    distinct = np.flatnonzero(by_code).tolist()
    sums = dict.fromkeys(KINDS, 0)
    odd: list[tuple[int, int]] = []
    for code in distinct:
        number = int(by_code[code])
        kind = kind_of_character(code)
        sums[kind] += number
        if kind == "odd":
            odd.append((number, code))
    odd.sort(key=lambda one: (-one[0], one[1]))
    total = max(1, sum(sums.values()))
    han = char_classes()[distinct] == HAN if distinct else np.zeros(0, np.bool_)
    return {
        "shares": tuple(CharacterShare(kind, number, number / total) for kind, number in sums.items()),
        "distinct_characters": len(distinct),
        "distinct_han": int(np.count_nonzero(han)),
        "odd": tuple(
            OddCharacter(
                f"U+{code:04X}",
                unicodedata.name(chr(code), NAMELESS.get(unicodedata.category(chr(code)), "no character")),
                number,
            )
            for number, code in odd
        ),
    }


@functools.cache
def kind_of_character(code: int) -> str:
    """Give the kind of a character, one of `KINDS`.

    Examples
    --------
    >>> [kind_of_character(ord(c)) for c in "水a7，か\u200b"]
    ['Han', 'Latin', 'digits', 'punctuation and symbols', 'other letters', 'odd']
    """
    character = chr(code)
    kind = {HAN: "Han", LATIN: "Latin", DIGIT: "digits"}.get(int(char_classes()[code]))
    if kind:
        return kind
    category = unicodedata.category(character)
    if character in PLAIN_BLANKS:
        return "blanks"
    if category in ODD or character == "\ufffd" or category[0] == "Z":
        return "odd"
    return "other letters" if category[0] in "LMN" else "punctuation and symbols"


def _curve(new_at: npt.NDArray[np.int64], tokens: int) -> tuple[tuple[int, int], ...]:
    """Say at some places of the text how many different words came up to there."""
    places = np.unique(np.linspace(0, tokens, POINTS + 1).round().astype(np.int64))
    return tuple(zip(places.tolist(), np.searchsorted(new_at, places).tolist(), strict=True))
