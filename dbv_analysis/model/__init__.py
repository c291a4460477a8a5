"""The nouns that all other rooms share: periods, metrics, sources, settings, tables, units. Nothing here calculates."""
