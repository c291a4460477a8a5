"""Person-level records: read from an authority's own extracts, kept as Parquet on its own machine, and counted.

Nothing here reaches a page but counts. ``fields`` says what a return holds, ``sen2_xml`` and ``sen2_export`` read it,
``store`` keeps what was read and what was rejected, ``rules`` look at its quality, and ``plans`` counts.
"""
