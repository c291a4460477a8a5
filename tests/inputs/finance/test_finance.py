"""Allocations, Section 251 tables and ledgers, as inputs: what they become, and what is refused in which words."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis.inputs.finance.dsg import read_allocations
from dbv_analysis.inputs.finance.s251 import lines
from dbv_analysis.inputs.load import load, quality
from dbv_analysis.metrics import package_metrics
from dbv_analysis.model.pack import CONTROLLED, PUBLIC
from dbv_analysis.model.settings import Disclosure
from dbv_analysis.results.calculate import calculate
from tests.conftest import HALTON
from tests.inputs.commitments.test_read import CARRIED, PLACED
from tests.inputs.commitments.test_read import write as write_ledger
from tests.inputs.sources import empty_project, problems_of, put_source

BEFORE, AFTER = "High needs block before deductions", "High needs block after deductions"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return empty_project(tmp_path)


def put(raw: Path, path: Path, form: str, title: str = "A title", release: str = "") -> Path:
    """A file among the inputs, with its source."""
    file = Path(shutil.copy(path, raw))
    settings = {"format": form, "title": title, "release": release or path.stem, "publisher": "Somebody"}
    return put_source(file, "2024-09-26", **settings)


def refused(read: Callable[[], object]) -> str:
    return "\n".join(map(str, problems_of(read)))


# The allocations of the dedicated schools grant.

TITLES = [
    "Dedicated schools grant: 2024 to 2025 allocations",
    None,
    "before deductions",
    None,
    "after deductions",
    None,
]
HEADINGS = [None, None, "Schools block (£s)", "High needs block (£s)", "Schools block (£s)", "High needs block (£s)"]
ENGLAND = ["ENGLAND", None, 9, 300, 9, 200]
AREAS = [
    [876, "Halton", 4, 100, 4, 90],
    ["North West", None, 4, 100, 4, 90],
    ["UNITARY AUTHORITIES", None, 4, 100, 4, 90],
]


def workbook(path: Path, *rows: list, sheet: str = "Allocations", **more: list[list]) -> Path:
    with pd.ExcelWriter(path) as writer:
        for name, cells in {"Notes": [["Nothing"]], sheet: list(rows), **more}.items():
            pd.DataFrame(cells).to_excel(writer, sheet_name=name, header=False, index=False)
    return path


def changed(rows: list, old: str, new: str | None) -> list:
    return [
        new if cell == old else cell if not isinstance(cell, str) else cell.replace(old, new or "") for cell in rows
    ]


def by_area(rows: pd.DataFrame) -> dict[tuple[str, str], float]:
    return rows.astype({"pounds": float}).set_index(["area_code", "line"])["pounds"].to_dict()


def shipped(data: Path) -> dict[tuple[str, str], float]:
    return by_area(pd.read_csv(data / "dfe-dsg-2023-24" / "high_needs_funding.csv"))


def test_the_dfes_workbook_gives_the_shipped_figures_to_the_pound_and_adds_up_to_england(published, data, tmp_path):
    """The sum of the 151 authorities, and that of the nine regions, is England's exactly."""
    path = published / "dedicated-schools-grant_2024_07_20.ods"
    rows, warnings = read_allocations(path, path.name)
    assert warnings == []
    ours, found = shipped(data), by_area(rows)
    assert len(ours) == 24
    assert {key: found[key] for key in ours} == ours
    assert set(rows["period"]) == {"financial year 2023-24"}
    assert rows["geographic_level"].value_counts().to_dict() == {"Local authority": 302, "Regional": 18, "National": 2}
    for line, england in ((BEFORE, 9_952_172_126), (AFTER, 8_872_813_235)):
        for level in ("Local authority", "Regional", "National"):
            of = rows[(rows["line"] == line) & (rows["geographic_level"] == level)]
            assert of["pounds"].astype(float).sum() == england

    as_excel = tmp_path / "dsg.xlsx"
    with zipfile.ZipFile(path) as archive:
        whole = io.BytesIO(path.read_bytes())
        assert "mimetype" not in archive.namelist()
    with zipfile.ZipFile(whole, "a") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    sheets = pd.read_excel(whole, sheet_name=None, header=None, engine="calamine")
    with pd.ExcelWriter(as_excel) as writer:
        for name, sheet in sheets.items():
            sheet.to_excel(writer, sheet_name=name, header=False, index=False)
    assert by_area(read_allocations(as_excel, "dsg.xlsx")[0]) == found


