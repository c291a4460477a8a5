"""What a pack may know: the cut-off, and results that are kept for as long as nothing behind them changes."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis.evidence import Assembled, Evidence, open_evidence, period_of, store, stored
from dbv_analysis.periods import FULL_YEAR, PART_YEAR, SNAPSHOT
from dbv_analysis.programme import load_programme
from dbv_analysis.terms import CONTROLLED, PUBLIC, CallProblem, DataProblems
from tests.conftest import HALTON, QUARTER

OVERALL = "overall_absence_percent"
ENGLAND = "E92000001"


@pytest.fixture
def inputs(project: Path, results: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> Path:
    """A project's inputs, of which the results are kept."""
    folder = project / "data" / "raw"
    keep(folder, results, tables)
    return folder


@pytest.fixture
def evidence(inputs: Path) -> Evidence:
    return open_evidence(QUARTER, inputs)


def keep(folder: Path, results: pd.DataFrame, tables: dict[str, pd.DataFrame], profile: str = PUBLIC) -> None:
    store(Assembled(load_programme(folder), results, tables, []), folder, profile)


def at(evidence: Evidence, day: str) -> Evidence:
    return dataclasses.replace(evidence, cut_off=date.fromisoformat(day))


def test_the_shipped_quarter_ends_its_knowledge_at_its_own_cut_off(evidence):
    assert evidence.cut_off == date(2024, 9, 26)
    assert (evidence.area, evidence.start) == ("Halton", date(2024, 4, 1))


def test_no_row_of_any_metric_was_published_after_the_cut_off(evidence):
    areas = list(evidence.results["area_code"].unique())
    for metric_id in evidence.metrics:
        rows = evidence.rows(metric_id, areas)
        assert not rows.empty
        assert max(rows["published"]) <= evidence.cut_off


def test_rows_since_are_those_published_later_and_no_others(evidence):
    areas = list(evidence.results["area_code"].unique())
    later = 0
    for metric_id in evidence.metrics:
        known, since = evidence.rows(metric_id, areas), evidence.rows(metric_id, areas, since=True)
        assert (since["published"] > evidence.cut_off).all()
        assert len(known) + len(since) == (evidence.results["metric_id"] == metric_id).sum()
        later += len(since)
    assert later > 0


def test_january_2025_came_out_after_the_cut_off(evidence):
    known, since = evidence.rows("caseload_count"), evidence.rows("caseload_count", since=True)
    assert known["period_label"].iloc[-1] == "January 2024"
    assert list(since["period_label"]) == ["January 2025"]
    assert since["value"].iloc[0] == 1712


def test_a_figure_counts_from_the_very_day_on_which_it_came_out(evidence):
    day = evidence.rows("caseload_count")["published"].iloc[-1]
    before = at(evidence, (day - pd.Timedelta(days=1)).isoformat())
    assert at(evidence, day.isoformat()).rows("caseload_count")["period_label"].iloc[-1] == "January 2024"
    assert before.rows("caseload_count")["period_label"].iloc[-1] == "January 2023"


def test_rows_are_the_authoritys_own_unless_areas_are_named(evidence):
    assert set(evidence.rows("caseload_count")["area_code"]) == {HALTON}
    assert set(evidence.rows("caseload_count", [ENGLAND])["area_code"]) == {ENGLAND}


def test_rows_can_be_of_one_breakdown_and_one_basis_and_stand_in_order(evidence):
    rows = evidence.rows(OVERALL, breakdown="SEN support", basis=FULL_YEAR)
    assert list(rows["period_label"]) == ["2018/19", "2020/21", "2021/22", "2022/23"]
    assert set(rows["breakdown"]) == {"SEN support"}


def test_whole_leaves_parts_of_a_year_out(evidence):
    every, whole = evidence.rows(OVERALL), evidence.whole(OVERALL)
    assert PART_YEAR in set(every["basis"])
    assert set(whole["basis"]) == {FULL_YEAR}
    assert len(whole) == (every["basis"] == FULL_YEAR).sum()
    assert set(evidence.whole("caseload_count")["basis"]) == {SNAPSHOT}


