"""Corpora read by their words: key words, concordances, collocations, frequencies, dispersion."""
