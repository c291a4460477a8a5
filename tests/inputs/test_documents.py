"""What was copied from the two documents, proved against their text.

The documents are not part of the project; where they are not at hand, most of these tests are skipped. Their text
copies break lines inside words, run cells together and misread a few marks: each such place is named here.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from itertools import pairwise, takewhile
from pathlib import Path

import pytest

from dbv_analysis.model.period import Period, Quarter
from dbv_analysis.model.source import sha256_of
from tests.conftest import ROOT

RAW = ROOT / "data" / "raw"
APPLICATION, REPORT = RAW / "grant-application-2023-12", RAW / "quarterly-report-2024-09"
TEXTS = {APPLICATION: "004_58a3cba56c719f1e.txt", REPORT: "000_8a702fd41a52e51c.txt"}
EXTRACTS = [path for folder in TEXTS for path in sorted(folder.glob("*.csv"))]
WORKSTREAMS = ("Workstream: Behaviour Support Change Programme", "Workstream 2: Inclusion Programme")

VALUES = ("pounds", "percent", "value", "count")
NOT_PRINTED = ("", "not stated")
SEN_PROVISION = {"EHCP": "EHC plan", "SEN Support": "SEN support"}
LAST_RELEASE, CURRENT = "spring term 2024", "2024-09-01 to 2024-09-21"

# What the documents call the elements of the workstreams, and what both extracts call them.
ELEMENTS = {
    "Thrive": "Thrive",
    "Team Teach": "Team Teach",
    "Lead Pracitioner": "Behaviour Support Lead Practitioner",
    "Lead Practitioner": "Behaviour Support Lead Practitioner",
    "Lead Practitioner roll out": "Behaviour Support Lead Practitioner",
    "EBSNA Pathway": "EBSNA Pathway",
    "Refreshed EBSNA Pathway": "EBSNA Pathway",
    "HD Unit": "High Dependency Unit",
    "High Dependency Unit Pilot": "High Dependency Unit",
    "Inclusion Quality Mark": "Inclusion Quality Mark",
    "Inclusion Toolkit/ SA Framework": "Inclusion Toolkit and Self-Assessment Framework",
    "Inclusion Toolkit/ Self- assessment framework": "Inclusion Toolkit and Self-Assessment Framework",
    "Inclusion Lead Practitioner": "Inclusion Lead Practitioner",
    "Inclusion Lead Practitioner/ Mentor Programme": "Inclusion Lead Practitioner",
    "Headteacher Coach and Influence Model": "Headteacher Coach and Influence Model",
}

# Figures that are not read by the letter. Literally the lead would have cost £23.75m; see the grant's tests.
SLIPS = {"£ 23,750k": 23_750, "£28,750k": 28_750}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def rows_of_all(folder: Path) -> list[dict[str, str]]:
    """Every row of a document's extracts that names its place in it."""
    return [row for path in EXTRACTS if path.parent == folder for row in rows_of(path) if "page" in row]


def one_spaced(text: str) -> str:
    return " ".join(text.split())


@cache
def squeezed(text: str) -> str:
    """The letters and digits alone, so that it does not count how a copy breaks lines and words or marks a list."""
    latin = text.replace("\u0421\u04ae\u0420", "CYP").replace("\u041c", "M")  # misread as Cyrillic
    return re.sub(r"[^0-9a-z£%½]", "", re.sub(r"</?\w+>", "", latin).lower())


def element_of(printed: str) -> str:
    """The element that a heading such as ``WS 1- Behaviour Support- Thrive`` names."""
    name = re.sub(r"^(ws[12])?(behavioursupport)?", "", squeezed(printed))
    return {squeezed(key): element for key, element in ELEMENTS.items()}[name]


def occurs(printed: str, text: str) -> bool:
    """Whether ``printed`` stands in ``text`` as a whole figure, not as a piece of a longer one."""
    return re.search(rf"(?<![\d.,]){re.escape(printed)}(?!\d|[.,]\d)", text) is not None


def columns(table: str) -> list[list[str]]:
    """The cells of a table of the copy, column by column."""
    rows = [line.split("\t") for line in table.splitlines()]
    return [[row[n].strip() if n < len(row) else "" for row in rows] for n in range(max(map(len, rows)))]


def down(column: list[str]) -> str:
    return squeezed(" ".join(column))


def read(text: str) -> str:
    """A text as it can be read: line by line, and then each table once more down its columns."""
    tables = re.findall(r"(?:^.*\t.*\n?)+", text, flags=re.MULTILINE)
    return one_spaced(" ".join([text, *(" ".join(column) for table in tables for column in columns(table))]))


def stands_in(printed: str, text: str) -> bool:
    """Whether ``text``, as ``read`` gives it, holds what is printed; a word may be broken, a figure may not."""
    if any(sign.isdigit() for sign in printed):
        return occurs(one_spaced(printed), text)
    return squeezed(printed) in squeezed(text)


def divided(section: str) -> tuple[str, str]:
    """A row's section as the heading that it names and the one below it, if any."""
    main = next((name for name in WORKSTREAMS if section.startswith(name)), section.split(": ")[0])
    below = section.removeprefix(main).removeprefix(": ")
    return main, re.sub(r", (item \d|after item \d|table “.+”)$", "", below)


def under(section: str, folder: Path, text: str) -> str:
    """The part of a document from the heading that a row names to the next heading that any row names."""
    named = {divided(row["section"]) for row in rows_of_all(folder)}
    main, below = divided(section)
    starts = {name: re.search(rf"^(# )?{re.escape(name)}", text, re.MULTILINE).start() for name, _ in named}
    part = text[starts[main] : min((at for at in starts.values() if at > starts[main]), default=None)]
    if not below:
        return part
    starts = {name: part.index(name) for of, name in named if of == main and name}
    return part[starts[below] : min((at for at in starts.values() if at > starts[below]), default=None)]


def number_of(row: dict[str, str]) -> float | None:
    """The number that a row's printed figure says; None where a dash stands for none, or nothing does."""
    printed, metric = row["printed"], row.get("metric_id")
    if printed in ("-", ""):
        return None
    if printed in SLIPS:
        return SLIPS[printed]
    if metric == "staff_in_post_count":  # one each of the three whom the sentence names
        return 1
    if metric == "hdu_settings_count":
        return {"One": 1}[printed]
    if metric == "enabler_score":  # initials, then the score
        return int(re.fullmatch(r"[A-Z]+(\d)", printed)[1])
    if metric == "hdu_places_count":  # the two ends of a range
        return float(printed.split("-")[("Fewest", "Most").index(row["breakdown"])])
    if metric == "survey_social_care_percent":  # an upper bound
        printed = printed.removeprefix("less than ")
    digits, unit = re.fullmatch(r"£? ?([\d,]+(?:\.\d+)?) ?%?([mMk]?)", printed).groups()
    return float(digits.replace(",", "")) * {"": 1, "k": 1_000, "m": 1_000_000, "M": 1_000_000}[unit]


