"""The formulas of word discovery and segmentation once more: slow, small and obviously right.

Plain dictionaries and loops, written from the published formulas alone; the tests compare the array code of nlpzero
with them. Logarithms are natural; a word is the tuple of its units wherever units may be longer than a character.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import log

OTHER, HAN, DIGIT, LATIN = range(4)

Word = tuple[str, ...]
Clauses = Sequence[Sequence[str]]
Classify = Callable[[str], int]
"""Gives the class of a character: OTHER, HAN, DIGIT or LATIN."""
Scores = Callable[[Word], float | None]
"""Gives what a word adds to a segmentation, None for what is no word."""


# Units and counts


def clauses(text: str, joined: bool, classify: Classify) -> list[list[str]]:
    """Cut text into clauses of units: a character that is neither Han, digit nor Latin ends a clause.

    With `joined`, a run of digits or a run of Latin letters is one unit ("ab12" is two); without, each character is.
    """
    result: list[list[str]] = [[]]
    previous = OTHER
    for character in text:
        kind = classify(character)
        if kind == OTHER:
            result.append([])
        elif joined and kind == previous and kind in (DIGIT, LATIN):
            result[-1][-1] += character
        else:
            result[-1].append(character)
        previous = kind
    return [clause for clause in result if clause]


def clauses_of_lines(lines: Iterable[str], joined: bool, classify: Classify) -> list[list[str]]:
    """Cut each line into clauses, in the order of the text; a line's end ends a clause."""
    return [clause for line in lines for clause in clauses(line, joined, classify)]


def ngram_counts(clauses: Clauses, order: int) -> Counter[Word]:
    """Count n(w) of every n-gram w of 1 to `order` units; none crosses a clause's edge."""
    return Counter(
        tuple(clause[i : i + length])
        for clause in clauses
        for length in range(1, order + 1)
        for i in range(len(clause) - length + 1)
    )


def cohesion(word: Word, counts: Mapping[Word, int], total: int) -> float:
    """Cohesion in nats: min over the splits w = lr of ln[N n(w) / (n(l) n(r))], with N units in the text."""
    splits = ((word[:i], word[i:]) for i in range(1, len(word)))
    return min(log(total * counts[word] / (counts[left] * counts[right])) for left, right in splits)


# Branching entropy


def neighbours(clauses: Clauses, order: int) -> tuple[dict[Word, Counter[str]], dict[Word, Counter[str]]]:
    """Count the left and the right neighbours of every n-gram; each edge of a clause is a neighbour of its own."""
    left: dict[Word, Counter[str]] = {}
    right: dict[Word, Counter[str]] = {}
    for number, clause in enumerate(clauses):
        padded = [f"edge before {number}", *clause, f"edge after {number}"]
        for length in range(1, order + 1):
            for i in range(1, len(clause) - length + 2):
                word = tuple(padded[i : i + length])
                left.setdefault(word, Counter())[padded[i - 1]] += 1
                right.setdefault(word, Counter())[padded[i + length]] += 1
    return left, right


def entropy(counts: Mapping[str, int]) -> float:
    """H = -sum p ln p, p = n / sum n."""
    total = sum(counts.values())
    return -sum(n / total * log(n / total) for n in counts.values())


def neighbour_entropies(clauses: Clauses, order: int) -> dict[Word, tuple[float, float]]:
    """H_left(w) and H_right(w): the entropies of the unit before and after w, each text edge a new distinct unit."""
    left, right = neighbours(clauses, order)
    return {word: (entropy(left[word]), entropy(right[word])) for word in left}


def variations(clauses: Clauses, order: int) -> dict[Word, tuple[float, float]]:
    """VBE_left and VBE_right of every n-gram x_0..x_k, before normalising.

    VBE_right(x_0..x_k) = H_right(x_0..x_k) - H_right(x_0..x_{k-1}), VBE_left(x_0..x_k) = H_left(x_0..x_k) -
    H_left(x_1..x_k); for one unit VBE = H.
    """
    h = neighbour_entropies(clauses, order)
    return {w: h[w] if len(w) == 1 else (h[w][0] - h[w[1:]][0], h[w][1] - h[w[:-1]][1]) for w in h}


def autonomies(clauses: Clauses, order: int) -> dict[Word, float]:
    """a(w) = nVBE_left(w) + nVBE_right(w), where nVBE = VBE minus its mean over all types of the same length.

    On the right, the types of length k > 1 are the distinct continuations by one neighbour of the (k-1)-grams that
    occur twice or more, on the left likewise. An edge of the text is a neighbour of its own: such a type has H = 0.
    """
    h = neighbour_entropies(clauses, order)
    vbe = variations(clauses, order)
    left, right = neighbours(clauses, order)
    counts = ngram_counts(clauses, order)
    result: dict[Word, float] = {}
    for length in range(1, order + 1):
        words = [w for w in vbe if len(w) == length]
        parents = [w for w in vbe if len(w) == length - 1 and counts[w] > 1]
        if length == 1:
            on_left, on_right = [vbe[w][0] for w in words], [vbe[w][1] for w in words]
        else:
            on_left = [h.get((unit, *p), (0, 0))[0] - h[p][0] for p in parents for unit in left[p]]
            on_right = [h.get((*p, unit), (0, 0))[1] - h[p][1] for p in parents for unit in right[p]]
        mean = sum(on_left) / max(len(on_left), 1) + sum(on_right) / max(len(on_right), 1)
        result |= {w: sum(vbe[w]) - mean for w in words}
    return result


