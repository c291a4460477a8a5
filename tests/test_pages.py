"""The pages, read through as their notebooks lay them out, with and without figures."""

from __future__ import annotations

import ast
import dataclasses
import re
import shutil
from datetime import date
from pathlib import Path

import narwhals as nw
import nbformat
import pandas as pd
import pytest

from dbv_analysis import charts, registry
from dbv_analysis.blocks import Block, Blocks, Figure, Table
from dbv_analysis.calculate import calculate
from dbv_analysis.evidence import Assembled, Evidence, open_evidence, store
from dbv_analysis.findings import find
from dbv_analysis.pages import open_page
from dbv_analysis.pages.section import SectionPage
from dbv_analysis.pages.summary import SUMMARY, SummaryPage
from dbv_analysis.programme import load_programme
from dbv_analysis.registry import Ratio, metric
from dbv_analysis.sen2 import STATE_SPECIAL
from dbv_analysis.terms import CONTROLLED, PERCENT, PUBLIC, CallProblem
from tests.conftest import HALTON, QUARTER, ROOT

SECTIONS = ["Deficit", "Placements", "Attendance"]
SPECIAL, OVERALL = "placement_special_percent", "overall_absence_percent"
NO_NUMBER = re.compile(r"\b(nan|none|nat)m?\b|<NA>", re.IGNORECASE)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory, data: Path, results: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> Path:
    """A copy of the shipped inputs, of which the results are kept."""
    root = tmp_path_factory.mktemp("pages")
    shutil.copy(ROOT / "programme.toml", root)
    folder = Path(shutil.copytree(data, root / "data" / "raw"))
    store(Assembled(load_programme(folder), results, tables, []), folder, PUBLIC)
    return folder


@pytest.fixture(scope="module")
def evidence(inputs: Path) -> Evidence:
    return open_evidence(QUARTER, inputs)


@pytest.fixture(scope="module", autouse=True)
def _coarse_pictures():
    """What is read here is words; fine pictures would only take time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "DPI", 30)
        yield


@pytest.fixture(scope="module")
def read(evidence: Evidence) -> dict[str, list[Block]]:
    """Every page of the shipped pack: the blocks that its notebook shows."""
    pages = {section: SectionPage(section, evidence) for section in SECTIONS} | {SUMMARY: SummaryPage(evidence)}
    return {section: read_through(section, page) for section, page in pages.items()}


def read_through(section: str, page: SectionPage | SummaryPage, notebook: str = "") -> list[Block]:
    """What a reader of the section's notebook is shown, a block a cell, with ``page`` in place of its own."""
    path = ROOT / "notebooks" / f"{notebook or section.lower().replace(' ', '_')}.ipynb"
    names, shown = {"page": page}, []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code" or "open_page" in cell.source:
            continue
        *before, last = ast.parse(cell.source).body
        if not isinstance(last, ast.Expr):
            before.append(last)
        exec(compile(ast.Module(before, []), path.name, "exec"), names)
        if isinstance(last, ast.Expr):
            shown.append(eval(compile(ast.Expression(last.value), path.name, "eval"), names))
    return shown


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


def at(evidence: Evidence, day: str) -> Evidence:
    return dataclasses.replace(evidence, cut_off=date.fromisoformat(day))


def without_figures(evidence: Evidence, section: str | None = None) -> Evidence:
    """The same evidence, but with no figures of a section, or with none at all."""
    gone = [one.id for one in evidence.metrics.values() if section in (None, one.section)]
    results, printed = evidence.results, evidence.printed_figures
    return dataclasses.replace(
        evidence,
        results=results[~results["metric_id"].isin(gone)],
        printed_figures=printed[~printed["metric_id"].isin(gone)],
    )


def with_hidden_ends(evidence: Evidence) -> Evidence:
    """The same evidence, but the first and the last known figure of each of Halton's series are confidential."""
    known = evidence.results[
        (evidence.results["area_code"] == HALTON) & (evidence.results["published"] <= evidence.cut_off)
    ]
    known = known.sort_values("period_end").groupby(["metric_id", "breakdown", "basis"])
    place = known.head(1).index.union(known.tail(1).index)
    results = evidence.results.copy()
    results.loc[place, ["numerator", "denominator", "value"]] = float("nan")
    results.loc[place, "symbol"] = "c"
    return dataclasses.replace(evidence, results=results)


