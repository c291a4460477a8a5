"""What the findings say, held against the results that they speak of."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis.calculate import calculate
from dbv_analysis.evidence import Evidence, open_evidence
from dbv_analysis.findings import Findings, find
from dbv_analysis.findings.deficit import disagreements
from dbv_analysis.findings.whole_pack import answer, corrections
from dbv_analysis.programme import Disclosure
from dbv_analysis.terms import PUBLIC
from tests.conftest import HALTON, QUARTER

SECTIONS = ["Deficit", "Placements", "Attendance"]
SPECIAL, OVERALL = "placement_special_percent", "overall_absence_percent"
ENGLAND, NORTH_WEST = "E92000001", "E12000002"
NO_NUMBER = re.compile(r"\b(nan|none|nat)m?\b|<NA>", re.IGNORECASE)


@pytest.fixture(scope="module")
def evidence(data: Path) -> Evidence:
    return open_evidence(QUARTER, data)


def at(evidence: Evidence, day: str) -> Evidence:
    return dataclasses.replace(evidence, cut_off=date.fromisoformat(day))


def without_figures(evidence: Evidence, section: str | None = None) -> Evidence:
    """The same evidence, but with no figures of a section, or with none at all."""
    gone = [metric.id for metric in evidence.metrics.values() if section in (None, metric.section)]
    results, printed = evidence.results, evidence.printed_figures
    return dataclasses.replace(
        evidence,
        results=results[~results["metric_id"].isin(gone)],
        printed_figures=printed[~printed["metric_id"].isin(gone)],
    )


def changed(evidence: Evidence, where: dict[str, object], **to: object) -> Evidence:
    """The same evidence, but the rows of which each column of ``where`` has its value say otherwise."""
    results = evidence.results.copy()
    chosen = (results[list(where)] == pd.Series(where)).all(axis=1)
    assert chosen.any()
    results.loc[chosen, list(to)] = list(to.values())
    return dataclasses.replace(evidence, results=results)


def hidden(evidence: Evidence, metric_id: str, period_label: str) -> Evidence:
    """The same evidence, but one of Halton's figures is confidential."""
    nothing = dict.fromkeys(["numerator", "denominator", "value"], float("nan"))
    where = {"metric_id": metric_id, "area_code": HALTON, "period_label": period_label}
    return changed(evidence, where, **nothing, symbol="c")


def figure(results: pd.DataFrame, metric_id: str, period_label: str, breakdown: str = "Total") -> pd.Series:
    rows = results[
        (results["metric_id"] == metric_id)
        & (results["area_code"] == HALTON)
        & (results["period_label"] == period_label)
        & (results["breakdown"] == breakdown)
    ]
    assert len(rows) == 1
    return rows.iloc[0]


def everything(found: Findings) -> str:
    figures = [f"{one.value} {one.what}; {one.against}; {one.sure}" for one in found.key_figures]
    return "\n".join([found.headline, *found.sure, *figures, *found.not_yet, *found.decide])


def test_the_deficits_headline_says_where_the_chosen_path_begins_and_ends(evidence, results):
    first = figure(results, "dsg_cumulative_deficit", "2023", "Target")["value"] / 1e6
    last = figure(results, "dsg_cumulative_deficit", "2028", "Target")["value"] / 1e6
    headline = find("Deficit", evidence).headline
    assert headline.endswith(f"the deficit is forecast to grow from £{first:.1f}m in 2023 to £{last:.1f}m in 2028")
    assert "£22.1m" in headline


def test_the_deficits_findings_say_how_far_the_paths_part(evidence, results):
    last = {
        path: figure(results, "dsg_cumulative_deficit", "2028", path)["value"] for path in ("Target", "Unmitigated")
    }
    saved = (last["Unmitigated"] - last["Target"]) / 1e6
    assert f"the target path is £{saved:.1f}m below the unmitigated one (£33.9m)" in " ".join(
        find("Deficit", evidence).sure
    )


