"""The deficit of the dedicated schools grant and its paths."""