def month_in(printed: str) -> str:
    """The last month that a date such as ``March 24`` names, as ``year-month``; "" where it names none."""
    months = re.findall(r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* ?(?:20)?(\d\d)\b", printed.lower())
    return f"{datetime.strptime(' '.join(months[-1]), '%b %y'):%Y-%m}" if months else ""


@pytest.fixture
def texts(documents: Path) -> dict[Path, str]:
    return {folder: (documents / name).read_text(encoding="utf-8") for folder, name in TEXTS.items()}


every_extract = pytest.mark.parametrize("path", EXTRACTS, ids=lambda path: f"{path.parent.name}-{path.stem}")


# Every extract


def test_figures_were_copied_from_each_of_the_two_documents():
    assert {path.parent for path in EXTRACTS} == {APPLICATION, REPORT}
    assert all(rows_of(path) for path in EXTRACTS)


def printed_cells(row: dict[str, str]) -> list[str]:
    """What a row says is printed: its figure, and its labels; a label may be put together of two."""
    cells = {name: cell for name, cell in row.items() if name.endswith("printed") and cell not in NOT_PRINTED}
    return [part for name, cell in cells.items() for part in ([cell] if name == "printed" else cell.split(": "))]


@every_extract
def test_every_printed_figure_and_label_stands_in_its_document(texts, path):
    text = read(texts[path.parent])
    assert [part for row in rows_of(path) for part in printed_cells(row) if not stands_in(part, text)] == []


@every_extract
def test_every_printed_figure_and_label_stands_under_the_heading_that_it_names(texts, path):
    rows = [row for row in rows_of(path) if "section" in row]
    parts = {section: read(under(section, path.parent, texts[path.parent])) for section in {r["section"] for r in rows}}
    strayed = [
        (row["section"], part)
        for row in rows
        for part in printed_cells(row)
        if not stands_in(part, parts[row["section"]])
    ]
    assert strayed == []


FIGURES = [path for path in EXTRACTS if path.stem in ("own_figures", "printed_figures")]
BEFORE, AFTER = 75, 12  # characters between a label and its figure, where it comes first and where it comes second


def beside(label: str, printed: str, text: str) -> bool:
    """Whether a figure stands in its label, soon after it or right before it."""
    apart = [
        rf"{re.escape(label)}.{{0,{BEFORE}}}?{re.escape(printed)}",
        rf"{re.escape(printed)}.{{0,{AFTER}}}?{re.escape(label)}",
    ]
    return occurs(printed, label) or any(re.search(words, text) for words in apart)


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_figure_stands_beside_its_label(texts, path):
    rows = rows_of(path)
    parts = {section: read(under(section, path.parent, texts[path.parent])) for section in {r["section"] for r in rows}}
    strayed = []
    for row in rows:
        if "table" in row["section"] or row["metric_id"] in ("enabler_score", "staff_in_post_count"):
            continue  # a label at the head of a row or a column; three posts in one figure
        label = row["label_printed"].split(": ")[-1]
        if not beside(label, row["printed"], parts[row["section"]]):
            strayed.append((label, row["printed"]))
    assert strayed == []


@every_extract
def test_every_value_is_the_number_in_its_printed_text(path):
    for row in rows_of(path):
        value = next((row[name] for name in VALUES if name in row), None)
        if value is not None:
            number = number_of(row)
            assert value == "x" if number is None else float(value) == pytest.approx(number, abs=1e-6)


@every_extract
def test_an_extract_names_the_very_text_it_was_copied_from(documents, path):
    source = tomllib.loads(path.with_name(f"{path.stem}.source.toml").read_text(encoding="utf-8"))
    assert source["original"]["sha256"] == sha256_of(documents / TEXTS[path.parent])


@every_extract
def test_a_document_was_published_on_the_day_that_it_prints(texts, path):
    source = tomllib.loads(path.with_name(f"{path.stem}.source.toml").read_text(encoding="utf-8"))
    day = {APPLICATION: "Date of Submission: 20/12/2023", REPORT: "Submitted to DfE on 26th September 2024"}
    assert day[path.parent] in texts[path.parent]
    assert source["published"] == {APPLICATION: date(2023, 12, 20), REPORT: date(2024, 9, 26)}[path.parent]


def test_the_pages_of_the_application_are_those_of_its_contents_list(texts):
    contents = re.findall(r"^(\d+\.)\t(.+)\t(\d+)$", texts[APPLICATION], flags=re.MULTILINE)
    assert len(contents) == 10
    pages = {}
    for (number, _, first), (_, _, following) in pairwise(contents):
        last = int(following) - 1
        pages[number] = first if int(first) == last else f"{first} to {last}"
    pages[contents[-1][0]] = f"from {contents[-1][2]}"
    said = {(row["section"].split(" ")[0], row["page"]) for row in rows_of_all(APPLICATION)}
    assert said <= set(pages.items())
    assert {row["page"] for row in rows_of_all(REPORT)} == {"not numbered"}


# Who wrote, signed or answers for something stands in the documents by name, and here by role alone.
NAME = r"([A-Z][a-z]+ [A-Z]?[a-z]+(?:-[A-Z][a-z]+)*)"
CUES = (
    rf"Author {NAME}",
    rf"approved by {NAME}",
    rf"{NAME}, Section 151 Officer",
    rf"Responsible Officer – {NAME}",
    rf"Accountable [Oo]fficer {NAME}",
    rf"{NAME} \(Consultant\)",
)


def test_no_officer_is_named_in_the_projects_data(texts):
    both = " ".join(texts.values())
    found = {cue: re.findall(cue, both) for cue in CUES}
    assert all(found.values())
    surnames = {part for names in found.values() for name in names for part in name.lower().split()[1].split("-")}
    files = [path for path in RAW.rglob("*") if path.suffix in (".csv", ".toml")]
    assert len(files) >= 2 * len(EXTRACTS)
    named = {
        path.name for path in files if surnames & set(re.findall(r"\w+", path.read_text(encoding="utf-8").lower()))
    }
    assert named == set()


# The deficit's paths


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


# The grant


def printed_profile(text: str) -> dict[str, tuple[str, list[str]]]:
    """The Funding Summary: label of a line to its workstream and its cells, the total first, then the quarters."""
    lines = text[text.index("**Funding Summary**") :].splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("\t\tQ1\tQ2\tQ3\tQ4"))
    table, workstream = {}, ""
    for line in takewhile(str.strip, lines[at + 1 :]):
        label, *cells = line.rstrip("\t").split("\t")
        if any("£" in cell for cell in cells):
            table[label] = ("" if label == "Totals" else workstream, cells)
        else:
            workstream = label + "".join(cells)
    return table


def test_the_profile_is_the_funding_summary_of_the_application(texts):
    printed = printed_profile(texts[APPLICATION])
    rows = rows_of(APPLICATION / "grant.csv")
    assert len(printed) == 14 + 1
    assert len(rows) == len(printed) * 4
    copied = {(row["line_printed"], row["workstream"], row["period"]): row["printed"] for row in rows}
    assert copied == {
        (label, workstream, f"quarter 2024-25-Q{quarter}"): cells[quarter]
        for label, (workstream, cells) in printed.items()
        for quarter in (1, 2, 3, 4)
    }
    assert {row["measure"] for row in rows} == {"profile"}


def test_the_quarters_of_the_profile_add_up_to_the_printed_totals_and_the_lines_to_a_million(texts):
    printed = printed_profile(texts[APPLICATION])
    by_line, by_quarter = Counter(), Counter()
    for row in rows_of(APPLICATION / "grant.csv"):
        by_line[row["line_printed"]] += int(row["pounds"])
        if row["line"] != "All lines":
            by_quarter[row["period"]] += int(row["pounds"])
    assert {label: f"£{pounds:,}" for label, pounds in by_line.items()} == {
        label: cells[0] for label, (_, cells) in printed.items()
    }
    assert set(by_quarter.values()) == {250_000}
    assert sum(by_quarter.values()) == by_line["Totals"] == 1_000_000


