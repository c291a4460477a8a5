"""Tables become the results table: counted, hidden where few are behind a figure, divided, and kept."""
