"""The reconciliation: what is wrong in the reports is found by general checks, and goes when it is mended."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis import checks
from dbv_analysis.checks import CHECKS, DISAGREES, ROUNDING, SEVERITIES, VERDICTS, Result, reconcile
from dbv_analysis.inputs.cross_checks import check_own_figures
from dbv_analysis.model.period import Period
from dbv_analysis.model.problems import DataProblems
from dbv_analysis.results.evidence import Evidence
from tests.conftest import HALTON, QUARTER
from tests.publish.conftest import answer
from tests.shipped import METRICS, keep

ENGLAND = "E92000001"


def found(evidence: Evidence, check: str, verdict: str = DISAGREES, what: str = "") -> list[Result]:
    """The results of one check, of one verdict, on what holds the words ``what``."""
    fresh = dataclasses.replace(evidence)
    every = CHECKS[check].find(fresh)
    return [result for result in every if result.verdict == verdict and what in result.what]


def with_list(evidence: Evidence, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Evidence:
    """The same evidence, but one of its lists is changed."""
    return dataclasses.replace(evidence, lists={**evidence.lists, name: change(evidence.lists[name].copy())})


def with_cells(evidence: Evidence, name: str, where: dict[str, object], **to: object) -> Evidence:
    """The same evidence, but the rows of a list of which each column of ``where`` has its value say otherwise."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        chosen = (frame[list(where)] == pd.Series(where)).all(axis=1)
        assert chosen.any(), where
        for column, value in to.items():
            frame.loc[chosen, column] = value
        return frame

    return with_list(evidence, name, change)


def with_result(evidence: Evidence, where: dict[str, object], **to: object) -> Evidence:
    """The same evidence, but some rows of the results say otherwise."""
    results = evidence.results.copy()
    chosen = (results[list(where)] == pd.Series(where)).all(axis=1)
    assert chosen.any(), where
    for column, value in to.items():
        results.loc[chosen, column] = value
    return dataclasses.replace(evidence, results=results)


def test_every_check_says_in_words_what_it_looks_for_and_gives_an_example():
    assert len(CHECKS) >= 25
    for one in CHECKS.values():
        assert one.explanation.endswith(".")
        assert one.title
        assert one.example.endswith(".")
    assert len({one.title for one in CHECKS.values()}) == len(CHECKS)


def test_every_check_of_the_package_is_listed_once():
    folder = Path(checks.__file__).parent
    written = [name for path in folder.glob("*.py") for name in re.findall(r"^@check\(", path.read_text("utf-8"), re.M)]
    assert len(CHECKS) == len(written)


def test_every_result_has_a_place_a_verdict_and_arithmetic_and_what_is_wrong_has_a_mend(evidence):
    results = reconcile(evidence)
    assert {result.check for result in results} == set(CHECKS)
    for result in results:
        assert result.verdict in VERDICTS
        assert result.severity in SEVERITIES
        assert all([result.what, result.place, result.arithmetic, result.data]), result
        if result.verdict in (DISAGREES, ROUNDING):
            assert result.mend
            assert result.severity != "none"
        words = " ".join(dataclasses.astuple(result))
        assert not {"nan", "None", "NaN"} & set(words.replace(",", " ").split()), result


def test_the_most_severe_results_come_first(evidence):
    places = [SEVERITIES.index(result.severity) for result in reconcile(evidence)]
    assert places == sorted(places)