def test_another_years_workbook_is_read_by_its_headings(raw, tmp_path):
    """Columns in another order and other rows above them; the units of the two columns differ."""
    titles = [TITLES[0], None, "after deductions", None, "before deductions", None]
    headings = [None, None, "High needs block allocation (£m)", "Other", "Early years", "High needs block (£s)"]
    rows = [["ENGLAND", None, 0.0002, 1, 1, 300], ["876", "Halton", 0.00009, 1, 1, 100]]
    path = workbook(tmp_path / "dsg.xlsx", titles, [None], headings, [None, None, "[A]", "[B]"], *rows, sheet="2024-25")
    table = load(put(raw, path, "dsg")).tables["high_needs_funding"]
    assert by_area(table) == {
        ("E92000001", BEFORE): 300,
        ("E92000001", AFTER): 200,
        (HALTON, BEFORE): 100,
        (HALTON, AFTER): 90,
    }
    assert set(table["period_label"]) == {"2024-25"}
    assert set(table["account"]) == {"allocation"}


def test_areas_that_are_not_known_are_warned_of(raw, tmp_path):
    path = workbook(tmp_path / "dsg.xlsx", TITLES, HEADINGS, ENGLAND, *AREAS, [999, "Nowhere", 1, 1, 1, 1])
    found = load(put(raw, path, "dsg"))
    assert set(found.tables["high_needs_funding"]["area_name"]) == {"England", "Halton", "North West"}
    (warning,) = found.warnings
    assert "sheet Allocations: 999 (Nowhere) is no authority that is known here, and is left out." in warning


@pytest.mark.parametrize(
    ("titles", "headings", "words"),
    [
        (TITLES, changed(HEADINGS, "High needs", "Other"), "No heading says “high needs block” in its sheets Notes"),
        (changed(TITLES, "after deductions", "later"), HEADINGS, "Found: Allocations has “High needs block (£s)”"),
        (TITLES, changed(HEADINGS, " (£s)", ""), "does not say in which unit “High needs block” is: £, £000 or £m."),
        (changed(TITLES, "2024 to 2025", "the"), HEADINGS, "does not say which financial year it is of: its headings"),
        (changed(TITLES, "2025", "2025, not 2023 to 2024"), HEADINGS, "2023-24 and financial year 2024-25"),
    ],
)  # fmt: skip
def test_what_a_workbook_does_not_say_is_told(raw, tmp_path, titles, headings, words):
    path = workbook(tmp_path / "dsg.xlsx", titles, headings, ENGLAND, *AREAS)
    assert words in refused(lambda: load(put(raw, path, "dsg")))


def test_a_block_in_two_sheets_is_not_chosen_between(raw, tmp_path):
    rows = [TITLES, HEADINGS, ENGLAND]
    path = workbook(tmp_path / "dsg.xlsx", *rows, Again=rows)
    assert "deductions in 2 sheets: Allocations and Again" in refused(lambda: load(put(raw, path, "dsg")))


def test_a_cell_that_is_no_number_is_named_with_its_place(raw, tmp_path):
    path = workbook(tmp_path / "dsg.xlsx", TITLES, HEADINGS, ENGLAND, [876, "Halton", 4, "tbc", 4, None])
    told = refused(lambda: load(put(raw, path, "dsg")))
    assert 'sheet Allocations, row 4, column High needs block (£s): "tbc" is not a number.' in told
    assert "row 4, column High needs block (£s): is empty." in told


def test_an_area_that_stands_twice_with_other_figures_is_refused(raw, tmp_path):
    path = workbook(tmp_path / "dsg.xlsx", TITLES, HEADINGS, ENGLAND, AREAS[0], [876, "Halton", 4, 101, 4, 90])
    assert "gives Halton twice, with different figures" in refused(lambda: load(put(raw, path, "dsg")))


@pytest.mark.parametrize("name", ["dsg.xlsx", "dsg.ods"])
def test_a_damaged_workbook_is_refused_in_words(raw, tmp_path, name):
    (tmp_path / name).write_bytes(b"PK\x03\x04 no workbook")
    assert "cannot be read as a workbook" in refused(lambda: load(put(raw, tmp_path / name, "dsg")))


# The Section 251 budget and outturn.

PLACE = {
    "time_period": "202324",
    "time_identifier": "Financial year",
    "geographic_level": "Local authority",
    "country_code": "E92000001",
    "country_name": "England",
    "region_code": "E12000002",
    "region_name": "North West",
    "old_la_code": "876",
    "new_la_code": HALTON,
    "la_name": "Halton",
}
TITLE = {
    "1.2.1": "1.2.1 Top-up funding – maintained schools",
    "1.2.11": "1.2.11 Direct payments (SEN and disability)",
    "1.0.1": "1.0.1 Individual Schools Budget (before Academy recoupment)",
}