def entropy_scores(clauses: Clauses, order: int, min_type_count: int = 1) -> Scores:
    """Give a(w) len(w), what a word of 1 to `order` units adds to a segmentation.

    N-grams of two and more units that are rarer than `min_type_count` are no words.
    """
    a = autonomies(clauses, order)
    counts = ngram_counts(clauses, order)
    words = {w for w, n in counts.items() if len(w) == 1 or n >= min_type_count}
    return lambda word: a[word] * len(word) if word in words else None


# Segmentation


def all_segmentations(clause: Sequence[str]) -> Iterator[list[Word]]:
    """Give every way of cutting a clause into words: 2^(n-1) of them."""
    if not clause:
        yield []
    for end in range(1, len(clause) + 1):
        for rest in all_segmentations(clause[end:]):
            yield [tuple(clause[:end]), *rest]


def segmentation_score(scores: Scores, words: Iterable[Word]) -> float:
    """Sum of the words' scores; minus infinity if one of them is no word."""
    values = [scores(word) for word in words]
    return sum((-float("inf") if value is None else value) for value in values)


def best_segmentation(scores: Scores, clause: Sequence[str]) -> list[Word]:
    """Maximise the sum of scores: best(i) = max over words w that start at i of s(w) + best(i + |w|).

    Every single unit must be a word. Of equal sums the one whose first word is longest.
    """
    best: list[tuple[float, list[Word]]] = [(0.0, [])]
    for start in reversed(range(len(clause))):
        paths = []
        for end in range(len(clause), start, -1):
            word = tuple(clause[start:end])
            score = scores(word)
            if score is not None:
                rest = best[len(clause) - end]
                paths.append((score + rest[0], [word, *rest[1]]))
        best.append(max(paths, key=lambda path: path[0]))
    return best[-1][1]


def unigram_best_path(sentence: str, freq: Mapping[str, int], total: int) -> list[str]:
    """Cut a sentence into the words with the greatest product of n(w) / N, from right to left.

    Of equal products the one whose first word is longest (the greatest pair of score and end). A character is a word
    where it is in `freq` (n > 0) or where no word starts; one that is not in `freq` has n = 1.
    """
    best: list[tuple[float, int]] = [(0.0, 0)] * (len(sentence) + 1)
    for start in reversed(range(len(sentence))):
        ends = [end for end in range(start + 1, len(sentence) + 1) if freq.get(sentence[start:end], 0) > 0]
        best[start] = max(
            (log(freq.get(sentence[start:end], 0) or 1) - log(total) + best[end][0], end) for end in ends or [start + 1]
        )
    words = []
    start = 0
    while start < len(sentence):
        end = best[start][1]
        words.append(sentence[start:end])
        start = end
    return words


# Words by pointwise mutual information (nlp-zero 0.1.6)

LOG_0 = -100.0
"""The logarithm of nothing, as in nlp-zero: of an unknown part's count, and of a step over an unmatched character."""


def pmi_words(lines: Iterable[str], min_proba: float, min_pmi: float, classify: Classify) -> dict[str, int]:
    """Find words as nlp-zero 0.1.6 does, with its counts.

    1. p_c = n_c / sum n_c over characters, p_ab = n_ab / sum n_ab over adjacent pairs inside clauses. Cut between a and
       b unless p_ab > min_proba and ln(p_ab / (p_a p_b)) > min_pmi.
    2. Count the pieces; keep those with relative frequency > min_proba. (All are counted before any is dropped, so the
       total of step 3 is smaller.)
    3. Longest first, and within one length in order of first occurrence, each word w of two or more characters is cut
       by the other words into k_1 .. k_m (`_parts`). PMI = ln P(w) - sum ln P(k_i). If PMI < len(w) - 1, w is dropped
       and its count given to each part, twice to a part that stands twice; later words see the new counts and total.

    What nlp-zero does beyond its formulas:
    - While w is out of the word list the total N still includes it: ln P = ln n - ln N with one N for w and its parts.
    - A part that is no word has ln P = -100 - ln N. So a word with such a part is kept (unless it is longer than 100
      characters, where nlp-zero stops with a KeyError; here the part becomes a word).
    - Neighbouring parts of Latin letters and digits are merged before they are looked up: a word of letters and digits
      alone is its own single part, unknown while w is out, and so is always kept.
    """
    text = [[*clause] for clause in clauses_of_lines(lines, False, classify)]
    chars = Counter(c for clause in text for c in clause)
    pairs = Counter((a, b) for clause in text for a, b in pairwise(clause))
    log_chars, log_pairs = log(max(chars.total(), 1)), log(max(pairs.total(), 1))

    def is_strong(a: str, b: str) -> bool:
        log_p = log(pairs[a, b]) - log_pairs
        pmi = log_p - (log(chars[a]) - log_chars) - (log(chars[b]) - log_chars)
        return log_p > log(min_proba) and pmi > min_pmi

    pieces: Counter[str] = Counter()
    for clause in text:
        word = clause[0]
        for a, b in pairwise(clause):
            if is_strong(a, b):
                word += b
            else:
                pieces[word] += 1
                word = b
        pieces[word] += 1
    log_pieces = log(max(pieces.total(), 1))
    words = {w: n for w, n in pieces.items() if log(n) - log_pieces > log(min_proba)}

    total = sum(words.values())
    for word in sorted(words, key=len, reverse=True):
        if len(word) == 1:
            break
        count = words.pop(word)
        parts = _parts(word, words, total, classify)
        pmi = log(count) - log(total)
        for part in parts:
            pmi -= (log(words[part]) if part in words else LOG_0) - log(total)
        if pmi < len(word) - 1:
            for part in parts:
                words[part] = words.get(part, 0) + count
            total += count * (len(parts) - 1)
        else:
            words[word] = count
    return words


