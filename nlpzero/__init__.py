"""Unsupervised Chinese language processing: words and their cutting, learned from plain text."""

__version__ = "0.1.0"
