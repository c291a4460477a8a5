"""The pages, read through as their notebooks lay them out, with and without figures."""

from __future__ import annotations

import ast
import dataclasses
import functools
import hashlib
import html
import os
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import narwhals as nw
import nbformat
import pandas as pd
import pytest

from dbv_analysis.charts import style
from dbv_analysis.findings.sections import find
from dbv_analysis.metrics import package_metrics
from dbv_analysis.metrics.declared import metrics_of
from dbv_analysis.model import metric as registry
from dbv_analysis.model.blocks import Block, Blocks, Figure, KeyFigures, Links, SectionHeading, Table
from dbv_analysis.model.metric import Ratio, metric
from dbv_analysis.model.pack import CONTROLLED, PUBLIC, REPORTS, SECTIONS
from dbv_analysis.model.problems import CallProblem
from dbv_analysis.model.sen2 import STATE_SPECIAL
from dbv_analysis.model.settings import load_programme
from dbv_analysis.model.units import PERCENT
from dbv_analysis.model.wording import slug
from dbv_analysis.pages import open_page
from dbv_analysis.pages.section import SectionPage
from dbv_analysis.pages.summary import SUMMARY, SummaryPage
from dbv_analysis.results.cache import Assembled, store
from dbv_analysis.results.calculate import calculate
from dbv_analysis.results.count import count_figures
from dbv_analysis.results.evidence import Evidence, open_evidence
from tests.altered import (
    APPLICATION,
    HIDDEN,
    NO_NUMBER,
    REPORT,
    at,
    rows_of,
    with_cells,
    with_lists,
    with_results,
    without,
    without_figures,
    without_lists,
)
from tests.conftest import HALTON, QUARTER, ROOT

SPECIAL, OVERALL = "placement_special_percent", "overall_absence_percent"
PICTURE, NO_PICTURE = Figure.png, property(lambda figure: b"\x89PNG")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory, data: Path, results: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> Path:
    """A copy of the shipped inputs, of which the results are kept."""
    root = tmp_path_factory.mktemp("pages")
    shutil.copy(ROOT / "programme.toml", root)
    folder = Path(shutil.copytree(data, root / "data" / "raw"))
    store(Assembled(load_programme(folder), results, tables, [], count_figures((), {})), folder, PUBLIC)
    return folder


@pytest.fixture(scope="module")
def evidence(inputs: Path) -> Evidence:
    return open_evidence(QUARTER, inputs)


@pytest.fixture(scope="module", autouse=True)
def _no_pictures():
    """What is read here is words; pictures would only take time, and are coarse where they are drawn all the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(style, "DPI", 30)
        if "DBV_SOAK" not in os.environ:
            patch.setattr(Figure, "png", NO_PICTURE)
        yield


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are drawn after all: of what is odd, it should be seen that they can be."""
    monkeypatch.setattr(Figure, "png", PICTURE)


@pytest.fixture(scope="module")
def parts(evidence: Evidence) -> dict[str, dict[str, list[Block]]]:
    """Every page of the shipped pack: the blocks that its notebook shows, by the heading under which they stand."""
    pages = {section: SectionPage(section, evidence) for section in SECTIONS} | {SUMMARY: SummaryPage(evidence)}
    return {section: by_heading(section, page) for section, page in pages.items()}


@pytest.fixture(scope="module")
def read(parts: dict[str, dict[str, list[Block]]]) -> dict[str, list[Block]]:
    """Every page of the shipped pack: the blocks that its notebook shows, in turn."""
    return {section: [block for blocks in page.values() for block in blocks] for section, page in parts.items()}


def read_through(section: str, page: SectionPage | SummaryPage, notebook: str = "") -> list[Block]:
    """What a reader of the section's notebook is shown, a block a cell, with ``page`` in place of its own."""
    return [block for blocks in by_heading(section, page, notebook).values() for block in blocks]


def by_heading(section: str, page: SectionPage | SummaryPage, notebook: str = "") -> dict[str, list[Block]]:
    """What a reader is shown under each heading of the section's notebook; under "" what stands before the first."""
    path = ROOT / "notebooks" / f"{notebook or slug(section)}.ipynb"
    names = {"page": page}
    found: dict[str, list[Block]] = {"": []}
    shown = found[""]
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            shown = found.setdefault(cell.source.removeprefix("## "), [])
        if cell.cell_type != "code" or "open_page" in cell.source:
            continue
        *before, last = ast.parse(cell.source).body
        if not isinstance(last, ast.Expr):
            before.append(last)
        exec(compile(ast.Module(before, []), path.name, "exec"), names)
        if isinstance(last, ast.Expr):
            block = eval(compile(ast.Expression(last.value), path.name, "eval"), names)
            if isinstance(block, SectionHeading):
                shown = found.setdefault(block.title, [])
            else:
                shown.append(block)
    return found


def text(blocks: list[Block]) -> str:
    return "\n".join(block.text() for block in blocks)


def tables_in(blocks: list[Block]) -> list[Table]:
    found = []
    for block in blocks:
        if isinstance(block, Table):
            found.append(block)
        elif isinstance(block, Figure):
            found.append(block.table)
        elif isinstance(block, Blocks):
            found += tables_in(block.parts)
    return found


def with_hidden_ends(evidence: Evidence) -> Evidence:
    """The same evidence, but the first and the last known figure of each of Halton's series are confidential."""

    def hide() -> Evidence:
        known = evidence.results
        known = known[(known["area_code"] == HALTON) & (known["published"] <= evidence.cut_off)]
        series = known.sort_values("period_end").groupby(["metric_id", "breakdown", "basis"])
        results = evidence.results.copy()
        results.loc[series.head(1).index.union(series.tail(1).index), list(HIDDEN)] = list(HIDDEN.values())
        return with_results(evidence, results)

    return evidence.cached(with_hidden_ends, hide)


def with_hidden(evidence: Evidence, metric_id: str) -> Evidence:
    """The same evidence, but every figure of a measure, and of those that charts set beside it, is confidential."""

    def hide() -> Evidence:
        results = evidence.results.copy()
        chosen = results["metric_id"].isin([metric_id, "grant_profile", "inmss_unit_cost_average"])
        results.loc[chosen, list(HIDDEN)] = list(HIDDEN.values())
        return with_results(evidence, results)

    return evidence.cached((with_hidden, metric_id), hide)