def test_a_line_of_the_profile_keeps_one_name_and_the_totals_are_all_lines():
    names = {(row["line_printed"], row["line"]) for row in rows_of(APPLICATION / "grant.csv")}
    assert len(names) == len(dict(names)) == len({line for _, line in names}) == 15
    assert dict(names)["Totals"] == "All lines"


def printed_spend(text: str) -> dict[tuple[str, str, str], str]:
    """The Grant expenditure summary of the report: printed label, measure and quarter to printed figure."""
    part = text[text.index("Grant expenditure summary") : text.index(WORKSTREAMS[0])]
    table, label = {}, ""
    for line in filter(str.strip, part.splitlines()[1:]):
        if match := re.fullmatch(r"(Q\d cost|Total Cost to date):? (£.+)", line):
            measure = "spend to date" if "to date" in match[1] else "spend"
            table[match[1], measure, "Q1" if match[1].startswith("Q1") else "Q2"] = match[2]
        elif match := re.fullmatch(r"(.+) - (£\d+)", line):
            table[match[1], "spend", "Q2"] = match[2]
        elif "£" in line:
            for cell in line.split("\t"):
                words, figure = re.fullmatch(r"(\D+?)(?: Q2)? (£.+)", cell).groups()
                table[
                    label,
                    {"projected cost": "projected", "actual cost": "spend"}.get(words.lower(), words.lower()),
                    "Q2",
                ] = figure
        else:
            label = line.strip()
    return table


def test_the_spend_is_the_grant_expenditure_summary_of_the_report(texts):
    rows = rows_of(REPORT / "grant.csv")
    copied = {(row["line_printed"], row["measure"], row["period"][-2:]): row["printed"] for row in rows}
    assert copied == printed_spend(texts[REPORT])
    assert len(rows) == 3 * 3 + 2 + 3
    assert {row["workstream"] for row in rows} == {""}  # the report names none


def spent(measure: str, quarter: str) -> dict[str, int]:
    return {
        row["line"]: int(row["pounds"])
        for row in rows_of(REPORT / "grant.csv")
        if (row["measure"], row["period"]) == (measure, f"quarter 2024-25-{quarter}")
    }


def test_the_five_lines_of_the_second_quarter_add_up_to_its_total_as_they_are_read_and_not_by_the_letter():
    lines = spent("spend", "Q2")
    total = lines.pop("All lines")
    assert len(lines) == 5
    assert sum(lines.values()) == total == 42_940
    assert sum(lines.values()) - lines["DBV Lead"] + 23_750_000 != total


def test_the_spend_of_the_two_quarters_is_the_spend_to_date():
    assert spent("spend", "Q1")["All lines"] + spent("spend", "Q2")["All lines"] == 369_180
    assert spent("spend to date", "Q2")["All lines"] == 369_180


def test_what_the_report_projects_for_its_lead_is_what_was_profiled_for_two_lines_of_the_application():
    profile = {
        row["line"]: int(row["pounds"])
        for row in rows_of(APPLICATION / "grant.csv")
        if row["period"] == "quarter 2024-25-Q2"
    }
    projected = spent("projected", "Q2")
    assert projected["DBV Lead"] == profile["Project manager appointment"] + profile["Project Officer appointment"]
    assert projected["Data Analyst"] == profile["Data Officer"]
    assert projected["Temp Inclusion Manager"] == profile["Temp Inclusion Manager"]


def test_of_the_first_quarters_spend_310_000_pounds_have_no_line():
    to_date, quarter = spent("spend to date", "Q2"), spent("spend", "Q2")
    before = {line: pounds - quarter[line] for line, pounds in to_date.items() if line != "All lines"}
    assert sum(before.values()) == 16_240
    assert spent("spend", "Q1")["All lines"] - sum(before.values()) == 310_000


def test_the_grant_lines_are_those_that_the_application_numbers(texts):
    part = under("2. Funding Breakdown: Which Opportunities is it Targeting?", APPLICATION, texts[APPLICATION])
    rows = rows_of(APPLICATION / "grant_lines.csv")
    assert [row["reference"] for row in rows] == re.findall(r"\b([12]\.\d):", part)
    assert len(rows) == 7 + 5


def of_line(row: dict[str, str]) -> list[str]:
    return [row["opportunities_printed"], *filter(None, row["benefits"].split("; "))]


def test_the_first_grant_lines_their_opportunities_and_benefits_are_the_table_of_the_application(texts):
    rows = {row["reference"]: row for row in rows_of(APPLICATION / "grant_lines.csv")}
    part = under("2. Funding Breakdown: Which Opportunities is it Targeting?", APPLICATION, texts[APPLICATION])
    names, says, _ = columns(part[part.index("<ul>") : part.index("\n\n")])
    first = [row for row in rows.values() if row["reference"].startswith("1.")]
    assert down(names) == squeezed("".join(row["reference"] + row["line"] for row in first))
    assert of_line(rows["1.2"]) == of_line(rows["1.1"])  # they share a cell
    assert of_line(rows["1.7"]) == of_line(rows["1.6"])  # it has none of its own
    own = [row for row in first if row["reference"] not in ("1.2", "1.7")]
    assert down(says) == squeezed("".join("".join(of_line(row)) for row in own))


def test_the_second_grant_lines_are_the_words_of_a_table_that_the_copy_ran_together(texts):
    def words(text: str) -> Counter:
        return Counter(re.findall(r"[a-z\d]+", text.lower()))

    part = under("2. Funding Breakdown: Which Opportunities is it Targeting?", APPLICATION, texts[APPLICATION])
    paragraph = part[part.index("2.1:") : part.index("support CYP with SEMH")]
    rows = [row for row in rows_of(APPLICATION / "grant_lines.csv") if row["reference"] in ("2.1", "2.2", "2.3", "2.4")]
    assert words(paragraph) == words(" ".join(" ".join([row["reference"], row["line"], *of_line(row)]) for row in rows))
    last = rows_of(APPLICATION / "grant_lines.csv")[-1]
    assert f"{last['reference']}: {last['line']}\t{last['opportunities_printed']}\t" in part
    assert last["benefits"] == ""


def test_a_grant_lines_opportunities_are_the_numbers_that_it_prints_or_all_six():
    every = [row["number"] for row in rows_of(APPLICATION / "opportunities.csv")]
    for row in rows_of(APPLICATION / "grant_lines.csv"):
        printed = row["opportunities_printed"]
        numbers = every if printed.startswith("All Opps") else re.findall(r"\d", printed)
        assert row["opportunities"].split(" ") == numbers


def test_each_grant_line_but_one_pair_is_a_line_of_the_profile():
    named = {row["line"] for row in rows_of(APPLICATION / "grant_lines.csv")}
    profiled = {row["line"] for row in rows_of(APPLICATION / "grant.csv")} - {"All lines"}
    assert named - profiled == {"Inclusion Manager and Project Manager"}
    assert profiled - named == {"Temp Inclusion Manager", "Project Officer appointment", "Project manager appointment"}