def test_a_revised_figure_is_used_once_its_release_is_out_and_not_before(evidence):
    """The revision is in a release of its own; the figure's first publication stays what it was."""
    first = evidence.sources[0].model_copy(update={"release": "first", "published": date(2024, 6, 13)})
    second = first.model_copy(update={"release": "second", "published": date(2024, 8, 1)})
    row = evidence.rows("caseload_count").iloc[[-1]]
    results = pd.concat(
        [row.assign(release="first", value=1500.0), row.assign(release="second", value=1524.0)], ignore_index=True
    )
    revised = dataclasses.replace(evidence, results=results, sources=[first, second])
    assert list(at(revised, "2024-07-01").rows("caseload_count")["value"]) == [1500]
    assert list(at(revised, "2024-09-01").rows("caseload_count")["value"]) == [1524]


def test_a_figure_is_written_in_its_unit_and_a_symbol_as_the_symbol(evidence):
    row = evidence.rows("placement_special_percent").iloc[-1]
    assert evidence.write(row) == "37.2%"
    hidden = row.copy()
    hidden["value"], hidden["symbol"] = float("nan"), "c"
    assert evidence.write(hidden) == "c"


def test_a_rows_period_knows_its_kind(evidence):
    def kinds(metric_id):
        return {period_of(row).kind for _, row in evidence.rows(metric_id, basis=None).iterrows()}

    assert kinds("dsg_expenditure") == {"financial year"}
    assert kinds("persistent_absence_percent") == {"academic year"}
    assert kinds("caseload_count") == {SNAPSHOT}
    assert "part_year" in kinds(OVERALL)


def test_another_day_moves_the_cut_off(inputs):
    later = open_evidence(QUARTER, inputs, as_at="2025-07-01")
    assert later.cut_off == date(2025, 7, 1)
    assert later.rows("caseload_count")["period_label"].iloc[-1] == "January 2025"
    assert open_evidence(QUARTER, inputs, as_at=date(2023, 12, 1)).rows("dsg_expenditure").empty


def test_kept_results_are_used_again(inputs, results, tables):
    marked = results.head(3).assign(value=[1.0, 2.0, 3.0])
    keep(inputs, marked, tables)
    assert list(open_evidence(QUARTER, inputs).results["value"]) == [1, 2, 3]


def test_kept_results_are_what_was_kept(inputs, results, tables):
    pd.testing.assert_frame_equal(stored(inputs, PUBLIC), results, check_dtype=False)
    assert len(stored(inputs, PUBLIC, "placements")) == len(tables["placements"])


def test_nothing_is_kept_before_it_is_stored(project):
    assert stored(project / "data" / "raw", PUBLIC) is None


def test_kept_results_of_one_profile_are_not_used_for_the_other(inputs):
    assert stored(inputs, PUBLIC) is not None
    assert stored(inputs, CONTROLLED) is None


def test_kept_results_are_thrown_away_when_an_input_changes(inputs):
    path = inputs / "dfe-ehc-plans-2025" / "placements.csv"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert stored(inputs, PUBLIC) is None
    assert stored(inputs, PUBLIC, "placements") is None


def test_kept_results_are_thrown_away_when_an_inputs_source_changes(inputs):
    path = inputs / "dfe-ehc-plans-2025" / "placements.source.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("2024-06-13", "2024-10-13"), encoding="utf-8")
    assert stored(inputs, PUBLIC) is None


def test_kept_results_are_thrown_away_when_an_input_is_added_or_taken_out(inputs):
    extra = inputs / "note.txt"
    extra.write_text("x", encoding="utf-8")
    assert stored(inputs, PUBLIC) is None
    extra.unlink()
    assert stored(inputs, PUBLIC) is not None
    (inputs / "dfe-ehc-plans-2025" / "flows.csv").unlink()
    assert stored(inputs, PUBLIC) is None


def test_kept_results_are_thrown_away_when_the_settings_change(inputs, project):
    path = project / "programme.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("threshold = 5", "threshold = 10"), encoding="utf-8")
    assert stored(inputs, PUBLIC) is None


def test_results_that_cannot_be_kept_use_are_worked_out_anew(inputs, project, results, tables):
    keep(inputs, results.head(3), tables)
    path = project / "programme.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert len(open_evidence(QUARTER, inputs).results) == len(results)


def test_a_kept_file_that_was_cut_short_counts_as_not_kept(inputs, project):
    path = project / "data" / "processed" / "results.parquet"
    path.write_bytes(path.read_bytes()[:1000])
    assert stored(inputs, PUBLIC) is None


@pytest.mark.parametrize("quarter", ["2024-25-Q5", "2024-26-Q1", "Q2", "", "2024-25-q2"])
def test_a_quarter_that_is_none_is_a_problem_of_the_call(data, quarter):
    with pytest.raises(CallProblem, match=r"is not a quarter.*such as 2024-25-Q2"):
        open_evidence(quarter, data)


