"""The Word reports against the pages, the workbook, the narrative and the report that the DfE was sent before.

Every report and every page of a pack is read as a reader finds it; nothing here looks at how they were made.
"""

from __future__ import annotations

import base64
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag
from docx.oxml.ns import qn
from docx.table import Table

from dbv_analysis.model.metric import Metric
from dbv_analysis.publish.check.documents import document_problems
from dbv_analysis.publish.write import word
from dbv_analysis.reports import compose, narrative_of
from dbv_analysis.reports.document import TO_BE_WRITTEN
from dbv_analysis.results.evidence import Evidence, written
from tests.conftest import HALTON, QUARTER, ROOT
from tests.inputs.test_documents import CUES, REPORT, TEXTS, element_of
from tests.publish.conftest import EARLY, NOTHING_WRITTEN, REPORTS, SCARCE, SECTIONS, Run, scarce_run, whole_pack
from tests.publish.write.test_spreadsheet import frame_of
from tests.shipped import METRICS

DFE, MONITORING, IMPACT = REPORTS
WHOLE = "whole-pack"
DRAWN = " (the figures drawn above)"
COMPARED_AT_LEAST = {DFE: 12, MONITORING: 10, IMPACT: 12}  # tables, of the whole pack
NO_EARLIER = "no earlier figure"

# Whose page's answer each report gives, in order.
ANSWERS = {
    DFE: ["Grant", "Plans", "Placements", "Exclusions", "Deficit"],
    MONITORING: ["Deficit", "High needs spend", "Placements", "Grant"],
    IMPACT: ["Board summary", *SECTIONS],
}
ADDRESSES = {"Board summary": "index.html", **SECTIONS}

every_report = pytest.mark.parametrize("name", REPORTS)


def joined(words: str) -> str:
    return " ".join(words.split())


@dataclass(frozen=True)
class Part:
    """A paragraph, table or picture of a report, and the headings that it stands under.

    ``words`` are a table's caption, without its number, and a picture's description.
    """

    style: str
    under: tuple[str, ...]
    text: str
    rows: list[list[str]] = field(default_factory=list)
    picture: bytes = b""


def parts_of(path: Path) -> list[Part]:
    """Everything in a Word document that holds something, in order."""
    file = docx.Document(str(path))
    found: list[Part] = []
    under: tuple[str, ...] = ()
    for piece in file.iter_inner_content():
        if isinstance(piece, Table):
            caption = re.sub(r"^Table \d+: ", "", found[-1].text).removesuffix(DRAWN)
            rows = [[joined(cell.text) for cell in row.cells] for row in piece.rows]
            found.append(Part("Table", under, caption, rows))
            continue
        text = joined(piece.text)
        if piece.style.name.startswith("Heading "):
            under = (*under[: int(piece.style.name[-1]) - 1], text)
            found.append(Part(piece.style.name, under, text))
        for picture in piece._p.xpath(".//wp:inline"):
            (about,), (blip,) = picture.xpath("./wp:docPr"), picture.xpath(".//a:blip")
            content = file.part.related_parts[blip.get(qn("r:embed"))].blob
            found.append(Part("Picture", under, joined(about.get("descr")), picture=content))
        if text and not piece.style.name.startswith("Heading "):
            found.append(Part(piece.style.name, under, text))
    return found


def of_style(parts: list[Part], *styles: str) -> list[Part]:
    return [part for part in parts if part.style in styles]


def charts_of(parts: list[Part]) -> Iterator[tuple[str, str, bytes, list[str]]]:
    """Each chart of a report: title, description, picture, and the notes under it."""
    for place, part in enumerate(parts):
        if part.style == "Picture":
            notes = []
            for after in parts[place + 2 :]:
                if after.style != "Note":
                    break
                notes.append(after.text)
            yield parts[place - 1].text, part.text, part.picture, notes


def words(tag: Tag) -> str:
    return joined(tag.get_text(" "))


