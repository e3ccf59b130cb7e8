"""Exact counting of integer keys, files of arrays, and where work runs."""
