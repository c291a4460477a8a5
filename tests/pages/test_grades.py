"""What pages say of the programme's effect, of the same children, and of what was printed wrongly."""

from __future__ import annotations

from datetime import date
from statistics import mean

import pandas as pd
import pytest

from dbv_analysis.checks import AGREES, DISAGREES, HIGH, ROUNDING, UNCHECKED, reconcile
from dbv_analysis.compare.grades import BETTER, BETTER_PLACEBO, MONITORING
from dbv_analysis.compare.judge import judge
from dbv_analysis.findings.pack_summary import answer, summarise
from dbv_analysis.findings.sections import find
from dbv_analysis.model.blocks import Blocks, Items, Paragraphs, Table
from dbv_analysis.model.pack import SECTIONS
from dbv_analysis.model.units import NEITHER, PERCENT, POUNDS
from dbv_analysis.pages.balancing_measures import BALANCED, TRIBUNAL, balancing_measures, falls
from dbv_analysis.pages.reconciliation import ReconciliationPage, wrong
from dbv_analysis.pages.section import SectionPage
from dbv_analysis.pages.summary import SummaryPage
from dbv_analysis.reports import overclaimed
from dbv_analysis.results.evidence import Evidence
from tests.altered import at
from tests.conftest import HALTON, changed

INMSS, SUSPENSIONS, OVERALL = "placement_inmss_percent", "suspension_rate", "overall_absence_percent"
SHIPPED, WITH_CENSUS, LATER = date(2024, 9, 26), date(2025, 7, 1), date(2026, 12, 1)


def tables(block) -> list[Table]:
    return [part for part in block.parts if isinstance(part, Table)]


# The first lines of the summary


def lines(evidence: Evidence) -> list[str]:
    return list(summarise(evidence).values())


def test_the_first_lines_say_what_was_better_what_was_not_what_cannot_be_told_and_what_to_correct(evidence):
    assert list(SummaryPage(evidence).summary().points) == [
        "Better than in similar areas",
        "No better than there",
        "Too early to tell",
        "To correct in the last reports",
    ]


@pytest.mark.parametrize("day", [SHIPPED, WITH_CENSUS, LATER])
def test_the_numbers_in_the_first_lines_are_those_of_the_verdicts_one_by_one(evidence, day):
    known = at(evidence, day)
    graded = [
        (metric, judge(known.series(metric.id, breakdown)))
        for metric in known.metrics.values()
        if metric.better != NEITHER
        for breakdown in known.rows(metric.id)["breakdown"].unique()
    ]
    tested = [one for one in graded if one[1].estimate is not None]
    better = [one for one in tested if one[1].grade in (BETTER, BETTER_PLACEBO)]
    first, second, third = lines(known)
    if not tested:
        assert "no measure can be said to be" in first
    elif better:
        assert f"{len(better)} of {len(tested)} compared" in first
        assert all(metric.title.lower() in first.lower() for metric, _ in better)
    else:
        assert f"none of the {len(tested)} measures" in first
    assert (f"{len(tested) - len(better)} of those compared" in second) == bool(tested)
    assert f"{len(graded) - len(tested)} of {len(graded)} measures" in third


def test_nothing_can_be_told_at_the_shipped_cut_off_and_the_first_count_that_can_is_named(evidence):
    first, second, third = lines(evidence)
    assert "none has a figure since April 2024, here and there, to compare" in first
    assert "nothing can be said of any measure yet" in second
    assert "the count of 16 January 2025, published the June after, is the first since the programme began" in third


def test_many_tests_are_said_to_be_many(evidence):
    first, second, _ = lines(at(evidence, LATER))
    assert "with so many, one may be so by chance" in first
    assert "worse: " in second


def test_the_answer_says_what_the_grade_allows(evidence):
    assert answer(evidence).endswith("it is too early to say that the programme changed this")
    assert answer(at(evidence, WITH_CENSUS)).endswith("nothing shows that the programme changed this")


# Grades on a section's page


@pytest.mark.parametrize("section", SECTIONS)
def test_every_page_grades_its_measures_and_none_is_better_before_there_is_a_like_figure(evidence, section):
    words = SectionPage(section, evidence).grades().text()
    assert words
    assert "better than comparators" not in words


