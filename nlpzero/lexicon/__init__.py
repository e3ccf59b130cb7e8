"""Word lists (词典): read from files, looked up in arrays."""