def download(path: Path, account: str, *rows: dict) -> Path:
    category, net = {
        "budget": ("category_of_planned_expenditure", "net_planned_expenditure"),
        "outturn": ("category_of_expenditure", "net_expenditure"),
    }[account]
    cells = [{**PLACE, category: row.pop("title"), net: row.pop("net"), "primary_schools": "1", **row} for row in rows]
    pd.DataFrame(cells).to_csv(path, index=False)
    return path


def rows_of(*nets: str) -> list[dict]:
    return [{"title": title, "net": net} for title, net in zip(TITLE.values(), nets, strict=False)]


@pytest.mark.parametrize("account", ["budget", "outturn"])
def test_the_dfes_download_gives_the_lines_of_high_needs(raw, tmp_path, account):
    england = {
        "title": TITLE["1.2.1"],
        "net": "812345678",
        "geographic_level": "National",
        "new_la_code": "",
        "la_name": "",
    }
    rows = [*rows_of("4000000", "c", "70000000"), england, *rows_of("4000000")]
    found = load(put(raw, download(tmp_path / "s251.csv", account, *rows), "s251"))
    table = found.tables["high_needs_funding"]
    assert set(table["account"]) == {account}
    assert set(table["period_label"]) == {"2023-24"}
    assert table.set_index(["area_name", "line"])["symbol"].to_dict() == {
        ("Halton", lines()["1.2.1"]): "",
        ("Halton", lines()["1.2.11"]): "c",
        ("England", lines()["1.2.1"]): "",
    }
    assert by_area(table)[HALTON, lines()["1.2.1"]] == 4_000_000
    assert "16 lines of high needs are not in it: 1.0.2 High needs place funding" in found.warnings[0]
    shown = calculate([package_metrics()[f"high_needs_{account}"]], found.tables, Disclosure(), PUBLIC)
    assert set(shown["symbol"]) == {"", "c"}


def test_a_download_in_millions_is_refused(raw, tmp_path):
    path = download(tmp_path / "s251.csv", "outturn", *rows_of("4.0", "0.2"))
    assert "has no sum above 4, so it is not in pounds" in refused(lambda: load(put(raw, path, "s251")))


def test_a_cell_of_a_download_that_is_no_number_is_named_with_its_place(raw, tmp_path):
    path = download(tmp_path / "s251.csv", "outturn", *rows_of("4000000", "lots"))
    told = refused(lambda: load(put(raw, path, "s251")))
    assert 's251.csv, row 3, column net_expenditure: "lots" is not a number.' in told


def test_a_download_whose_columns_were_renamed_is_told(raw, tmp_path):
    path = download(tmp_path / "s251.csv", "budget", *rows_of("4000000"))
    path.write_text(path.read_text(encoding="utf-8").replace("net_planned_exp", "net_plan_exp"), encoding="utf-8")
    told = refused(lambda: load(put(raw, path, "s251")))
    assert 'has no column "net_planned_expenditure". Did you mean "net_plan_expenditure"?' in told


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_the_authoritys_own_table_is_read_by_the_names_of_its_columns(raw, tmp_path, suffix):
    path = tmp_path / f"own{suffix}"
    frame = pd.DataFrame(
        {
            "Line": ["1.0.1", "1.2.1", "1.2.10", "1.2.11", "Total"],
            "Title": ["ISB", "Top-up", "PFI", "Direct", ""],
            "(a) Primary": ["1"] * 5,
            "(h) Net total (£)": ["70,000,000", "£4,000,000.50", "(1,200)", "0", "1"],
        }
    )
    frame.to_excel(path, index=False) if suffix == ".xlsx" else frame.to_csv(path, index=False)
    table = load(put(raw, path, "s251", "Section 251 budget, 2024 to 2025")).tables["high_needs_funding"]
    numbers = {"1.2.1": 4_000_000.5, "1.2.10": -1200, "1.2.11": 0}
    assert by_area(table) == {(HALTON, lines()[line]): pounds for line, pounds in numbers.items()}
    assert (set(table["account"]), set(table["period"])) == ({"budget"}, {"financial year 2024-25"})
    assert set(table["source"]) == {"Somebody, Section 251 budget, 2024 to 2025"}