def test_the_six_opportunities_are_the_key_of_the_application(texts):
    part = under("2. Funding Breakdown: Opportunities Key", APPLICATION, texts[APPLICATION])
    key = re.findall(r"^- (\d)\. Supporting the goals and aspirations of the child (.+)$", part, flags=re.MULTILINE)
    short = {
        "Mainstream setting": "a Mainstream setting",
        "Resourced provision or SEN unit": "RP/SEN Units",
        "Maintained special school": "MSS",
        "Independent or non-maintained special school": "INMSS",
    }
    rows = rows_of(APPLICATION / "opportunities.csv")
    assert key[0] == ("1", "can be achieved without the need for an EHCP")
    assert (rows[0]["opportunity"], rows[0]["rather_than"]) == ("Without an EHC plan", "With an EHC plan")
    assert key[1:] == [
        (row["number"], f"in {short[row['opportunity']]} rather than {short[row['rather_than']]}") for row in rows[1:]
    ]
    assert len(rows) == 6


# Phases, tasks, milestones, risks


def printed_plan(text: str) -> dict[tuple[str, str], str]:
    """The two tables “Workstream Roll out”: element and quarter to the phase as printed, its broken words joined."""
    part = text[text.index("Workstream Roll out Year 1\t") : text.index("**Detailed Implementation Plan")]
    grid: list[tuple[int, list[str]]] = []
    year = 0
    for line in filter(str.strip, part.splitlines()[:-1]):
        cells = line.split("\t")
        if cells[0].startswith("Workstream Roll out"):
            year += 1
            assert cells[1:] == ["Quarter 1", "Quarter 2", "Quarter 3", "Quarter 4"]
        elif cells[0].startswith("WS"):
            grid.append((year, cells))
        elif cells == ["ation"]:  # the page turns inside a row, and the copy loses its cells
            broken = grid[-1][1]
            broken[broken.index("Implement")] += "ation"
        else:
            for n, cell in enumerate(cells):
                grid[-1][1][n] += cell
    plan = {}
    for year, (name, *phases) in grid:
        for quarter, phase in enumerate(phases, start=1):
            first = 2023 + year
            plan[element_of(name), f"{first}-{first - 1999}-Q{quarter}"] = phase.replace(" ", "")
    return plan


def test_the_planned_phases_are_the_two_roll_out_tables_of_the_application(texts):
    rows = rows_of(APPLICATION / "phases.csv")
    assert {(row["element"], row["quarter"]): row["printed"] for row in rows} == printed_plan(texts[APPLICATION])
    assert len(rows) == 9 * 8
    assert {(row["said_in"], row["status"]) for row in rows} == {("plan", "")}
    assert all(row["phase"] == row["printed"].capitalize() for row in rows)


def test_the_first_year_of_the_roll_out_is_read_as_2024_25_and_the_second_as_2025_26():
    years = {(row["section"][-6:], row["quarter"][:7]) for row in rows_of(APPLICATION / "phases.csv")}
    assert years == {("Year 1", "2024-25"), ("Year 2", "2025-26")}


def printed_statuses(text: str) -> list[tuple[str, str, str]]:
    """Each line of the report that gives an element a status: workstream, element, and what it says of it."""
    says = r"^WS ([12]) ?- ?(.+?) ?[–-] ((?:ahead|on track|slightly behind) \(.+\))$"
    return [
        (workstream, element_of(name), status)
        for workstream, name, status in re.findall(says, text, flags=re.MULTILINE | re.IGNORECASE)
    ]


def test_the_reported_phases_are_the_summary_and_the_headings_of_each_workstream(texts):
    lines = printed_statuses(texts[REPORT])
    assert len(lines) == 2 * 9
    first, second = lines[:10], lines[10:]
    summary, detail = first[:5] + second[:4], first[5:] + second[4:]
    rows = rows_of(REPORT / "phases.csv")
    for said_in, printed in (("summary", summary), ("detail", detail)):
        copied = [row for row in rows if row["said_in"] == said_in]
        assert [(row["workstream"], row["element"], row["printed"]) for row in copied] == printed
    assert {row["quarter"] for row in rows} == {"2024-25-Q2"}
    assert {(row["said_in"], row["workstream"], row["section"]) for row in rows} == {
        ("summary", "1", f"{WORKSTREAMS[0]}: Milestones Quarter 2"),
        ("summary", "2", f"{WORKSTREAMS[1]}: Workstream summary"),
        ("detail", "1", f"{WORKSTREAMS[0]}: Evidence and progress"),
        ("detail", "2", f"{WORKSTREAMS[1]}: Evidence and progress"),
    }


def test_a_reported_status_and_phase_are_those_of_its_printed_words():
    for row in rows_of(REPORT / "phases.csv"):
        status, phase = re.fullmatch(r"(.+) \((.+?)(?: phase)?\)", row["printed"]).groups()
        assert (row["status"], row["phase"]) == (status.capitalize(), phase.capitalize())


def test_both_documents_name_the_same_elements_in_the_same_workstreams():
    planned = {(row["workstream"], row["element"]) for row in rows_of(APPLICATION / "phases.csv")}
    reported = {(row["workstream"], row["element"]) for row in rows_of(REPORT / "phases.csv")}
    assert planned == reported
    assert {element for _, element in planned} == set(ELEMENTS.values())


def test_the_report_contradicts_itself_on_two_elements():
    said = {}
    for row in rows_of(REPORT / "phases.csv"):
        said.setdefault(row["element"], []).append((row["status"], row["phase"]))
    assert {element: pair for element, pair in said.items() if pair[0] != pair[1]} == {
        "EBSNA Pathway": [("On track", "Implementation"), ("On track", "Co-design")],
        "Inclusion Quality Mark": [("On track", "Implementation"), ("Slightly behind", "Implementation")],
    }


# Lines of the detailed plan that the copy spoils: a page's number, and lines that repeat the one beside them, misread.
# What is left of each is its task, if it has one.
SPOILT = {
    "\t\t- 15 -": "",
    "completed\tMay 24\tInd 24": "completed",
    ",\tlun 2024\tIul 24": "",
    "arrangements with key schools/settings\t\t- 18-118": "arrangements with key schools/settings",
    "an angenie in an ney concess, ce an ige\t\t": "",
    "arrangements and outcomes\tTerring\tremmy": "",
}
MISREAD = {"Ist pilot": "1st pilot", "Heacteacher": "Headteacher"}
PLANS = ("1a", "1b", "1c", "1d", "1e", "2a and b", "2c", "2d")
RUN_TOGETHER, SHIFTED = "1a", "2c"  # many dates in one cell; the dates a line above their tasks
NO_DATES = {
    ("1b", "Implementation Phase"),
    ("1b", "Sustain Phase"),
    ("1e", "Sustain Phase"),
    ("2a and b", "Sustain Phase"),
    ("1c", "Provide necessary support materials"),
    ("1c", "Carry out regular review of support arrangements and outcomes"),
    ("2c", "Provide necessary support materials"),
    ("2c", "Carry out regular review of support arrangements and outcomes"),
}