def test_each_change_since_the_start_is_what_a_slow_recomputation_gives(evidence):
    later = at(evidence, WITH_CENSUS)
    (since, _) = tables(SectionPage("Placements", later).grades())
    row = next(row for row in since.rows if row[0] == "plans in independent and non-maintained special schools")

    def values(label: str) -> pd.Series:
        rows = later.results
        rows = rows[(rows["metric_id"] == INMSS) & (rows["period_label"] == label) & (rows["breakdown"] == "Total")]
        return rows[rows["published"] <= later.cut_off].drop_duplicates("area_code").set_index("area_code")["value"]

    moved = values("January 2025") - values("January 2024")
    similar = mean(moved[later.neighbours.codes].dropna())
    expected = [moved[HALTON], similar, moved["E12000002"], moved["E92000001"]]
    assert row[1:3] == [MONITORING, "January 2024 to January 2025"]
    assert [abs(float(cell.replace("−", "-")) - value) <= 0.051 for cell, value in zip(row[3:7], expected, strict=True)]
    assert float(row[7].split(" ")[0].replace("−", "-")) == pytest.approx(moved[HALTON] - similar, abs=0.051)


def test_a_planted_gain_is_graded_and_named_on_its_page_and_in_the_summarys_first_line(evidence):
    gained = changed(at(evidence, WITH_CENSUS), INMSS, "January 2025", value=2.0, numerator=34)
    (since, _) = tables(SectionPage("Placements", gained).grades())
    assert BETTER_PLACEBO in [row[1] for row in since.rows if "independent" in row[0]]
    assert "plans in independent and non-maintained special schools" in lines(gained)[0]


def test_figures_that_do_not_compare_are_shown_as_such_with_the_reason(evidence):
    (since,) = tables(SectionPage("Exclusions", evidence).grades())
    (row,) = since.rows
    assert row == ["home education with a plan", "not comparable", "January 2024 to September 2024", *["z"] * 5]
    assert any("are at different times of the year" in note for note in since.notes)


def test_the_place_among_similar_areas_is_that_of_the_sorted_figures(evidence):
    (places,) = tables(SectionPage("Attendance", evidence).grades())
    rows = evidence.results
    rows = rows[
        (rows["metric_id"] == OVERALL) & (rows["breakdown"] == "EHC plan") & (rows["period_label"] == "2022/23")
    ]
    found = rows[rows["published"] <= evidence.cut_off].drop_duplicates("area_code").set_index("area_code")["value"]
    everyone = sorted(found[code] for code in [HALTON, *evidence.neighbours.codes] if code in found.dropna())
    row = next(row for row in places.rows if row[0] == "overall absence, EHC plan")
    assert row[3] == f"{everyone.index(found[HALTON]) + 1} of {len(everyone)}"


def test_every_grade_on_a_page_is_explained_under_its_table(evidence):
    (since,) = tables(SectionPage("Exclusions", at(evidence, LATER)).grades())
    for grade in {row[1] for row in since.rows}:
        assert any(note.startswith(f"{grade.capitalize()}: ") for note in since.notes)


# The chart with limits


def test_a_page_draws_the_limits_of_a_series_that_is_long_enough(evidence):
    chart = SectionPage("Exclusions", evidence).control(SUSPENSIONS, "EHC plan")
    assert "no figure since" in chart.title
    assert {row[4] for row in chart.table.rows} == {"6.50"}
    later = SectionPage("Exclusions", at(evidence, LATER)).control(SUSPENSIONS, "EHC plan")
    assert [row[0] for row in later.table.rows if row[-1] == "yes"] == ["autumn term 2024"]
    assert "Departs: autumn term 2024" in later.alt


def test_a_page_says_that_a_series_is_too_short_for_limits(evidence):
    said = SectionPage("Placements", evidence).control(INMSS)
    assert isinstance(said, Paragraphs)
    assert "too few figures from before the programme began" in said.text()


# The same children


@pytest.mark.parametrize("day", [SHIPPED, WITH_CENSUS, LATER])
@pytest.mark.parametrize("section", BALANCED)
def test_wherever_a_cost_or_share_fell_timeliness_attendance_suspensions_and_appeals_stand_beside(
    evidence, section, day
):
    known = at(evidence, day)
    shown = SectionPage(section, known).balancing_measures()
    assert isinstance(shown, Table) == bool(falls(known, (section,)))
    if isinstance(shown, Table):
        names = [row[0] for row in shown.rows]
        for wanted in ("within 20 weeks", "absence", "suspensions", "permanent exclusions", TRIBUNAL):
            assert any(wanted in name for name in names)


def test_a_share_that_fell_is_found_the_slow_way_too(evidence):
    found = {moved.metric.id for moved in falls(evidence, ("Placements",))}
    for metric in evidence.in_section("Placements"):
        rows = evidence.whole(metric.id, breakdown="Total")
        values = list(rows["value"].dropna())
        if metric.unit in (PERCENT, POUNDS) and len(values) > 1:
            assert (metric.id in found) == (round(values[-1], 1) < round(values[-2], 1))