@pytest.mark.parametrize(
    ("columns", "title", "words"),
    [
        ({"Line": ["1.2.1"], "Gross": ["1"]}, "Budget 2024-25", "has no column of the net sum. Name it net, net total"),
        ({"Ref": ["1.2.1"], "Net": ["1"]}, "Budget 2024-25", "has no column of the line's number. Name it line"),
        ({"Line": ["1.2.1"], "Net": ["1"]}, "Section 251, 2024-25", "does not say which account it is of"),
        ({"Line": ["1.2.1"], "Net": ["1"]}, "Budget and outturn, 2024-25", "does not say which account it is of"),
        ({"Line": ["1.2.1"], "Net": ["1"]}, "Section 251 budget", "does not say which period it is of"),
        ({"Line": ["9.9.9"], "Net": ["1"]}, "Budget 2024-25", "has no line of high needs."),
        ({"Line": ["1.2.1"], "Net": ["n/k"]}, "Budget 2024-25", 'row 2, column net: "n/k" is not a number.'),
        ({"Line": ["1.2.1", "1.2.1"], "Net": ["1", "2"]}, "Budget 2024-25", "row 3, column area_code + period"),
    ],
)  # fmt: skip
def test_what_the_authoritys_own_table_does_not_say_is_told(raw, tmp_path, columns, title, words):
    path = tmp_path / "own.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    assert words in refused(lambda: load(put(raw, path, "s251", title)))


def test_account_and_period_may_stand_in_columns(raw, tmp_path):
    path = tmp_path / "own.csv"
    cells = {"line": ["1.2.1"] * 2, "net (£000)": ["1", "2"], "account": ["budget", "outturn"]}
    pd.DataFrame({**cells, "period": "financial year 2023-24"}).to_csv(path, index=False)
    table = load(put(raw, path, "s251")).tables["high_needs_funding"]
    assert table.set_index("account")["pounds"].to_dict() == {"budget": 1000, "outturn": 2000}


# The ledger of placements and transport.


def schools(number: int, **more: str) -> list[dict]:
    return [{**PLACED, "person": f"CANARY{n}", "urn": str(900000 + n), **more} for n in range(number)]


def carried(number: int, to: str, **more: str) -> list[dict]:
    rows = [
        {**CARRIED, "person": f"CANARY{to[0]}{n}", "provision": to, "provider": f"cab {n % 4}"} for n in range(number)
    ]
    return [{**row, **more} for row in rows]


def shown(raw: Path, tmp_path: Path, *rows: dict) -> dict[tuple[str, str], object]:
    """Each measure of the ledger by its breakdown, as the public sees it: the value, or its symbol."""
    return in_profile(tables_of(raw, tmp_path, *rows), PUBLIC)


def tables_of(raw: Path, tmp_path: Path, *rows: dict) -> dict[str, pd.DataFrame]:
    path = write_ledger(tmp_path / "ledger.csv", *rows)
    return load(put(raw, path, "ledger")).tables


def in_profile(tables: dict[str, pd.DataFrame], profile: str) -> dict[tuple[str, str], object]:
    wanted = [one for one in package_metrics().values() if "costs" in one.tables]
    results = calculate(wanted, tables, Disclosure(), profile)
    results = results[results["metric_id"] != "inmss_schools_count"] if profile == PUBLIC else results
    return {(row.metric_id, row.breakdown): row.symbol or row.value for row in results.itertuples()}


def test_a_ledger_gives_the_measures_that_the_reports_give(raw, tmp_path):
    rows = [*schools(6), *carried(6, "in borough"), *carried(8, "out of borough", pounds="140")]
    rows.append({**rows[6], "provision": "out of borough", "pounds": "140"})  # carried to both
    tables = tables_of(raw, tmp_path, *rows)
    found = in_profile(tables, CONTROLLED)
    a_year, days = 365 / 7, (date(2024, 9, 26) - date(2024, 4, 1)).days + 1
    assert found == {
        ("inmss_schools_count", "Total"): 6,
        ("inmss_placements_count", "Total"): 6,
        ("inmss_unit_cost_average", "Total"): 36_500,
        ("transport_pupils_count", "In borough"): 6,
        ("transport_pupils_count", "Out of borough"): 9,
        ("transport_pupils_count", "Total"): 14,
        ("transport_spend", "In borough"): 6 * 10 * days,
        ("transport_spend", "Out of borough"): 9 * 20 * days,
        ("transport_spend", "Total"): 240 * days,
        ("transport_unit_cost_average", "In borough"): pytest.approx(70 * a_year, abs=0.01),
        ("transport_unit_cost_average", "Out of borough"): pytest.approx(140 * a_year, abs=0.01),
        ("transport_unit_cost_average", "Total"): pytest.approx((6 * 70 + 9 * 140) / 14 * a_year, abs=0.01),
    }
    assert in_profile(tables, PUBLIC) == {key: value for key, value in found.items() if key[0] != "inmss_schools_count"}