@pytest.fixture
def printed_tasks(texts) -> dict[str, list[list[str]]]:
    """The lines of each plan of the detailed plan: what stands under its task, its start and its end."""
    text = texts[APPLICATION]
    part = text[text.index("**Detailed Implementation Plan") : text.index("# 10. Programme Risks")]
    assert all(part.count(f"\n{line}\n") == 1 for line in SPOILT)
    plans: dict[str, list[list[str]]] = {}
    for line in part.splitlines()[1:]:
        if match := re.match(r"(?:.+ Programme +)?(1[a-e]|2a and B|2[cd])\b", line):
            plans[match[1].lower()] = []
        elif line.strip() and not line.startswith("#") and "End Date" not in line:
            cells = SPOILT.get(line, line)
            for wrong, right in MISREAD.items():
                cells = cells.replace(wrong, right)
            plans[list(plans)[-1]].append([*cells.split("\t"), "", ""][:3])
    assert tuple(plans) == PLANS
    return plans


def tasks_of(plan: str) -> list[dict[str, str]]:
    return [row for row in rows_of(APPLICATION / "tasks.csv") if row["plan"] == plan]


@pytest.mark.parametrize("plan", PLANS)
def test_the_tasks_of_a_plan_are_all_its_words_and_dates_in_the_printed_order(printed_tasks, plan):
    rows = tasks_of(plan)
    tasks, starts, ends = zip(*printed_tasks[plan], strict=True)
    assert down(tasks) == squeezed("".join(row["task"] for row in rows))
    assert down(starts) == squeezed("".join(row["starts_printed"] for row in rows))
    assert down(ends) == squeezed("".join(row["ends_printed"] for row in rows))
    assert [row["number"] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]


@pytest.mark.parametrize("plan", PLANS)
def test_a_plan_has_as_many_dated_tasks_as_it_prints_starts(printed_tasks, plan):
    starts = " ".join(start for _, start, _ in printed_tasks[plan])
    dates = re.findall(r"[A-Za-z]{3,} ?(?:20)?\d\d|April(?! ?\d)|Ongoing|Termly", starts)
    rows = tasks_of(plan)
    without = {(plan, row["task"]) for row in rows if not row["starts_printed"]}
    assert without == {undated for undated in NO_DATES if undated[0] == plan}
    assert len(rows) == len(dates) + len(without)


@pytest.mark.parametrize("plan", [plan for plan in PLANS if plan not in (RUN_TOGETHER, SHIFTED)])
def test_a_date_belongs_to_the_task_on_whose_line_it_stands(printed_tasks, plan):
    rows = tasks_of(plan)
    ends, total = [], 0
    for row in rows:
        total += len(squeezed(row["task"]))
        ends.append(total)
    dated = {n: ["", ""] for n in range(len(rows))}
    at = 0
    for task, start, end in printed_tasks[plan]:
        at += len(squeezed(task))
        here = next(n for n, last in enumerate(ends) if at <= last)
        dated[here] = [dated[here][0] + squeezed(start), dated[here][1] + squeezed(end)]
    assert list(dated.values()) == [[squeezed(row["starts_printed"]), squeezed(row["ends_printed"])] for row in rows]


def test_the_two_plans_for_lead_practitioners_have_the_same_tasks_and_dates():
    """So the dates that the copy shifts in the second are paired as in the first."""
    same = ("number", "kind", "phase", "task", "starts_printed", "ends_printed")
    first, second = ([[row[name] for name in same] for row in tasks_of(plan)] for plan in ("1c", SHIFTED))
    assert first == second
    assert len(first) == 21


def test_a_task_starts_and_ends_in_the_months_that_are_printed():
    for row in rows_of(APPLICATION / "tasks.csv"):
        starts = "2024-04" if row["starts_printed"] == "April" else month_in(row["starts_printed"])
        assert (row["starts"], row["ends"]) == (starts, month_in(row["ends_printed"]))


def test_no_task_ends_before_it_starts_and_none_is_said_to_be_done():
    rows = rows_of(APPLICATION / "tasks.csv")
    assert [row for row in rows if row["ends"] and row["ends"] < row["starts"]] == []
    assert {row["done"] for row in rows} == {""}


def test_a_task_is_of_the_phase_above_it_and_each_plan_has_three_phases_in_turn():
    rows = rows_of(APPLICATION / "tasks.csv")
    for plan in PLANS:
        headings = [row for row in tasks_of(plan) if row["kind"] == "phase"]
        assert [row["task"] for row in headings] == ["Co-Design Phase", "Implementation Phase", "Sustain Phase"]
        assert [row["phase"] for row in headings] == ["Co-design", "Implementation", "Sustain"]
    phase = ""
    for row in rows:
        phase = row["phase"] if row["kind"] == "phase" else phase
        assert row["phase"] == phase
        assert row["workstream"] == row["plan"][0]


def test_a_plans_title_is_printed_above_it(texts):
    text = squeezed(texts[APPLICATION])
    for row in rows_of(APPLICATION / "tasks.csv"):
        assert squeezed(row["plan"] + row["plan_title"]) in text


def test_the_milestones_are_the_two_tables_of_the_application(texts):
    rows = rows_of(APPLICATION / "milestones.csv")
    tables = texts[APPLICATION].split("Milestone\tWhen\n")[1:]
    assert len(tables) == 2
    for workstream, table in zip("12", tables, strict=True):
        lines = [line for line in takewhile(lambda line: not line.startswith("#"), table.splitlines()) if line]
        copied = [row for row in rows if row["workstream"] == workstream]
        assert [f"{row['milestone']}\t{row['due_printed']}" for row in copied] == lines
        assert len(lines) == 5
        heading = {"1": "Workstream 1 - Behaviour Support Change Programme", "2": "2. Inclusion Framework"}[workstream]
        assert {row["section"].split(": ")[1] for row in copied} == {heading}
    assert all(row["due"] == month_in(row["due_printed"]) and row["done"] == "" for row in rows)


# The page turns inside the third risk's impact, and the copy puts its end before that of the fourth.
TURNED = "across borough. Financial opportunities not realised"


def test_the_risks_are_the_table_of_the_application(texts):
    text = texts[APPLICATION]
    lines = [line for line in text[text.index("No\tWorkstream Name") :].splitlines()[1:] if line.strip()]
    rows = rows_of(APPLICATION / "risks.csv")
    assert len(lines) == len(rows) == 13
    for line, row in zip(lines, rows, strict=True):
        number, element, risk, impact, owner, rating, mitigation, review = line.split("\t")
        impact = squeezed(impact)
        if row["number"] == "3":
            impact += squeezed(TURNED)
        if row["number"] == "4":
            assert impact.startswith(squeezed(TURNED))
            impact = impact.removeprefix(squeezed(TURNED))
        assert (row["number"], row["element"]) == (number.rstrip("-"), element_of(element))
        assert squeezed(row["risk"]) == squeezed(risk)
        assert squeezed(row["impact"]) == impact
        assert squeezed(row["rating"]) == squeezed(rating)
        assert squeezed(row["mitigation"]) == squeezed(mitigation)
        assert (row["review_printed"], row["review"]) == (review, month_in(review))
        assert (owner, row["owner"]) == ("DM SEND", "Divisional Manager SEND")
        assert row["workstream"] == ("1" if element.startswith("Behaviour Support") else "2")


# Places


@pytest.fixture
def printed_places(texts) -> list[list[str]]:
    """The columns of the table of places: school, provision, places, what is complete, what is expected."""
    text = texts[APPLICATION]
    start = text.index("School\tProvision\tplaces\t")
    table = text[start : text.index("**Alternative Provision Strategy")].splitlines()[1:]
    return columns("\n".join(filter(str.strip, table)))


