"""Every metric asks the same of every kind of frame that narwhals knows."""

from __future__ import annotations

import narwhals as nw
import pandas as pd
import pytest

from dbv_analysis.metrics import package_metrics
from dbv_analysis.model.metric import Grouped, Mean, Ratio, Value
from dbv_analysis.results.count import AREA, PERIOD
from tests.conftest import HALTON
from tests.results.plans import in_school, pounds_each, pounds_on_pupils, table
from tests.soak import SOAK

LIBRARIES = ("pandas", "pyarrow", "polars", "duckdb") if SOAK else ("pandas", "duckdb")
METRICS = package_metrics()
# Differences from row to row within a group are more than narwhals can ask of pyarrow.
NOT_ON_PYARROW = ("dsg_in_year_deficit", "dsg_implied_funding")


def as_frame(library: str, frame: pd.DataFrame) -> nw.LazyFrame:
    """The same rows as a frame of another library."""
    if library == "pandas":
        return nw.from_native(frame).lazy()
    engine = pytest.importorskip(library)
    arrow = pytest.importorskip("pyarrow").Table.from_pandas(frame, preserve_index=False)
    if library == "pyarrow":
        return nw.from_native(arrow).lazy()
    return nw.from_native(engine.from_arrow(arrow)).lazy()


def of_a_ledger(like: pd.DataFrame) -> pd.DataFrame:
    """What a made-up ledger gives: each sum on one day and in the year to it, with the other columns of ``like``."""
    kinds = {"placement": ("all", "inmss"), "transport": ("all", "in borough", "out of borough")}
    whats = ("children", "providers", "pounds a year", "pounds", "fewest behind", "largest pounds")
    groups = [(kind, name, what) for kind, names in kinds.items() for name in names for what in whats]
    cells = [(*one, basis, float(n)) for n, one in enumerate(groups, start=7) for basis in ("snapshot", "part_year")]
    rows = pd.DataFrame(cells, columns=["kind", "provision", "what", "basis", "count"])
    return like.iloc[[0] * len(rows)].reset_index(drop=True).assign(**rows, area_code=HALTON, symbol="")


def asked_for(asked, by: list[str]) -> list[list[tuple]]:
    """Every row that a definition asks for, as text in one order, whatever library it came from."""
    parts = []
    for one in asked if isinstance(asked, tuple) else (asked,):
        if isinstance(one, Grouped):
            return asked_for((*(other for other in asked if other is not one), one.groups), by) + asked_for(
                one.whole, []
            )
        if isinstance(one, Value):
            parts.append((one.of, one.value))
        elif isinstance(one, Mean):
            parts += [(one.total, nw.col("count")), (one.number, nw.col("count"))]
        elif isinstance(one, Ratio):
            part = one.of.filter(one.numerator) if isinstance(one.numerator, nw.Expr) else one.numerator
            parts += [(of, nw.col("count")) for of in (part, one.of, one.within) if of is not None]
        else:
            behind = getattr(one, "behind", None)
            parts += [(of, nw.col("count")) for of in (one.of, behind) if of is not None]
    return [rows_of(of, value, by) for of, value in parts]


def rows_of(of: nw.LazyFrame, value: nw.Expr, by: list[str]) -> list[tuple]:
    rows = of.with_columns(figure=value).select(*AREA, *PERIOD, *by, "symbol", "figure").collect()
    return sorted((*map(str, row[:-1]), as_number(row[-1])) for row in rows.iter_rows())


def as_number(value) -> float | str:
    return "none" if value is None or value != value else round(float(value), 6)


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_metric_counts_the_same_on_every_kind_of_frame(library):
    plans = table("""
        setting  count
        school   30
        school   12
        home     10
    """)
    part, whole = asked_for(in_school(as_frame(library, plans)), ["setting"])
    assert sum(row[-1] for row in part) == 42
    assert sum(row[-1] for row in whole) == 52


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("define", [pounds_on_pupils, pounds_each], ids=["a total", "a mean"])
def test_pounds_and_pupils_are_told_apart_on_every_kind_of_frame(library, define):
    plans = table("""
        setting  kind    count
        near     pounds  9000
        near     pupils  40
        far      pounds  x
        far      pupils  10
    """)
    money, pupils = asked_for(define(as_frame(library, plans)), ["setting"])
    assert [row[-3:] for row in money] == [("far", "x", "none"), ("near", "", 9000)]
    assert [row[-3:] for row in pupils] == [("far", "", 10), ("near", "", 40)]


@pytest.mark.parametrize(
    ("name", "library"),
    [
        (name, library)
        for name in METRICS
        for library in LIBRARIES[1:]
        if not (library == "pyarrow" and name in NOT_ON_PYARROW)
    ],
)
def test_every_metric_of_the_project_asks_the_same_of_every_kind_of_frame(two_areas, name, library):
    chosen = METRICS[name]
    here, there = (
        asked_for(
            chosen.define(**{table: as_frame(kind, two_areas[table]) for table in chosen.tables}),
            list(chosen.by.values()),
        )
        for kind in ("pandas", library)
    )
    assert there == here


@pytest.fixture(scope="module")
def two_areas(tables) -> dict[str, pd.DataFrame]:
    """The rows of the authority and of one other, which are enough to tell two libraries apart."""
    every = {**tables, "costs": of_a_ledger(tables["caseload"])}  # no ledger is shipped
    return {
        name: frame[frame["area_code"].isin([HALTON, "E08000016"])].reset_index(drop=True)
        for name, frame in every.items()
    }