def test_the_deficits_findings_name_the_one_year_in_which_a_path_does_not_add_up(evidence):
    said = disagreements(evidence)
    assert len(said) == 1
    assert said[0].startswith("The target path does not agree with the other paths within rounding in 2027")
    for funding in ("£29.2m", "£28.5m (stretch)", "£28.4m (unmitigated)"):
        assert funding in said[0]
    assert said[0] in find("Deficit", evidence).sure


def test_the_placements_headline_says_both_the_shares_and_the_numbers(evidence, results):
    before, now = (figure(results, SPECIAL, f"January {year}") for year in (2023, 2024))
    assert find("Placements", evidence).headline == (
        f"A smaller share of plans is in special schools ({before['value']:.1f}% → {now['value']:.1f}%), "
        f"but more children are recorded there ({before['numerator']:.0f} → {now['numerator']:.0f})"
    )
    assert (before["numerator"], now["numerator"]) == (535, 567)


def test_the_placements_findings_say_how_others_moved(evidence):
    said = " ".join(find("Placements", evidence).sure)
    assert "Similar areas 38.3% → 38.0%; North West 35.0% → 34.0%; England 33.2% → 32.3%" in said


def test_the_placements_findings_say_what_unknown_placements_could_undo(evidence):
    """535 of 1,319 and 84 unknown before, 567 of 1,524 and 30 unknown after: the numbers overlap, the shares do not."""
    said = " ".join(find("Placements", evidence).sure)
    assert 535 + 84 > 567
    assert "it may have been from 535 to 619 before and from 567 to 597 after" in said
    assert 100 * (567 + 30) / 1524 < 100 * 535 / 1319
    assert "Plans in any special school fell by 3.4 percentage points" in said
    assert "better recording alone cannot explain this" in said


def test_a_small_move_may_be_recording_alone(evidence):
    """From January 2024 to 2025 the share fell by 0.6 points while 30 unknown placements became 20."""
    said = " ".join(find("Placements", at(evidence, "2026-01-01")).sure)
    assert "Plans in any special school fell by 0.6 percentage points" in said
    assert "better recording alone may explain some or all of this" in said


def test_a_neighbour_that_returned_few_placements_is_named(evidence):
    assert any("Redcar and Cleveland in January 2023 (63%)" in line for line in find("Placements", evidence).sure)


def test_a_share_that_stayed_elsewhere_is_not_said_to_have_moved_there(evidence):
    still = evidence
    for area in (ENGLAND, NORTH_WEST):
        before = evidence.rows(SPECIAL, [area]).iloc[-2]["value"]
        where = {"metric_id": SPECIAL, "area_code": area, "period_label": "January 2024"}
        still = changed(still, where, value=before)
    said = " ".join(find("Placements", still).sure)
    assert "England 33.2% → 33.2%" in said


def test_the_placements_findings_say_how_many_placements_are_unknown(evidence):
    assert "Plans with no known placement went from 84 to 30." in " ".join(find("Placements", evidence).sure)


def test_a_handful_of_unknown_placements_is_not_given_away_in_a_sentence(evidence, tables):
    """30 are unknown in January 2024; here 3 are. The count is small, so public pages do not print it."""
    placements = tables["placements"].copy()
    chosen = (
        (placements["area_code"] == HALTON)
        & (placements["period"] == "2024-01-18")
        & (placements["placement"] == "placement_unknown")
    )
    placements.loc[chosen, "count"] = 3.0
    results = calculate(evidence.metrics.values(), {**tables, "placements": placements}, Disclosure(), PUBLIC)
    said = everything(find("Placements", dataclasses.replace(evidence, results=results)))
    assert "fell by" in said
    assert not re.search(r"\bto 3\b", said)


def test_the_attendance_headline_says_the_newest_full_year_and_the_first(evidence, results):
    first, before, now = (
        figure(results, OVERALL, year, "EHC plan")["value"] for year in ("2018/19", "2021/22", "2022/23")
    )
    assert first < now < before
    assert find("Attendance", evidence).headline == (
        "Pupils with EHC plans missed 11.65% of school in 2022/23, less than in 2021/22 (12.58%) "
        f"but more than in 2018/19 ({first:.2f}%)"
    )


