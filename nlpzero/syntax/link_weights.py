"""The numbers of parsing by links: what each thing that is known of two words adds to the weight of their link.

Raw text tells all that is known; these numbers alone come from trees. They were fitted to the 470 sentences of 2 to 40
words of the dev part of UD Chinese GSDSimp, cut as there, with counts of 18.1 million words of balanced text, articles
and news, by `tests/benchmarks/fit_links.py`. Fitted to two thirds of these sentences they find .539 of the links of the
others, and fitted to all of them .540: they say nothing of single sentences.
"""

import numpy as np

WORDS = (
    "closes",  # ln of the rate at which the word ends clauses, over that of all words
    "opens",  # the same of beginning
    "common",  # ln of how many times as frequent as a just common word it is; from 0
    "closes, common",  # the product
    "opens, common",
    "often",  # ln of occurrences in a million words
    "unknown",  # it was never seen
    "single",  # it is one character
    "mark before",  # punctuation stands before it
    "mark after",
    "word before closes",
)
PAIRS = (
    "far",  # ln of the distance
    "far, common left",
    "far, common right",
    "near",  # neighbours
    "attraction",  # ln((n + 1) / (E + 1))
    "near, right opens",
    "over marks",  # punctuation stands between
    "over two",  # at two places or more
    "over, right opens",
    "whole",  # the first and the last word
)
LEFT = np.array([-0.09, -0.27, -0.48, 0.14, 0.53, -0.02, -0.54, 0.08, -0.27, -0.55, -0.14])
"""Of the left word of a link."""
RIGHT = np.array([0.36, -0.37, -0.54, 0.22, 0.13, 0.03, -0.29, 0.25, -0.62, 1.16, -0.04])
"""Of its right word."""
BOTH = np.array([-1.35, 0.33, 0.25, -0.63, 0.42, -1.39, -0.92, 1.09, 0.51, -2.3])
"""Of the two together."""
RIGHT_IS_HEAD = np.concatenate(
    [
        [-0.0, 0.3, -0.15, -0.13, -0.31, 0.01, 0.17, -0.1, -0.34, -1.14, 0.15],
        [-0.05, -0.16, -0.04, 0.37, 0.49, 0.07, -0.72, -0.21, -0.13, -0.27, -0.06],
        [-0.19, 0.04, 0.25, -0.02, -0.09, -0.08, 0.12, -0.06, 0.15, 0.43, 1.45],
    ]
)
"""Of the right word being the head of a link, as ln of odds: its left word, its right word, both, and 1."""
HEAD = np.array([-0.07, -0.26, 0.07, 0.09, 0.39, 0.1, -0.2, -0.59, 0.84, 0.87, -0.25, -0.04])
"""Of the head of a sentence: its words' numbers, and last the number of links to expect."""
