"""Releases of Explore education statistics: the DfE's open data as downloaded."""
