"""Word discovery (新词发现): n-gram counts of a corpus, and the methods that find words in them."""
