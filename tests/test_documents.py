from __future__ import annotations

import csv
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from dbv_analysis.periods import Period
from dbv_analysis.sources import sha256_of
from tests.conftest import ROOT

RAW = ROOT / "data" / "raw"
APPLICATION, REPORT = RAW / "grant-application-2023-12", RAW / "quarterly-report-2024-09"
TEXTS = {APPLICATION: "004_58a3cba56c719f1e.txt", REPORT: "000_8a702fd41a52e51c.txt"}
EXTRACTS = [path for folder in TEXTS for path in sorted(folder.glob("*.csv"))]
WORKSTREAMS = ("Workstream: Behaviour Support Change Programme", "Workstream 2: Inclusion Programme")

VALUES = ("pounds", "percent", "value", "count")
SEN_PROVISION = {"EHCP": "EHC plan", "SEN Support": "SEN support"}
LAST_RELEASE, CURRENT = "spring term 2024", "2024-09-01 to 2024-09-21"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def one_spaced(text: str) -> str:
    return " ".join(text.split())


def occurs(printed: str, text: str) -> bool:
    """Whether ``printed`` stands in ``text`` as a whole figure, not as a piece of a longer one."""
    return re.search(rf"(?<![\d.,]){re.escape(printed)}(?!\d|[.,]\d)", text) is not None


def value_of(row: dict[str, str]) -> str:
    return next(row[name] for name in VALUES if name in row)


def number_in(printed: str) -> float | None:
    """The number that a printed figure says, in pounds or per cent; None where a dash stands for none."""
    if printed == "-":
        return None
    digits, millions = re.fullmatch(r"£? ?([\d,]+(?:\.\d+)?) ?%?(m?)", printed).groups()
    return float(digits.replace(",", "")) * (1_000_000 if millions else 1)


@pytest.fixture
def texts(documents: Path) -> dict[Path, str]:
    return {folder: (documents / name).read_text(encoding="utf-8") for folder, name in TEXTS.items()}


def test_figures_were_copied_from_each_of_the_two_documents():
    assert {path.parent for path in EXTRACTS} == {APPLICATION, REPORT}
    assert all(rows_of(path) for path in EXTRACTS)