SECTION_METHODS = {
    "headline": lambda page, metric_id: page.headline(),
    "trend": lambda page, metric_id: page.trend(metric_id),
    "season": lambda page, metric_id: page.season(metric_id),
    "a_term": lambda page, metric_id: page.a_term(metric_id),
    "paths": lambda page, metric_id: page.paths(metric_id, first="Target"),
    "bars": lambda page, metric_id: page.bars(metric_id, "Topic"),
    "shares": lambda page, metric_id: page.shares(metric_id, metric_id, title="Shares"),
    "spent_and_planned": lambda page, metric_id: page.spent_and_planned(metric_id, "grant_profile"),
    "unit_range": lambda page, metric_id: page.unit_range(),
    "unit_heading": lambda page, metric_id: page.unit_heading(),
    "unit_case": lambda page, metric_id: page.unit_case("the case"),
    "indicators": lambda page, metric_id: page.indicators("indicators"),
    "table": lambda page, metric_id: page.table(metric_id, caption="shares"),
    "counts": lambda page, metric_id: page.counts(metric_id, of="All", caption="numbers"),
    "breakdowns": lambda page, metric_id: page.breakdowns(metric_id),
    "quarters": lambda page, metric_id: page.quarters(metric_id),
    "terms": lambda page, metric_id: page.terms(metric_id),
    "parts_of_a_year": lambda page, metric_id: page.parts_of_a_year(metric_id, "plans_20_weeks_percent"),
    "now_and_before": lambda page, metric_id: page.now_and_before(metric_id, "grant_spend", caption="now"),
    "as_printed": lambda page, metric_id: page.as_printed(metric_id),
    "funding_agreement": lambda page, metric_id: page.funding_agreement(),
    "project_list": lambda page, metric_id: page.project_list("risks", "The risks", {"number": "Risk", "risk": "What"}),
    "phases_now": lambda page, metric_id: page.phases_now(),
    "phase_plan": lambda page, metric_id: page.phase_plan(),
    "risk_map": lambda page, metric_id: page.risk_map(),
    "plan_phases": lambda page, metric_id: page.plan_phases(),
    "plan_tasks": lambda page, metric_id: page.plan_tasks(),
    "milestones": lambda page, metric_id: page.milestones(),
    "lines_and_opportunities": lambda page, metric_id: page.lines_and_opportunities(),
    "promised": lambda page, metric_id: page.promised(),
    "other_measures": lambda page, metric_id: page.other_measures(),
    "sureness": lambda page, metric_id: page.sureness(),
    "grades": lambda page, metric_id: page.grades(),
    "balancing_measures": lambda page, metric_id: page.balancing_measures(),
    "control": lambda page, metric_id: page.control(metric_id),
    "definitions": lambda page, metric_id: page.definitions(),
    "published_since": lambda page, metric_id: page.published_since(),
}
SUMMARY_METHODS = {
    name: lambda page, name=name: getattr(page, name)()
    for name in (
        "answer",
        "summary",
        "key_figures",
        "sections",
        "here_and_elsewhere",
        "balancing_measures",
        "not_yet",
        "promised",
        "corrections",
        "reconciliation",
        "decisions",
        "reports",
    )
}


def public_methods(page: type) -> set[str]:
    return {name for name in dir(page) if callable(getattr(page, name)) and not name.startswith("_")}


def test_these_tests_call_every_method_that_a_page_has():
    assert public_methods(SectionPage) == set(SECTION_METHODS)
    assert public_methods(SummaryPage) == set(SUMMARY_METHODS)


def test_a_page_is_opened_by_its_name(inputs):
    page = open_page("Placements", QUARTER, inputs)
    assert isinstance(page, SectionPage)
    assert page.headline().about[0] == "Halton · Delivering Better Value in SEND · Placements"


def test_a_page_of_no_quarter_is_a_problem_of_the_call(inputs):
    with pytest.raises(CallProblem, match="is not a quarter"):
        open_page(SUMMARY, "Q2", inputs)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_page_is_headed_by_its_finding_its_quarter_and_its_cut_off(read, evidence, section):
    headline = read[section][0]
    assert headline.title == find(section, evidence).headline
    assert headline.about == [
        f"Halton · Delivering Better Value in SEND · {section}",
        "Quarter 2, 2024-25 (July to September 2024). Figures first published by 26 September 2024.",
    ]


def test_the_summary_tells_what_the_report_calls_the_quarter(read):
    answer = read[SUMMARY][0]
    assert "it is too early to say that the programme changed this" in answer.title
    assert "The report for this quarter calls it “Quarter 2 – July-Oct 24”." in answer.about


# What a document names so: a report, which is a milestone too; a heading; a column of the risk register.
NAMED_SO = ("Annual Impact Assessment", "impact_assessment.docx", "High Impact Analysis", "risk 3's impact")


@pytest.mark.parametrize("section", [*SECTIONS, SUMMARY])
def test_no_page_speaks_of_impact_but_where_a_document_names_a_thing_so(read, section):
    words = re.sub(r"data:image/png;base64,[^\"]*", "", "".join(block.html() for block in read[section]))
    assert "Halton" in words
    for said in (html.unescape(words), text(read[section])):
        for name in NAMED_SO:
            said = said.replace(name, "")
        assert "impact" not in said.lower()


@pytest.mark.parametrize("section", [*SECTIONS, SUMMARY])
def test_no_page_shows_a_missing_number(read, section):
    assert not NO_NUMBER.search(text(read[section]))


@pytest.mark.parametrize("section", [*SECTIONS, SUMMARY])
def test_every_block_of_a_page_has_words_but_for_measures_that_are_shown_already(read, section):
    empty = [block for block in read[section] if not block.text().strip()]
    assert all(isinstance(block, Blocks) for block in empty)
    assert all(table.rows for table in tables_in(read[section]))


def test_the_summary_has_at_most_four_headline_figures_and_they_are_those_of_the_results(read, results):
    """Placements first, then the grant, then plans; what those three have fills the four places."""
    (shown,) = [block for block in read[SUMMARY] if isinstance(block, KeyFigures)]
    rows = results[(results["area_code"] == HALTON) & (results["breakdown"] == "Total")]
    newest = rows.set_index(["metric_id", "period_label"])["value"]
    assert [figure.value for figure in shown.figures] == [
        f"{newest[SPECIAL, 'January 2024']:.1f}%",
        f"{newest['placement_inmss_percent', 'January 2024']:.1f}%",
        f"£{newest['grant_spend', 'to the end of 2024-25-Q2']:,.0f}",
        f"{newest['plans_20_weeks_excl_exceptions_percent', '1 January 2024 to 19 September 2024']:.0f}%",
    ]


def test_where_those_three_have_none_the_next_sections_headline_figures_take_their_place(evidence):
    less = evidence
    for section in ("Placements", "Grant", "Plans"):
        less = without_figures(less, section)
    figures = SummaryPage(less).key_figures().figures
    assert [figure.value for figure in figures] == ["£22.1m", "£63,765", "11.65%", "4.44"]


def test_the_summary_links_each_section_with_its_answer(parts, evidence):
    (links,) = parts[SUMMARY]["Section by section"]
    assert [(link.section, link.page) for link in links.links] == [
        ("Deficit", "deficit.html"),
        ("High needs spend", "high_needs_spend.html"),
        ("Plans", "plans.html"),
        ("Placements", "placements.html"),
        ("Attendance", "attendance.html"),
        ("Exclusions", "exclusions.html"),
        ("Grant", "grant.html"),
        ("Delivery", "delivery.html"),
        ("Voice", "voice.html"),
    ]
    assert [link.answer for link in links.links] == [find(section, evidence).headline for section in SECTIONS]


def test_a_section_that_is_not_in_the_pack_is_not_linked(evidence):
    links = SummaryPage(evidence).sections("Deficit, High needs spend").links
    held = ["deficit.html", "high_needs_spend.html"]
    assert [link.page for link in links] == [*held, *([None] * (len(SECTIONS) - 2))]


def test_the_summary_links_the_reports_that_are_due(parts):
    (links,) = parts[SUMMARY]["Reports"]
    assert isinstance(links, Links)
    assert [(link.section, link.page) for link in links.links] == [
        (title, f"{name}.docx") for name, title in REPORTS.items()
    ]
    assert len(links.links) == 3


def test_the_summary_corrects_what_the_reports_printed(parts):
    said, links = parts[SUMMARY]["What the last reports got wrong"]
    words = said.text()
    assert "printed “44.7 %”" in words
    assert "its own is 32.4%" in words
    assert "44.7 % is plans in any special school in January 2022" in words
    assert "printed “37.2%”" in words
    assert "11.6 " not in words
    assert [link.page for link in links.links] == ["reconciliation.html"]