SECTION_METHODS = {
    "headline": lambda page, metric_id: page.headline(),
    "trend": lambda page, metric_id: page.trend(metric_id),
    "paths": lambda page, metric_id: page.paths(metric_id, first="Target"),
    "table": lambda page, metric_id: page.table(metric_id, caption="shares"),
    "counts": lambda page, metric_id: page.counts(metric_id, of="All", caption="numbers"),
    "breakdowns": lambda page, metric_id: page.breakdowns(metric_id),
    "parts_of_a_year": lambda page, metric_id: page.parts_of_a_year(metric_id),
    "as_printed": lambda page, metric_id: page.as_printed(metric_id),
    "funding_agreement": lambda page, metric_id: page.funding_agreement(),
    "other_measures": lambda page, metric_id: page.other_measures(),
    "sureness": lambda page, metric_id: page.sureness(),
    "definitions": lambda page, metric_id: page.definitions(),
    "published_since": lambda page, metric_id: page.published_since(),
}
SUMMARY_METHODS = {
    name: lambda page, name=name: getattr(page, name)()
    for name in ("answer", "key_figures", "sections", "here_and_elsewhere", "not_yet", "corrections", "decisions")
}


def public_methods(page: type) -> set[str]:
    return {name for name, member in vars(page).items() if callable(member) and not name.startswith("_")}


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
    assert headline.words == find(section, evidence).headline
    assert headline.about == [
        f"Halton · Delivering Better Value in SEND · {section}",
        "Quarter 2, 2024-25 (July to September 2024). Figures first published by 26 September 2024.",
    ]


def test_the_summary_tells_what_the_report_calls_the_quarter(read):
    answer = read[SUMMARY][0]
    assert "it is too early to say that the programme changed this" in answer.words
    assert "The report for this quarter calls it “Quarter 2 – July-Oct 24”." in answer.about


@pytest.mark.parametrize("section", [*SECTIONS, SUMMARY])
def test_no_page_speaks_of_impact(read, section):
    words = re.sub(r"data:image/png;base64,[^\"]*", "", "".join(block.html() for block in read[section]))
    assert "special school" in words or section in ("Deficit", "Attendance")
    assert "impact" not in words.lower()
    assert "impact" not in text(read[section]).lower()


@pytest.mark.parametrize("section", [*SECTIONS, SUMMARY])
def test_no_page_shows_a_missing_number(read, section):
    assert not NO_NUMBER.search(text(read[section]))


@pytest.mark.parametrize("section", [*SECTIONS, SUMMARY])
def test_every_block_of_a_page_has_words_but_for_measures_that_are_shown_already(read, section):
    empty = [block for block in read[section] if not block.text().strip()]
    assert all(isinstance(block, Blocks) for block in empty)
    assert all(table.rows for table in tables_in(read[section]))


def test_the_summary_has_at_most_four_headline_figures_and_they_are_those_of_the_results(read, results):
    figures = read[SUMMARY][1].figures
    rows = results[(results["area_code"] == HALTON) & (results["period_label"].isin(["January 2024", "2022/23"]))]
    special = rows[(rows["metric_id"] == SPECIAL)].iloc[0]["value"]
    absence = rows[(rows["metric_id"] == OVERALL) & (rows["breakdown"] == "EHC plan")].iloc[0]["value"]
    assert [figure.value for figure in figures] == ["£22.1m", f"{special:.1f}%", "8.0%", f"{absence:.2f}%"]


def test_the_summary_links_each_section_with_its_answer(read, evidence):
    links = read[SUMMARY][2].links
    assert [(link.section, link.page) for link in links] == [
        ("Deficit", "deficit.html"),
        ("Placements", "placements.html"),
        ("Attendance", "attendance.html"),
    ]
    assert [link.answer for link in links] == [find(section, evidence).headline for section in SECTIONS]


def test_a_section_that_is_not_in_the_pack_is_not_linked(evidence):
    links = SummaryPage(evidence).sections("Deficit, Attendance").links
    assert [link.page for link in links] == ["deficit.html", None, "attendance.html"]