@pytest.mark.parametrize("path", EXTRACTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_printed_figure_stands_in_its_document(texts, path):
    text = one_spaced(texts[path.parent])
    assert [row["printed"] for row in rows_of(path) if not occurs(one_spaced(row["printed"]), text)] == []


@pytest.mark.parametrize("path", EXTRACTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_printed_figure_stands_under_the_heading_that_it_names(texts, path):
    text = one_spaced(texts[path.parent])
    strayed = []
    for row in rows_of(path):
        heading = next((name for name in WORKSTREAMS if row["section"].startswith(name)), None)
        at = text.rindex(heading or row["section"].split(": ")[-1])
        end = text.find(WORKSTREAMS[1], at + 1) if heading == WORKSTREAMS[0] else -1
        if not occurs(one_spaced(row["printed"]), text[at:] if end < 0 else text[at:end]):
            strayed.append((row["section"], row["printed"]))
    assert strayed == []


@pytest.mark.parametrize("path", EXTRACTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_value_is_the_number_in_its_printed_text(path):
    for row in rows_of(path):
        number = number_in(row["printed"])
        assert value_of(row) == "x" if number is None else float(value_of(row)) == pytest.approx(number, abs=1e-6)


@pytest.mark.parametrize("path", EXTRACTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_an_extract_names_the_very_text_it_was_copied_from(documents, path):
    source = tomllib.loads(path.with_name(f"{path.stem}.source.toml").read_text(encoding="utf-8"))
    assert source["original"]["sha256"] == sha256_of(documents / TEXTS[path.parent])


@pytest.mark.parametrize("path", EXTRACTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_document_was_published_on_the_day_that_it_prints(texts, path):
    source = tomllib.loads(path.with_name(f"{path.stem}.source.toml").read_text(encoding="utf-8"))
    day = {APPLICATION: "Date of Submission: 20/12/2023", REPORT: "Submitted to DfE on 26th September 2024"}
    assert day[path.parent] in texts[path.parent]
    assert source["published"] == {APPLICATION: date(2023, 12, 20), REPORT: date(2024, 9, 26)}[path.parent]


def printed_scenarios(text: str) -> dict[tuple[str, str, str], str]:
    """The table under “Scenario Selection & Rationale”: scenario, measure and printed year to printed figure."""
    lines = iter(text[text.index("Scenario Selection & Rationale") :].splitlines())
    years = next(line for line in lines if line.startswith("Year\t")).split("\t")[1:]
    table = {}
    for line in lines:
        if not line.strip():
            return table
        label, *cells = line.split("\t")
        scenario, measure = label.split(" ", 1)
        for year, cell in zip(years, cells, strict=True):
            table[scenario, measure.lower(), year] = one_spaced(cell)
    return table


def test_the_scenarios_are_the_table_of_the_application(texts):
    printed = printed_scenarios(texts[APPLICATION])
    rows = rows_of(APPLICATION / "scenarios.csv")
    assert len(printed) == len(rows) == 36
    assert {(row["scenario"], row["measure"], row["period_printed"]): row["printed"] for row in rows} == printed


def test_the_pounds_of_the_scenarios_are_the_tables(texts):
    printed = printed_scenarios(texts[APPLICATION])
    for row in rows_of(APPLICATION / "scenarios.csv"):
        tenths = printed[row["scenario"], row["measure"], row["period_printed"]].removeprefix("£ ").removesuffix("m")
        assert int(row["pounds"]) == int(tenths.replace(".", "")) * 100_000


def test_a_scenarios_year_is_read_as_the_financial_year_that_ends_in_it_and_a_balance_as_its_last_day():
    for row in rows_of(APPLICATION / "scenarios.csv"):
        period, last = Period.parse(row["period"]), date(int(row["period_printed"]), 3, 31)
        first = date(last.year - 1, 4, 1) if row["measure"] == "expenditure" else last
        assert (period.start, period.end) == (first, last)


def printed_absence(text: str) -> dict[tuple[str, str], str]:
    """The table “% OVERALL Absence”: group and period, as the extracts write them, to printed figure."""
    lines = iter(text.splitlines())
    next(line for line in lines if line.startswith("% OVERALL Absence\t"))
    years = [cell for cell in next(lines).split("\t") if cell.isdigit()]
    periods = [f"academic year {int(year) - 1}-{year[2:]}" for year in years]
    table = {}
    for line in lines:
        if not line.strip():
            return table
        label, *cells = line.split("\t")
        *by_year, last_release, term, current, day = cells
        assert (term, day) == ("Spr 24", "21/09/2024")
        first, _, second = label.partition(" & ")
        group = SEN_PROVISION[first] + (f" and {second}" if second else "")
        columns = [*periods, LAST_RELEASE, CURRENT]
        for period, cell in zip(columns, [*by_year, last_release, current], strict=True):
            table[group, period] = cell
    return table


def test_the_absence_figures_are_the_table_of_the_report(texts):
    printed = printed_absence(texts[REPORT])
    full_years = {
        (row["breakdown"], row["period"]): row["printed"]
        for row in rows_of(REPORT / "printed_figures.csv")
        if row["metric_id"] == "overall_absence_percent" and "table" in row["section"]
    }
    newest = {(row["sen_provision"], row["period"]): row["printed"] for row in rows_of(REPORT / "absence.csv")}
    assert len(printed) == 6 * 7
    assert full_years == {key: cell for key, cell in printed.items() if key[1].startswith("academic year")}
    assert newest == {key: cell for key, cell in printed.items() if key[1] in (LAST_RELEASE, CURRENT)}


def printed_placements(text: str) -> dict[tuple[str, str], str]:
    """The placement lines of one “Top Level Measures” list: label and printed year to printed figure."""
    table = {}
    for line in text.splitlines():
        if line.startswith("Placement in"):
            label, rest = line.split(":\t") if ":\t" in line else line.split(" :\t")
            for year, cell in re.findall(r"(20\d\d) ?[-:] ?(\d+\.\d+ ?%)", rest):
                table[label.strip(), year] = cell
    return table


@pytest.mark.parametrize("workstream", WORKSTREAMS)
def test_the_placements_are_the_top_level_measures_of_each_workstream(texts, workstream):
    first, second = texts[REPORT].split(WORKSTREAMS[1])
    printed = printed_placements(first if workstream == WORKSTREAMS[0] else second)
    copied = {
        (row["label_printed"], row["period_printed"]): row["printed"]
        for row in rows_of(REPORT / "printed_figures.csv")
        if row["section"] == f"{workstream}: Top Level Measures" and row["label_printed"].startswith("Placement in")
    }
    assert len(printed) == 6
    assert copied == printed


def test_a_placement_of_a_year_is_read_as_the_census_of_its_january():
    for row in rows_of(REPORT / "printed_figures.csv"):
        if row["label_printed"].startswith("Placement in"):
            period = Period.parse(row["period"])
            assert (str(period.start.year), period.start.month, period.basis) == (row["period_printed"], 1, "snapshot")
