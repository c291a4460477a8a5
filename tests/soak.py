"""How much is tried: a little in `make test`, all of it in `make soak`, which sets DBV_SOAK."""

from __future__ import annotations

import os

SOAK = "DBV_SOAK" in os.environ


def examples(few: int, many: int) -> int:
    """How many made-up cases are tried."""
    return many if SOAK else few


def engines(*names: str) -> list[str]:
    """The engines that are tried: all of them, or DuckDB and pandas. PySpark is only where somebody installed it."""
    return [name for name in names if SOAK or name in ("duckdb", "pandas", "pyspark")]
