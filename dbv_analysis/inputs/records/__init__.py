"""Person-level records: read from an authority's own extracts, kept as Parquet on its own machine, and counted.

Nothing here reaches a page but counts. ``fields`` and ``lists`` say what an extract holds, ``store`` keeps what was
read and what was rejected, and ``quality`` is what a rule of data quality is. Each format has its own folder beside
this one.
"""

CANARY = "CANARY"  # in every name and number of a made-up person: a test looks for any that gets out