def test_the_summary_corrects_counts_that_were_printed_under_the_year_after_their_own(parts):
    words = parts[SUMMARY]["What the last reports got wrong"][0].text()
    for label, printed, holds in (
        ("The number of new plan”, Halton, 2024", "270", "270 is new plans in 2023"),
        ("Request for Statutory Assessment”, Halton, 2024", "409", "409 is requests for assessment in 2023"),
        ("Request for Statutory Assessment”, Halton, 2023", "383", "383 is requests for assessment in 2022"),
    ):
        assert f"{label}: printed “{printed}”. {holds}" in words


def test_the_summary_counts_what_was_promised_of_each_section(parts, data):
    (table,) = parts[SUMMARY]["What was promised"]
    assert table.header == ["Section", "Reported", "Late", "Promised, not yet reported", "Never defined"]
    promised = [row["section_of_pack"] for name in (APPLICATION, REPORT) for row in rows_of(data, name, "measures")]
    assert [row[0] for row in table.rows] == [*SECTIONS, "All sections"]
    for section, *numbers in table.rows:
        own = len(promised) if section == "All sections" else promised.count(section)
        assert sum(int(number.replace(",", "")) for number in numbers) == own


def test_the_summary_sets_halton_beside_the_same_move_elsewhere(read):
    table = next(block for block in read[SUMMARY] if isinstance(block, Table))
    assert table.header == ["Measure", "Halton", "Similar areas", "England"]
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["Plans in any special school, January 2023 to January 2024"] == [
        "40.6% → 37.2%",
        "38.3% → 38.0%",
        "33.2% → 32.3%",
    ]
    assert rows["Overall absence, EHC plan, 2021/22 to 2022/23"][-1] == "11.97% → 11.79%"
    assert any("the middle of all authorities stands in for England" in note for note in table.notes)


def test_the_deficits_page_says_where_the_target_path_does_not_add_up(read):
    assert (
        "The target path does not agree with the other paths within rounding in 2027: "
        "its figures imply funding of £29.2m" in text(read["Deficit"])
    )
    agreement = next(table for table in tables_in(read["Deficit"]) if "Rounding allows" in table.header)
    assert [row for row in agreement.rows if row[-1] == "no"] == [
        ["2027", "Target", "£29.2m", "£29.05m to £29.35m", "no"]
    ]


def test_the_placements_page_holds_shares_and_the_numbers_behind_them(read):
    shares, counts = (
        next(table for table in tables_in(read["Placements"]) if words in table.caption)
        for words in ("shares of all plans", "plans behind the shares")
    )
    assert ["January 2024", "41.9%", "37.2%", "29.2%", "8.0%"] in shares.rows
    assert ["January 2024", "638", "567", "445", "122", "1,524"] in counts.rows


def test_the_placements_chart_sets_halton_against_similar_areas_the_region_and_the_country(read):
    chart = next(block for block in read["Placements"] if isinstance(block, Figure))
    assert chart.title == "Plans in any special school fell to 37.2%"
    assert chart.table.header == ["Period", "Halton", "Similar areas", "North West", "England"]
    assert "The lines break at January 2023" in chart.alt
    assert any("the middle of 10 statistical neighbours" in line for line in chart.caption)


def test_the_attendance_chart_says_that_all_areas_stand_in_for_england(read):
    chart = next(block for block in read["Attendance"] if isinstance(block, Figure))
    assert chart.table.header == ["Period", "Halton", "Similar areas", "All areas"]
    assert any("the source has no figure for England" in line for line in chart.caption)
    assert "No figure between 2018/19 and 2020/21." in chart.caption


def test_the_attendance_page_keeps_september_out_of_every_table_of_full_years(read):
    holding = [table for table in tables_in(read["Attendance"]) if "9.7%" in table.text()]
    assert [table.caption for table in holding] == [
        "Overall absence, per cent: parts of a year, not comparable with full years"
    ]
    assert ["EHC plan", "1 to 21 September 2024", "9.7%", "21 September 2024"] in holding[0].rows


def test_figures_that_came_out_later_stand_last_and_in_no_finding_above(read):
    *above, since = read["Placements"]
    assert since.caption == "Published since 26 September 2024: not used above"
    assert ["Plans in any special school", "January 2025", "36.6%", "26 June 2025"] in since.rows
    assert {row[1] for row in since.rows} == {"January 2025"}
    # Only the day of the census of 16 January 2025 and what a file holds are named above, never a figure of it.
    said = text(above).replace("the release gives January 2025 alone", "")
    assert not re.search(r"(?<!\d )January 2025", said)
    assert "1,712" not in text(above)


@pytest.mark.parametrize("section", SECTIONS)
def test_no_row_of_a_table_above_is_of_a_period_that_was_published_since(read, evidence, section):
    *above, since = read[section]
    later = {
        label
        for one in evidence.in_section(section)
        for label in evidence.rows(one.id, since=True)["period_label"].unique()
    }
    assert isinstance(since, Table) == bool(later)
    for table in tables_in(above):
        assert later.isdisjoint(row[0] for row in table.rows)


def test_a_page_whose_figures_were_all_out_by_then_says_so(read):
    assert read["Deficit"][-1].text() == "Nothing on this page has been published since the cut-off."


@pytest.mark.parametrize(
    "page_of", [lambda e: SectionPage("Placements", e).headline(), lambda e: SummaryPage(e).answer()]
)
def test_a_controlled_page_says_so_at_its_head_and_a_public_one_does_not(evidence, page_of):
    controlled = page_of(dataclasses.replace(evidence, profile=CONTROLLED))
    assert any(line.startswith("Controlled: small counts are shown.") for line in controlled.about)
    assert "ontrolled" not in page_of(evidence).text()


# A measure of each section, of every kind that a method of a page draws or lists.
OF_EACH_SECTION = {
    "Deficit": "dsg_cumulative_deficit",
    "High needs spend": "hdu_place_cost",
    "Plans": "plans_by_age_count",
    "Placements": SPECIAL,
    "Attendance": OVERALL,
    "Exclusions": "suspension_rate",
    "Grant": "grant_spend",
    "Delivery": "training_count",
    "Voice": "survey_camhs_percent",
}
# The ways in which there may be nothing to show.
NOTHING = {
    "no figures": without_figures,
    "no figures and no lists": lambda evidence: without_lists(without_figures(evidence)),
    "a day before everything": lambda evidence: at(evidence, "2016-01-01"),
}
# These two show what else there is, and define what has been shown: of nothing, nothing.
MAY_BE_EMPTY = ("other_measures", "definitions")
# What is shown of a list is the same on any page.
OF_A_LIST = (
    "project_list",
    "phases_now",
    "phase_plan",
    "risk_map",
    "plan_phases",
    "plan_tasks",
    "milestones",
    "lines_and_opportunities",
)
OF_A_MEASURE = (
    "trend",
    "season",
    "a_term",
    "paths",
    "bars",
    "shares",
    "spent_and_planned",
    "unit_range",
    "table",
    "counts",
    "breakdowns",
    "quarters",
    "terms",
    "parts_of_a_year",
    "now_and_before",
    "as_printed",
)


def problems_of(block: Block) -> list[str]:
    """What no reader should meet: a missing number, a table without rows, a cell without words."""
    found = [match[0] for match in [NO_NUMBER.search(block.text()), NO_NUMBER.search(block.html())] if match]
    for table in tables_in([block]):
        found += [] if table.rows else [f"{table.caption}: no rows"]
        found += [f"{table.caption}: {row}" for row in table.rows if not all(cell.strip() for cell in row)]
    return found


