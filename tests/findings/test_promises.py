"""What the documents promise, proved against their text, and how each promise stands at a cut-off."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis.findings.promises import (
    LATE,
    NEVER_DEFINED,
    NOT_YET,
    REPORTED,
    STATUSES,
    check_measures,
    measure_status,
    missing,
)
from dbv_analysis.model.period import Quarter
from dbv_analysis.model.problems import DataProblems
from dbv_analysis.model.project_lists import PROJECT_LISTS
from dbv_analysis.model.units import SYMBOLS
from dbv_analysis.results import cache
from dbv_analysis.results.evidence import Evidence
from tests import altered
from tests.altered import rows_of, with_lists, with_results, without
from tests.conftest import QUARTER, ROOT
from tests.publish.conftest import answer, change_cell

APPLICATION, REPORT = "grant application", "quarterly report"
RELEASES = {APPLICATION: altered.APPLICATION, REPORT: altered.REPORT}
TEXTS = {APPLICATION: "004_58a3cba56c719f1e.txt", REPORT: "000_8a702fd41a52e51c.txt"}
INDICATORS = ("top level", "short term")
REQUESTS_SEMH = "Request for Statutory assessment SEMH"
TRAINING = "474 staff registrations for training"


def measures_of(document: str) -> list[dict[str, str]]:
    return rows_of(ROOT / "data" / "raw", RELEASES[document], "measures")


def one_spaced(text: str) -> str:
    return " ".join(text.split())


def readings(text: str) -> list[str]:
    """The text as it runs, and the first column of its tables alone: a cell of two lines is whole only there."""
    return [one_spaced(text), one_spaced(" ".join(line.split("\t")[0] for line in text.splitlines()))]


def place_in(text: str, headings: str) -> int:
    """Where the last of ``headings`` stands, each looked for after the one before; -1 where one is not there."""
    pieces, at = headings.split(": "), None
    while pieces:
        for length in range(len(pieces), 0, -1):  # a heading may hold a colon itself
            heading = ": ".join(pieces[:length])
            found = text.rfind(heading) if at is None else text.find(heading, at)
            if found >= 0:
                break
        else:
            return -1
        at, pieces = found, pieces[length:]
    return at


def under(text: str, headings: str, every: set[str]) -> str:
    """The text from the last of ``headings`` to the next heading that is not below it."""
    start = place_in(text, headings)
    ends = [place_in(text, other) for other in every if not other.startswith(headings)]
    return text[start : min((end for end in ends if end > start), default=len(text))] if start >= 0 else ""


@pytest.mark.parametrize("document", TEXTS)
def test_every_measure_is_printed_under_the_heading_that_it_names(documents, document):
    texts = readings((documents / TEXTS[document]).read_text(encoding="utf-8"))
    every = {measure["place"] for measure in measures_of(document)}
    strayed = [
        (measure["number"], measure["measure_printed"])
        for measure in measures_of(document)
        if not any(measure["measure_printed"] in under(text, measure["place"], every) for text in texts)
    ]
    assert strayed == []


def printed_list(text: str, heading: str) -> list[str]:
    """What stands in the list after ``heading``, one a line or several apart by commas."""
    items = []
    for line in text[text.index(heading) + len(heading) :].splitlines()[1:]:
        if line.startswith(("Workstream specific", "Short term", "#", "**")):
            return items
        items += [item.strip(" .") for item in line.removeprefix("- ").split(",") if item.strip()]
    return items


@pytest.mark.parametrize(("workstream", "number"), [("1", 15), ("2", 11)])
def test_every_measure_and_indicator_of_the_application_is_there_in_its_workstream(documents, workstream, number):
    text = (documents / TEXTS[APPLICATION]).read_text(encoding="utf-8")
    first, second = text.split("#### 2. Inclusion Framework")
    text = first if workstream == "1" else second
    printed = [
        (level, item)
        for level, heading in (("top level", "Top level measures:"), ("short term", "Short term indicators:"))
        for item in printed_list(text, heading)
    ]
    copied = [
        (measure["level"], measure["measure_printed"].strip("."))
        for measure in measures_of(APPLICATION)
        if measure["level"] in INDICATORS and measure["workstream"] == workstream
    ]
    assert len(printed) == number
    assert copied == printed


def test_the_application_promises_26_measures_and_indicators_and_10_milestones():
    levels = [measure["level"] for measure in measures_of(APPLICATION)]
    assert sum(level in INDICATORS for level in levels) == 26
    assert levels.count("milestone") == 10


def test_every_milestone_of_the_application_is_there_in_its_workstream(documents):
    text = (documents / TEXTS[APPLICATION]).read_text(encoding="utf-8")
    when = r"(?:April|May|June|July) 2024"
    printed = re.findall(rf"^([^\t\n]+)\t{when}(?: -| \(then annually\))?$", text, flags=re.MULTILINE)
    copied = [row["measure_printed"] for row in measures_of(APPLICATION) if row["level"] == "milestone"]
    assert len(printed) == 10
    assert copied == printed


def test_what_shows_a_measure_is_a_metric_or_a_register(evidence):
    named = set(" ".join(evidence.project_list("measures")["shown_by"]).split())
    assert named <= {*evidence.metrics, *PROJECT_LISTS}
    assert len(named) > 40


def test_a_measure_that_names_no_metric_is_a_problem_of_its_file_and_row(project, monkeypatch, capfd):
    path = project / "data" / "raw" / "quarterly-report-2024-09" / "measures.csv"
    change_cell(path, 2, "shown_by", lambda _: "grant_spent")
    monkeypatch.chdir(project)
    status, out, err = answer(capfd, "check")
    assert (status, out) == (1, "")
    assert err == (
        'data/raw/quarterly-report-2024-09/measures.csv, row 2, column shown_by: "grant_spent" is neither a metric nor '
        'a register. Use one that `dbv metrics` lists, or leave the cell empty. Did you mean "grant_spend"?\n'
    )


def test_a_metric_that_has_no_figure_by_the_cut_off_is_one_that_a_document_promises(evidence):
    promised = " ".join(evidence.project_list("measures")["shown_by"]).split()
    without = [name for name in evidence.metrics if evidence.rows(name)["value"].isna().all()]
    assert without
    assert [name for name in without if name not in promised] == []


def at(evidence: Evidence, day: str, quarter: str = QUARTER) -> Evidence:
    return dataclasses.replace(evidence, cut_off=date.fromisoformat(day), quarter=Quarter(quarter))


@pytest.fixture(scope="module")
def shipped(evidence) -> pd.DataFrame:
    """How every promise stands in the shipped quarter."""
    return measure_status(evidence)


def status_of(rows: pd.DataFrame, printed: str) -> set[str]:
    return set(rows.loc[rows["measure_printed"] == printed, "status"])


@pytest.mark.parametrize(
    ("printed", "status"),
    [
        ("SEND Transport spend", REPORTED),
        ("Unit cost INMSS", REPORTED),
        ("Placement into INMSS", REPORTED),
        ("Exclusions", REPORTED),
        ("EHE levels", REPORTED),
        ("Funding Summary", REPORTED),
        ("Total Cost to date: £369,180", REPORTED),
        (TRAINING, REPORTED),
        ("Workstream Roll out Year 1", REPORTED),
        ("Stakeholder Surveys", LATE),
        (REQUESTS_SEMH, NOT_YET),
        ("Lead practitioner identification and appointment.", NOT_YET),
        ("Placement into HN units", NOT_YET),
        ("High Needs Funding Allocation & Monitoring Report (Quarterly)", NOT_YET),
        ("Launch of Pilot", NOT_YET),
        ("Thrive online profiling tool", NEVER_DEFINED),
        ("attainment", NEVER_DEFINED),
    ],
)
def test_a_promise_stands_at_the_shipped_quarter_as_the_documents_leave_it(shipped, printed, status):
    assert status_of(shipped, printed) == {status}


def test_what_is_reported_names_its_newest_figure_and_its_sources_and_what_is_never_defined_has_none(shipped):
    assert set(shipped["status"]) == set(STATUSES)
    there = shipped[shipped["status"].isin([REPORTED, LATE])]
    assert (there["newest"].str.contains("as at")).all()
    assert there["sources"].map(len).min() >= 1
    never = shipped[shipped["status"] == NEVER_DEFINED]
    assert set(never["newest"]) == {""}
    assert never["sources"].map(len).max() == 0
    assert (shipped["why"] != "").all()


def test_the_day_before_the_report_only_the_application_promises_and_its_training_is_not_yet_reported(evidence):
    before = measure_status(at(evidence, "2024-09-25"))
    assert set(before["document"]) == {APPLICATION}
    for printed in ("Implementation of training programme", "SEND Transport spend", "Unit cost INMSS"):
        assert status_of(before, printed) == {NOT_YET}
    assert status_of(before, "Funding Summary") == {REPORTED}


def test_before_the_application_nothing_is_promised(evidence):
    before = at(evidence, "2023-12-19")
    assert measure_status(before).empty
    assert missing(before, "Delivery") == []


def test_a_year_later_without_another_report_what_is_due_each_quarter_and_term_is_late(evidence):
    later = measure_status(at(evidence, "2025-09-26", "2025-26-Q2"))
    for printed in (TRAINING, "SEND Transport spend", "Exclusions"):
        assert status_of(later, printed) == {LATE}
    assert status_of(later, "Placement into INMSS") == {REPORTED}  # January 2025 has come out meanwhile
    assert status_of(later, "9% of Halton's EHCPs are supported compared to the national average of 5%") == {REPORTED}


def made_up(evidence: Evidence, shown_by: str, every: str = "quarter", **more: object) -> Evidence:
    """The evidence with one promise alone."""
    promise = evidence.lists["measures"].iloc[[0]].assign(shown_by=shown_by, every=every, **more)
    return with_lists(evidence, measures=promise)


def with_figure(evidence: Evidence, metric_id: str, **cells: object) -> Evidence:
    """The evidence in which one metric has one figure alone."""
    others = without(evidence, metric_id).results
    model = evidence.results[evidence.results["metric_id"] == "thrive_engaged_percent"].iloc[[0]]
    row = model.assign(metric_id=metric_id, **cells)
    return with_results(evidence, pd.concat([others, row], ignore_index=True))


def only(evidence: Evidence) -> pd.Series:
    (row,) = measure_status(evidence).to_dict("records")
    return row


@pytest.mark.parametrize(
    ("every", "first_in_time"),
    [("quarter", date(2024, 7, 1)), ("term", date(2024, 1, 26)), ("year", date(2023, 3, 26))],
)
def test_a_figure_is_in_time_up_to_a_day_and_late_a_day_before_it(evidence, every, first_in_time):
    promise = made_up(evidence, "requests_semh_count", every)
    for day, status in ((first_in_time, REPORTED), (first_in_time - timedelta(days=1), LATE)):
        cells = {"period_start": date(2022, 4, 1), "period_end": day, "as_at": date(2024, 9, 26)}
        row = only(with_figure(promise, "requests_semh_count", **cells))
        assert row["status"] == status, day
    assert f"due each {every}, the newest is" in row["why"]


def test_what_is_due_once_is_never_late(evidence):
    old = dict.fromkeys(["period_start", "period_end", "as_at"], date(1999, 1, 1))
    once = with_figure(made_up(evidence, "requests_semh_count", "once"), "requests_semh_count", **old)
    assert only(once)["status"] == REPORTED


def test_a_forecast_reaches_no_further_than_the_day_on_which_it_was_made(evidence):
    assert evidence.rows("dsg_cumulative_deficit")["period_end"].max() > evidence.cut_off
    row = only(made_up(evidence, "dsg_cumulative_deficit", "quarter"))
    assert (row["status"], row["newest"].partition("as at ")[2]) == (LATE, "20 December 2023")


def test_an_outturn_is_newer_than_a_forecast_that_was_made_before_it(evidence):
    promise = with_figure(made_up(evidence, "requests_semh_count"), "requests_semh_count")
    figure = promise.results[promise.results["metric_id"] == "requests_semh_count"]
    forecast = figure.assign(period_label="2028", period_end=date(2028, 3, 31), as_at=date(2023, 12, 20))
    outturn = figure.assign(period_label="2023-24", period_end=date(2024, 3, 31), as_at=date(2024, 6, 1))
    both = with_results(promise, pd.concat([outturn, forecast], ignore_index=True))
    assert only(both)["newest"] == "2023-24, as at 1 June 2024"


def test_no_figure_is_known_later_than_the_cut_off_though_a_later_release_gives_it_again(evidence, shipped):
    read_later = evidence.rows("requests_count")["as_at"]
    assert (read_later > evidence.cut_off).any()
    days = shipped["newest"].str.partition("as at ")[2]
    known = pd.to_datetime(days[days != ""], format="%d %B %Y").dt.date
    assert len(known) > 100
    assert (known <= evidence.cut_off).all()


@pytest.mark.parametrize("symbol", ["c", "x"])
def test_a_figure_that_holds_only_a_symbol_is_not_reported_and_the_symbol_is_said(evidence, symbol):
    hidden = with_figure(made_up(evidence, "requests_semh_count"), "requests_semh_count", value=None, symbol=symbol)
    row = only(hidden)
    assert row["status"] == NOT_YET
    assert row["why"] == f"requests for assessment, SEMH: only {symbol} ({SYMBOLS[symbol]})"


def test_a_symbol_does_not_hide_the_number_before_it(evidence):
    """The report prints a dash for some groups in September 2024, and numbers for others."""
    row = only(made_up(evidence, "overall_absence_percent", "term"))
    assert (row["status"], row["newest"]) == (REPORTED, "1 to 21 September 2024, as at 21 September 2024")


def test_a_figure_of_another_area_does_not_count(evidence):
    promise = made_up(evidence, "requests_semh_count")
    assert only(with_figure(promise, "requests_semh_count"))["status"] == REPORTED
    elsewhere = with_figure(promise, "requests_semh_count", area_code="E08000013", area_name="St. Helens")
    assert only(elsewhere)["status"] == NOT_YET


def test_a_figure_that_first_came_out_after_the_cut_off_is_not_yet_reported_and_its_day_is_said(evidence):
    row = only(made_up(evidence, "plans_by_need_count", "year"))
    assert row["status"] == NOT_YET
    assert row["why"] == "plans by primary need: first published on 26 June 2025, after the cut-off"


def test_of_several_metrics_the_worst_counts_and_is_named(evidence):
    row = only(made_up(evidence, "training_count requests_semh_count survey_respondents_count"))
    assert row["status"] == NOT_YET
    assert row["lacking"] == ("requests for assessment, SEMH",)
    assert row["why"] == "requests for assessment, SEMH: no figure"
    late = only(made_up(evidence, "training_count survey_respondents_count"))
    assert (late["status"], late["newest"]) == (LATE, "December 2023, as at 20 December 2023")


def test_a_register_is_reported_once_it_has_an_entry(evidence):
    promise = made_up(evidence, "risks")
    assert only(promise)["status"] == REPORTED
    assert re.fullmatch(r"\d+ risks, as at 20 December 2023", only(promise)["newest"])
    empty = with_lists(promise, risks=promise.lists["risks"].iloc[:0])
    assert only(empty)["status"] == NOT_YET


def test_a_milestone_is_reported_only_once_a_document_says_that_it_was_reached(evidence):
    promise = made_up(
        evidence, "milestones", "once", level="milestone", measure_printed="Design complete", workstream="2"
    )
    assert only(promise)["status"] == NOT_YET
    milestones = promise.lists["milestones"]
    for workstream, status in (("1", NOT_YET), ("2", REPORTED)):
        theirs = (milestones["milestone"] == "Design complete") & (milestones["workstream"] == workstream)
        done = milestones.assign(done=milestones["done"].mask(theirs, "2024-07-12"))
        assert only(with_lists(promise, milestones=done))["status"] == status


def test_a_promise_of_a_metric_that_does_not_exist_is_a_problem_and_not_a_gap(evidence):
    with pytest.raises(DataProblems, match=r'"request_count" is neither.*Did you mean "requests_count"'):
        measure_status(made_up(evidence, "request_count"))
    check_measures(made_up(evidence, "requests_count risks").lists["measures"], evidence.metrics)


def test_a_page_is_told_in_a_sentence_what_it_lacks(evidence):
    assert (
        "“Request for Statutory assessment SEMH”: promised in the grant application (workstream 1), not yet reported."
        in missing(evidence, "Plans")
    )
    assert (
        "“Thrive online profiling tool”: promised in the grant application (workstream 1), never defined."
        in missing(evidence, "Delivery")
    )
    assert (
        "“Stakeholder Surveys”: named in the grant application (both workstreams), late: "
        "the newest is December 2023, as at 20 December 2023." in missing(evidence, "Voice")
    )


def test_a_sentence_names_what_is_lacking_where_the_rest_is_there(evidence):
    (report,) = [sentence for sentence in missing(evidence, "High needs spend") if "Monitoring Report" in sentence]
    assert report == (
        "“High Needs Funding Allocation & Monitoring Report (Quarterly)”: promised in the grant application "
        "(both workstreams), not yet reported (high needs budget and high needs outturn)."
    )


def test_what_both_workstreams_promise_in_the_same_words_is_one_sentence(evidence):
    (leads,) = [sentence for sentence in missing(evidence, "Delivery") if sentence.startswith("“Lead practitioner")]
    assert leads == (
        "“Lead practitioner identification and appointment”: promised in the grant application (both workstreams), "
        "not yet reported."
    )


def test_a_page_is_told_of_every_gap_of_its_own_and_of_nothing_that_is_reported(evidence, shipped):
    for section in evidence.sections:
        gaps = shipped[(shipped["section_of_pack"] == section) & (shipped["status"] != REPORTED)]
        sentences = missing(evidence, section)
        assert len(sentences) == len(set(gaps["measure_printed"]))
        for printed in gaps["measure_printed"]:
            assert any(sentence.startswith(f"“{printed.rstrip('.')}”") for sentence in sentences)


@pytest.fixture
def command(assemble_once, monkeypatch, capfd) -> Callable:
    monkeypatch.setattr(cache, "assemble", assemble_once)

    def call(*words: str, cwd: Path = ROOT):
        monkeypatch.chdir(cwd)
        return answer(capfd, *words)

    return call


def test_check_with_a_quarter_counts_the_promises_and_lists_what_is_lacking(command, shipped):
    status, out, err = command("check", "--quarter", QUARTER)
    assert (status, err) == (0, "")
    assert out.startswith(command("check").out)
    counts = "; ".join(f"{(shipped['status'] == status).sum()} {status}" for status in STATUSES)
    assert f"\n{len(shipped)} measures: {counts}.\n" in out
    for row in shipped[shipped["status"] != REPORTED].itertuples():
        newest = row.newest or "none"
        assert f"\n{row.number} {row.measure_printed} | {row.section_of_pack} | {newest} | {row.why}\n" in f"{out}\n"
    assert TRAINING not in out


def test_check_of_a_quarter_that_is_none_is_a_problem_of_the_call(command):
    for quarter, words in (
        ("2024-25-Q5", "is not a quarter"),
        ("2023-24-Q1", "not among the quarters"),
        ("", "is not a quarter"),
    ):
        status, out, err = command("check", "--quarter", quarter)
        assert (status, out) == (2, "")
        assert words in err


def test_check_with_a_quarter_writes_nothing(command, project):
    before = sorted(project.rglob("*"))
    assert command("check", "--quarter", QUARTER, cwd=project).status == 0
    assert sorted(project.rglob("*")) == before