def test_the_capital_places_are_the_table_of_the_application(printed_places):
    rows = rows_of(APPLICATION / "capital_places.csv")
    for name, column in zip(
        ("school", "provision", "printed", "status", "expected_printed"), printed_places, strict=True
    ):
        assert "".join(squeezed(row[name]) for row in rows) == down(column)
    assert [row["printed"] for row in rows if row["printed"]] == [cell for cell in printed_places[2] if cell]
    assert len(rows) == 10


def test_only_the_last_school_has_no_number_of_places():
    rows = rows_of(APPLICATION / "capital_places.csv")
    assert [row["school"] for row in rows if row["count"] == "x"] == ["Brookfields"]
    assert rows[-1]["school"] == "Brookfields"
    assert sum(int(row["count"]) for row in rows[:-1]) == 141


def test_a_schools_need_and_phase_are_in_the_name_of_its_provision():
    for row in rows_of(APPLICATION / "capital_places.csv"):
        provision = row["provision"]
        assert row["need"] in provision if row["need"] != "not stated" else not re.search("AS[DC]|SEMH|SLCN", provision)
        stages = ["Early years"] if "Early Years" in provision else []
        stages += [f"KS{digit}" for digit in re.findall(r"(?:KS|Key Stage |& ?)(\d)", provision)]
        assert row["phase"] == (" and ".join(stages) or "not stated")


def test_places_are_expected_in_the_last_month_that_is_printed():
    for row in rows_of(APPLICATION / "capital_places.csv"):
        assert row["expected"] == month_in(row["expected_printed"])


# People


def test_the_planned_events_are_the_table_of_the_application(texts):
    text = texts[APPLICATION]
    part = text[text.index("<b>Engagement event</b>") : text.index("# 6. Programme Governance")]
    assert part.count("\n\t\t1\t\t\n") == 1  # a page's number
    lines = part.replace("\n\t\t1\t\t\n", "\n").splitlines()[1:]
    printed = columns("\n".join(filter(str.strip, lines)))
    rows = [row for row in rows_of(APPLICATION / "engagement.csv") if row["held"] == "planned"]
    assert len(rows) == 11
    for name, column in zip(("event", "groups", "objective", "method", "frequency"), printed, strict=True):
        if name == "groups":  # the copy lists parents twice for two events
            twice = down(column)
            assert twice.count("peopleparentsschool") == 2
            assert "".join(squeezed(row[name]) for row in rows) == twice.replace("peopleparentsschool", "peopleschool")
        else:
            assert "".join(squeezed(row[name]) for row in rows) == down(column)


HELD = {
    "Case reviews": "we have undertaken: - Case reviews - Surveys",
    "Diagnostic surveys": "We released 3 distinct surveys",
    "Graduated approach deep dive workshop": "A workshop with 12 attendees focussed on reviewing the new graduated "
    "approach framework design for Halton took place in November.",
    "Headteachers conference": "Halton convened a conference for all Head teachers on 7<sup>th</sup> November",
    "Plans shared with the Halton Inclusion Partnership": "local plans for DBV programmes were shared with Heads both "
    "at Halton Inclusion Partnership and Secondary Heads Association",
    "Plans shared with the secondary heads' association": "Proposed workstreams were shared with Halton Association "
    "of Secondary Heads",
    "Implementation planning day": "Implementation planning day confirmed that proposed plans are the correct ones",
}


def test_an_event_is_held_only_where_the_application_says_so(texts):
    held = {row["event"]: row["section"] for row in rows_of(APPLICATION / "engagement.csv") if row["held"] == "held"}
    assert set(held) == set(HELD)
    for event, words in HELD.items():
        assert words in one_spaced(under(held[event], APPLICATION, texts[APPLICATION]))


# What the application prints behind each voice, in the order of the voices.
VOICES = (
    "lack of confidence in Mainstream Settings as the key reason for moving their child to a Special School",
    "timeliness and effectiveness of social care and health services were identified by Parents & Carers",
    "most agreeable responses were in relation to school curriculum and quality of staff/SEND training",
    "additional 1:1 support was the core component of the support their child or young person could access",
    "whereas Parents & Carers of CYP in Specialist settings believe this to be access to highly skilled staff",
    "less than 30% of parents and carers of children in mainstream settings agreed that social care services had a",
    "Educational practitioners felt that additional specialist staff and support was the most important factor",
    "only 40% of respondents agreed that existing CAMHS services were positively impacting children",
    "92 Children & Young people",
    "• N/A",
    "achieving their goals and aspirations: this is lower than average within the wave 7 authorities",
    "71% of the time, it was considered that an EHCP was required",
    "Key areas driving non-ideal outcomes were Provision Type and Timing of Intervention",
    "a lack of accountability for adhering to the graduated approach, a lack of a multi-disciplinary team approach, "
    "and gaps in the services on offer",
    "This is specifically around SEMH support at secondary age",
    "it was affecting the level of support children were receiving and causing delays in the updates of plans",
    "evaluated based on their complexity and impact, then prioritised the most value-add changes",
    "Key areas of improvement include: - Accountability - Quality of Data/Information - o Multi-Disciplinary "
    "Co-ordination - Staff Knowledge and awareness - o Parental Confidence and Communication",
    "Practitioner confidence and knowledge and accountability from schools were identified as key barriers",
    "Plans were felt to be appropriate and achievable.",
    "Whilst no written feedback was gathered at this event, ideas as set out in this application were well received",
    "Proposed workstreams were shared with Halton Association of Secondary Heads and these were positively received.",
)


def test_each_voice_puts_words_of_the_application_into_plain_ones(texts):
    rows = rows_of(APPLICATION / "voice.csv")
    parts = {row["section"]: read(under(row["section"], APPLICATION, texts[APPLICATION])) for row in rows}
    assert len(rows) == len(VOICES)
    for row, words in zip(rows, VOICES, strict=True):
        assert words in parts[row["section"]]


def test_each_voice_has_a_number_and_its_printed_figure_is_in_its_finding():
    rows = rows_of(APPLICATION / "voice.csv")
    assert [row["number"] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]
    assert Counter(row["kind"] for row in rows) == {"survey": 10, "case review": 6, "workshop": 4, "conference": 2}
    words = {"92": "asked", "N/A": "not applicable", "4-wave": "four waves", "less than 30%": "Fewer than 30%"}
    for row in rows:
        printed = row["printed"]
        assert words.get(printed, printed.removeprefix("only ")) in row["finding"]


def test_a_voices_respondents_are_those_that_the_application_prints_for_its_group(texts):
    says = r"(\d+) Parents & Carers, (\d+) Education Professionals and (\d+) Children & Young people"
    groups = ("Parents and carers", "Education professionals", "Children and young people")
    printed = dict(zip(groups, re.search(says, one_spaced(texts[APPLICATION])).groups(), strict=True))
    counted = {
        row["breakdown"]: row["value"]
        for row in rows_of(APPLICATION / "own_figures.csv")
        if row["metric_id"] == "survey_respondents_count"
    }
    assert counted == printed
    attendees = re.search(r"A workshop with (\d+) attendees", texts[APPLICATION])[1]
    for row in rows_of(APPLICATION / "voice.csv"):
        known = {"survey": printed.get(row["group"], ""), "workshop": attendees}.get(row["kind"], "")
        if "implementation planning day" not in row["finding"]:
            assert row["respondents"] == known