def check_headings(page: dict[str, list[Block]]) -> None:
    """Something stands under every heading of a page, and in every cell."""
    for heading, blocks in page.items():
        assert any(block.text().strip() for block in blocks), heading
        assert [problem for block in blocks for problem in problems_of(block)] == []


def figure_in(blocks: list[Block]) -> Figure:
    """The one chart among the blocks."""
    (chart,) = [block for block in blocks if isinstance(block, Figure)]
    return chart


def test_a_missing_number_an_empty_table_and_an_empty_cell_are_seen():
    assert problems_of(Table("Shares", ["Year", "Share"], [["2023", "£NaN"]]))
    assert problems_of(Table("Shares", ["Year", "Share"], [["2023", "None"]]))
    assert problems_of(Table("Shares", ["Year", "Share"], [["2023", " "]]))
    assert problems_of(Blocks([Table("Shares", ["Year", "Share"], [])]))
    assert problems_of(Table("Shares", ["Year", "Share"], [["None of them", "x"]])) == []


@pytest.mark.parametrize("nothing", NOTHING)
@pytest.mark.parametrize("method", SECTION_METHODS)
def test_every_method_of_a_section_with_nothing_to_show_gives_words(evidence, method, nothing):
    for section, metric_id in OF_EACH_SECTION.items():
        if method in OF_A_LIST and section != "Delivery":
            continue
        block = SECTION_METHODS[method](SectionPage(section, NOTHING[nothing](evidence)), metric_id)
        assert problems_of(block) == []
        if method in MAY_BE_EMPTY:
            assert isinstance(block, Blocks)
        else:
            assert block.text().strip()
            assert block.html().strip()


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("method", OF_A_MEASURE)
def test_every_method_works_on_a_measure_of_any_section(evidence, method, section):
    """A measure need not be of the kind that the method is for: then there are words, or what can be shown of it."""
    block = SECTION_METHODS[method](SectionPage(section, evidence), OF_EACH_SECTION[section])
    assert block.text().strip()
    assert problems_of(block) == []


@pytest.mark.parametrize("nothing", NOTHING)
@pytest.mark.parametrize("method", SUMMARY_METHODS)
def test_every_method_of_the_summary_with_nothing_to_show_gives_words(evidence, method, nothing):
    block = SUMMARY_METHODS[method](SummaryPage(NOTHING[nothing](evidence)))
    assert block.text().strip()
    assert block.html().strip()
    assert problems_of(block) == []


@pytest.mark.parametrize("section", SECTIONS)
def test_the_summary_says_which_section_has_no_figures_and_what_the_others_say(evidence, section):
    less = without_lists(without_figures(evidence, section))
    answers = {link.section: link.answer for link in SummaryPage(less).sections().links}
    assert answers.pop(section) == f"No figures for {section} had been published by the cut-off"
    assert not any("No figures" in answer for answer in answers.values())


@pytest.mark.parametrize("section", SECTIONS)
def test_a_page_without_its_figures_says_something_under_every_heading(evidence, section):
    less = without_lists(without_figures(evidence, section))
    check_headings(by_heading(section, SectionPage(section, less)))


@pytest.mark.parametrize("section", SECTIONS)
def test_a_page_without_figures_shows_no_table_without_rows_or_words(evidence, section):
    shown = read_through(section, SectionPage(section, without_figures(evidence)))
    assert [problem for block in shown for problem in problems_of(block)] == []


@pytest.mark.parametrize("day", ["2019-12-31", "2023-12-20", "2027-01-01"])
@pytest.mark.parametrize("section", [*SECTIONS, SUMMARY])
def test_a_page_can_be_read_on_any_day(evidence, section, day):
    then = at(evidence, day)
    page = SummaryPage(then) if section == SUMMARY else SectionPage(section, then)
    check_headings(by_heading(section, page))


@pytest.mark.parametrize("section", [*SECTIONS, SUMMARY])
def test_a_page_of_the_shipped_pack_has_words_in_every_cell_and_under_every_heading(parts, section):
    check_headings(parts[section])


@pytest.mark.parametrize("section", SECTIONS)
def test_a_page_shows_the_symbol_where_a_figure_is_hidden_and_never_a_missing_number(evidence, section):
    shown = text(read_through(section, SectionPage(section, with_hidden_ends(evidence))))
    assert re.search(r"\bc\b", shown)
    assert not NO_NUMBER.search(shown), NO_NUMBER.search(shown)


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("method", [one for one in OF_A_MEASURE if one != "as_printed"])
@pytest.mark.parametrize("metric_id", OF_EACH_SECTION.values())
def test_a_measure_of_which_every_figure_is_hidden_gives_words(evidence, method, metric_id):
    page = SectionPage(evidence.metrics[metric_id].section, with_hidden(evidence, metric_id))
    block = SECTION_METHODS[method](page, metric_id)
    assert block.text().strip()
    assert problems_of(block) == []
    if isinstance(block, Table):
        assert any("c" in row for row in block.rows) or method in ("parts_of_a_year", "now_and_before")


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("way", ["hidden", "not there"])
def test_spending_without_its_profile_gives_words_or_stands_alone(evidence, way):
    less = without(evidence, "grant_profile")
    if way == "hidden":
        less = with_cells(evidence, {"metric_id": "grant_profile"}, value=float("nan"), symbol="c")
    page = SectionPage("Grant", less)
    for block in read_through("Grant", page):
        assert problems_of(block) == []
    assert page.spent_and_planned("grant_spend", "grant_profile").text().strip()


@pytest.mark.usefixtures("drawn")
def test_a_sum_to_date_that_is_hidden_is_in_no_title(evidence):
    results = evidence.results.copy()
    spent = (results["metric_id"] == "grant_spend") & results["period_label"].str.startswith("to ")
    results.loc[spent, "value"] = float("nan")
    results.loc[spent, "symbol"] = "x"
    page = SectionPage("Grant", with_results(evidence, results))
    assert problems_of(page.spent_and_planned("grant_spend", "grant_profile")) == []


def test_words_stand_where_a_picture_of_hidden_figures_would_stand_and_explain_the_symbol(evidence):
    hidden = with_cells(evidence, {"metric_id": "transport_spend"}, value=float("nan"), symbol="c")
    page = SectionPage("High needs spend", hidden)
    assert page.bars("transport_spend").text() == (
        "Spend on SEND transport: no number can be shown; the figures are c (confidential: hidden because few children "
        "or providers are behind it)."
    )


def test_a_chart_without_the_authoritys_own_figures_still_names_its_source(evidence):
    results = evidence.results
    own = (results["area_code"] == HALTON) & (results["metric_id"] == SPECIAL)
    page = SectionPage("Placements", with_results(evidence, results[~own]))
    chart = page.trend(SPECIAL)
    assert chart.table.header == ["Period", "Similar areas", "North West", "England"]
    assert "Department for Education" in chart.caption[0]


def test_the_summary_can_be_read_on_a_day_on_which_nothing_of_placements_may_be_compared(evidence):
    shown = text(read_through(SUMMARY, SummaryPage(at(evidence, "2023-12-01"))))
    assert "EHC plans: 1,319 in January 2023" in shown
    assert not NO_NUMBER.search(shown)


@pytest.fixture
def new_metric(evidence, tables):
    """Registers a metric in a section and gives the evidence that a run after it would have."""
    before = package_metrics()

    def register(section: str) -> Evidence:
        @metric(section=section, title="Plans in academy special schools", unit=PERCENT, source="A new definition")
        def academy_special_percent(placements) -> Ratio:
            """Plans placed in an academy or free special school, of all plans on the census day, %."""
            return Ratio(placements, nw.col("placement") == STATE_SPECIAL[1])

        metrics = metrics_of(evidence.programme)
        rows = calculate([metrics["academy_special_percent"]], tables, evidence.programme.disclosure, PUBLIC)
        return dataclasses.replace(evidence, metrics=metrics, results=pd.concat([evidence.results, rows]))

    yield register
    registry._METRICS.clear()
    registry._METRICS.update(before)


