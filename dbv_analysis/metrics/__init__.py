"""One module a section. A metric is one function; adding one touches nothing else."""
