"""Exact n-gram counts (n元组计数) and what is measured on them."""