def _parts(word: str, words: Mapping[str, int], total: int, classify: Classify) -> list[str]:
    """Cut a word by the other words with nlp-zero's graph, then merge its letters and digits.

    The path from left to right with the greatest sum of ln(n / N); of equal sums the one whose last word is longest. A
    single character that is no word is a step of -100, but only to a place that no path has reached when its turn
    comes. Sums start at 1 as in nlp-zero, which decides how near-ties round.

    Merging goes from left to right: a part that ends in a letter or digit opens a run, and following parts of letters
    and digits alone join it. Any other part stands alone and ends the run, even where it ends in a letter or digit
    itself: only without a run before it does such a part open a new one.
    """
    best: dict[int, tuple[float, list[str]]] = {0: (1.0, [])}
    for start in range(len(word)):
        score, path = best[start]
        for end in range(start + 1, len(word) + 1):
            part = word[start:end]
            if part in words:
                new = score + (log(words[part]) - log(total))
                if end not in best or new > best[end][0]:
                    best[end] = (new, [*path, part])
        if start + 1 not in best:
            best[start + 1] = (score + LOG_0, [*path, word[start]])
    merged: list[str] = []
    open_run = False
    for part in best[len(word)][1]:
        alphanumeric = [classify(c) in (DIGIT, LATIN) for c in part]
        if open_run and all(alphanumeric):
            merged[-1] += part
        else:
            merged.append(part)
            open_run = alphanumeric[-1] and not open_run
    return merged


# Words by cohesion (word-discovery)


def cohesion_words(
    lines: Iterable[str],
    order: int,
    min_count: int,
    min_pmi: Sequence[float],
    classify: Classify,
    joined: bool = False,
) -> dict[Word, int]:
    """Find words by the method of word-discovery with exact counts, also at the starts and ends of lines.

    Keep an n-gram w of 2 <= l <= order units if n(w) >= min_count and cohesion(w), in nats, >= min_pmi[l - 1]. Cut the
    text into chains: a cut stands before unit i unless a kept n-gram covers units i - 1 and i. Count the chains; keep
    those with count >= min_count; then check back: a chain of fewer than 3 units stays, one of 3 to `order` units
    stays if it is a kept n-gram, a longer one stays if every window of `order` units is one.

    (word-discovery itself counts n-grams twice at the start of a line and not at all at its end, drops those of `order`
    units below min_count before it sums them to the lower orders, and lets n-grams, but not chains, cross blanks.)
    """
    text = clauses_of_lines(lines, joined, classify)
    counts = ngram_counts(text, order)
    total = sum(map(len, text))
    kept = {
        w
        for w, n in counts.items()
        if len(w) > 1 and n >= min_count and cohesion(w, counts, total) >= min_pmi[len(w) - 1]
    }
    chains: Counter[Word] = Counter()
    for clause in text:
        inside = [False] * (len(clause) + 1)
        for start in range(len(clause)):
            for end in range(start + 2, min(start + order, len(clause)) + 1):
                if tuple(clause[start:end]) in kept:
                    inside[start + 1 : end] = [True] * (end - start - 1)
        cuts = [i for i, covered in enumerate(inside) if not covered]
        chains.update(tuple(clause[i:j]) for i, j in pairwise(cuts))

    def is_solid(chain: Word) -> bool:
        if len(chain) < 3:
            return True
        length = min(order, len(chain))
        return all(chain[i : i + length] in kept for i in range(len(chain) - length + 1))

    return {w: n for w, n in chains.items() if n >= min_count and is_solid(w)}