@pytest.mark.parametrize("day", ["September", "2024-13-01", "2024-02-30", "26/09/2024"])
def test_a_day_that_is_none_is_a_problem_of_the_call(data, day):
    with pytest.raises(CallProblem):
        open_evidence(QUARTER, data, as_at=day)


def test_a_quarter_without_a_cut_off_says_where_to_add_it_or_takes_a_day(inputs):
    with pytest.raises(CallProblem, match=r"2023-24-Q1 is not among the quarters of programme\.toml.*cut_off"):
        open_evidence("2023-24-Q1", inputs)
    assert open_evidence("2023-24-Q1", inputs, as_at="2023-06-30").cut_off == date(2023, 6, 30)


def test_a_profile_that_is_none_is_a_problem_of_the_call(inputs):
    with pytest.raises(CallProblem):
        open_evidence(QUARTER, inputs, profile="Public")


def test_inputs_that_are_wrong_are_said_to_be_so(inputs):
    path = inputs / "dfe-ehc-plans-2025" / "placements.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",mainstream_academy,", ",a hut,", 1), encoding="utf-8")
    with pytest.raises(DataProblems, match="a hut"):
        open_evidence(QUARTER, inputs)


def test_every_source_has_the_sum_that_its_file_has_now(inputs, results, tables):
    before = {source.file: source.sha256 for source in open_evidence(QUARTER, inputs).sources}
    path = inputs / "dfe-ehc-plans-2025" / "flows.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("assessments issued,202\n", "assessments issued,203\n"))
    keep(inputs, results, tables)
    after = {source.file: source.sha256 for source in open_evidence(QUARTER, inputs).sources}
    assert {file for file in before if before[file] != after[file]} == {"dfe-ehc-plans-2025/flows.csv"}


def with_another_release(evidence: Evidence, published: str, value: float) -> Evidence:
    """The evidence, and a release of its own that gives Halton's caseload of January 2024 anew."""
    shipped = next(source for source in evidence.sources if source.table == "caseload")
    source = shipped.model_copy(update={"release": "another", "published": date.fromisoformat(published)})
    rows = evidence.results
    rows = rows[(rows["metric_id"] == "caseload_count") & (rows["period_label"] == "January 2024")]
    return dataclasses.replace(
        evidence,
        sources=[*evidence.sources, source],
        results=pd.concat([evidence.results, rows.assign(release="another", value=value)], ignore_index=True),
    )


@pytest.mark.parametrize(
    ("published", "cut_off", "release"),
    [
        ("2024-06-13", "2024-09-26", "another"),  # was out by the cut-off, the shipped one was not
        ("2024-06-13", "2026-01-01", "ehc-plans-2025"),  # both were out: the newest counts
        ("2026-06-01", "2026-01-01", "ehc-plans-2025"),  # only the shipped one was out
        ("2026-06-01", "2024-09-26", "ehc-plans-2025"),  # neither was: the first after the cut-off
    ],
)
def test_of_several_releases_the_newest_that_was_out_counts_or_else_the_first_after(
    evidence, published, cut_off, release
):
    both = at(with_another_release(evidence, published, value=1500.0), cut_off)
    january = both.rows("caseload_count").query("period_label == 'January 2024'")
    assert january["release"].tolist() == [release]
    assert january["value"].tolist() == [1500.0 if release == "another" else 1524.0]


def test_a_figure_that_was_out_by_the_cut_off_is_not_news_when_a_later_release_gives_it_again(evidence):
    both = with_another_release(evidence, "2026-06-01", value=1500.0)
    again = both.results["release"] == "another"
    both = dataclasses.replace(
        both, results=both.results.assign(published=both.results["published"].mask(again, date(2026, 6, 1)))
    )
    assert set(both.rows("caseload_count", since=True)["period_label"]) == {"January 2025"}


def test_a_printed_figure_of_a_measure_that_does_not_exist_is_a_problem_of_the_data(project):
    path = project / "data" / "raw" / "quarterly-report-2024-09" / "printed_figures.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("placement_inmss_percent", "placement_inms_percent"))
    with pytest.raises(DataProblems, match=r'"placement_inms_percent" is not a metric.*placement_inmss_percent'):
        open_evidence(QUARTER, project / "data" / "raw")
