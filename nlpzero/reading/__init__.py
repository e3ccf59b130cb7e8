"""A corpus (语料库): files and standard input, unpacked and decoded, as blocks of whole lines."""
