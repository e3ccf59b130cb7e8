"""Similarity of texts (文本相似度): the least cost of moving the words of one onto the other."""
