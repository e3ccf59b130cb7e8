"""What there is to tell of files and results, for people to read."""
