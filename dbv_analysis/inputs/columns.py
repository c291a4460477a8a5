"""What is said of a file that lacks a column."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from dbv_analysis.model.problems import DataProblem
from dbv_analysis.model.wording import did_you_mean


def missing_columns(
    needed: Iterable[str],
    columns: Collection[str],
    shown: str,
    fix: str,
    row: int | None = 1,
    like: Collection[str] | None = None,
) -> list[DataProblem]:
    """A problem for each needed column that a file lacks.

    ``row`` is that of the header, ``like`` the columns of which one may be meant, where not all may.
    """
    others = columns if like is None else like
    return [
        DataProblem(shown, f'has no column "{name}".{did_you_mean(name, others)}', fix, row=row, column=name)
        for name in dict.fromkeys(needed)
        if name not in columns
    ]