def rows_of(table: Tag) -> list[list[str]]:
    return [[words(cell) for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]


@dataclass(frozen=True)
class Pack:
    """All that a published pack shows, by report and by page."""

    run: Run
    reports: dict[str, list[Part]] = field(repr=False)
    pages: dict[str, BeautifulSoup] = field(repr=False)

    @cached_property
    def tables(self) -> dict[str, list[list[list[str]]]]:
        """The tables of all pages by their captions."""
        found: dict[str, list[list[list[str]]]] = {}
        for page in self.pages.values():
            for table in page.find_all("table"):
                found.setdefault(words(table.caption), []).append(rows_of(table))
        return found

    @cached_property
    def charts(self) -> dict[str, list[tuple[str, bytes, list[str]]]]:
        """The charts of all pages by their titles: description, picture, and the notes under it."""
        found: dict[str, list[tuple[str, bytes, list[str]]]] = {}
        for page in self.pages.values():
            for image in page.find_all("img"):
                figure = image.find_parent("figure")
                notes = [words(note) for note in figure.figcaption.find_all("span")]
                picture = base64.b64decode(image["src"].partition("base64,")[2])
                title = words(figure.find(class_="chart-title"))
                found.setdefault(title, []).append((joined(image["alt"]), picture, notes))
        return found

    @cached_property
    def workbook(self) -> pd.DataFrame:
        """The authority's own rows of every sheet, each with the name that a table gives its measure."""
        book = openpyxl.load_workbook(self.run.folder / "evidence.xlsx")
        rows = pd.concat([frame_of(book[section]) for section in SECTIONS if section in book.sheetnames])
        rows = rows[rows["Area"] == "Halton"]
        of = ("" if group == "Total" else f", {group}" for group in rows["Breakdown"])
        return rows.assign(name=[f"{title}{group}" for title, group in zip(rows["Measure"], of, strict=True)])


def read(run: Run) -> Pack:
    pages = {name: run.page(name) for name in ADDRESSES.values()}
    return Pack(run, {name: parts_of(run.folder / name) for name in REPORTS}, pages)


@pytest.fixture(scope="session", params=[WHOLE, *SCARCE])
def pack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The shipped quarter's pack, and packs with less data."""
    if request.param == WHOLE:
        return read(whole_pack(tmp_path_factory))
    return read(scarce_run(tmp_path_factory, request.param))


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return read(whole_pack(tmp_path_factory))


# Reports and pages


def test_a_table_that_stands_in_a_report_and_on_a_page_is_the_same_in_both(pack: Pack):
    """Where several pages have different tables of one caption, each row stands in one of them."""
    tables = pack.tables
    differ, compared = [], dict.fromkeys(REPORTS, 0)
    for name, parts in pack.reports.items():
        for part in of_style(parts, "Table"):
            same = tables.get(part.text, [])
            if not same:
                continue
            compared[name] += 1
            if all(table == same[0] for table in same):
                found = part.rows == same[0]
            else:
                rows = [row for table in same for row in table]
                found = part.rows[0] == same[0][0] and all(row in rows for row in part.rows)
            if not found:
                differ.append((name, part.text))
    assert differ == []
    least = COMPARED_AT_LEAST if pack.run.project.name == WHOLE else dict.fromkeys(REPORTS, 1)
    assert all(compared[name] >= least[name] for name in REPORTS), compared


def test_a_chart_of_a_report_is_that_of_a_page_with_its_description_picture_and_notes(pack: Pack):
    charts = pack.charts
    drawn = 0
    for parts in pack.reports.values():
        for title, alt, picture, notes in charts_of(parts):
            assert (alt, picture, notes) in charts.get(title, []), title
            drawn += 1
    assert drawn >= (19 if pack.run.project.name == WHOLE else 3)


@every_report
def test_a_report_gives_the_answers_of_its_sections_pages_in_their_order(pack: Pack, name: str):
    told = [part.text for part in of_style(pack.reports[name], "Answer")]
    assert told == [words(pack.pages[ADDRESSES[section]].h1) for section in ANSWERS[name]]


def test_the_impact_assessment_gives_each_sections_answer_under_its_name(pack: Pack):
    _, *told = of_style(pack.reports[IMPACT], "Answer")
    assert [part.under for part in told] == [("Did the programme do it?", section) for section in SECTIONS]


def test_the_key_figures_of_the_impact_assessment_are_those_of_the_front_page(pack: Pack):
    shown = pack.pages["index.html"].find_all(class_="key-figures")
    figures = [[words(part) for part in item.find_all(True)] for one in shown for item in one.find_all("li")]
    told = [part.rows[1:] for part in of_style(pack.reports[IMPACT], "Table") if part.text == "Key figures"]
    assert told == ([figures] if figures else [])


@every_report
def test_every_point_of_a_report_that_nobody_wrote_by_hand_stands_on_a_page(pack: Pack, name: str):
    points = {words(item) for page in pack.pages.values() for item in page.main.find_all("li")}
    by_hand = {joined(line.removeprefix("- ")) for lines in narrative(pack).values() for line in lines}
    told = {part.text for part in of_style(pack.reports[name], "List Bullet")} - by_hand
    assert told
    assert told - points == set()


# Reports and the workbook


def figure_in(rows: pd.DataFrame, metric: Metric, period: str) -> set[str]:
    """What a table should print of a period, from the workbook's rows of one measure and breakdown."""
    return {
        written(
            metric,
            pd.Series(
                {
                    "symbol": row["Figure"] if isinstance(row["Figure"], str) else "",
                    "value": row["Figure"],
                    "printed": "" if row["As printed"] == "z" else row["As printed"],
                }
            ),
        )
        for row in rows[rows["Period"] == period].to_dict("records")
    }


def number(printed: str) -> float:
    """The size of a printed figure."""
    size = float(re.sub(r"[^\d.]", "", printed)) * (1_000_000 if printed.endswith("m") else 1)
    return -size if printed.startswith("−") else size


def by_title() -> dict[str, Metric]:
    return {metric.title: metric for metric in METRICS.values()}


def check_now_and_before(table: list[list[str]], workbook: pd.DataFrame) -> int:
    """How many figures a table of newest figures gives, each proved to be the workbook's."""
    metrics = by_title()
    checked = 0
    for name, period, figure, *more in table[1:]:
        rows = workbook[workbook["name"] == name]
        assert not rows.empty, name
        metric = metrics[rows.iloc[0]["Measure"]]
        assert figure_in(rows, metric, period) == {figure}, (name, period)
        checked += 1
        if not more or more[0] == NO_EARLIER:
            continue
        before, earlier = re.fullmatch(r"(.+) \((.+)\)", more[0]).groups()
        assert figure_in(rows, metric, earlier) == {before}, (name, earlier)
        ends = rows.set_index("Period")["To"]
        assert ends[earlier] < ends[period]
        if match := re.match(r"(up|down) (£?[\d,.]*\dm?)", more[1]):
            moved = number(figure) - number(before)
            assert (match[1] == "up") == (moved > 0), (name, more)
            rounding = 10.0 ** -len(match[2].partition(".")[2]) if not match[2].endswith("m") else 100_000
            assert number(match[2]) == pytest.approx(abs(moved), abs=rounding), (name, more)
        elif more[1] == "as before":
            assert figure == before
        else:
            assert more[1].startswith("not comparable: ")
        checked += 1
    return checked


def check_by_period(table: list[list[str]], workbook: pd.DataFrame) -> int:
    """How many figures a table of periods and measures gives, each proved to be the workbook's: shares, or counts."""
    metrics = by_title()
    checked = 0
    for name, *cells in zip(*table, strict=True):
        if name not in metrics:
            continue
        rows = workbook[workbook["name"] == name]
        counts = dict(zip(rows["Period"], rows["Numerator"], strict=True))
        for row, cell in zip(table[1:], cells, strict=False):
            held = figure_in(rows, metrics[name], row[0])
            if metrics[name].unit.suffix and not cell.endswith(metrics[name].unit.suffix) and cell[0].isdigit():
                held = {f"{counts[row[0]]:,.0f}"}
            assert held == {cell} or (not held and cell == "x"), (name, row[0])
            checked += bool(held)
    return checked


def of_newest_figures(part: Part) -> bool:
    return part.rows[0][:3] == ["Measure", "Period", "Figure"] and part.rows[0][3:] in ([], ["Before", "Change"])


def of_periods(part: Part) -> bool:
    return part.rows[0][0] == "Period" and part.rows[0][1] in by_title()


@every_report
def test_every_newest_figure_in_a_report_and_the_one_before_it_is_the_workbooks(pack: Pack, name: str):
    workbook = pack.workbook
    tables = [part for part in of_style(pack.reports[name], "Table") if of_newest_figures(part)]
    checked = sum(check_now_and_before(part.rows, workbook) for part in tables)
    assert checked >= ({DFE: 35, MONITORING: 20, IMPACT: 0}[name] if pack.run.project.name == WHOLE else 0)


@every_report
def test_every_measure_over_time_in_a_report_is_the_workbooks(pack: Pack, name: str):
    workbook = pack.workbook
    tables = [part for part in of_style(pack.reports[name], "Table") if of_periods(part)]
    checked = sum(check_by_period(part.rows, workbook) for part in tables)
    assert checked >= ({DFE: 40, MONITORING: 15, IMPACT: 0}[name] if pack.run.project.name == WHOLE else 0)


def test_the_milestones_of_the_return_are_the_phases_on_the_delivery_page(shipped: Pack):
    ((_, *phases),) = shipped.tables[f"Phase of each element, {QUARTER}"]
    tables = [part for part in of_style(shipped.reports[DFE], "Table") if part.rows[0][0] == "Element"]
    told = [row for part in tables for row in part.rows[1:]]
    assert [[element, planned, f"{status}, {phase.lower()}"] for element, status, phase, planned in told] == [
        [element, planned, detail] for element, planned, _, detail in phases
    ]


def test_no_table_of_a_report_goes_unproved(shipped: Pack):
    """On a page, in the workbook, or one of the two that have a test of their own."""
    unproved = [
        (name, part.text)
        for name, parts in shipped.reports.items()
        for part in of_style(parts, "Table")
        if part.text not in shipped.tables
        and not of_newest_figures(part)
        and not of_periods(part)
        and part.rows[0][0] != "Element"
        and part.text != "Key figures"
    ]
    assert unproved == []


@every_report
def test_a_report_quotes_no_figure_from_after_the_cut_off(shipped: Pack, results: pd.DataFrame, name: str):
    known = METRICS
    own = results[(results["area_code"] == HALTON) & (results["symbol"] == "")]
    cut_off = date(2024, 9, 26)
    figures = [(row.published > cut_off, known[row.metric_id].write(row.value)) for row in own.itertuples()]
    later = {figure for after, figure in figures if after} - {figure for after, figure in figures if not after}
    later = {figure for figure in later if re.search(r"%$|,", figure)}  # another may be a number of anything
    assert {"1,712", "12.32%", "11.40%"} <= later
    parts = shipped.reports[name]
    told = " ".join([part.text for part in parts] + [cell for part in parts for row in part.rows for cell in row])
    assert [figure for figure in later if re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d,])", told)] == []