def of_halton(evidence: Evidence) -> str:
    """The new metric's newest figure, summed from the table's own rows."""
    row = evidence.rows("academy_special_percent").iloc[-1]
    assert row["period_label"] == "January 2024"
    return f"{100 * row['numerator'] / row['denominator']:.1f}%"


def test_a_new_metric_appears_on_its_sections_page_and_in_the_summary_by_itself(new_metric):
    shown_already = [one.id for one in package_metrics().values() if one.section == "Placements"]
    evidence = new_metric("Placements")
    page = SectionPage("Placements", evidence)
    page.table(*shown_already, caption="shares")
    assert [chart.title for chart in page.other_measures().parts] == [
        f"Plans in academy special schools fell to {of_halton(evidence)}"
    ]
    assert "Plans in academy special schools" in page.definitions().text()
    link = next(link for link in SummaryPage(evidence).sections().links if link.section == "Placements")
    assert "plans in academy special schools" in link.measures


def test_a_new_metric_in_a_new_section_has_a_page_and_a_plain_headline(new_metric):
    evidence = new_metric("High needs places")
    page = SectionPage("High needs places", evidence)
    headline, others, *_, since = read_through("High needs places", page, notebook="any_section")
    assert headline.title == f"Plans in academy special schools: {of_halton(evidence)} in January 2024"
    assert [type(block) for block in others.parts] == [Figure]
    assert {row[1] for row in since.rows} == {"January 2025"}
    link = SummaryPage(evidence).sections().links[-1]
    assert (link.section, link.page, link.answer) == ("High needs places", "high_needs_places.html", headline.title)


def test_a_measure_that_a_page_has_shown_is_not_shown_again(evidence):
    page = SectionPage("Placements", evidence)
    for one in evidence.in_section("Placements"):
        page.table(one.id, caption="shares")
    assert page.other_measures().parts == []


def test_the_funding_that_the_paths_imply_stands_once_on_the_deficits_page(read):
    holding = [table for table in tables_in(read["Deficit"]) if "£29.2m" in table.text()]
    assert [table.caption for table in holding] == ["Funding implied by each path, and what rounding allows"]


def table_of(blocks: list[Block], words: str) -> Table:
    """The one table among the blocks whose caption begins so."""
    (found,) = [table for table in tables_in(blocks) if table.caption.startswith(words)]
    return found


def test_a_seasons_chart_draws_one_term_of_every_year(read, data):
    chart = next(block for block in read["Exclusions"] if isinstance(block, Figure) and "EHC plan, rose" in block.title)
    terms = {
        row["period"]: float(row["rate"])
        for row in rows_of(data, "dfe-exclusions-by-sen", "suspensions")
        if row["area_code"] == HALTON and row["sen_provision"] == "EHC plan"
    }
    assert chart.table.header == ["Period", "Halton", "Similar areas", "All areas"]
    assert [row[0] for row in chart.table.rows] == [f"summer term {year}" for year in range(2020, 2024)]
    for period, halton, *_ in chart.table.rows:
        assert float(halton) == pytest.approx(terms[period], abs=0.0051)


def test_every_term_that_was_out_by_then_stands_in_the_table_of_terms(parts, data):
    table = table_of(parts["Exclusions"]["Pupils with EHC plans"], "Suspensions per 100 pupils by term")
    groups = ("EHC plan", "No SEN", "SEN support")
    rates = {
        (row["period"], row["sen_provision"]): float(row["rate"])
        for row in rows_of(data, "dfe-exclusions-by-sen", "suspensions")
        if row["area_code"] == HALTON
    }
    assert table.header == ["Period", *groups]
    assert (table.rows[0][0], table.rows[-1][0]) == ("autumn term 2019", "summer term 2023")
    assert len(table.rows) == 12
    for period, *shown in table.rows:
        assert [float(rate) for rate in shown] == pytest.approx([rates[period, one] for one in groups], abs=0.0051)


def test_two_terms_are_not_set_against_a_year_of_three(parts):
    table = table_of(parts["Exclusions"]["All pupils"], "Halton: suspensions and permanent exclusions")
    assert table.header == ["Measure", "Period", "Figure", "Before", "Change"]
    assert [row[0:4] for row in table.rows] == [
        ["Suspensions", "1 September 2023 to 31 March 2024", "1,721", "1,857 (2022/23)"],
        ["Permanent exclusions", "1 September 2023 to 31 March 2024", "27", "41 (2022/23)"],
    ]
    refusal = "not comparable: 1 September 2023 to 31 March 2024 is part of a year and 2022/23 is a full academic year"
    assert {row[4] for row in table.rows} == {refusal}


def test_suspensions_a_term_are_drawn_beside_what_they_were_worked_out_from(read):
    (chart,) = [block for block in read["Exclusions"] if isinstance(block, Figure) and "a term" in block.table.caption]
    assert chart.table.rows == [
        ["2022/23", "1,857 over 3 terms", "619"],
        ["1 September 2023 to 31 March 2024", "1,721 over 2 terms", "861"],
    ]


def test_a_measure_that_is_not_of_whole_terms_has_no_bars_by_the_term(evidence):
    block = SectionPage("Plans", evidence).a_term("requests_count")
    assert not isinstance(block, Figure)
    assert block.text().strip()


def test_the_grants_chart_sets_each_quarter_beside_its_profile(parts, data):
    chart = figure_in(parts["Grant"][""])
    spent = {
        row["period"][-10:]: int(row["pounds"])
        for row in rows_of(data, REPORT, "grant")
        if (row["line"], row["measure"]) == ("All lines", "spend")
    }
    assert chart.title == "£130,820 less spent than profiled, to the end of 2024-25-Q2"
    assert chart.table.header == ["Period", "Spent", "Profiled"]
    assert chart.table.rows == [
        ["2024-25-Q1", f"£{spent['2024-25-Q1']:,}", "£250,000"],
        ["2024-25-Q2", f"£{spent['2024-25-Q2']:,}", "£250,000"],
        ["To the end of 2024-25-Q2", f"£{sum(spent.values()):,}", "£500,000"],
    ]


def test_the_grants_table_has_a_column_a_quarter_and_one_to_date_and_ends_with_the_total(parts):
    table = table_of(parts["Grant"]["What was spent, by line"], "Grant spent")
    assert table.header == ["Grant line", "2024-25-Q1", "2024-25-Q2", "to the end of 2024-25-Q2"]
    assert table.rows[-1] == ["Total", "£326,240", "£42,940", "£369,180"]
    assert ["DBV Lead", "x", "£23,750", "£28,750"] in table.rows
    assert ["NASEN conference", "x", "£7,650", "£7,650"] in table.rows
    assert ["Not itemised", "£326,240", "£0", "£310,000"] in table.rows
    for place, total in ((2, 42_940), (3, 369_180)):
        pounds = [int(row[place].strip("£").replace(",", "")) for row in table.rows[:-1]]
        assert sum(pounds) == total


def test_the_profile_is_shown_by_line_and_adds_up_to_the_million(parts):
    table = table_of(parts["Grant"]["What the application profiled"], "Grant profile")
    assert table.header[1:] == [*[f"2024-25-Q{number}" for number in (1, 2, 3, 4)], "to the end of 2024-25-Q4"]
    lines = [int(row[-1].strip("£").replace(",", "")) for row in table.rows]
    assert lines[-1] == sum(lines[:-1]) == 1_000_000