# What the report of September 2024 gets wrong: the check, the words of the figure or claim, and its arithmetic.
WRONG = [
    ("deficit_identity", "Target path, 2027", "£29.2m"),
    ("deficit_identity", "Target path, 2027", "£28.4m (unmitigated)"),
    ("unit_scale", "DBV Lead, spend, 2024-25-Q2", "£23,750,000; ÷ 1,000 = £23,750"),
    (
        "shifted_figure",
        "“Placement into Maintain Special Schools (MSS)”, Halton, 2023",
        "special school in January 2022",
    ),
    ("wrong_direction", "led to a plan than in England", "92.6% < 94.4%"),
    ("unlike_periods", "Suspensions of two terms", "860.5 ÷ 619.0 = +39.0%"),
    ("unlike_periods", "Permanent exclusions of two terms", "13.5 ÷ 13.7 = −1.2%"),
    (
        "opposite_elsewhere",
        "Suspensions of pupils with plans",
        "(7.35 − 12.07) − (7.93 − 15.72) = −4.72 − (−7.79) = +3.07",
    ),
    ("summary_and_detail", "EBSNA Pathway", "Summary: On track, implementation. Detail: On track, co-design."),
    ("summary_and_detail", "Inclusion Quality Mark", "Detail: Slightly behind, implementation."),
    ("planned_and_reported", "High Dependency Unit", "planned pilot, reported co-design"),
    ("not_itemised", "Grant spent in 2024-25-Q1", "£326,240 − (£9,240 + £5,000 + £2,000) on lines = £310,000"),
    ("unlike_periods", "Three weeks of September", "different parts of a year"),
    ("points_called_per_cent", "led to a plan is one per cent lower", "92.6 − 93.6 = −1.0 percentage points"),
    ("share_and_number", "A smaller share of plans is in independent", "108 of 1,319 = 8.2%; 122 of 1,524 = 8.0%"),
    ("overlapping_categories", "MSS", "37.2 − 8.0 = 29.2%"),
    ("too_few", "Permanent exclusions of pupils with plans", "are 2.0 and 0.9."),
    ("before_the_start", "maintained mainstream schools", "ended on 18 January 2024"),
    ("two_figures", "Overall absence, EHC plan, Halton, 2022/23", "11.6 and 13%"),
    ("contradiction", "Effect on attendance", "none"),
    ("spend_rate", "Spending is on track", "£369,180 ÷ £500,000 = 73.8%"),
    ("out_of_its_time", "A conference in November", "£7,650 is in 2024-25-Q2"),
    ("phases_backwards", "Behaviour Support Lead Practitioner", "sustain → 2025-26-Q1 co-design"),
    ("milestone_order", "Workstream 1: launch of the pilot and its design", "2024-05 < 2024-07"),
    ("opportunity", "Five-year saving, target path", "£33.9m − £22.1m = £11.8m"),
    ("event_outside_quarter", "Thrive roll-out", "outside"),
    ("past_due_on_track", "Thrive", "Appoint Project manager"),
    ("published_figure", "assessments were agreed to issue a plan: national level", "is 94.4%"),
    ("unlike_cohort", "Suspensions of children with SEND", "1857 and 1721, of all pupils"),
    ("promise_not_reported", "Request for Statutory assessment SEMH", "no figure"),
]


@pytest.mark.parametrize(("check", "what", "arithmetic"), WRONG)
def test_what_the_reports_get_wrong_is_found_with_its_arithmetic(evidence, check, what, arithmetic):
    results = found(evidence, check, what=what)
    assert results
    assert any(arithmetic in result.arithmetic for result in results), [result.arithmetic for result in results]


def test_a_growth_that_was_cut_off_is_called_rounding(evidence):
    (result,) = found(evidence, "growth", ROUNDING)
    assert result.arithmetic == "(270 − 215) ÷ 215 = 25.58%"


def test_figures_that_agree_raise_no_alarm(evidence):
    agreeing = found(evidence, "published_figure", "agrees")
    assert len(agreeing) >= 20
    wrong = {(one.what, one.printed) for one in found(evidence, "published_figure")}
    assert not {(one.what, one.printed) for one in agreeing} & wrong
    assert len(found(evidence, "deficit_identity", "agrees")) == 14
    assert {one.what for one in found(evidence, "lines_and_total", "agrees")} >= {
        "Lines of 2024-25-Q2",
        "Quarters to date",
    }
    assert not found(evidence, "lines_and_total")


# Each kind: an alteration after which a finding is gone, and one after which a new one is there.