# What people wrote


def narrative(pack: Pack) -> dict[str, list[str]]:
    """What is written for each part: a line for each paragraph and each point of a list, which begins with a dash."""
    path = pack.run.project / "data" / "raw" / "narrative" / f"{QUARTER}.md"
    return parts_in(path.read_text(encoding="utf-8")) if path.is_file() else {}


def parts_in(text: str) -> dict[str, list[str]]:
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    found = {}
    for part in re.split(r"^# ", text, flags=re.MULTILINE)[1:]:
        name, _, body = part.partition("\n")
        blocks = re.split(r"\n\s*\n|\n(?=- )", body.strip())
        found[name.strip()] = [joined(block) for block in blocks if block.strip()]
    return found


ALL_PARTS = list(parts_in((ROOT / "data" / "raw" / "narrative" / "template.md").read_text(encoding="utf-8")))


def elements() -> dict[str, str]:
    """Each element of the programme and its workstream."""
    rows = pd.read_csv(ROOT / "data" / "raw" / "grant-application-2023-12" / "phases.csv", dtype=str)
    return dict(zip(rows["element"], rows["workstream"], strict=True))


OF_A_WORKSTREAM = {
    "summary": "Workstream summary",
    "impact": "Measuring impact",
    "slippage": "Has there been any slippage in delivery plans?",
    "opportunities": "Overall progress on total opportunities including, implementation plan and DSG management plan",
}
PLACES = {
    "Summary of progress": (DFE, "Provide a summary of progress to date in relation to the agreed implementation plan"),
    "Grant expenditure": (DFE, "Grant expenditure summary"),
    "Anything else": (DFE, "Is there anything else you would like to raise in this report?"),
    "Problems": (DFE, "Have you encountered problems where you'd like DfE's support, where feasible, to address?"),
    "Appendices": (DFE, "Appendices"),
    "High needs: actions": (MONITORING, "What is done about it"),
    "Annual impact: judgement": (IMPACT, "What must be decided?"),
}