def test_attendance_names_the_parts_of_a_year_only_to_set_them_apart(evidence):
    found = find("Attendance", evidence)
    said = [line for line in everything(found).splitlines() if "9.7%" in line]
    assert len(said) == 1
    assert "parts of a year" in said[0]
    assert "no improvement is read from them" in said[0]


def test_the_year_before_is_not_a_year_that_has_no_figure(evidence):
    """In June 2022 the newest full year was 2020/21; there is none for 2019/20."""
    headline = find("Attendance", at(evidence, "2022-06-30")).headline
    assert "2020/21" in headline
    assert "the year before" not in headline


def test_a_plain_headline_says_whose_figure_it_gives(evidence):
    """In January 2021 one year was known, with a figure each for plans, for SEN support and for neither."""
    early = at(evidence, "2021-01-01")
    headline = find("Attendance", early).headline
    rows = early.whole(OVERALL)
    shown = [row["breakdown"] for _, row in rows.iterrows() if early.write(row) in headline]
    assert any(breakdown in headline for breakdown in shown)


def test_the_summary_says_that_it_is_too_early_while_its_figures_are_from_before_the_programme(evidence):
    assert answer(evidence) == (
        "A smaller share of plans is in special schools, but more children are recorded there (535 → 567); "
        "it is too early to say that the programme changed this"
    )


def test_the_summary_claims_nothing_once_there_are_figures_from_after_its_start(evidence):
    said = answer(at(evidence, "2025-07-01"))
    assert "(567 → 626)" in said
    assert "too early" not in said
    assert said.endswith("whether the programme changed this has not been tested")


def test_what_the_reports_printed_wrongly_is_two_figures_and_none_without_a_year(evidence):
    wrong = corrections(evidence)
    assert list(wrong["printed"]) == ["44.7 %", "37.2%"]


@pytest.mark.parametrize("day", ["2019-01-01", "2020-12-31", "2023-12-01", "2026-12-01"])
@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_has_something_to_say_on_any_day(evidence, section, day):
    found = find(section, at(evidence, day))
    assert found.headline
    assert found.sure
    assert not NO_NUMBER.search(everything(found))


@pytest.mark.parametrize("day", ["2022-06-30", "2026-12-01"])
@pytest.mark.parametrize("section", SECTIONS)
def test_no_finding_speaks_of_impact(evidence, section, day):
    assert "impact" not in everything(find(section, at(evidence, day))).lower()


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_without_figures_says_so(evidence, section):
    found = find(section, without_figures(evidence, section))
    assert found.headline == f"No figures for {section} had been published by the cut-off"
    assert found.key_figures == []
    assert "no figure yet" in found.not_yet[0]


def test_the_summary_has_an_answer_without_any_figures(evidence):
    empty = without_figures(evidence)
    assert answer(empty) == "No figures for Deficit had been published by the cut-off"
    assert corrections(empty).empty


@pytest.mark.parametrize(
    ("section", "metric_id", "period_label"),
    [
        ("Attendance", OVERALL, "2018/19"),
        ("Attendance", OVERALL, "2021/22"),
        ("Attendance", OVERALL, "2022/23"),
        ("Attendance", OVERALL, "spring term 2024"),
        ("Placements", SPECIAL, "January 2023"),
        ("Placements", SPECIAL, "January 2024"),
        ("Placements", "placement_inmss_percent", "January 2024"),
        ("Placements", "placement_special_known_percent", "January 2024"),
        ("Placements", "caseload_count", "January 2024"),
        ("Deficit", "dsg_cumulative_deficit", "2023"),
        ("Deficit", "dsg_cumulative_deficit", "2028"),
        ("Deficit", "dsg_implied_funding", "2027"),
    ],
)
def test_no_sentence_prints_a_number_where_a_figure_is_hidden(evidence, section, metric_id, period_label):
    less = hidden(evidence, metric_id, period_label)
    said = everything(find(section, less)) + answer(less)
    assert not NO_NUMBER.search(said), NO_NUMBER.search(said)