# Figures of the authority's own, each in its sentence


Says = Callable[..., str]


def lookup(folder: Path, workstream: str = "") -> tuple[Says, set]:
    """What is printed for a figure, by metric, breakdown, period and area; and which figures were asked for."""
    own, printed = rows_of(folder / "own_figures.csv"), rows_of(folder / "printed_figures.csv")
    known = {
        (row["metric_id"], row["breakdown"], row["period"], row.get("area_name", "Halton")): row["printed"]
        for row in [*own, *(row for row in printed if row["section"].startswith(workstream))]
    }
    asked = set()

    def says(metric: str, period: str, breakdown: str = "Total", area: str = "Halton") -> str:
        asked.add((metric, breakdown, period, area))
        return known[metric, breakdown, period, area]

    return says, asked


YEAR_TO_DATE, LAST, THIS = "2024-01-01 to 2024-09-19", "calendar year 2023", "calendar year 2024"
LAST_SCHOOL_YEAR, SCHOOL_YEAR = "academic year 2022-23", "academic year 2023-24"
TWO_TERMS, INMSS_DAY, DAY, SENT = "2023-09-01 to 2024-03-31", "2024-09-24", "2024-09-26", "2023-12-20"
EHC = "EHC plan"


def sentences_of_both_workstreams(says: Says) -> list[str]:
    into, out = "In borough", "Out of borough"
    excluding, including = "plans_20_weeks_excl_exceptions_percent", "plans_20_weeks_percent"
    improved = "This was an improvement over last year position of"
    return [
        f"The number of new plan in 2024 was {says('new_plans_count', THIS)}, a",
        f"Request for Statutory Assessment: 2023- {says('requests_count', LAST)} 2024- {says('requests_count', THIS)}",
        f"No Schools Commissioned {says('inmss_schools_count', INMSS_DAY)}",
        f"No of CYP Placed {says('inmss_placements_count', INMSS_DAY)}",
        f"Average Placement Cost {says('inmss_unit_cost_average', INMSS_DAY)}",
        f"Open Searches (as of 24/09/2024) {says('inmss_open_searches_count', INMSS_DAY)}",
        f"Exclusions (annual 2022-23) {says('exclusions_count', LAST_SCHOOL_YEAR)} "
        f"(23-24 Autumn& Spring) {says('exclusions_count', TWO_TERMS)}",
        f"Suspensions (annual 2022-23) {says('suspensions_count', LAST_SCHOOL_YEAR)} "
        f"(23-24 Autumn& Spring) {says('suspensions_count', TWO_TERMS)}",
        f"Electively Home Educated EHCP as of Sept 24 {says('ehe_plans_count', DAY)}",
        f"SEND transport Spend (Sept 2024) IN borough {says('transport_pupils_count', DAY, into)} pupils "
        f"{says('transport_spend', DAY, into)} {says('transport_unit_cost_average', DAY, into)} (average) "
        f"OOB {says('transport_pupils_count', DAY, out)} pupils {says('transport_spend', DAY, out)} "
        f"{says('transport_unit_cost_average', DAY, out)} (average) "
        f"Total SEND Transport SPEND (Sept 2024) No. Pupils {says('transport_pupils_count', DAY)} "
        f"Spend {says('transport_spend', DAY)} Average {says('transport_unit_cost_average', DAY)}",
        f"{says(excluding, YEAR_TO_DATE)} of new plans completed within 20 weeks excluding exceptions. {improved} "
        f"{says(excluding, LAST)} and the national level of {says(excluding, LAST, area='England')}.",
        f"{says(including, YEAR_TO_DATE)} of new plans completed within 20 weeks including exceptions. {improved} "
        f"{says(including, LAST)} and the national level of {says(including, LAST, area='England')}.",
        f"{says('assessments_agreed_percent', YEAR_TO_DATE)} of assessments were agreed to issue a plan. This is 1% "
        f"lower than Halton's last position of {says('assessments_agreed_percent', LAST)} but higher than national "
        f"level of {says('assessments_agreed_percent', LAST, area='England')}.",
        *rates(says, "suspension_rate", "suspension rate"),
        *rates(says, "exclusion_rate", "permanent exclusion rate"),
    ]


def rates(says: Says, metric: str, words: str) -> list[str]:
    return [
        f"The {words} for CYPs with EHCPs for the year 2023/24 was {says(metric, SCHOOL_YEAR, EHC)}, an improvement "
        f"over the 2022/23 rate of {says(metric, LAST_SCHOOL_YEAR, EHC)}. However, this improvement was experienced "
        f"nationally as the 2023/24 national rate was {says(metric, SCHOOL_YEAR, EHC, 'England')}, a better rate than "
        f"the 2022/23 national rate of {says(metric, LAST_SCHOOL_YEAR, EHC, 'England')}."
    ]


def sentences_of_the_first(says: Says) -> list[str]:
    def trained(what: str) -> str:
        return says("training_count", DAY, what)

    return [
        f"In summary to date {says('thrive_engaged_percent', DAY)} of schools have engaged regarding the project with "
        f"{says('thrive_booked_percent', DAY)} of schools having booked some or all of their Thrive training.",
        f"- {trained('Thrive: staff registrations')} staff registrations for training",
        f"- {trained('Thrive: schools that delay or decline')} schools have indicated that they would like to delay",
        f"To date we trained all resource bases ({trained('Team Teach: resource bases trained')} in total), "
        f"{trained('Team Teach: mainstream settings trained or booked')} mainstream setting are undertaking or booked",
        f"- {trained('Team Teach: staff at Level 1')} staff trained at Level 1",
        f"- {trained('Team Teach: staff at Level 2')} staff trained at Level 2",
        f"We now have {trained('Team Teach: trainers')} trainers in Halton – "
        f"{trained('Team Teach: trainers, educational psychologists')} EP's and "
        f"{trained('Team Teach: trainers, resource bases')} Trainers from our Resource Bases",
        f"a workshop for up to {trained('Team Teach: workshop places')} places for November from Team Teach",
        f"{says('hdu_settings_count', DAY)} secondary setting has been identified",
    ]


@pytest.mark.parametrize("workstream", WORKSTREAMS)
def test_each_figure_that_both_workstreams_print_stands_in_its_sentence_in_each(texts, workstream):
    first, second = map(one_spaced, texts[REPORT].split(WORKSTREAMS[1]))
    text = first if workstream == WORKSTREAMS[0] else second.replace("---------------------------------- ---- ", "")
    says, _ = lookup(REPORT, workstream)
    assert [sentence for sentence in sentences_of_both_workstreams(says) if sentence not in text] == []


def test_what_the_report_prints_of_absence_stands_in_its_sentence_in_each_workstream(texts):
    for workstream, text in zip(WORKSTREAMS, texts[REPORT].split(WORKSTREAMS[1]), strict=True):
        said = {
            (row["area_name"], row["period"]): row["printed"]
            for row in rows_of(REPORT / "printed_figures.csv")
            if row["section"] == f"{workstream}: Report on the Current Position, item 4"
        }
        assert len(said) == 3
        assert said["Halton", SCHOOL_YEAR] == said["Halton", LAST_SCHOOL_YEAR]  # “the same as”
        sentence = (
            f"The overall absence for CYPs with EHCPs for 2023/24 academic year was {said['Halton', SCHOOL_YEAR]}, the "
            "same as 2022/23 academic year. Comparing that to the national's, this cohort of CYPs had a lower overall "
            f"absence rate of 1% than the national of {said['England', SCHOOL_YEAR]}."
        )
        assert sentence in one_spaced(text)