MENDED = [
    ("deficit_identity", "Target path, 2027", lambda e: with_result(
        e, {"metric_id": "dsg_implied_funding", "breakdown": "Target", "period_label": "2027"}, value=28.4e6)),
    ("unit_scale", "DBV Lead, spend, 2024-25-Q2", lambda e: with_cells(
        e, "grant", {"line": "DBV Lead", "measure": "spend"}, printed="£23,750")),
    ("wrong_direction", "led to a plan", lambda e: with_cells(
        e, "own_figures", {"metric_id": "assessments_agreed_percent"}, value=95.0)),
    ("unlike_periods", "Suspensions of two terms", lambda e: with_cells(
        e, "claims", {"metric_id": "suspensions_count"}, earlier="2022-09-01 to 2023-03-31")),
    ("opposite_elsewhere", "Suspensions", lambda e: with_cells(
        e, "printed_figures", {"metric_id": "suspension_rate", "area_code": ENGLAND, "printed": "7.93"}, value=12.0)),
    ("points_called_per_cent", "led to a plan", lambda e: with_cells(
        e, "claims", {"kind": "gap", "metric_id": "assessments_agreed_percent"}, printed="1 percentage point lower")),
    ("summary_and_detail", "EBSNA", lambda e: with_cells(
        e, "phases", {"element": "EBSNA Pathway", "said_in": "summary"}, phase="Co-design")),
    ("planned_and_reported", "High Dependency Unit", lambda e: with_cells(
        e, "phases", {"element": "High Dependency Unit", "said_in": "detail"}, phase="Pilot")),
    ("phases_backwards", "Plan of Inclusion Lead", lambda e: with_cells(
        e, "phases", {"element": "Inclusion Lead Practitioner", "quarter": "2025-26-Q3"}, phase="Sustain")),
    ("milestone_order", "Workstream 1: launch of the pilot and its design", lambda e: with_cells(
        e, "milestones", {"workstream": "1", "milestone": "Launch of Pilot"}, due="2024-08")),
    ("not_itemised", "2024-25-Q1", lambda e: with_cells(
        e, "grant", {"line": "All lines", "period_label": "2024-25-Q1"}, pounds=16_240.0)),
    ("spend_rate", "", lambda e: with_result(
        e, {"metric_id": "grant_spend", "breakdown": "Total"}, value=500_000.0)),
    ("out_of_its_time", "conference", lambda e: with_cells(
        e, "claims", {"topic": "NASEN conference"}, later="2024-09-01 to 2024-09-30")),
    ("event_outside_quarter", "Thrive", lambda e: with_cells(
        e, "claims", {"topic": "Thrive meeting"}, later="2024-08-01 to 2024-08-31")),
    ("contradiction", "Effect on attendance", lambda e: with_cells(
        e, "claims", {"kind": "effect"}, says="none")),
    ("two_figures", "Overall absence", lambda e: with_cells(
        e, "printed_figures", {"metric_id": "overall_absence_percent", "printed": "13%"}, value=11.6)),
    ("published_figure", "agreed to issue a plan: national", lambda e: with_cells(
        e, "printed_figures", {"metric_id": "assessments_agreed_percent", "area_code": ENGLAND},
        value=94.4, printed="94.4%")),
    ("shifted_figure", "(MSS)”, Halton, 2023", lambda e: with_cells(
        e, "printed_figures", {"metric_id": "placement_state_special_percent", "period_printed": "2023"},
        value=32.4, printed="32.4%")),
    ("overlapping_categories", "2024", lambda e: with_cells(
        e, "printed_figures", {"metric_id": "placement_state_special_percent", "period_printed": "2024"},
        value=29.2, printed="29.2%")),
    ("share_and_number", "independent", lambda e: with_result(
        e, {"metric_id": "placement_inmss_percent", "area_code": HALTON, "period_label": "January 2024"},
        numerator=100.0)),
    ("too_few", "Permanent exclusions", lambda e: with_cells(
        e, "printed_figures", {"metric_id": "exclusion_rate", "area_code": HALTON, "printed": "0.13%"}, value=1.3)),
    ("before_the_start", "maintained mainstream", lambda e: with_cells(
        e, "claims", {"metric_id": "placement_mainstream_percent"}, earlier="2024-01-18", later="2025-01-16")),
    ("opportunity", "target path", lambda e: with_result(
        e, {"metric_id": "dsg_cumulative_deficit", "breakdown": "Target", "period_label": "2028"}, value=27.0e6)),
    ("past_due_on_track", "Thrive", lambda e: with_cells(
        e, "phases", {"element": "Thrive", "said_in": "detail"}, status="Behind")),
    ("unlike_cohort", "Suspensions of children with SEND", lambda e: with_cells(
        e, "own_figures", {"metric_id": "suspensions_count"}, breakdown="EHC plan")),
    ("promise_not_reported", "Request for Statutory assessment SEMH", lambda e: with_list(
        e, "measures", lambda rows: rows.replace({"shown_by": {"requests_semh_count": "requests_count"}}))),
    ("task_outside_phase", "Source Training", lambda e: with_cells(
        e, "tasks", {"plan": "1a", "number": "2"}, starts="2024-03", ends="2024-03")),
]  # fmt: skip


