"""Word vectors from co-occurrence counts: simpler GloVe, its files, queries and evaluation."""