def test_each_figure_that_the_first_workstream_alone_prints_stands_in_its_sentence(texts):
    says, _ = lookup(REPORT, WORKSTREAMS[0])
    text = one_spaced(texts[REPORT].split(WORKSTREAMS[1])[0])
    assert [sentence for sentence in sentences_of_the_first(says) if sentence not in text] == []


def test_three_posts_are_said_to_be_filled_and_the_report_says_which():
    rows = [row for row in rows_of(REPORT / "own_figures.csv") if row["metric_id"] == "staff_in_post_count"]
    assert [row["label_printed"] for row in rows] == ["Program Lead", "Data Analyst", "temp inclusion manager"]
    for row in rows:
        assert row["label_printed"] in row["printed"]
        assert row["printed"].endswith("appointed June 24")
        assert row["period"] == "2024-06-30"


def test_every_figure_of_the_reports_own_was_looked_for_in_a_sentence():
    says, asked = lookup(REPORT, WORKSTREAMS[0])
    sentences_of_both_workstreams(says)
    sentences_of_the_first(says)
    own = {(row["metric_id"], row["breakdown"], row["period"], "Halton") for row in rows_of(REPORT / "own_figures.csv")}
    assert {figure for figure in own - asked if figure[0] != "staff_in_post_count"} == set()


def sentences_of_the_application(says: Says) -> list[str]:
    def now(metric: str, breakdown: str = "Total") -> str:
        return says(metric, SENT, breakdown)

    enablers = ("Governance", "Digital Capability", "Leadership", "Capacity", "Capability")
    return [
        f"engaging with {now('survey_respondents_count', 'Parents and carers')} Parents & Carers, "
        f"{now('survey_respondents_count', 'Education professionals')} Education Professionals and "
        f"{now('survey_respondents_count', 'Children and young people')} Children & Young people",
        f"{now('survey_social_care_percent')} of parents and carers of children in mainstream settings agreed that "
        "social care services had a positive impact on their child",
        f"only {now('survey_camhs_percent')} of respondents agreed that existing CAMHS services were positively",
        f"On average, {now('case_review_goals_percent')} of Halton's EHCPs and a child/young person's journey",
        f"{now('case_review_plan_needed_percent')} of the time, it was considered that an EHCP was required",
        f"place funding should be between {now('hdu_place_funding', 'Lowest')} pa- "
        f"{now('hdu_place_funding', 'Highest')} pa, to support {now('hdu_places_count', 'Fewest')} young people",
        f"to support {now('hdu_places_count', 'Most')} young people",
        f"in order to save approximately {now('hdu_saving_claimed')} per child in each Unit",
        f"Halton was allocated {says('capital_allocation', '2022-03-31')}.",
        f"5 year cumulative opportunity: {now('dsg_opportunity_value', 'Lowest')}-"
        f"{now('dsg_opportunity_value', 'Highest')}",
        f"High Needs Block spend has grown {now('high_needs_growth_percent')} in Halton since Financial Year ending "
        f"2020, with {now('high_needs_three_settings_percent')} of all spend coming from Maintained Special Schools",
        "SEMH is the main primary need in INMSS, especially at secondary age, accounting for "
        f"{now('inmss_semh_starts_percent')} of all EHCP starts for children aged 11-14.",
        f"{' '.join(enablers)} {' '.join(now('enabler_score', name) for name in enablers)}",
    ]


def test_each_figure_of_the_application_stands_in_its_sentence(texts):
    says, asked = lookup(APPLICATION)
    text = read(texts[APPLICATION])
    assert [sentence for sentence in sentences_of_the_application(says) if sentence not in text] == []
    own = {(row["metric_id"], row["breakdown"], row["period"]) for row in rows_of(APPLICATION / "own_figures.csv")}
    assert {figure[:3] for figure in asked} == own


# How the report's printed periods are read; where one is read in two ways, by what is counted.
READ_AS = {
    "As of 19th September 2024": {YEAR_TO_DATE, "2024-09-19"},  # flows of the year so far; a share of children on a day
    "annual 2022-23": {LAST_SCHOOL_YEAR},
    "2022/23": {LAST_SCHOOL_YEAR},
    "2022/23 academic year": {LAST_SCHOOL_YEAR},
    "2023/24": {SCHOOL_YEAR},
    "year 2023/24": {SCHOOL_YEAR},
    "2023/24 academic year": {SCHOOL_YEAR},
    "23-24 Autumn& Spring": {TWO_TERMS},
    "last year": {LAST},
    "last position": {LAST},
    "as of Sept 24": {DAY},
    "Sept 2024": {DAY},
    "To date": {DAY},
    "to date": {DAY, "2024-04-01 to 2024-09-30"},  # training; the grant
    "now": {DAY},
    "at this time": {DAY},
    "before Dec 24": {DAY},
    "November": {DAY},
    "As of 024/09/2024": {INMSS_DAY},
    "as of 24/09/2024": {INMSS_DAY},
    "June 24": {"2024-06-30"},
    "formal position": {"2024-01-18"},
    "national level": {"2024-01-18"},
}


def test_each_printed_period_of_the_report_is_read_in_one_way_or_by_what_is_counted():
    rows = [*rows_of(REPORT / "own_figures.csv"), *rows_of(REPORT / "printed_figures.csv")]
    for row in rows:
        printed, period = row["period_printed"], row["period"]
        if re.fullmatch(r"20\d\d", printed):  # a year alone: a January, an academic year or a calendar year
            first = f"{int(printed) - 1}-{printed[2:]}"
            assert period[:4] == printed or period in (f"academic year {first}", f"calendar year {printed}")
        elif printed != "not stated":
            assert period in READ_AS[printed]
    assert {row["period_printed"] for row in rows} >= set(READ_AS)


def test_every_figure_as_printed_is_the_authoritys_or_englands():
    places = {
        (row["area_code"], row["area_name"], row["geographic_level"])
        for folder in TEXTS
        for row in rows_of(folder / "printed_figures.csv")
    }
    assert places == {("E06000006", "Halton", "Local authority"), ("E92000001", "England", "National")}


def test_what_was_spent_to_date_is_said_among_the_printed_figures_as_it_is_in_the_grant():
    (row,) = [row for row in rows_of(REPORT / "printed_figures.csv") if row["metric_id"] == "grant_spend"]
    assert float(row["value"]) == spent("spend to date", "Q2")["All lines"]
    period = Period.parse(row["period"])
    assert (period.start, period.end) == (Quarter("2024-25-Q1").start, Quarter("2024-25-Q2").end)


# Tables of the report


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


def test_what_is_printed_under_both_workstreams_is_kept_under_both():
    kept = {name: Counter() for name in WORKSTREAMS}
    for row in rows_of(REPORT / "printed_figures.csv"):
        name = next((name for name in WORKSTREAMS if row["section"].startswith(name)), None)
        if name and "table" not in row["section"]:
            kept[name][row["metric_id"], row["breakdown"], row["period"], row["area_name"], row["printed"]] += 1
    first, second = kept.values()
    assert first == second
    assert len(first) > 25