def place_of(part: str) -> tuple[str, ...]:
    """The report in which a part of the narrative stands, and how each of the headings above it begins."""
    if part in PLACES:
        return PLACES[part]
    if match := re.fullmatch(r"Workstream (\d): (.+)", part):
        return (DFE, f"Workstream {match[1]}: ", OF_A_WORKSTREAM[match[2]])
    number = elements()[part]
    return (DFE, f"Workstream {number}: ", "Evidence and progress", f"WS {number} – {part}")


def under(reports: dict[str, list[Part]], part: str) -> list[Part]:
    """What stands right under the heading of a part of the narrative."""
    name, *headings = place_of(part)
    return [
        piece
        for piece in reports[name]
        if not piece.style.startswith("Heading")
        and len(piece.under) == len(headings)
        and all(told.startswith(begins) for told, begins in zip(piece.under, headings, strict=True))
    ]


def missing_in(reports: dict[str, list[Part]]) -> dict[str, int]:
    """How often each part of the narrative is marked as to be written, right under its heading."""
    return {
        part: sum(
            piece.style == "Missing" and piece.text.startswith(f"{TO_BE_WRITTEN} {part}: ")
            for piece in under(reports, part)
        )
        for part in ALL_PARTS
    }


def marks(reports: dict[str, list[Part]]) -> int:
    return sum(len(of_style(parts, "Missing")) for parts in reports.values())


