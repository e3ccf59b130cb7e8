"""What a character is, and text as arrays of code points."""
