"""What the tables' schemas declare to add up: each sum gives a hidden figure away, and the shipped rows agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from inspect import Parameter, Signature

import narwhals as nw
import pandas as pd
import pytest

from dbv_analysis.model.metric import Count, Metric
from dbv_analysis.model.pack import CONTROLLED
from dbv_analysis.model.settings import Disclosure
from dbv_analysis.model.tables import TABLES
from dbv_analysis.model.units import COUNT, NEITHER
from dbv_analysis.results.audit.disclosure_audit import audit
from dbv_analysis.results.calculate import results_of
from dbv_analysis.results.count import count_figures

PERIOD = {
    "area_code": "E06000001",
    "area_name": "Here",
    "geographic_level": "Local authority",
    "symbol": "",
    "period_label": "January 2024",
    "period_start": date(2024, 1, 18),
    "period_end": date(2024, 1, 18),
    "basis": "snapshot",
    "as_at": date(2024, 1, 18),
    "source": "A return",
    "release": "return-1",
    "published": date(2024, 1, 18),
}


@dataclass(frozen=True)
class Row:
    """A made-up row of a table: what its other columns hold, apart by " | ", and its count."""

    table: str
    cells: str
    count: float

    @property
    def columns(self) -> dict[str, str]:
        return dict(cell.split("=") for cell in self.cells.split(" | ") if cell)


@dataclass(frozen=True)
class Expected:
    """A sum: which rows are the whole and which its parts, as conditions; by what; and rows of which it is true.

    The last part is what is hidden. ``beside`` are rows of the same tables that have no share in the sum.
    """

    whole: tuple[str, str]
    parts: tuple[str, str]
    rows: tuple[Row, ...]
    by: tuple[str, ...] = ()
    beside: tuple[Row, ...] = ()
    at_most: bool = False


NEED, OTHER = "Hearing impairment", "Vision impairment"
INCLUDED, EXCLUDED = "exceptions=included", "exceptions=excluded"


def _among(whole: str, part: str) -> Expected:
    cells = "sen_provision=EHC plan | what="
    rows = (Row("attendance", cells + whole, 3), Row("attendance", cells + part, 2))
    beside = (Row("attendance", f"sen_provision=No SEN | what={part}", 90),)
    conditions = (("attendance", f"what == '{name}'") for name in (whole, part))
    return Expected(*conditions, rows, ("sen_provision",), beside, at_most=True)


SUMS = {
    "plans by placement": Expected(
        ("caseload", ""),
        ("placements", ""),
        (Row("caseload", "", 9), Row("placements", "placement=neet", 6), Row("placements", "placement=w_settings", 3)),
    ),
    "plans by primary need": Expected(
        ("caseload", ""),
        ("plans_by_need", "placement == 'all'"),
        (
            Row("caseload", "", 9),
            Row("plans_by_need", f"placement=all | need={NEED}", 6),
            Row("plans_by_need", f"placement=all | need={OTHER}", 3),
        ),
        beside=(Row("plans_by_need", f"placement=neet | need={NEED}", 90),),
    ),
    "plans by age": Expected(
        ("caseload", ""),
        ("plans_by_age", ""),
        (Row("caseload", "", 9), Row("plans_by_age", "age=4", 6), Row("plans_by_age", "age=5", 3)),
    ),
    "plans of a primary need by placement": Expected(
        ("plans_by_need", "placement == 'all'"),
        ("plans_by_need", "placement != 'all'"),
        (
            Row("plans_by_need", f"placement=all | need={NEED}", 9),
            Row("plans_by_need", f"placement=neet | need={NEED}", 6),
            Row("plans_by_need", f"placement=w_settings | need={NEED}", 3),
        ),
        ("need",),
        (Row("plans_by_need", f"placement=neet | need={OTHER}", 90),),
    ),
    "plans in a placement by primary need": Expected(
        ("placements", ""),
        ("plans_by_need", "placement != 'all'"),
        (
            Row("placements", "placement=neet", 9),
            Row("plans_by_need", f"placement=neet | need={NEED}", 6),
            Row("plans_by_need", f"placement=neet | need={OTHER}", 3),
        ),
        ("placement",),
        (
            Row("plans_by_need", f"placement=all | need={NEED}", 90),
            Row("plans_by_need", f"placement=w_settings | need={NEED}", 90),
        ),
    ),
    "plans issued by time taken": Expected(
        ("timeliness", "time_taken == 'all'"),
        ("timeliness", "time_taken != 'all'"),
        (
            Row("timeliness", f"{INCLUDED} | time_taken=all", 9),
            Row("timeliness", f"{INCLUDED} | time_taken=within 20 weeks", 6),
            Row("timeliness", f"{INCLUDED} | time_taken=over 52 weeks", 3),
        ),
        ("exceptions",),
        (Row("timeliness", f"{EXCLUDED} | time_taken=20 to 52 weeks", 90),),
    ),
    "plans issued without exceptions": Expected(
        ("timeliness", "exceptions == 'included'"),
        ("timeliness", "exceptions == 'excluded'"),
        (
            Row("timeliness", f"{INCLUDED} | time_taken=over 52 weeks", 3),
            Row("timeliness", f"{EXCLUDED} | time_taken=over 52 weeks", 2),
        ),
        ("time_taken",),
        (Row("timeliness", f"{EXCLUDED} | time_taken=20 to 52 weeks", 90),),
        at_most=True,
    ),
    "severe absence": _among("persistent", "severe"),
    "persistent absence": _among("enrolments", "persistent"),
    "sessions missed": _among("possible sessions", "missed sessions"),
    "costs by provision": Expected(
        ("costs", "provision == 'all'"),
        ("costs", "provision != 'all' and provision != 'inmss'"),
        (
            Row("costs", "kind=placement | what=children | provision=all", 9),
            Row("costs", "kind=placement | what=children | provision=special_independent", 6),
            Row("costs", "kind=placement | what=children | provision=neet", 3),
        ),
        ("kind", "what"),
        (
            Row("costs", "kind=placement | what=children | provision=inmss", 90),
            Row("costs", "kind=placement | what=pounds | provision=neet", 90),
            Row("costs", "kind=transport | what=children | provision=unknown", 90),
        ),
    ),
    "costs of independent and non-maintained special schools": Expected(
        ("costs", "provision == 'inmss'"),
        ("costs", "provision == 'special_independent' or provision == 'special_non_maintained'"),
        (
            Row("costs", "kind=placement | what=children | provision=inmss", 9),
            Row("costs", "kind=placement | what=children | provision=special_independent", 6),
            Row("costs", "kind=placement | what=children | provision=special_non_maintained", 3),
        ),
        ("kind", "what"),
        (
            Row("costs", "kind=placement | what=children | provision=neet", 90),
            Row("costs", "kind=placement | what=pounds | provision=special_independent", 90),
        ),
    ),
}  # fmt: skip
each_sum = pytest.mark.parametrize("expected", SUMS.values(), ids=SUMS)


def given_away(rows: tuple[Row, ...], hidden: int) -> list[str]:
    """The figures that the audit finds to follow from rows of which each is a figure, shown but for one."""
    tables = {
        name: pd.DataFrame([PERIOD | row.columns | {"which": str(i), "count": row.count} for i, row in of])
        for name, of in _by_table(rows).items()
    }
    metrics = [_count_of(name, str(i)) for name, of in _by_table(rows).items() for i, _ in of]
    counts = count_figures(metrics, tables)
    pack = results_of(counts, Disclosure(threshold=5), CONTROLLED)
    pack.loc[pack["metric_id"] == f"row_{hidden}", "symbol"] = "c"
    return [one.figure["metric_id"] for one in audit(pack, {}, counts, [], Disclosure(threshold=5)).recovered]


def _by_table(rows: tuple[Row, ...]) -> dict[str, list[tuple[int, Row]]]:
    tables: dict[str, list[tuple[int, Row]]] = {}
    for i, row in enumerate(rows):
        tables.setdefault(row.table, []).append((i, row))
    return tables


def _count_of(table: str, which: str) -> Metric:
    def define(**tables):
        return Count(tables[table].filter(nw.col("which") == which))

    define.__signature__ = Signature([Parameter(table, Parameter.KEYWORD_ONLY)])  # the tables are a metric's arguments
    return Metric(f"row_{which}", "Made up", "Made up", COUNT, NEITHER, "These tests", define, {}, (), 1)


@each_sum
def test_a_hidden_figure_that_follows_from_one_sum_alone_is_found(expected):
    rows = (*expected.rows, *expected.beside)
    hidden = len(expected.rows) - 1
    assert given_away(rows, hidden) == [f"row_{hidden}"]


@each_sum
def test_rows_that_do_not_add_up_give_nothing_away(expected):
    whole, *parts = expected.rows
    spoilt = Row(whole.table, whole.cells, 1 if expected.at_most else 10)
    assert given_away((spoilt, *parts, *expected.beside), len(parts)) == []


def test_the_sums_that_are_declared_are_these_and_no_others():
    declared = [declared for table in TABLES.values() for declared in table.sums]
    assert sorted(one.text for one in declared) == sorted(SUMS)
    for one in declared:
        expected = SUMS[one.text]
        assert (one.whole.table, one.parts.table) == (expected.whole[0], expected.parts[0])
        assert (one.by, one.at_most) == (expected.by, expected.at_most)


def _chosen(tables: dict[str, pd.DataFrame], side: tuple[str, str]) -> pd.DataFrame:
    table, condition = side
    return tables[table].query(condition) if condition else tables[table]


@pytest.mark.parametrize("text", [text for text, one in SUMS.items() if one.whole[0] not in ("attendance", "costs")])
def test_the_shipped_figures_add_up_as_is_declared(tables, text):
    """Counted by hand: of the sums of numbers, the greater part hold; where they do not, a return lacks something."""
    expected = SUMS[text]
    key = ["area_code", "period", "release", *expected.by]
    whole, parts = (
        _chosen(tables, side).groupby(key)["count"].agg(lambda counts: counts.sum(skipna=False))
        for side in (expected.whole, expected.parts)
    )
    left = (whole - parts).dropna()
    holds = left >= 0 if expected.at_most else left.abs() < 0.5
    assert len(left) > 10
    assert holds.mean() > 0.75