def test_the_units_range_is_drawn_beside_the_average_placement_with_and_without_transport(parts, data):
    chart = figure_in(parts["High needs spend"]["A high dependency unit"])
    assert chart.title == "A unit's place would cost £20,000 to £40,000 a year"
    with_transport = f"£{63_765 + 1_204_178 / 109:,.0f}"
    assert chart.table.rows == [
        ["A place in a high dependency unit", "£20,000", "£40,000"],
        ["An average INMSS place with transport out of borough", with_transport, with_transport],
    ]
    assert "£63,765" in chart.alt


def test_bars_stand_in_the_order_of_their_groups_or_the_largest_first(parts, read):
    ages = table_of(parts["Plans"]["Who has plans"], "Plans by age")
    numbers = [int(row[1].replace(",", "")) for row in ages.rows]
    assert numbers == sorted(numbers, reverse=True)
    assert sum(numbers) == 1524
    transport = next(table for table in tables_in(read["High needs spend"]) if table.header[0] == "Destination")
    assert transport.rows == [["In borough", "£1,698,456"], ["Out of borough", "£1,204,178"]]
    people = table_of(parts["Voice"]["Who answered"], "Survey respondents")
    assert [row[0] for row in people.rows] == [
        "Parents and carers",
        "Education professionals",
        "Children and young people",
    ]


def test_bars_of_another_topic_are_of_that_topic(evidence, data):
    chart = SectionPage("Delivery", evidence).bars("capital_places_count", "Need")
    places: dict[str, int] = {}
    for row in rows_of(data, APPLICATION, "capital_places"):
        if row["count"] != "x":
            places[row["need"]] = places.get(row["need"], 0) + int(row["count"])
    assert {name: int(number) for name, number in chart.table.rows} == places


def test_shares_of_several_measures_are_drawn_together(parts):
    chart = figure_in(parts["Voice"][""])
    assert chart.table.rows == [
        ["Plans after which goals were met", "24%"],
        ["Reviewed cases that needed a plan", "71%"],
        ["Professionals who find that CAMHS helps", "40%"],
        ["Parents who find that social care helps", "30%"],
    ]


def test_parts_of_a_year_of_several_measures_stand_as_printed(parts):
    table = table_of(parts["Plans"]["Plans issued within 20 weeks"], "Plans issued within 20 weeks, all, Plans")
    assert table.caption.endswith("parts of a year, not comparable with full years")
    period = "1 January 2024 to 19 September 2024"
    assert table.rows == [
        ["Plans issued within 20 weeks, all", period, "62.4%", "19 September 2024"],
        ["Plans issued within 20 weeks, without exceptions", period, "64%", "19 September 2024"],
        ["Assessments that led to a plan", period, "92.6%", "19 September 2024"],
    ]


def test_what_a_report_prints_under_a_year_without_a_figure_is_said_to_be_another_years(parts):
    table = table_of(parts["Plans"]["As the reports printed it"], "Figures as the reports printed them")
    verdicts = {(row[1], row[2]): (row[3], row[5]) for row in table.rows}
    assert verdicts["2024", "270"] == ("x", "it is the figure of new plans in 2023")
    assert verdicts["2024", "409"] == ("x", "it is the figure of requests for assessment in 2023")
    assert verdicts["2023", "383"] == ("409", "no: it is the figure of requests for assessment in 2022")
    assert verdicts["last year", "26.3%"] == ("26.3%", "yes")


def test_where_nothing_is_known_from_before_a_table_says_so_once(parts):
    table = table_of(parts["High needs spend"]["SEND transport"], "Halton: SEND transport")
    assert table.header == ["Measure", "Period", "Figure"]
    assert table.notes == ["No earlier figure is known."]
    assert ["Spend on SEND transport", "September 2024", "£2,902,634"] in table.rows


def test_the_reports_two_words_on_each_element_stand_beside_its_planned_phase(parts, data):
    chart = figure_in(parts["Delivery"][""])
    planned = {
        row["element"]: row["phase"] for row in rows_of(data, APPLICATION, "phases") if row["quarter"] == QUARTER
    }
    said = {
        (row["element"], row["said_in"]): f"{row['status']}, {row['phase'].lower()}"
        for row in rows_of(data, REPORT, "phases")
    }
    assert chart.title == "The report contradicts itself on 2 of 9 elements"
    assert chart.table.header == ["Element", "Planned", "Report's summary", "Report's detail"]
    assert chart.table.rows == [
        [element, phase, said[element, "summary"], said[element, "detail"]] for element, phase in planned.items()
    ]
    assert [row[0] for row in chart.table.rows if row[2] != row[3]] == ["EBSNA Pathway", "Inclusion Quality Mark"]


def test_before_the_report_is_out_the_planned_phases_stand_alone(evidence):
    chart = SectionPage("Delivery", at(evidence, "2024-09-25")).phases_now()
    assert chart.title == "Phases planned for this quarter"
    assert chart.table.header == ["Element", "Planned"]


def test_a_report_that_says_the_same_of_every_element_twice_is_not_said_to_contradict_itself(evidence):
    phases = evidence.lists["phases"]
    alike = phases[~phases["element"].isin(["EBSNA Pathway", "Inclusion Quality Mark"])]
    page = SectionPage("Delivery", with_lists(evidence, phases=alike))
    title = page.phases_now().title
    assert "contradicts" not in title
    assert title != "Phases planned for this quarter"


def test_the_phases_planned_for_every_quarter_are_the_applications(parts, data):
    (chart,) = parts["Delivery"]["Phases planned"]
    plan = rows_of(data, APPLICATION, "phases")
    planned = {(row["element"], row["quarter"]): row["phase"] for row in plan}
    quarters = sorted({row["quarter"] for row in plan})
    assert chart.table.header == ["Element", *quarters]
    for element, *shown in chart.table.rows:
        assert shown == [planned[element, quarter] for quarter in quarters]
    assert len(planned) == 72


def test_the_risk_map_names_each_risk_with_the_month_of_its_review(parts, data):
    chart, table = parts["Delivery"]["Risks"]
    risks = rows_of(data, APPLICATION, "risks")
    late = [row["number"] for row in risks if row["review"] < "2024-09"]
    assert chart.title == f"{len(late)} of {len(risks)} risks are past their review"
    words = chart.table.text()
    for row in risks:
        after = ", overdue)" if row["number"] in late else ")"
        assert f"{row['number']} ({row['review']}{after}" in words
    assert [row[0] for row in table.rows] == [row["number"] for row in risks]
    assert table.rows[8][1:3] == [risks[8]["element"], risks[8]["risk"]]
    assert all(not row["owner"] or row["owner"] not in table.text() for row in risks)


def test_the_milestones_stand_with_their_state_on_the_day(parts, data, evidence):
    (table,) = parts["Delivery"]["Milestones"]
    milestones = rows_of(data, APPLICATION, "milestones")
    assert table.caption == "Milestones on 26 September 2024"
    assert [row[0] for row in table.rows] == [row["milestone"] for row in milestones]
    assert {row[3] for row in table.rows} == {"not reported done"}
    spring = SectionPage("Delivery", at(evidence, "2024-05-31")).milestones()
    states = {row["due"]: state for row, (*_, state) in zip(milestones, spring.rows, strict=True)}
    assert states == {"2024-04": "not reported done", "2024-05": "to come", "2024-06": "to come", "2024-07": "to come"}


