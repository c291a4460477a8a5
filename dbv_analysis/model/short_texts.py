"""How a table keeps its texts in memory: as Python's strings, which are quicker than Arrow's on tables of this size.

Arrow's are smaller where there are millions of rows. Tables here have some thousands, and pages ask for a row or a
few at a time: on these Python's save a third of the time.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

import pandas as pd


def short_texts() -> AbstractContextManager[None]:
    """Within it, and as its decorator, new columns of text hold Python's strings."""
    return pd.option_context("mode.string_storage", "python")


@short_texts()
def with_short_texts(frame: pd.DataFrame) -> pd.DataFrame:
    """The same table, its columns of text held as Python's strings."""
    return frame.astype(dict.fromkeys(frame.columns[frame.dtypes == "str"], "str"))
