"""What may be said of two figures: changes, comparators, intervals, limits, grades."""
