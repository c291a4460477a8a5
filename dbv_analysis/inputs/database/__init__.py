"""Rows from a database, by queries that only read."""
