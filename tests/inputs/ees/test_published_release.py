"""Every area of the DfE's release of EHC plans, in every year, against the release's own totals and percentages.

The release is read a second time here, without the package, and compared with what `load` and `calculate` make of it.
What differs is listed with its cause in docs/differences.md, and nothing else may differ.
"""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis.inputs.load import load
from dbv_analysis.metrics import package_metrics
from dbv_analysis.model.pack import CONTROLLED
from dbv_analysis.model.sen2 import (
    ALTERNATIVE,
    EARLY_YEARS,
    ELSEWHERE,
    FURTHER_EDUCATION,
    INMSS,
    MAINSTREAM,
    RESOURCED,
    STATE_SPECIAL,
    UNKNOWN,
)
from dbv_analysis.model.settings import load_programme
from dbv_analysis.results.calculate import calculate
from tests.conftest import ROOT
from tests.inputs.sources import DFE, empty_project, put_source

RELEASE = "education-health-and-care-plans_2025.zip"
DIFFERENCES = ROOT / "docs" / "differences.md"
Row = dict[str, str]
Key = tuple[str, ...]  # area's code, period's label and, in a breakdown, the group
Figures = dict[Key, "float | str"]


@pytest.fixture(scope="module")
def folder(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that holds the release as downloaded, and nothing else."""
    data = empty_project(tmp_path_factory.mktemp("release"))
    file = Path(shutil.copy(published / RELEASE, data))
    return put_source(file, **DFE | {"release": "ehc-plans-2025"})


@pytest.fixture(scope="module")
def tables(folder: Path) -> dict[str, pd.DataFrame]:
    return load(folder).tables


@pytest.fixture(scope="module")
def figures(folder: Path, tables: dict[str, pd.DataFrame]) -> Callable[..., Figures]:
    """Gives a column of a metric's results, in the profile that hides nothing: the release hides nothing either."""
    filled = {name for name, table in tables.items() if not table.empty}
    metrics = [metric for metric in package_metrics().values() if filled & set(metric.tables)]
    results = calculate(metrics, tables, load_programme(folder).disclosure, CONTROLLED)
    by_metric = dict(iter(results.groupby("metric_id")))

    def figures(metric_id: str, column: str = "value", by: bool = False) -> Figures:
        rows = by_metric[metric_id]
        rows = rows[(rows["breakdown"] != "Total") if by else (rows["breakdown"] == "Total")]
        keys = zip(rows["area_code"], rows["period_label"], *([rows["breakdown"]] if by else []), strict=True)
        numbers = zip(rows[column], rows["symbol"], strict=True)
        return {key: symbol if pd.isna(number) else number for key, (number, symbol) in zip(keys, numbers, strict=True)}

    return figures


@pytest.fixture(scope="module")
def release(published: Path) -> Callable[[str], list[Row]]:
    """Reads a file of the release without the package."""
    read: dict[str, list[Row]] = {}

    def release(name: str) -> list[Row]:
        if name not in read:
            with zipfile.ZipFile(published / RELEASE) as archive, archive.open(f"data/{name}.csv") as stream:
                read[name] = list(csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")))
        return read[name]

    return release


def whole(rows: Iterable[Row]) -> list[Row]:
    """The rows that count everything: there the breakdown repeats its topic."""
    return [row for row in rows if row["breakdown_topic"] == row["breakdown"]]


def by_topic(rows: Iterable[Row], topic: str) -> list[Row]:
    return [row for row in rows if row["breakdown_topic"] == topic]


def area_of(row: Row) -> tuple[str, str]:
    """The area's code, and its name."""
    prefix = {"Local authority": "la", "Regional": "region", "National": "country"}[row["geographic_level"]]
    return row["new_la_code" if prefix == "la" else f"{prefix}_code"], row[f"{prefix}_name"]


def period_of(row: Row) -> str:
    """A period's label in the results. The release calls January 2024 the academic year 202324."""
    year = row["time_period"]
    return year if len(year) == 4 else f"January 20{year[-2:]}"


def added(table: pd.DataFrame, **chosen: object) -> Figures:
    """The sum of the rows of a table that are ``chosen``; a symbol among them is the sum."""
    for column, words in chosen.items():
        table = table[table[column].isin([words] if isinstance(words, str) else list(words))]
    keys = [table["area_code"], table["period_label"]]
    sums = table["count"].groupby(keys).sum()
    return {**sums.to_dict(), **table["symbol"].groupby(keys).max().loc[lambda symbol: symbol != ""].to_dict()}


def percent(part: Figures, of: Figures) -> Figures:
    """Shares as the release gives them: none (x) where a number is missing or there is nothing to have a share of."""
    missing = {key for key in part if "x" in (part[key], of[key]) or of[key] == 0}
    return {key: "x" if key in missing else 100 * part[key] / of[key] for key in part}


class Compared:
    """What was compared, and each difference: (figure, area, period, as printed, as here)."""

    def __init__(self) -> None:
        self.figures: dict[str, int] = {}
        self.differ: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)

    def compare(self, figure: str, rows: Iterable[Row], column: str, here: Figures, group: str = "") -> None:
        """Compare a column of the release. Where it has ``x`` for every area, there is no row here."""
        for row in rows:
            code, name = area_of(row)
            ours = here.get((code, period_of(row), *([group] if group else [])), "x")
            self.figures[figure] = self.figures.get(figure, 0) + 1
            written = rounded(ours)
            if written != row[column]:
                self.differ[figure, period_of(row)].append((name, row[column], written))

    def listed(self) -> set[tuple[str, ...]]:
        """The differences as docs/differences.md lists them: alike in more than 20 areas, they are one line."""
        lines = set()
        for (figure, period), differ in self.differ.items():
            if len(differ) > 20:
                (name, printed, here), *_ = sorted(differ, key=lambda one: one[0] != "England")
                lines.add((figure, f"{name} and {len(differ) - 1} more", period, printed, here))
            else:
                lines |= {(figure, name, period, printed, here) for name, printed, here in differ}
        return lines


def rounded(number: float | str) -> str:
    """A figure as the release writes it: a percentage with one decimal, and 5 rather than 5.0."""
    if isinstance(number, str):
        return number
    if float(number).is_integer():
        return str(int(number))
    return f"{Decimal(str(number)).quantize(Decimal('0.1'), ROUND_HALF_UP)}".removesuffix(".0")


SHARES = {
    # The release's total -> the metric whose numerator it is and whose value is its percentage, or the columns of it.
    "mainstream_total": "placement_mainstream_percent",
    "special_total": "placement_special_percent",
    "ap_pru_total": ALTERNATIVE,
    "fe_total": FURTHER_EDUCATION,
    "ed_elsewhere": ELSEWHERE,
    "nm_early_years": EARLY_YEARS,
    "placement_unknown": UNKNOWN,
}
PERCENT_OF = {"ap_pru_total": "AP_PRU_total_pc"}
TIMES = {
    # Of timeliness_20_week.csv: a count of it, its percentage, exceptions, and time taken.
    ("plans_issued_within_20_weeks", "pc_plans_issued_within_20_weeks"): ("included", "within 20 weeks"),
    ("plans_issued_gt20weeks_ltYear", "pc_plans_issued_gt20weeks_ltYear"): ("included", "20 to 52 weeks"),
    ("plans_issued_gt_1_year", "pc_plans_issued_gt_1_year"): ("included", "over 52 weeks"),
    ("plans_issued_20_weeks_ex", "PC_plans_issued_20_weeks_ex"): ("excluded", "within 20 weeks"),
    ("plans_issued_gt20weeks_ltYear_ex", "PC_plans_issued_gt20weeks_ltYear_ex"): ("excluded", "20 to 52 weeks"),
    ("plans_issued_gt_1_year_ex", "PC_plans_issued_gt_1_year_ex"): ("excluded", "over 52 weeks"),
}
TIMELINESS = {
    "plans_20_weeks_percent": ("plans_issued_den", "plans_issued_within_20_weeks", "pc_plans_issued_within_20_weeks"),
    "plans_20_weeks_excl_exceptions_percent": (
        "plans_issued_den_ex",
        "plans_issued_20_weeks_ex",
        "PC_plans_issued_20_weeks_ex",
    ),
}
NEEDS = {
    "asd": "Autistic spectrum disorder",
    "hi": "Hearing impairment",
    "mld": "Moderate learning difficulty",
    "msi": "Multi-sensory impairment",
    "oth": "Other difficulty or disability",
    "pd": "Physical disability",
    "pmld": "Profound and multiple learning difficulty",
    "semh": "Social, emotional and mental health",
    "slcn": "Speech, language and communication needs",
    "sld": "Severe learning difficulty",
    "spld": "Specific learning difficulty",
    "vi": "Vision impairment",
    "need_unknown": "Need unknown",
}


SEMH = {
    "placement_state_special_semh_count": ("Special - LA maintained", "Special - Academy/free schools"),
    "placement_inmss_semh_count": ("Special - independent", "Special - non-maintained"),
}
TOTALS_OF_NEEDS = {
    "Mainstream - total": MAINSTREAM,
    "Special - total": STATE_SPECIAL + INMSS,
    "AP/PRU - total": ALTERNATIVE,
    "FE - total": FURTHER_EDUCATION,
    "Educated elsewhere - total": ELSEWHERE,
}


@pytest.fixture(scope="module")
def compared(release, tables, figures) -> Compared:
    found = Compared()
    _placements(found, whole(release("caseload")), tables, figures)
    _ages(found, release("caseload"), tables, figures)
    _needs(found, release("sen_needs_all_plans"), tables, figures)
    _flows(found, release, tables, figures)
    return found


def _placements(found: Compared, rows: list[Row], tables: Mapping[str, pd.DataFrame], figures) -> None:
    placements = tables["placements"]
    every = added(placements)
    found.compare("ehcplans", rows, "ehcplans", figures("caseload_count"))
    denominator = figures("placement_mainstream_percent", "denominator")
    found.compare("ehcplans, as denominator of the placements", rows, "ehcplans", denominator)
    for total, behind in SHARES.items():
        share_column = PERCENT_OF.get(total, f"{total}_pc")
        if isinstance(behind, str):
            count, share = figures(behind, "numerator"), figures(behind)
        else:
            count = added(placements, placement=behind)
            share = percent(count, every)
        found.compare(total, rows, total, count)
        found.compare(share_column, rows, share_column, share)
    found.compare("elective_home_education", rows, "elective_home_education", figures("ehe_plans_count"))
    # The release has no total of these: its columns are added up here.
    for name, metric_id, columns in (
        ("independent and non-maintained special", "placement_inmss_percent", INMSS),
        ("state special", "placement_state_special_percent", STATE_SPECIAL),
        ("resourced provision and SEN units", "placement_resourced_percent", RESOURCED),
    ):
        sums = [{**row, "sum": _sum([row[name] for name in columns])} for row in rows]
        found.compare(name, sums, "sum", figures(metric_id, "numerator"))


def _sum(cells: list[str]) -> str:
    """The sum of cells. Until 2022 no authority was asked for some columns: x."""
    numbers = [int(cell) for cell in cells if cell != "x"]
    return str(sum(numbers)) if numbers else "x"


def _ages(found: Compared, rows: list[Row], tables: Mapping[str, pd.DataFrame], figures) -> None:
    of_age: dict[str, list[Row]] = defaultdict(list)
    for row in by_topic(rows, "Child or young persons age"):
        of_age["2" if row["breakdown"] == "under 3" else row["breakdown"].removeprefix("age ")].append(row)
    for age, part in tables["plans_by_age"].groupby("age"):
        found.compare("plans of each age", of_age[age], "ehcplans", added(part))
    years = {period_of(row) for row in of_age["9"]}
    every = [row for row in whole(rows) if period_of(row) in years]
    found.compare("ehcplans, as sum of the ages", every, "ehcplans", figures("plans_by_age_count"))


def _needs(found: Compared, rows: list[Row], tables: Mapping[str, pd.DataFrame], figures) -> None:
    every = whole(rows)
    by_need = figures("plans_by_need_count", by=True)
    total = figures("plans_by_need_count")
    found.compare("ehc_plans, as sum of the needs", every, "ehc_plans", total)
    for short, need in NEEDS.items():
        share = {key: 100 * count / total[key[:2]] for key, count in by_need.items() if key[2] == need}
        found.compare(f"number_{short}", every, f"number_{short}", by_need, need)
        pc = "unknown_pc" if short == "need_unknown" else f"{short}_pc"
        found.compare(pc, every, pc, share, need)
    placed = by_topic(rows, "Type of placement")
    for metric_id, names in SEMH.items():
        cells: dict[str, list[str]] = defaultdict(list)
        rows_of = {area_of(row)[0]: row for row in placed if row["breakdown"] in names}
        for row in placed:
            if row["breakdown"] in names:
                cells[area_of(row)[0]].append(row["number_semh"])
        sums = [{**row, "sum": _sum(cells[code])} for code, row in rows_of.items()]
        found.compare(f"number_semh of {' and '.join(names)}", sums, "sum", figures(metric_id))
    leaves = tables["plans_by_need"][tables["plans_by_need"]["placement"] != "all"]
    for name, columns in TOTALS_OF_NEEDS.items():
        totals = [row for row in placed if row["breakdown"] == name]
        found.compare(f"ehc_plans of {name}", totals, "ehc_plans", added(leaves, placement=columns))


def _flows(found: Compared, release, tables: Mapping[str, pd.DataFrame], figures) -> None:
    for file, column, metric_id in (
        ("requests", "requests_received_in_year", "requests_count"),
        ("newplans", "new_ehc_plans", "new_plans_count"),
        ("ceased_plans", "total_ceased", "plans_ceased_count"),
    ):
        found.compare(column, whole(release(file)), column, figures(metric_id))
    assessments = whole(release("assessments"))
    found.compare("assess_in_year", assessments, "assess_in_year", added(tables["flows"], flow="assessments"))
    found.compare("assess_issued", assessments, "assess_issued", added(tables["flows"], flow="assessments issued"))
    found.compare("assess_issued_pc", assessments, "assess_issued_pc", figures("assessments_agreed_percent"))
    timeliness, table = whole(release("timeliness_20_week")), tables["timeliness"]
    for metric_id, (denominator, numerator, share) in TIMELINESS.items():
        found.compare(denominator, timeliness, denominator, figures(metric_id, "denominator"))
        found.compare(numerator, timeliness, numerator, figures(metric_id, "numerator"))
        found.compare(share, timeliness, share, figures(metric_id))
    for (count, share), (exceptions, taken) in TIMES.items():
        part = added(table, exceptions=exceptions, time_taken=taken)
        if taken != "within 20 weeks":
            found.compare(count, timeliness, count, part)
            found.compare(
                share, timeliness, share, percent(part, added(table, exceptions=exceptions, time_taken="all"))
            )


def written_down() -> dict[tuple[str, ...], str]:
    """The lines of the table in docs/differences.md, each with its cause."""
    lines = [line for line in DIFFERENCES.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return {(row[0].strip("` "), *(cell.strip() for cell in row[1:5])): row[5] for row in rows}


def test_what_differs_from_the_release_is_what_the_list_of_differences_says_and_nothing_else(compared):
    listed = written_down()
    assert compared.listed() == set(listed)
    assert all(cause.endswith(".") for cause in listed.values())


def test_every_area_every_year_and_every_figure_is_compared(compared, release):
    rows = whole(release("caseload"))
    assert len({area_of(row) for row in rows}) == 169
    assert len({period_of(row) for row in rows}) == 7
    assert compared.figures["mainstream_total_pc"] == len(rows) == 1134
    assert sum(compared.figures.values()) > 50_000


def test_halton_and_its_region_differ_in_nothing_but_one_total_that_the_release_counted_in_another_way(compared):
    differ = {
        (figure, period)
        for (figure, period), found in compared.differ.items()
        if {name for name, _, _ in found} & {"Halton", "North West"}
    }
    assert {figure for figure, _ in differ} == {"ed_elsewhere", "ed_elsewhere_pc"}
    assert max(period for _, period in differ) == "January 2023"


def test_until_2023_the_releases_total_of_those_educated_elsewhere_leaves_out_three_of_its_columns(release, tables):
    here = added(tables["placements"], placement=ELSEWHERE)
    left_out = ("other_placement_settings", "await_prov_2022", "perm_ex_2022")
    rows = [row for row in whole(release("caseload")) if period_of(row) <= "January 2023"]
    assert len(rows) == 808
    for row in rows:
        outside = sum(int(row[name]) for name in left_out if row[name] != "x")
        assert int(row["ed_elsewhere"]) + outside == here[area_of(row)[0], period_of(row)]


def test_where_england_has_fewer_placements_than_plans_its_two_regions_lack_them(release, figures):
    denominator = figures("placement_mainstream_percent", "denominator")
    plans = figures("caseload_count")
    missing = {
        code: plans[code, "January 2024"] - denominator[code, "January 2024"]
        for code in ("E92000001", "E12000006", "E12000007")
    }
    assert missing == {"E92000001": 3645, "E12000006": 459, "E12000007": 3186}
    assert 459 + 3186 == 576_474 - 572_829 == 3645


def test_where_a_rounded_percentage_differs_by_a_tenth_the_share_lies_exactly_between(tables):
    every = added(tables["placements"])
    for code, columns in (("E06000044", FURTHER_EDUCATION), ("E06000026", ELSEWHERE)):
        of = (code, "January 2024")
        part = added(tables["placements"], placement=columns)[of]
        assert Decimal(100 * part) / Decimal(every[of]) % Decimal("0.1") == Decimal("0.05")