def test_a_milestone_that_a_report_calls_done_is_shown_so(evidence):
    milestones = evidence.lists["milestones"].copy()
    milestones.loc[milestones.index[0], "done"] = "2024-04-15"
    page = SectionPage("Delivery", with_lists(evidence, milestones=milestones))
    assert [row[3] for row in page.milestones().rows[:2]] == ["done", "not reported done"]


def test_the_plans_phases_that_are_under_way_are_counted(parts, data):
    chart, _ = parts["Delivery"]["The implementation plan"]
    phases = [row for row in rows_of(data, APPLICATION, "tasks") if row["kind"] == "phase" and row["starts"]]
    over = [row for row in phases if row["ends"] and row["ends"] < "2024-09"]
    to_come = [row for row in phases if row["starts"] > "2024-09"]
    now = len(phases) - len(over) - len(to_come)
    assert chart.title == f"{now} of {len(phases)} planned phases were under way on 26 September 2024"
    states = [row[-1] for row in chart.table.rows]
    assert (states.count("over"), states.count("to come"), states.count("under way")) == (len(over), len(to_come), now)


def test_each_plan_has_a_chart_of_its_tasks(parts, data):
    _, blocks = parts["Delivery"]["The implementation plan"]
    tasks = [row for row in rows_of(data, APPLICATION, "tasks") if row["kind"] == "task"]
    plans = list(dict.fromkeys(row["plan"] for row in tasks))
    assert len(blocks.parts) == len(plans)
    for plan, chart in zip(plans, blocks.parts, strict=True):
        own = [row for row in tasks if row["plan"] == plan]
        late = [row for row in own if row["ends"] and row["ends"] < "2024-09"]
        title = own[0]["plan_title"]
        assert (
            chart.title
            == f"{title} (plan {plan}): {len(late)} of {len(own)} tasks past their end and not reported done"
        )
        assert [row[1] for row in chart.table.rows] == [row["task"] for row in own if row["starts"]]
        undated = [row["task"] for row in own if not row["starts"]]
        assert any(line.startswith("Without a month: ") for line in chart.caption) == bool(undated)
        assert all(task in " ".join(chart.caption) for task in undated)


def test_a_plan_of_which_nothing_is_late_says_so(evidence):
    early = SectionPage("Delivery", at(evidence, "2023-12-31")).plan_tasks()
    assert {chart.title.partition(": ")[2] for chart in early.parts} == {"no task past its end"}


def test_each_opportunity_stands_with_the_grant_lines_that_name_it(parts, data):
    (table,) = parts["Delivery"]["Opportunities"]
    lines = rows_of(data, APPLICATION, "grant_lines")
    for row, one in zip(table.rows, rows_of(data, APPLICATION, "opportunities"), strict=True):
        serve = [line["line"] for line in lines if one["number"] in line["opportunities"].split(" ")]
        assert row == [one["number"], one["opportunity"], one["rather_than"], "; ".join(serve)]


def test_an_opportunity_that_no_grant_line_serves_is_said_to_have_none(evidence):
    lines = evidence.lists["grant_lines"]
    fewer = lines.assign(opportunities="1 2 3")
    page = SectionPage("Delivery", with_lists(evidence, grant_lines=fewer))
    serving = {row[0]: row[3] for row in page.lines_and_opportunities().rows}
    assert {number for number, words in serving.items() if words == "no line"} == {"4", "5", "6"}


def test_a_register_is_shown_as_it_is_with_words_for_an_empty_cell(parts, data):
    table = table_of(parts["Voice"]["What they said"], "Surveys, case reviews and events")
    voice = rows_of(data, APPLICATION, "voice")
    assert [row[0] for row in table.rows] == [row["finding"] for row in voice]
    assert [row[3] for row in table.rows] == [row["respondents"] or "not stated" for row in voice]
    assert "not stated" in {row[3] for row in table.rows}
    assert table.notes[0].startswith("Source: Halton Borough Council, DBV grant application")


def test_a_registers_number_that_is_not_known_is_its_symbol(parts):
    table = table_of(parts["Delivery"]["School places"], "Places that the capital programme adds")
    places = {row[0]: row[2] for row in table.rows}
    assert (places["Ashley School"], places["Brookfields"]) == ("24", "x")
    assert table.symbols == {"x": "not available"}


def test_a_register_can_be_cut_down_to_the_entries_of_one_kind(evidence, data):
    columns = {"event": "Event", "held": "State"}
    page = SectionPage("Voice", evidence)
    table = page.project_list("engagement", "Events held", columns, held="held")
    held = [row["event"] for row in rows_of(data, APPLICATION, "engagement") if row["held"] == "held"]
    assert [row[0] for row in table.rows] == held
    assert page.project_list("engagement", "Events put off", columns, held="put off").text() == (
        "Events put off: nothing had been published by the cut-off."
    )


def test_a_page_names_the_documents_of_the_lists_that_it_shows(parts, evidence):
    assert "DBV grant application; published 20 December 2023" in text(parts["Delivery"]["What counts"])
    page = SectionPage("Voice", evidence)
    assert "grant application" not in page.definitions().text()
    page.project_list("engagement", "Events", {"event": "Event"})
    assert "DBV grant application; published 20 December 2023" in page.definitions().text()


def test_a_page_says_what_was_promised_and_is_not_there(parts):
    plans, exclusions, voice = (
        parts[section]["Promised, and not there yet"][0] for section in ("Plans", "Exclusions", "Voice")
    )
    semh = (
        "“Request for Statutory assessment SEMH”: promised in the grant application (workstream 1), not yet reported."
    )
    assert semh in plans.paragraphs
    assert exclusions.paragraphs == ["Everything that was promised of this section has figures in time."]
    assert "late: the newest is December 2023" in voice.text()


@pytest.fixture(scope="module")
def next_quarter(tmp_path_factory, data: Path) -> Evidence:
    """The third quarter, with one more report: its figures, its grant and what it says of two elements."""
    root = tmp_path_factory.mktemp("next-quarter")
    shutil.copy(ROOT / "programme.toml", root)
    folder = Path(shutil.copytree(data, root / "data" / "raw"))
    report = folder / "report-2025-01"
    report.mkdir()
    for name, rows in NEXT_REPORT.items():
        words = "\n".join(rows) + "\n"
        (report / f"{name}.csv").write_text(words, encoding="utf-8")
        source = {
            "file": f"{name}.csv",
            "table": name,
            "release": "report-2025-01",
            "publisher": "Halton Borough Council",
            "title": "Report of January 2025",
            "licence": "Made up",
            "sha256": hashlib.sha256(words.encode()).hexdigest(),
        }
        lines = [f'{key} = "{value}"' for key, value in source.items()]
        days = ["published = 2025-01-24", "retrieved = 2025-01-24"]
        (report / f"{name}.source.toml").write_text("\n".join([*lines, *days, ""]), encoding="utf-8")
    return open_evidence("2024-25-Q3", folder, as_at="2025-01-31")