def test_what_is_written_stands_whole_and_in_order_under_its_heading(shipped: Pack):
    told = {part: lines for part, lines in narrative(shipped).items() if lines}
    assert len(told) >= 20
    for part, lines in told.items():
        expected = [("List Bullet", line[2:]) if line.startswith("- ") else ("Normal", line) for line in lines]
        found = [(piece.style, piece.text) for piece in under(shipped.reports, part)]
        starts = [place for place in range(len(found)) if found[place : place + len(expected)] == expected]
        assert len(starts) == 1, part


def test_a_part_that_is_written_is_not_marked_and_one_that_is_not_is_marked_once(shipped: Pack):
    told = {part for part, lines in narrative(shipped).items() if lines}
    assert missing_in(shipped.reports) == {part: int(part not in told) for part in ALL_PARTS}
    assert marks(shipped.reports) == len(set(ALL_PARTS) - told) > 0


def test_without_a_narrative_every_part_is_marked_under_its_heading(tmp_path_factory: pytest.TempPathFactory):
    reports = read(scarce_run(tmp_path_factory, NOTHING_WRITTEN)).reports
    assert missing_in(reports) == dict.fromkeys(ALL_PARTS, 1)
    assert marks(reports) == len(ALL_PARTS)


def drawn(evidence: Evidence, data: Path, folder: Path) -> dict[str, list[Part]]:
    """Every report, composed here with the narrative under ``data`` and written to ``folder``."""
    for name, document in compose(evidence, narrative_of(QUARTER, evidence.lists["phases"], data)).items():
        word.write(document, folder / f"{name}.docx", made=evidence.cut_off)
    return {name: parts_of(folder / name) for name in REPORTS}