def test_the_summary_corrects_what_the_reports_printed(read):
    words = read[SUMMARY][5].text()
    assert "printed 44.7 % → 32.4%" in words
    assert "The printed figure is that of plans in any special school in January 2022." in words
    assert "printed 37.2% → 29.2%" in words
    assert "11.6 " not in words


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
    # Only the day of the census of 16 January 2025 is named above, never a figure of it.
    assert not re.search(r"(?<!\d )January 2025", text(above))
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


@pytest.mark.parametrize("method", SECTION_METHODS)
@pytest.mark.parametrize("metric_id", ["dsg_cumulative_deficit", SPECIAL, OVERALL])
def test_every_method_of_a_section_without_figures_gives_words(evidence, method, metric_id):
    page = SectionPage(evidence.metrics[metric_id].section, without_figures(evidence))
    block = SECTION_METHODS[method](page, metric_id)
    assert block.text().strip()
    assert block.html().strip()
    assert not NO_NUMBER.search(block.text())


@pytest.mark.parametrize("method", SUMMARY_METHODS)
def test_every_method_of_the_summary_without_figures_gives_words(evidence, method):
    block = SUMMARY_METHODS[method](SummaryPage(without_figures(evidence)))
    assert block.text().strip()
    assert block.html().strip()
    assert not NO_NUMBER.search(block.text())


@pytest.mark.parametrize("section", SECTIONS)
def test_the_summary_says_which_section_has_no_figures_and_what_the_others_say(evidence, section):
    less = without_figures(evidence, section)
    answers = {link.section: link.answer for link in SummaryPage(less).sections().links}
    assert answers.pop(section) == f"No figures for {section} had been published by the cut-off"
    assert not any("No figures" in answer for answer in answers.values())


@pytest.mark.parametrize("section", SECTIONS)
def test_a_page_without_figures_shows_no_table_without_rows(evidence, section):
    shown = read_through(section, SectionPage(section, without_figures(evidence)))
    assert [table.caption for table in tables_in(shown) if not table.rows] == []


@pytest.mark.parametrize("section", SECTIONS)
def test_a_page_shows_the_symbol_where_a_figure_is_hidden_and_never_a_missing_number(evidence, section):
    shown = text(read_through(section, SectionPage(section, with_hidden_ends(evidence))))
    assert re.search(r"\bc\b", shown)
    assert not NO_NUMBER.search(shown), NO_NUMBER.search(shown)


@pytest.mark.parametrize("method", ["trend", "paths", "breakdowns"])
def test_a_measure_of_which_every_figure_is_hidden_gives_words(evidence, method):
    results = evidence.results.copy()
    hidden = results["metric_id"] == "dsg_cumulative_deficit"
    results.loc[hidden, "value"] = float("nan")
    results.loc[hidden, "symbol"] = "c"
    page = SectionPage("Deficit", dataclasses.replace(evidence, results=results))
    block = SECTION_METHODS[method](page, "dsg_cumulative_deficit")
    assert block.text().strip()
    assert not NO_NUMBER.search(block.text())


def test_a_chart_without_the_authoritys_own_figures_still_names_its_source(evidence):
    results = evidence.results
    own = (results["area_code"] == HALTON) & (results["metric_id"] == SPECIAL)
    page = SectionPage("Placements", dataclasses.replace(evidence, results=results[~own]))
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
    before = registry.discover()

    def register(section: str) -> Evidence:
        @metric(section=section, title="Plans in academy special schools", unit=PERCENT, source="A new definition")
        def academy_special_percent(placements) -> Ratio:
            """Plans placed in an academy or free special school, of all plans on the census day, %."""
            return Ratio(placements, nw.col("placement") == STATE_SPECIAL[1])

        metrics = registry.discover()
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
    shown_already = [one.id for one in registry.discover().values() if one.section == "Placements"]
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
    assert headline.words == f"Plans in academy special schools: {of_halton(evidence)} in January 2024"
    assert [type(block) for block in others.parts] == [Figure]
    assert {row[1] for row in since.rows} == {"January 2025"}
    link = SummaryPage(evidence).sections().links[-1]
    assert (link.section, link.page, link.answer) == ("High needs places", "high_needs_places.html", headline.words)


def test_a_measure_that_a_page_has_shown_is_not_shown_again(evidence):
    page = SectionPage("Placements", evidence)
    for one in evidence.in_section("Placements"):
        page.table(one.id, caption="shares")
    assert page.other_measures().parts == []