def test_a_fall_that_is_planted_brings_the_table_and_without_one_it_is_gone(evidence):
    none = evidence
    for metric_id in {moved.metric.id for moved in falls(evidence, ("Placements",))}:
        none = changed(none, metric_id, "January 2024", value=99.0)
    assert isinstance(balancing_measures(none, ("Placements",)), Paragraphs)
    one = changed(none, INMSS, "January 2024", value=1.0)
    assert "plans in independent and non-maintained special schools" in balancing_measures(one, ("Placements",)).text()


def test_what_got_worse_for_the_same_children_is_called_worse(evidence):
    rows = {row[0]: row for row in SummaryPage(evidence).balancing_measures().rows}
    assert rows["suspensions per 100 pupils, EHC plan"][1:] == [
        "summer term 2023",
        "4.44",
        "4.13 in summer term 2022",
        "worse",
    ]
    assert rows["persistent absence, EHC plan"][-1] == "better"
    assert rows[TRIBUNAL][1:] == ["x"] * 4


# The reconciliation's page


def test_the_reconciliation_counts_every_result_of_every_check(evidence):
    table = ReconciliationPage(evidence).verdicts()
    every = reconcile(evidence)
    for place, verdict in enumerate((AGREES, ROUNDING, DISAGREES, UNCHECKED), start=1):
        assert table.rows[-1][place] == f"{sum(one.verdict == verdict for one in every)}"
        assert sum(int(row[place]) for row in table.rows[:-1]) == int(table.rows[-1][place])


def test_what_does_not_hold_is_shown_once_with_where_how_and_what_would_mend_it(evidence):
    block = ReconciliationPage(evidence).findings()
    items = [item for part in block.parts for item in part.items]
    assert len(items) == len(wrong(evidence))
    for item in items:
        assert item.parts["Printed"]
        assert item.parts["How"].endswith((".", "”"))
        assert item.parts["Where"]
    grave = block.parts[0]
    assert isinstance(grave, Items)
    assert grave.heading == "What misleads"
    assert len(grave.items) == len({(r.what, r.printed) for r in reconcile(evidence) if r.severity == HIGH})


def test_a_figure_that_came_out_after_the_cut_off_stands_beside_what_could_not_be_checked(evidence):
    """The report printed 270 new plans and 409 requests for 2024; in June 2025 they were 240 and 492."""
    rows = {row[0]: row for row in ReconciliationPage(evidence).unchecked().rows}
    assert rows["“The number of new plan”, Halton, 2024"][2].endswith("published since: 240.")
    assert rows["“Request for Statutory Assessment”, Halton, 2024"][2].endswith("published since: 492.")


def test_the_summary_gives_what_misleads_and_links_the_rest(evidence):
    page = SummaryPage(evidence)
    words = page.corrections().paragraphs
    grave = [one for one in wrong(evidence) if one.misleads]
    assert len(words) == len(grave) + 1
    assert any("printed “44.7 %”" in line and "January 2022" in line for line in words)
    (link,) = page.reconciliation().links
    assert link.page == "reconciliation.html"
    assert link.answer.startswith(f"{len(grave)} printed figures and claims would mislead a reader")


def test_before_anything_was_printed_there_is_nothing_to_reconcile(evidence):
    early = ReconciliationPage(at(evidence, date(2019, 1, 1)))
    assert early.headline().title == "No figure or claim had been printed by the cut-off"
    for block in (early.verdicts(), early.findings(), early.agreeing(), early.unchecked(), early.documents()):
        assert isinstance(block, Paragraphs)
        assert block.text()


def test_the_checks_are_explained_each_with_an_example(evidence):
    table = ReconciliationPage(evidence).looked_for()
    assert len(table.rows) >= 31
    assert all(all(cell.strip() for cell in row) for row in table.rows)


def test_a_grade_in_a_finding_is_the_verdicts(evidence):
    for day in (SHIPPED, WITH_CENSUS, LATER):
        known = at(evidence, day)
        for section, metric_id, group in (
            ("Placements", "placement_special_percent", "Total"),
            ("Attendance", OVERALL, "EHC plan"),
        ):
            (line,) = [line for line in find(section, known).sure if line.startswith("Grade: ")]
            found = judge(known.series(metric_id, group))
            assert line == f"Grade: {found.grade}. {found.why}"
            assert isinstance(SectionPage(section, known).grades(), Blocks)


def test_a_narrative_that_claims_more_than_the_grades_allow_is_named_with_its_sentence(evidence):
    told_so = {"Thrive": [Paragraphs(["Schools met in July. Attendance improved because of Thrive."])]}
    (line,) = overclaimed(evidence, told_so)
    assert "Attendance improved because of Thrive." in line
    assert "grade: monitoring only" in line
    assert overclaimed(evidence, {"Thrive": [Paragraphs(["Schools met in July."])]}) == []
