"""Perturbed masking: words and trees read off a masked language model of the BERT kind, without training."""
