"""Sentence templates: finding them by the skip-grams of words, parsing sentences with them, drawing the parses."""