NEXT_REPORT = {
    "own_figures": [
        "metric_id,breakdown,period,value,label_printed,period_printed,printed,section,page",
        "inmss_placements_count,Total,2025-01-20,130,,,130,,",
        'inmss_unit_cost_average,Total,2025-01-20,61000,,,"£61,000",,',
        "inmss_open_searches_count,Total,2025-01-20,20,,,20,,",
        "transport_pupils_count,In borough,2025-01-24,x,,,,,",
        "transport_pupils_count,Out of borough,2025-01-24,100,,,100,,",
        "thrive_engaged_percent,Total,2025-01-24,80.5,,,80.5%,,",
        "training_count,Team Teach: staff at Level 1,2025-01-24,120,,,120,,",
        "suspensions_count,Total,academic year 2023-24,2400,,,2400,,",
        "exclusions_count,Total,autumn term 2024,12,,,12,,",
    ],
    "grant": [
        "period,workstream,line,measure,pounds,line_printed,printed,section,page",
        'quarter 2024-25-Q3,,All lines,spend,60000,,"£60,000",,',
        'quarter 2024-25-Q3,,Data Analyst,spend,9000,,"£9,000",,',
        'quarter 2024-25-Q1,,All lines,spend,300000,,"£300,000",,',
    ],
    "phases": [
        "workstream,element,quarter,said_in,phase,status,printed,section,page",
        "1,Thrive,2024-25-Q3,summary,Implementation,Ahead,,,",
        "1,Thrive,2024-25-Q3,detail,Implementation,Behind,,,",
        "2,Inclusion Quality Mark,2024-25-Q3,summary,Pilot,On track,,,",
        "2,Inclusion Quality Mark,2024-25-Q3,detail,Pilot,On track,,,",
    ],
}


@pytest.fixture(scope="module")
def next_parts(next_quarter: Evidence) -> Callable[[str], dict[str, list[Block]]]:
    """A page of the third quarter, by its headings; each is made once."""

    @functools.cache
    def page(section: str) -> dict[str, list[Block]]:
        return by_heading(section, SectionPage(section, next_quarter))

    return page


def test_a_second_figure_stands_beside_the_first_with_what_moved(next_parts):
    table = table_of(next_parts("High needs spend")["Placements, and what they cost"], "Halton: independent")
    assert table.header == ["Measure", "Period", "Figure", "Before", "Change"]
    assert table.rows == [
        [
            "Independent and non-maintained special schools commissioned",
            "September 2024",
            "35",
            "no earlier figure",
            "nothing to compare with",
        ],
        [
            "Placements in independent and non-maintained special schools",
            "January 2025",
            "130",
            "126 (September 2024)",
            "up 4",
        ],
        [
            "Average cost of a placement in an INMSS",
            "January 2025",
            "£61,000",
            "£63,765 (September 2024)",
            "down £2,765",
        ],
        ["Open searches for a placement", "January 2025", "20", "20 (September 2024)", "as before"],
    ]


def test_a_second_share_stands_beside_the_first_as_printed_and_moves_by_percentage_points(next_parts):
    table = table_of(next_parts("Delivery")["Training and people"], "Halton: training and people")
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["Schools engaged with Thrive"] == [
        "January 2025",
        "80.5%",
        "72.8% (September 2024)",
        "up 7.7 percentage points",
    ]
    assert rows["Training to date, Team Teach: staff at Level 1"][-1] == "up 46"
    assert rows["Schools with Thrive training booked"][-1] == "nothing to compare with"


def test_a_figure_that_is_not_known_any_more_is_a_symbol_with_nothing_to_compare(next_parts):
    rows = {row[0]: row for row in table_of(next_parts("High needs spend")["SEND transport"], "Halton: SEND").rows}
    assert rows["Pupils with SEND transport, In borough"][1:3] == ["January 2025", "x"]
    assert rows["Pupils with SEND transport, In borough"][-1] == "nothing to compare with"
    assert rows["Pupils with SEND transport"][2] == "x"
    assert rows["Pupils with SEND transport, Out of borough"][-1] == "down 9"


def test_a_year_compares_with_the_year_before_and_a_term_with_no_year(next_parts):
    table = table_of(next_parts("Exclusions")["All pupils"], "Halton: suspensions and permanent exclusions")
    assert table.rows[0] == ["Suspensions", "2023/24", "2,400", "1,857 (2022/23)", "up 543"]
    assert table.rows[1] == [
        "Permanent exclusions",
        "autumn term 2024",
        "12",
        "27 (1 September 2023 to 31 March 2024)",
        "not comparable: 1 September 2023 to 31 March 2024 and autumn term 2024 are different parts of a year",
    ]


def test_the_grant_is_added_up_over_two_reports_with_the_first_quarter_as_revised(next_parts, inputs):
    chart = figure_in(next_parts("Grant")[""])
    assert (
        chart.title == f"£{750_000 - (300_000 + 42_940 + 60_000):,} less spent than profiled, to the end of 2024-25-Q3"
    )
    assert chart.table.rows == [
        ["2024-25-Q1", "£300,000", "£250,000"],
        ["2024-25-Q2", "£42,940", "£250,000"],
        ["2024-25-Q3", "£60,000", "£250,000"],
        ["To the end of 2024-25-Q3", "£402,940", "£750,000"],
    ]


def test_until_the_report_is_out_the_next_quarters_pages_show_what_the_shipped_ones_do(next_quarter, parts):
    day_before = at(next_quarter, "2025-01-23")
    page = SectionPage("Grant", day_before)
    shipped = table_of(parts["Grant"]["What was spent, by line"], "Grant spent")
    assert page.quarters("grant_spend").rows == shipped.rows


def test_the_grants_table_gains_a_column_a_quarter_and_keeps_one_to_date(next_parts):
    table = table_of(next_parts("Grant")["What was spent, by line"], "Grant spent")
    assert table.header == ["Grant line", "2024-25-Q1", "2024-25-Q2", "2024-25-Q3", "to the end of 2024-25-Q3"]
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["Total"] == ["£300,000", "£42,940", "£60,000", "£402,940"]
    assert rows["Data Analyst"] == ["x", "£9,240", "£9,000", f"£{18_480 + 9_000:,}"]
    assert rows["Room hire"] == ["x", "£300", "x", "£300"]
    lines = [int(cells[-1].strip("£").replace(",", "")) for name, cells in rows.items() if name != "Total"]
    assert sum(lines) == 402_940


def test_the_next_quarters_phases_are_those_of_its_own_report(next_parts):
    chart = figure_in(next_parts("Delivery")[""])
    rows = {row[0]: row[1:] for row in chart.table.rows}
    assert chart.title == "The report contradicts itself on 1 of 9 elements"
    assert rows["Thrive"] == ["Implementation", "Ahead, implementation", "Behind, implementation"]
    assert rows["Inclusion Quality Mark"] == ["Implementation", "On track, pilot", "On track, pilot"]
    assert len(rows) == 9


@pytest.mark.parametrize("section", SECTIONS)
def test_a_page_of_the_next_quarter_has_words_in_every_cell_and_under_every_heading(next_parts, section):
    check_headings(next_parts(section))


def test_beside_a_hidden_figure_stands_the_one_just_before_it(evidence):
    """72.8% in September, 80% in January, hidden in April: what was before April is January."""
    row = evidence.rows("thrive_engaged_percent")
    sources, rows = [], []
    for day, value, symbol in (("2025-01-24", 80.0, ""), ("2025-04-24", float("nan"), "c")):
        when = date.fromisoformat(day)
        label = f"{when:%B %Y}"
        days = dict.fromkeys(["period_start", "period_end", "as_at", "published"], when)
        rows.append(row.assign(**days, period_label=label, value=value, symbol=symbol, release=day, printed=""))
        sources.append(evidence.sources[0].model_copy(update={"release": day, "published": when}))
    later = dataclasses.replace(
        at(evidence, "2025-04-30"),
        results=pd.concat([evidence.results, *rows], ignore_index=True),
        sources=[*evidence.sources, *sources],
    )
    (line,) = SectionPage("Delivery", later).now_and_before("thrive_engaged_percent", caption="training").rows
    assert line[1:3] == ["April 2025", "c"]
    assert line[3] == "80.0% (January 2025)"