HOSTILE = "<script>alert(1)</script> & <w:p/> ]]> {{ 7 * 7 }} %s"
LONG = "very long " * 5_000


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a narrative of which every second part is not there, and two hold odd words."""
    folder = tmp_path_factory.mktemp("half-written")
    parts = {part: f"What is told of {part.lower()}." for part in ALL_PARTS[::2]}
    parts |= {ALL_PARTS[0]: HOSTILE, ALL_PARTS[2]: LONG}
    (folder / "narrative").mkdir()
    text = "\n\n".join(f"# {part}\n\n{told}" for part, told in parts.items())
    (folder / "narrative" / f"{QUARTER}.md").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def half_written(evidence: Evidence, half: Path) -> dict[str, list[Part]]:
    return drawn(evidence, half, half)


def test_parts_that_are_taken_out_of_the_narrative_are_marked_and_no_others(half_written: dict[str, list[Part]]):
    assert missing_in(half_written) == {part: place % 2 for place, part in enumerate(ALL_PARTS)}
    assert marks(half_written) == len(ALL_PARTS) // 2


def test_odd_words_of_a_narrative_stand_in_a_report_as_they_were_written(half_written: dict[str, list[Part]]):
    for part, told in ((ALL_PARTS[0], HOSTILE), (ALL_PARTS[2], LONG.strip())):
        assert told in [piece.text for piece in under(half_written, part)]


@every_report
def test_a_half_written_report_is_fit_to_be_sent(half: Path, half_written: dict[str, list[Part]], name: str):
    assert half_written[name]
    assert document_problems(half / name) == []


# The files


@every_report
def test_a_report_is_fit_to_be_sent_and_no_heading_is_followed_by_nothing(shipped: Pack, name: str):
    assert document_problems(shipped.run.folder / name) == []


def test_the_reports_written_again_from_the_same_inputs_are_the_same_to_the_byte(
    shipped: Pack, evidence: Evidence, data: Path, tmp_path: Path
):
    drawn(evidence, data, tmp_path)
    for name in REPORTS:
        assert (tmp_path / name).read_bytes() == (shipped.run.folder / name).read_bytes(), name


@every_report
def test_a_report_names_its_quarter_and_cut_off_under_its_title(pack: Pack, name: str):
    told = " ".join(part.text for part in of_style(pack.reports[name], "Subtitle"))
    day = {EARLY: "30 June 2023"}.get(pack.run.project.name, "26 September 2024")
    assert f"Quarter 2, 2024-25 (July to September 2024). Figures first published by {day}." in told


@every_report
def test_no_person_is_named_in_a_report(shipped: Pack, documents: Path, name: str):
    both = " ".join((documents / text).read_text(encoding="utf-8") for text in TEXTS.values())
    found = [person for cue in CUES for person in re.findall(cue, both)]
    surnames = {part for person in found for part in person.lower().split()[1].split("-")}
    assert len(surnames) >= len(CUES) - 1
    with zipfile.ZipFile(shipped.run.folder / name) as file:
        inside = " ".join(file.read(part).decode("utf-8") for part in file.namelist() if part.endswith(".xml"))
    told = set(re.findall(r"\w+", re.sub(r"<[^>]*>", " ", inside).lower()))
    assert "halton" in told
    assert surnames & told == set()


# The quarterly report that the DfE was sent before

CURRENT = (
    "Report on the current position of Halton as of 26 September 2024 for children and young people with EHC plans"
)
ELEMENTS = "the elements"  # a heading for each, which the document's own words give
FIRST, SECOND = "Workstream 1: Behaviour Support Change Programme", "Workstream 2: Inclusion Programme"
# How a line of the report of September 2024 begins, and the heading of the return. The two differ in capitals, in the
# number of the first workstream and in names that the pack gives its measures; "" stands where one of them has none.
HEADINGS = [
    ("Provide a summary of progress to date in relation to the agreed implementation plan", "="),
    ("Grant expenditure summary", "="),
    ("Workstream: Behaviour Support Change Programme", FIRST),
    ("Workstream summary", "="),
    ("Evidence and progress", "="),
    (ELEMENTS, ELEMENTS),
    ("Measuring impact", "="),
    ("Short term indicators", "="),
    ("% OVERALL Absence", "Overall absence"),
    ("Top Level Measures", "Top level measures"),
    ("Report on the Current Position of Halton Borough Council", CURRENT),
    ("1. Percentage 20 Weeks Timeliness", "1. Percentage 20 weeks timeliness, and 2. percentage of assessments agreed"),
    ("2. Percentage Assessment Agreed to Issue EHCP", ""),
    (
        "3. Percentage of CYP in Non-maintained independent schools",
        "3. Percentage in independent and non-maintained special schools",
    ),
    ("4. Attendance", "="),
    ("5. Suspensions", "="),
    ("6. Permanent Exclusion", "6. Permanent exclusions"),
    ("Has there been any slippage in delivery plans?", "="),
    ("Overall progress on total opportunities including, implementation plan and DSG management plan", "="),
    ("Workstream 2: Inclusion Programme", SECOND),
    ("Workstream summary", "="),
    ("Evidence and progress", "="),
    (ELEMENTS, ELEMENTS),
    ("Measuring impact", "="),
    ("", "Short term indicators"),
    ("Top Level Measures", "Top level measures"),
    # The current position is printed under both workstreams, in the same words; the return gives it once.
    ("Report on the Current Position of Halton Borough Council", ""),
    ("2. Percentage 20 Weeks Timeliness", ""),
    ("2. Percentage Assessment Agreed to Issue EHCP", ""),
    ("3. Percentage of CYP in Non-maintained independent schools", ""),
    ("4. Attendance", ""),
    ("5. Suspensions", ""),
    ("6. Permanent Exclusion", ""),
    ("Has there been any slippage in delivery plans?", "="),
    ("Overall progress on total opportunities including, implementation plan and DSG management plan", "="),
    ("Is there anything else you would like to raise in this report?", "="),
    ("Have you encountered problems where you'd like DfE's support, where feasible, to address?", "="),
    ("Appendix 1", "Appendices"),
]


def element_headings(lines: list[str]) -> list[str]:
    """The headings of the elements, from what the document says of each: ``WS 1- … – Ahead (implementation phase)``."""
    says = re.compile(r"(WS ?(\d) ?- ?.+?) ?[–-] ?((?:Ahead|On track|slightly behind)) \(([a-z-]+)(?: phase)?\)", re.I)
    found = [says.fullmatch(line.strip()) for line in lines]
    return [
        f"WS {told[2]} – {element_of(told[1])} – {told[3].capitalize()} ({told[4]} phase)" for told in found if told
    ]


def test_the_return_has_the_headings_of_the_report_before_it_in_their_order(shipped: Pack, documents: Path):
    lines = (documents / TEXTS[REPORT]).read_text(encoding="utf-8").splitlines()
    expected, place = [], 0
    for printed, told in HEADINGS:
        if told == ELEMENTS:
            until = next(at for at in range(place, len(lines)) if lines[at].startswith("Measuring impact"))
            expected += element_headings(lines[place:until])
            continue
        if printed:
            found = [at for at in range(place, len(lines)) if lines[at].startswith(printed)]
            assert found, f"{printed} does not follow in the document"
            place = found[0] + 1
        if told:
            expected.append(printed if told == "=" else told)
    assert len([told for told in expected if told.startswith("WS ")]) == 9
    headings = [part for part in shipped.reports[DFE] if part.style.startswith("Heading")]
    assert [part.text for part in headings] == expected


def test_each_heading_of_the_report_before_is_accounted_for_as_often_as_it_is_printed(documents: Path):
    lines = (documents / TEXTS[REPORT]).read_text(encoding="utf-8").splitlines()
    every = [printed for printed, _ in HEADINGS if printed not in ("", ELEMENTS)]
    assert {printed: sum(line.startswith(printed) for line in lines) for printed in every} == Counter(every)