@pytest.mark.parametrize(("check", "what", "mend"), MENDED, ids=[check for check, *_ in MENDED])
def test_a_finding_goes_once_its_figure_is_mended(evidence, check, what, mend):
    assert found(evidence, check, what=what)
    assert not found(mend(evidence), check, what=what)


PLANTED = [
    ("deficit_identity", "Stretch path, 2025", lambda e: with_result(
        e, {"metric_id": "dsg_implied_funding", "breakdown": "Stretch", "period_label": "2025"}, value=30.0e6)),
    ("unit_scale", "Data Analyst, spend, 2024-25-Q2", lambda e: with_cells(
        e, "grant", {"line": "Data Analyst", "measure": "spend"}, printed="£9240k")),
    ("lines_and_total", "Lines of 2024-25-Q2", lambda e: with_cells(
        e, "grant", {"line": "Room hire", "measure": "spend"}, pounds=400.0)),
    ("wrong_direction", "independent and non-maintained special schools than in England", lambda e: with_cells(
        e, "printed_figures", {"metric_id": "placement_inmss_percent", "printed": "7.20%"}, value=4.0)),
    ("unlike_periods", "maintained mainstream", lambda e: with_cells(
        e, "claims", {"metric_id": "placement_mainstream_percent"}, later="2024-09-19")),
    ("opposite_elsewhere", "Permanent exclusions", lambda e: with_cells(
        e, "printed_figures", {"metric_id": "exclusion_rate", "area_code": ENGLAND, "printed": "0.07%"}, value=0.01)),
    ("summary_and_detail", "Thrive", lambda e: with_cells(
        e, "phases", {"element": "Thrive", "said_in": "summary"}, status="Behind")),
    ("planned_and_reported", "Thrive", lambda e: with_cells(
        e, "phases", {"element": "Thrive", "said_in": "detail"}, phase="Co-design")),
    ("phases_backwards", "Plan of Thrive", lambda e: with_cells(
        e, "phases", {"element": "Thrive", "quarter": "2025-26-Q3"}, phase="Co-design")),
    ("not_itemised", "2024-25-Q2", lambda e: with_cells(
        e, "grant", {"line": "All lines", "measure": "spend", "period_label": "2024-25-Q2"}, pounds=50_000.0)),
    ("growth", "New plans", lambda e: with_cells(e, "claims", {"kind": "growth"}, printed="35.5% increase")),
    ("published_figure", "“Placement into Maintained Mainstream Schools (MMS)”, Halton, 2024", lambda e: with_cells(
        e, "printed_figures", {"metric_id": "placement_mainstream_percent", "period_printed": "2024"},
        value=43.0, printed="43.0%")),
    ("shifted_figure", "(MMS)”, Halton, 2024", lambda e: with_cells(
        e, "printed_figures", {"metric_id": "placement_mainstream_percent", "period_printed": "2024"},
        value=36.6, printed="36.6%")),
    ("share_and_number", "maintained mainstream", lambda e: with_result(
        e, {"metric_id": "placement_mainstream_percent", "area_code": HALTON, "period_label": "January 2024"},
        numerator=400.0)),
    ("recoding", "maintained mainstream", lambda e: with_result(
        e, {"metric_id": "placement_mainstream_known_percent", "area_code": HALTON, "period_label": "January 2024"},
        value=34.0)),
    ("too_few", "Suspensions of pupils with plans", lambda e: with_cells(
        e, "printed_figures", {"metric_id": "suspension_rate", "area_code": HALTON}, value=0.1)),
    ("contradiction", "Pace", lambda e: with_list(
        e, "claims", lambda rows: rows.assign(topic=rows["topic"].mask(rows["number"].isin(["R21", "R23"]), "pace")))),
    ("unlike_cohort", "Suspensions per 100 pupils of children with SEND", lambda e: with_cells(
        e, "printed_figures", {"metric_id": "suspension_rate"}, breakdown="Total")),
    ("implied_denominator", "Shares of schools", lambda e: with_result(
        e, {"metric_id": "thrive_engaged_percent"}, value=72.85, printed="72.85%")),
    ("phase_before_predecessor", "Plan 1a: Implementation Phase", lambda e: with_cells(
        e, "tasks", {"plan": "1a", "number": "6"}, starts="2024-01")),
    ("task_outside_phase", "Identify Key staff", lambda e: with_cells(
        e, "tasks", {"plan": "1a", "number": "3"}, ends="2025-12")),
    ("milestone_order", "Workstream 2: first Annual Impact Assessment", lambda e: with_cells(
        e, "milestones", {"workstream": "2", "milestone": "Annual Impact Assessment"}, due="2024-04")),
]  # fmt: skip


