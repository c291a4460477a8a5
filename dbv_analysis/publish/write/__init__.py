"""The files of a pack, each written from the same results."""
