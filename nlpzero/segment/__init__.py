"""Segmentation (分词): text cut into the words of a lexicon."""