def test_money_of_which_one_child_or_school_makes_up_nine_tenths_is_hidden(raw, tmp_path):
    """Six placements and six schools; one of them costs 91% of the whole, then just 90%."""
    for pounds, value in ((5 * 36_500 / 9 * 91, "c"), (5 * 36_500 * 9, 36_500 * 50 / 6)):
        rows = [*schools(5), {**PLACED, "person": "CANARY9", "urn": "900009", "pounds": f"{pounds:.2f}"}]
        found = shown(raw, tmp_path, *rows)
        assert found["inmss_unit_cost_average", "Total"] == (value if value == "c" else pytest.approx(value))
        assert found["inmss_placements_count", "Total"] == 6


def test_money_behind_which_there_are_two_schools_is_hidden(raw, tmp_path):
    rows = [{**row, "urn": str(900000 + place % 2)} for place, row in enumerate(schools(8))]
    tables = tables_of(raw, tmp_path, *rows)
    assert in_profile(tables, PUBLIC)["inmss_unit_cost_average", "Total"] == "c"
    assert in_profile(tables, CONTROLLED)["inmss_unit_cost_average", "Total"] == 36_500


def test_where_one_destination_is_hidden_so_is_the_other_and_the_whole_stays(raw, tmp_path):
    found = shown(raw, tmp_path, *carried(9, "out of borough"), *carried(2, "in borough"))
    assert found["transport_pupils_count", "Total"] == 11
    for metric in ("transport_pupils_count", "transport_spend", "transport_unit_cost_average"):
        assert found[metric, "In borough"] == "c"
        assert found[metric, "Out of borough"] == "c"


def test_transport_without_named_operators_is_shown_by_its_children(raw, tmp_path):
    found = shown(raw, tmp_path, *carried(9, "out of borough", provider=""))
    assert found["transport_spend", "Total"] == 9 * 10 * 179
    assert found["transport_pupils_count", "In borough"] == 0


def test_a_ledger_of_transport_alone_says_nothing_of_placements(raw, tmp_path):
    found = shown(raw, tmp_path, *carried(9, "out of borough"))
    assert {metric for metric, _ in found} == {name for name in package_metrics() if name.startswith("transport_")}


def test_the_window_is_the_whole_financial_year_where_the_ledger_is_of_its_last_day(raw, tmp_path):
    put(raw, write_ledger(tmp_path / "ledger.csv", *schools(6)), "ledger")
    sidecar = raw / "ledger.source.toml"
    sidecar.write_text(sidecar.read_text(encoding="utf-8") + "as_at = 2024-03-31\n", encoding="utf-8")
    assert set(load(raw).tables["costs"]["period"]) == {"2024-03-31", "financial year 2023-24"}


def test_two_inputs_about_persons_may_not_have_one_release(raw, tmp_path):
    for name in ("one.csv", "two.csv"):
        put(raw, write_ledger(tmp_path / name, *schools(1)), "ledger", release="own")
    assert "have one release, own, and both are about persons" in refused(lambda: load(raw))


def test_the_check_tells_of_rejects_and_rules_and_of_no_child(raw, tmp_path):
    rows = [*schools(6), {**PLACED, "person": "CANARY7", "pounds": "0"}, {**PLACED, "pounds": "much"}]
    put(raw, write_ledger(tmp_path / "ledger.csv", *rows), "ledger")
    inputs = load(raw)
    (warning,) = inputs.warnings
    assert "1 of 8 rows could not be read and are left out; ledger-rejects.csv beside the records says why." in warning
    (public,) = quality(raw, inputs.sources, PUBLIC)
    words = "ledger.csv: 1 row of ledger: A commitment costs nothing, or less than nothing. (no_cost, error)"
    assert public == words
    assert quality(raw, inputs.sources, CONTROLLED) == [f"{words} Rows 8."]
    records = tmp_path / "data" / "processed" / "records" / "ledger"
    assert {path.name for path in records.iterdir()} == {"ledger.parquet", "ledger-rejects.csv", "tally.json"}