@pytest.mark.parametrize(("check", "what", "plant"), PLANTED, ids=[check for check, *_ in PLANTED])
def test_a_wrong_figure_that_is_planted_is_found(evidence, check, what, plant):
    before = {dataclasses.astuple(result) for result in found(evidence, check, what=what)}
    after = {dataclasses.astuple(result) for result in found(plant(evidence), check, what=what)}
    assert after - before


def test_before_a_report_is_out_nothing_of_it_is_checked(evidence):
    early = dataclasses.replace(evidence, cut_off=Period.parse("2024-01-31").start)
    places = {result.place for result in reconcile(early)}
    assert not [place for place in places if "quarterly report" in place]
    assert [place for place in places if "grant application" in place]


@pytest.mark.parametrize(
    ("number", "column", "cell", "words"),
    [
        ("R1", "metric_id", "new_plans_cuont", 'Did you mean "new_plans_count"?'),
        ("R2", "earlier", "", 'A claim of the kind "change" needs it.'),
        ("R8", "against", "", 'A claim of the kind "level" needs it.'),
        ("R20", "topic", "", 'A claim of the kind "state" needs it.'),
    ],
)
def test_a_claim_that_cannot_be_checked_is_named_with_what_it_lacks(tables, data, number, column, cell, words):
    claims = tables["claims"].copy()
    claims.loc[claims["number"] == number, column] = cell
    with pytest.raises(DataProblems) as raised:
        check_own_figures({**tables, "claims": claims}, METRICS, data)
    (problem,) = raised.value.problems
    assert problem.file.endswith("quarterly-report-2024-09/claims.csv")
    assert (problem.row, problem.column) == (int(number[1:]) + 1, column)
    assert words in str(problem)


def test_the_command_gives_the_results_as_json_and_as_text(project, tables, results, monkeypatch, capfd):
    keep(project, tables, results)
    monkeypatch.chdir(project)
    done = answer(capfd, "reconcile", "--quarter", QUARTER, "--format", "json")
    assert (done.status, done.err) == (0, "")
    rows = json.loads(done.out)
    assert set(rows[0]) == {field.name for field in dataclasses.fields(Result)}
    assert {row["check"] for row in rows} == set(CHECKS)
    text = answer(capfd, "reconcile").out
    assert text.splitlines()[-1].count(";") == 3
    assert "860.5 ÷ 619.0 = +39.0%" in text


def test_the_command_for_a_quarter_that_is_none_is_a_wrong_call(capfd):
    done = answer(capfd, "reconcile", "--quarter", "2024")
    assert done.status == 2
    assert "is not a quarter" in done.err
    assert "Traceback" not in done.err
